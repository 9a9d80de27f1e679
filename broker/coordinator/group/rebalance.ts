/**
 * How a group gets from one generation to the next: who is waited for, for how long, and who is left behind.
 *
 * `prepare` opens a rebalance; members learn of it by heartbeat and join again. It closes when all have joined, or when
 * the longest rebalance time-out of the members has passed: then dynamic members that did not join are dropped, static
 * ones keep their place until their session ends. Then every member has that long again to fetch its assignment.
 *
 * Nobody dead is waited for longer than its session. A member whose join is parked proves that it lives by its
 * connection alone, so when the connection goes, its session starts to run (`connectionClosed`); and when the member
 * with the longest rebalance time-out is removed, the wait shrinks to that of those who are left. Otherwise a group sits
 * in PreparingRebalance with dead members long past their session (reliability.md section 3, trap 4).
 *
 * The first rebalance of an empty group may wait a little for members that start together
 * (`group.initial.rebalance.delay.ms`); each part of the wait in which someone joined is followed by another, up to the
 * rebalance time-out. It waits for nobody else: ids that were given out and never joined cost nothing there, and without
 * such a delay whoever comes first is a generation of its own until the next one comes.
 */
import { assert } from '../../../src/base/assert.ts'
import { noBytes } from '../../../src/base/bytes.ts'
import type { Clock } from '../../../src/base/clock.ts'
import { kafkaErrors } from '../../../src/protocol/errors.ts'
import type { BrokerConfig } from '../../config.ts'
import type { ClassicGroup } from './classic-group.ts'
import type { Member } from './member.ts'
import type { GroupRecord } from './records.ts'
import { joinedResponse, refusedJoin, refusedSync, refuseParked } from './responses.ts'

/** How long a member that has never been answered may wait for its first rebalance to end (Kafka's figure). */
const newMemberWaitMsMax = 5 * 60_000
const noRecords: readonly GroupRecord[] = Object.freeze([])

/** Steps of a rebalance. Each answers the records that it decided on; all are soft (runtime.ts). */
export class Rebalance {
  readonly #clock: Clock
  readonly #initialDelayMs: number

  constructor(clock: Clock, config: Pick<BrokerConfig, 'group.initial.rebalance.delay.ms'>) {
    this.#clock = clock
    this.#initialDelayMs = config['group.initial.rebalance.delay.ms']
  }

  /** Puts a member's death off: it has just shown that it lives. */
  touch(member: Member): void {
    const { sessionTimeoutMs } = member.terms
    // A new member cannot send heartbeats while its join is parked; all that bounds it is this figure.
    const waitMs = member.isNew ? Math.max(newMemberWaitMsMax, sessionTimeoutMs) : sessionTimeoutMs
    member.session.set(waitMs)
  }

  /** A group was read from the log, or made of one of the other protocol: its sessions begin. */
  loaded(group: ClassicGroup): void {
    for (const member of group.members.values()) this.touch(member)
    // A record without a leader is one of a group that has to be rebalanced first (`consumer/downgrade.ts`).
    if (group.members.size === 0 || group.leaderId !== undefined) return
    const records = this.prepare(group)
    assert(records.length === 0, 'a rebalance that nobody has joined yet has ended')
  }

