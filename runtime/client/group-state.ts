/**
 * The states of a group member, and which may follow which.
 *
 *   outside ─▶ joining ─▶ settling ─▶ stable ─▶ joining …
 *      ▲          │           │          │
 *      └──────────┴───(lost)──┴──────────┘        any ─▶ closed, failed
 *
 *   state      heartbeats   what it is                                what moves it on
 *   outside    no           not a member: not started, or lost        `poll`, which joins
 *   joining    after Join   JoinGroup or SyncGroup is under way       the coordinator's answers
 *   settling   yes          an assignment waits for its callbacks     `poll`, which runs them
 *   stable     yes          the assignment has taken effect           `poll`, if a rebalance is asked for
 *   closed     no           left, or closing                          nothing
 *   failed     no           the group does not admit it (fatal)       nothing; `poll` rejects with the reason
 */
import { assert } from '../../src/base/assert.ts'

export type GroupState = 'outside' | 'joining' | 'settling' | 'stable' | 'closed' | 'failed'

const next: Readonly<Record<GroupState, readonly GroupState[]>> = {
  outside: ['joining', 'closed', 'failed'],
  joining: ['settling', 'outside', 'closed', 'failed'],
  settling: ['stable', 'outside', 'closed', 'failed'],
  stable: ['joining', 'outside', 'closed', 'failed'],
  closed: [],
  failed: ['closed'],
}

/** The next state, held against the table. */
export function movedTo(from: GroupState, to: GroupState): GroupState {
  assert(next[from].includes(to), `a group member cannot go from ${from} to ${to}`)
  return to
}
