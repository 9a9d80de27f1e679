/**
 * The states of a transactional producer, and which may follow which.
 *
 *   uninitialised ─▶ initialising ─▶ ready ─▶ open ─▶ committing ─▶ ready
 *                         ▲                    │           │
 *                         └── (failed)         ▼           ▼
 *                                          abortable ◀─────┘
 *                                              │
 *                                  open ───────┴──▶ aborting ─▶ ready
 *
 *   any state ─▶ failed (for good)
 *
 *   state          append    what moves it on
 *   uninitialised  refused   initTransactions
 *   initialising   refused   the coordinator's answer; a failure leads back
 *   ready          refused   beginTransaction
 *   open           taken     commitTransaction, abortTransaction; a send that failed
 *   committing     refused   the end of the sends, then of EndTxn
 *   abortable      dropped   abortTransaction, and nothing else: part of the transaction is missing
 *   aborting       refused   the end of what is under way, then of EndTxn
 *   failed         dropped   nothing: close the producer and make another (fenced, or the outcome is not known)
 */
import { assert } from '../../src/base/assert.ts'

export type TransactionState =
  | 'uninitialised'
  | 'initialising'
  | 'ready'
  | 'open'
  | 'committing'
  | 'abortable'
  | 'aborting'
  | 'failed'

const next: Readonly<Record<TransactionState, readonly TransactionState[]>> = {
  uninitialised: ['initialising', 'failed'],
  initialising: ['ready', 'uninitialised', 'failed'],
  ready: ['open', 'failed'],
  open: ['committing', 'aborting', 'abortable', 'failed'],
  committing: ['ready', 'abortable', 'failed'],
  abortable: ['aborting', 'failed'],
  aborting: ['ready', 'failed'],
  failed: [],
}

/** The next state, held against the table. */
export function moved(from: TransactionState, to: TransactionState): TransactionState {
  assert(next[from].includes(to), `a transaction cannot go from ${from} to ${to}`)
  return to
}
