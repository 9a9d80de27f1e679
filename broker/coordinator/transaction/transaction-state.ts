/**
 * Life of a transactional id (semantics G70; Kafka's TransactionState).
 *
 *                     partition or offsets added
 *            ┌──────────────────────────────────────────┐
 *            │                                          ▼
 *   ┌─────▶ Empty ─────────────────────────────────▶ Ongoing ◀──────────────────────────┐
 *   │        │  │                                    │  │  │                           │
 *   │ init   │  │ abort of nothing (KIP-890)   commit│  │  │ time-out, or a new         │ partition
 *   │        │  │                                    │  │  ▼ producer took over          │ added
 *   │        │  │                                    │  │ PrepareEpochFence             │
 *   │        │  │                                    │  │abort │                         │
 *   │        │  ▼                                    ▼  ▼      ▼                         │
 *   │        │ PrepareAbort ◀───────────────  PrepareCommit  PrepareAbort               │
 *   │        │  │ every marker is written            │ every marker is written           │
 *   │        │  ▼                                    ▼                                  │
 *   └──────── CompleteAbort                      CompleteCommit ────────────────────────┘
 *            │                                       │          (and from CompleteAbort)
 *            └──────────────▶ Dead ◀─────────────────┘   not used for transactional.id.expiration.ms
 *
 *                    init                 add partition    end                           time-out scan
 * Empty              bumps the epoch      Ongoing          commit: INVALID_TXN_STATE;    -
 *                                                          abort: done, or INVALID_TXN_
 *                                                          STATE of clients before KIP-890
 * Ongoing            fences, aborts, then taken            prepares                      fences and aborts
 *                    bumps the epoch
 * Prepare*           CONCURRENT_TRANSACTIONS to all of them; a commit of an abort, or the reverse: INVALID_TXN_STATE
 * Complete*          bumps the epoch      Ongoing          a repetition: its first answer; -
 *                                                          else as in Empty
 *
 * The Prepare record decides: from then on the outcome is certain, whatever happens, and a broker that starts finishes
 * it before it answers anyone. PrepareEpochFence is a moment, not a place: the fence and the abort are decided in one record,
 * so no record that this broker writes has it; one that is found in a log is followed by its abort at once.
 */
export type TransactionState =
  | 'Empty'
  | 'Ongoing'
  | 'PrepareCommit'
  | 'PrepareAbort'
  | 'CompleteCommit'
  | 'CompleteAbort'
  | 'Dead'
  | 'PrepareEpochFence'

export const transactionTransitions: Readonly<Record<TransactionState, readonly TransactionState[]>> = {
  Empty: ['Empty', 'Ongoing', 'PrepareAbort', 'Dead'],
  Ongoing: ['Ongoing', 'PrepareCommit', 'PrepareAbort', 'PrepareEpochFence'],
  PrepareCommit: ['CompleteCommit'],
  PrepareAbort: ['CompleteAbort'],
  CompleteCommit: ['Empty', 'Ongoing', 'PrepareAbort', 'Dead'],
  CompleteAbort: ['Empty', 'Ongoing', 'PrepareAbort', 'Dead'],
  Dead: [],
  PrepareEpochFence: ['PrepareAbort'],
}

/** The numbers in the log, never to be changed. */
export const transactionStateIds: Readonly<Record<TransactionState, number>> = {
  Empty: 0,
  Ongoing: 1,
  PrepareCommit: 2,
  PrepareAbort: 3,
  CompleteCommit: 4,
  CompleteAbort: 5,
  Dead: 6,
  PrepareEpochFence: 7,
}

/** The state with this number; `undefined` for a number that is none. */
export function transactionStateOf(id: number): TransactionState | undefined {
  return byId.get(id)
}

/** Whether what is left to do is to write the markers. */
export function isPrepared(state: TransactionState): state is 'PrepareCommit' | 'PrepareAbort' {
  return state === 'PrepareCommit' || state === 'PrepareAbort'
}

/** Whether a transaction has ended and none has begun. */
export function isComplete(state: TransactionState): state is 'CompleteCommit' | 'CompleteAbort' {
  return state === 'CompleteCommit' || state === 'CompleteAbort'
}

const byId = new Map(
  Object.entries(transactionStateIds).map(([state, id]) => [id, state as TransactionState] as const),
)
