/**
 * SyncGroup and Heartbeat on a group: the leader's assignment ends a rebalance, everyone else waits for it.
 *
 * The assignment goes into the log with the generation, so that a broker that restarts finds a stable group and its
 * members go on as if nothing had happened. If the log refuses it, nobody gets an assignment: all are told to join again.
 */
import { assert } from '../../../src/base/assert.ts'
import type { Clock } from '../../../src/base/clock.ts'
import { noBytes } from '../../../src/base/bytes.ts'
import { kafkaErrors } from '../../../src/protocol/errors.ts'
import type { HeartbeatRequest } from '../../../src/protocol/messages/12-heartbeat.ts'
import type { SyncGroupRequest, SyncGroupResponse } from '../../../src/protocol/messages/14-sync-group.ts'
import { answer, type Outcome } from '../runtime.ts'
import type { ClassicGroup } from './classic-group.ts'
import { checkClaim } from './fencing.ts'
import { park, type Member } from './member.ts'
import type { Rebalance } from './rebalance.ts'
import type { GroupRecord } from './records.ts'
import { refusedSync, syncedResponse } from './responses.ts'

export type SyncOutcome = Outcome<GroupRecord, SyncGroupResponse | Promise<SyncGroupResponse>>

export class SyncGroupOperation {
  readonly #clock: Clock
  readonly #rebalance: Rebalance

  constructor(clock: Clock, rebalance: Rebalance) {
    this.#clock = clock
    this.#rebalance = rebalance
  }

  sync(group: ClassicGroup, request: SyncGroupRequest, connectionId: number): SyncOutcome {
    const refusal = checkClaim(group, request) ?? checkProtocol(group, request)
    if (refusal !== undefined) return answer(refusedSync(refusal))
    const member = group.members.get(request.memberId)!
    const { state } = group
    if (state === 'CompletingRebalance') return this.#await(group, member, request, connectionId)
    if (state === 'PreparingRebalance') return answer(refusedSync(kafkaErrors.REBALANCE_IN_PROGRESS.code))
    assert(state === 'Stable', 'a group that is empty or dead has a member')
    this.#arrived(group, member)
    return answer(syncedResponse(group, member))
  }

  /** Says that a member lives; answers the code that tells it what its group is doing. */
  heartbeat(group: ClassicGroup, request: HeartbeatRequest): number {
    const refusal = checkClaim(group, request)
    if (refusal !== undefined) return refusal
    this.#rebalance.touch(group.members.get(request.memberId)!)
    const { REBALANCE_IN_PROGRESS, NONE } = kafkaErrors
    return group.state === 'PreparingRebalance' ? REBALANCE_IN_PROGRESS.code : NONE.code
  }

  #await(group: ClassicGroup, member: Member, request: SyncGroupRequest, connectionId: number): SyncOutcome {
    member.syncing?.resolve(refusedSync(kafkaErrors.REBALANCE_IN_PROGRESS.code))
    member.syncing = park(connectionId)
    const response = member.syncing.promise
    this.#arrived(group, member)
    if (member.id !== group.leaderId) return answer(response)
    const given = new Map(request.assignments.map(each => [each.memberId, each.assignment]))
    const membership = group.toMembership(
      this.#clock.now(),
      // Kept as long as the generation, while the request's frame is not.
      each => given.get(each.id)?.slice() ?? noBytes,
    )
    return {
      records: [{ kind: 'membership', groupId: group.id, membership }],
      response,
      committed: () => answerWaiting(group),
      refused: error => {
        this.#rebalance.refuseSyncs(group, error.kafkaCode)
        // A rebalance that opens with members in it decides nothing for the log.
        this.#rebalance.prepare(group)
        return response
      },
    }
  }

  #arrived(group: ClassicGroup, member: Member): void {
    this.#rebalance.touch(member)
    group.pendingSync.delete(member.id)
    if (group.pendingSync.size === 0) group.syncDeadline.clear()
  }
}

function answerWaiting(group: ClassicGroup): void {
  for (const member of group.members.values()) {
    member.syncing?.resolve(syncedResponse(group, member))
    member.syncing = undefined
  }
}

function checkProtocol(group: ClassicGroup, request: SyncGroupRequest): number | undefined {
  const { protocolType, protocolName } = request
  if (protocolType !== null && protocolType !== (group.protocolType ?? null)) {
    return kafkaErrors.INCONSISTENT_GROUP_PROTOCOL.code
  }
  if (protocolName !== null && protocolName !== group.protocolName) {
    return kafkaErrors.INCONSISTENT_GROUP_PROTOCOL.code
  }
  return undefined
}
