/** The deadlines of members: the session that each heartbeat puts off, and the time to give partitions up. */
import type { Deadline, Deadlines } from '../../timers.ts'

interface TimersOfMember {
  readonly session: Deadline
  readonly revocation: Deadline
}

/** What is called when a deadline is reached. */
export interface MemberAlarms {
  session(groupId: string, memberId: string): void
  /** The member has not given up in time what it was told to. */
  revocation(groupId: string, memberId: string): void
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

  /** The member is gone. */
  forget(groupId: string, memberId: string): void {
    const members = this.#groups.get(groupId)
    const timers = members?.get(memberId)
    if (members === undefined || timers === undefined) return
    timers.session.clear()
    timers.revocation.clear()
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
        revocation: this.#deadlines.create(() => this.#alarms.revocation(groupId, memberId)),
      }
      members.set(memberId, timers)
    }
    return timers
  }
}
