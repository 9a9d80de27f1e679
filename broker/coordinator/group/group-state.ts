/**
 * Life of a group under the classic protocol (semantics G60; Kafka's ClassicGroupState).
 *
 *            first join                    all joined, or time is up
 *   Empty ───────────────▶ PreparingRebalance ───────────────────▶ CompletingRebalance
 *     ▲  ▲                   │        ▲   ▲                            │        │
 *     │  └───────────────────┘        │   └────────────────────────────┘        │ the leader's
 *     │     nobody is left            │     join, leave, death, sync time-out   │ assignment
 *     │                               │                                         ▼
 *     │                               └──────────────────────────────────── Stable
 *     ▼                                    join, leave, death
 *    Dead ◀── deleted, or its last offset expired
 *
 *                       join            sync                   heartbeat            leave
 * Empty                 begins a        UNKNOWN_MEMBER_ID      UNKNOWN_MEMBER_ID    UNKNOWN_MEMBER_ID
 *                       rebalance
 * PreparingRebalance    parked          REBALANCE_IN_PROGRESS  REBALANCE_IN_        removes; may end the wait
 *                                                              PROGRESS
 * CompletingRebalance   retry: answered parked; the leader's   none (kept alive)    removes; new rebalance
 *                       else: new       assignment ends it
 *                       rebalance
 * Stable                leader or       the assignment         none (kept alive)    removes; new rebalance
 *                       changed: new
 *                       rebalance;
 *                       else answered
 * Dead                  COORDINATOR_NOT_AVAILABLE to all of them, so that clients look for the group again
 *
 * What moves each state on without a request: PreparingRebalance by the rebalance time-out (the longest of its
 * members) and by session time-outs; CompletingRebalance by the sync time-out and session time-outs; Stable by session
 * time-outs; Empty by expiry of offsets. No state waits without a deadline.
 */
export type GroupState = 'Empty' | 'PreparingRebalance' | 'CompletingRebalance' | 'Stable' | 'Dead'

export const groupTransitions: Readonly<Record<GroupState, readonly GroupState[]>> = {
  Empty: ['PreparingRebalance', 'Dead'],
  PreparingRebalance: ['CompletingRebalance', 'Empty'],
  CompletingRebalance: ['Stable', 'PreparingRebalance'],
  Stable: ['PreparingRebalance'],
  Dead: [],
}
