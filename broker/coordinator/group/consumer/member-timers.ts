/**
 * The deadlines of members: the session that each heartbeat puts off, and the time to do what they were told.
 *
 *   revocation   of the consumer protocol: to give partitions up
 *   join         of the classic protocol: to join again, from when it was first told to
 *   sync         of the classic protocol: to ask what it has, from when it joined
 */
import type { Deadline, Deadlines } from '../../timers.ts'

interface TimersOfMember {
  readonly session: Deadline
  readonly revocation: Deadline
  readonly join: Deadline
  readonly sync: Deadline
}

/** What is called when a deadline is reached. */
export interface MemberAlarms {
  session(groupId: string, memberId: string): void
  /** The member has not done in time what it was told to. */
  late(groupId: string, memberId: string): void
}

export class MemberTimers {
  readonly #deadlines: Deadlines
  readonly #alarms: MemberAlarms
  readonly #groups = new Map<string, Map<string, TimersOfMember>>()

  constructor(deadlines: Deadlines, alarms: MemberAlarms) {
    this.#deadlines = deadlines
    this.#alarms = alarms
  }

  /** The member has just shown that it lives. */
  touch(groupId: string, memberId: string, sessionMs: number): void {
    this.#of(groupId, memberId).session.set(sessionMs)
  }

  /** Gives a member so long to give partitions up; `undefined` if it has none to give. */
  awaitRevocation(groupId: string, memberId: string, timeoutMs: number | undefined): void {
    const { revocation } = this.#of(groupId, memberId)
    if (timeoutMs === undefined) revocation.clear()
    else revocation.set(timeoutMs)
  }

  /** Gives a member of the classic protocol so long to join again, unless it was told so before. */
  awaitJoin(groupId: string, memberId: string, timeoutMs: number): void {
    const { join } = this.#of(groupId, memberId)
    if (!join.isSet) join.set(timeoutMs)
  }

  /** It has joined again. */
  joined(groupId: string, memberId: string): void {
    this.#of(groupId, memberId).join.clear()
  }

  /** Gives a member of the classic protocol so long to ask what it has. */
  awaitSync(groupId: string, memberId: string, timeoutMs: number): void {
    this.#of(groupId, memberId).sync.set(timeoutMs)
  }

  /** It has asked. */
  synced(groupId: string, memberId: string): void {
    this.#of(groupId, memberId).sync.clear()
  }

  /** The member is gone. */
  forget(groupId: string, memberId: string): void {
    const members = this.#groups.get(groupId)
    const timers = members?.get(memberId)
    if (members === undefined || timers === undefined) return
    for (const deadline of Object.values(timers) as readonly Deadline[]) deadline.clear()
    members.delete(memberId)
    if (members.size === 0) this.#groups.delete(groupId)
  }

  #of(groupId: string, memberId: string): TimersOfMember {
    let members = this.#groups.get(groupId)
    if (members === undefined) this.#groups.set(groupId, (members = new Map()))
    let timers = members.get(memberId)
    if (timers === undefined) {
      timers = {
        session: this.#deadlines.create(() => this.#alarms.session(groupId, memberId)),
        revocation: this.#deadlines.create(() => this.#alarms.late(groupId, memberId)),
        join: this.#deadlines.create(() => this.#alarms.late(groupId, memberId)),
        sync: this.#deadlines.create(() => this.#alarms.late(groupId, memberId)),
      }
      members.set(memberId, timers)
    }
    return timers
  }
}