  /** Opens a rebalance. */
  prepare(group: ClassicGroup): readonly GroupRecord[] {
    if (group.state === 'CompletingRebalance') this.refuseSyncs(group, kafkaErrors.REBALANCE_IN_PROGRESS.code)
    group.syncDeadline.clear()
    const first = group.state === 'Empty'
    group.moveTo('PreparingRebalance', this.#clock.now())
    group.rebalanceStartedAt = this.#clock.monotonic()
    if (!first) return this.advance(group)
    if (this.#initialDelayMs === 0) return this.#complete(group)
    this.#waitForMore(group, group.rebalanceTimeoutMs())
    return noRecords
  }

  /** Ends the wait of a rebalance if nobody is missing; else makes sure that it ends in time. */
  advance(group: ClassicGroup): readonly GroupRecord[] {
    if (group.state !== 'PreparingRebalance' || group.initialDelay !== undefined) return noRecords
    // Ids that were given out are waited for by members alone: without any the group is empty, and open to all.
    if (group.members.size === 0 || group.allJoined()) return this.#complete(group)
    const waitedMs = this.#clock.monotonic() - group.rebalanceStartedAt
    group.joinDeadline.set(Math.max(group.rebalanceTimeoutMs() - waitedMs, 0))
    return noRecords
  }

  /** The wait of a rebalance is over. */
  onJoinDeadline(group: ClassicGroup): readonly GroupRecord[] {
    if (group.state !== 'PreparingRebalance') return noRecords
    const { initialDelay } = group
    if (initialDelay?.joined === true && initialDelay.leftMs > 0) {
      this.#waitForMore(group, initialDelay.leftMs)
      return noRecords
    }
    group.initialDelay = undefined
    return this.#complete(group)
  }

  /** Members have not come for their assignment in time. */
  onSyncDeadline(group: ClassicGroup): readonly GroupRecord[] {
    if (group.pendingSync.size === 0) return noRecords
    return this.remove(
      group,
      [...group.pendingSync].map(id => group.members.get(id)!),
    )
  }

  /** A member was not heard of for its session time-out. */
  onSession(group: ClassicGroup, member: Member): readonly GroupRecord[] {
    if (group.members.get(member.id) !== member) return noRecords
    const waits = member.joining !== undefined || member.syncing !== undefined
    if (waits && !member.isNew) {
      this.touch(member)
      return noRecords
    }
    return this.remove(group, [member])
  }

  /** An id was given out and never used. */
  onPendingMember(group: ClassicGroup, memberId: string): readonly GroupRecord[] {
    group.dropPending(memberId)
    return this.advance(group)
  }

  /** Takes members out, whatever they wait for, and lets the others start or go on with a rebalance. */
  remove(group: ClassicGroup, members: readonly Member[]): readonly GroupRecord[] {
    for (const member of members) this.#dismiss(group, member)
    if (members.length === 0) return noRecords
    if (group.state === 'Stable' || group.state === 'CompletingRebalance') return this.prepare(group)
    return this.advance(group)
  }

  /** Forgets what waits on a connection that is gone, so that the sessions of its members run again. */
  connectionClosed(group: ClassicGroup, connectionId: number): readonly GroupRecord[] {
    const strangers: Member[] = []
    for (const member of group.members.values()) {
      const { joining, syncing } = member
      if (joining?.connectionId !== connectionId && syncing?.connectionId !== connectionId) continue
      const wasNew = member.isNew
      refuseParked(member, kafkaErrors.REBALANCE_IN_PROGRESS.code)
      member.isNew = false
      this.touch(member)
      // Its id was in the answer that it never gets: it will come back as somebody else.
      if (wasNew && !member.knowsId && member.instanceId === null) strangers.push(member)
    }
    return this.remove(group, strangers)
  }

  /** Tells who waits for the assignment of a generation that there will be none. */
  refuseSyncs(group: ClassicGroup, kafkaCode: number): void {
    for (const member of group.members.values()) {
      member.syncing?.resolve(refusedSync(kafkaCode))
      member.syncing = undefined
      member.assignment = noBytes
    }
  }

  #waitForMore(group: ClassicGroup, allowedMs: number): void {
    const delayMs = Math.min(this.#initialDelayMs, allowedMs)
    group.initialDelay = { leftMs: allowedMs - delayMs, joined: false }
    group.joinDeadline.set(delayMs)
  }

  /** Closes a rebalance with those who have joined. */
  #complete(group: ClassicGroup): readonly GroupRecord[] {
    group.joinDeadline.clear()
    for (const member of group.members.values()) {
      if (member.joining === undefined && member.instanceId === null) this.#dismiss(group, member)
    }
    if (group.members.size > 0 && !group.electJoinedLeader()) {
      // Only static members are left and none has joined: their sessions decide.
      group.joinDeadline.set(group.rebalanceTimeoutMs())
      return noRecords
    }
    group.generation++
    if (group.members.size === 0) return [emptied(group, this.#clock.now())]
    this.#beginGeneration(group)
    return noRecords
  }

  #beginGeneration(group: ClassicGroup): void {
    group.protocolName = group.selectProtocol()
    group.moveTo('CompletingRebalance', this.#clock.now())
    group.pendingSync.clear()
    for (const member of group.members.values()) {
      group.pendingSync.add(member.id)
      const { joining } = member
      // A static member that did not join keeps the session it has.
      if (joining === undefined) continue
      member.joining = undefined
      member.isNew = false
      this.touch(member)
      joining.resolve(joinedResponse(group, member))
    }
    group.syncDeadline.set(group.rebalanceTimeoutMs())
  }

  #dismiss(group: ClassicGroup, member: Member): void {
    const { code } = kafkaErrors.UNKNOWN_MEMBER_ID
    // It has no id any more.
    member.joining?.resolve(refusedJoin(code, ''))
    member.joining = undefined
    refuseParked(member, code)
    group.remove(member)
  }
}

function emptied(group: ClassicGroup, nowMs: number): GroupRecord {
  const membership = {
    protocolType: group.protocolType ?? '',
    generation: group.generation,
    protocolName: null,
    leaderId: null,
    stateTimestampMs: nowMs,
    members: [],
  }
  return { kind: 'membership', groupId: group.id, membership }
}
