/**
 * A group under the classic protocol: its members, its generation and the checked moves between its states.
 *
 * This is the data and the rules that need nothing but the data. Who waits for what, and for how long, is in
 * `rebalance.ts`; what a request does is in `join.ts`, `sync.ts`, `leave.ts` and `heartbeat.ts`.
 *
 * Invariants: a member id is in `members` or in `pendingMembers`, never both; `instances` names exactly the members
 * that have an instance id; `leaderId` is undefined or a member's; `protocolVotes` counts, for every protocol name,
 * the members that support it.
 */
import { assert } from '../../../src/base/assert.ts'
import { noBytes } from '../../../src/base/bytes.ts'
import type { JoinGroupRequestProtocol } from '../../../src/protocol/messages/11-join-group.ts'
import type { Deadline, Deadlines } from '../timers.ts'
import { groupTransitions, type GroupState } from './group-state.ts'
import { Member, type MemberIdentity, type MemberTerms } from './member.ts'
import { chosenProtocol } from './protocol-choice.ts'
import type { Membership } from './records.ts'

/** What a group's deadlines call when they are reached. */
export interface GroupAlarms {
  joinDeadline(group: ClassicGroup): void
  syncDeadline(group: ClassicGroup): void
  session(group: ClassicGroup, member: Member): void
  pendingMember(group: ClassicGroup, memberId: string): void
}

/** The wait of a first rebalance. */
export interface InitialDelay {
  /** How much longer it may be extended. */
  leftMs: number
  /** Whether someone joined during the current part of it, so that it is extended. */
  joined: boolean
}

export class ClassicGroup {
  readonly id: string
  readonly members = new Map<string, Member>()
  /** Instance id → member id. */
  readonly instances = new Map<string, string>()
  /** Ids that were given out (MEMBER_ID_REQUIRED) and have not joined yet, with the deadline of each. */
  readonly pendingMembers = new Map<string, Deadline>()
  /** Members that have not asked for their assignment in this generation. */
  readonly pendingSync = new Set<string>()
  readonly joinDeadline: Deadline
  readonly syncDeadline: Deadline
  generation = 0
  protocolType: string | undefined
  protocolName: string | null = null
  leaderId: string | undefined
  /** When the group became what it is, wall clock; -1 if a record of an old broker did not say. */
  stateTimestampMs: number
  /** Set while the first rebalance waits for members that start together. */
  initialDelay: InitialDelay | undefined
  /** When the current rebalance was opened, monotonic. */
  rebalanceStartedAt = 0
  readonly #protocolVotes = new Map<string, number>()
  readonly #deadlines: Deadlines
  readonly #alarms: GroupAlarms
  #state: GroupState = 'Empty'

  constructor(id: string, nowMs: number, deadlines: Deadlines, alarms: GroupAlarms) {
    this.id = id
    this.stateTimestampMs = nowMs
    this.#deadlines = deadlines
    this.#alarms = alarms
    this.joinDeadline = deadlines.create(() => alarms.joinDeadline(this))
    this.syncDeadline = deadlines.create(() => alarms.syncDeadline(this))
  }

  get state(): GroupState {
    return this.#state
  }

  moveTo(state: GroupState, nowMs: number): void {
    assert(groupTransitions[this.#state].includes(state), `a group moves from ${this.#state} to ${state}`)
    this.#state = state
    this.stateTimestampMs = nowMs
  }

  /** Adds a member; the first one leads. */
  add(identity: MemberIdentity, terms: MemberTerms): Member {
    assert(!this.members.has(identity.id), 'a member joined twice')
    this.dropPending(identity.id)
    const session = this.#deadlines.create(() => this.#alarms.session(this, member))
    const member = new Member(identity, terms, { session, isNew: true })
    this.members.set(member.id, member)
    if (member.instanceId !== null) {
      assert(!this.instances.has(member.instanceId), 'two members have the same instance id')
      this.instances.set(member.instanceId, member.id)
    }
    this.leaderId ??= member.id
    for (const name of member.names) this.#vote(name, 1)
    return member
  }

  /** Takes a member out. Whoever calls has answered what it waited for. */
  remove(member: Member): void {
    assert(this.members.get(member.id) === member, 'a stranger is removed from a group')
    assert(member.joining === undefined && member.syncing === undefined, 'a waiting member was forgotten')
    member.session.clear()
    this.members.delete(member.id)
    this.pendingSync.delete(member.id)
    if (member.instanceId !== null) this.instances.delete(member.instanceId)
    for (const name of member.names) this.#vote(name, -1)
    if (this.leaderId === member.id) this.leaderId = firstKey(this.members)
  }

  /** Takes what a member says when it joins again. */
  setTerms(member: Member, terms: MemberTerms): void {
    const before = member.names
    member.take(terms)
    if (member.names === before) return
    for (const name of before) if (!member.names.has(name)) this.#vote(name, -1)
    for (const name of member.names) if (!before.has(name)) this.#vote(name, 1)
  }

  /** Keeps an id that was given out for as long as its session lasts. */
  addPending(memberId: string, sessionTimeoutMs: number): void {
    assert(!this.members.has(memberId), 'a member is pending')
    const deadline = this.#deadlines.create(() => this.#alarms.pendingMember(this, memberId))
    this.pendingMembers.set(memberId, deadline)
    deadline.set(sessionTimeoutMs)
  }

  dropPending(memberId: string): boolean {
    this.pendingMembers.get(memberId)?.clear()
    return this.pendingMembers.delete(memberId)
  }

  /** Whether a member with these protocols fits the others. */
  supports(protocolType: string, protocols: readonly JoinGroupRequestProtocol[]): boolean {
    if (this.#state === 'Empty') return protocolType !== '' && protocols.length > 0
    if (protocolType !== this.protocolType) return false
    return protocols.some(({ name }) => this.#protocolVotes.get(name) === this.members.size)
  }

  /** The protocol that all support and most prefer. */
  selectProtocol(): string {
    assert(this.members.size > 0, 'a group without members selects a protocol')
    const brought = Array.from(this.members.values(), ({ terms }) => terms.protocols)
    const selected = chosenProtocol(brought, this.#protocolVotes)
    assert(selected !== undefined, 'the members of a group have no protocol in common')
    return selected
  }

  /** Whether nobody is missing from the rebalance. */
  allJoined(): boolean {
    if (this.pendingMembers.size > 0) return false
    for (const member of this.members.values()) if (member.joining === undefined) return false
    return true
  }

  /** Lets a member lead that has joined; answers whether there is one. */
  electJoinedLeader(): boolean {
    const leader = this.leaderId === undefined ? undefined : this.members.get(this.leaderId)
    if (leader?.joining !== undefined) return true
    for (const member of this.members.values()) {
      if (member.joining === undefined) continue
      this.leaderId = member.id
      return true
    }
    return false
  }

  /** How long a rebalance may take: the most that any member asked for. */
  rebalanceTimeoutMs(): number {
    let timeoutMs = 0
    for (const { terms } of this.members.values()) timeoutMs = Math.max(timeoutMs, terms.rebalanceTimeoutMs)
    return timeoutMs
  }

  /** This generation as a record, each member with the assignment that `assignmentOf` gives it. */
  toMembership(stateTimestampMs: number, assignmentOf: (member: Member) => Uint8Array): Membership {
    return {
      protocolType: this.protocolType ?? '',
      generation: this.generation,
      protocolName: this.protocolName,
      leaderId: this.leaderId ?? null,
      stateTimestampMs,
      members: [...this.members.values()].map(each => each.toRecord(this.protocolName, assignmentOf(each))),
    }
  }

  /**
   * Becomes what a record says: Empty without members, else Stable. For a group that was loaded the record is all there
   * is; one that lives has its members already and takes their assignments.
   */
  apply(membership: Membership): void {
    const { generation, members, stateTimestampMs } = membership
    assert(generation >= this.generation, 'a group goes back to an older generation')
    this.generation = generation
    this.protocolType = membership.protocolType === '' ? undefined : membership.protocolType
    this.protocolName = membership.protocolName
    this.stateTimestampMs = stateTimestampMs
    const recorded = new Set(members.map(({ memberId }) => memberId))
    for (const member of this.members.values()) if (!recorded.has(member.id)) this.remove(member)
    for (const record of members) {
      const member = this.members.get(record.memberId) ?? this.#restore(record, membership.protocolName)
      member.assignment = record.assignment
    }
    this.leaderId = membership.leaderId ?? undefined
    this.#state = members.length === 0 ? 'Empty' : 'Stable'
  }

  /** Ends all its deadlines: the group is gone. */
  close(): void {
    this.joinDeadline.clear()
    this.syncDeadline.clear()
    for (const deadline of this.pendingMembers.values()) deadline.clear()
    for (const member of this.members.values()) member.session.clear()
  }

  #restore(record: Membership['members'][number], protocolName: string | null): Member {
    const { memberId: id, instanceId, clientId, clientHost, sessionTimeoutMs, rebalanceTimeoutMs } = record
    const protocols = protocolName === null ? [] : [{ name: protocolName, metadata: record.subscription }]
    const member = this.add(
      { id, instanceId, clientId, clientHost, knowsId: true },
      { sessionTimeoutMs, rebalanceTimeoutMs, protocols },
    )
    member.isNew = false
    member.assignment = noBytes
    return member
  }

  #vote(name: string, by: 1 | -1): void {
    const count = (this.#protocolVotes.get(name) ?? 0) + by
    if (count === 0) this.#protocolVotes.delete(name)
    else this.#protocolVotes.set(name, count)
  }
}

function firstKey<Key>(map: ReadonlyMap<Key, unknown>): Key | undefined {
  for (const key of map.keys()) return key
  return undefined
}
