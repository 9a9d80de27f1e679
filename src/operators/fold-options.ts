/** What all folds of a stream are told: where they keep what, and how they forward; and what those in windows are told more. */
import type { Serde } from '../serdes/serde.ts'
import type { FoldCallback } from './callbacks.ts'
import type { FoldEmissionOptions } from './shared-emission.ts'

export interface FoldOptions extends FoldEmissionOptions {
  readonly add: FoldCallback
  /** False when `add` never looks at the value (`count`): then a source need not decode it. Default true. */
  readonly readsValue?: boolean | undefined
}

/** Of folds in windows and sessions. */
export interface WindowedFoldOptions extends FoldOptions {
  /** How long the input is silent before time goes on by the clock. Absent: only records move it. */
  readonly idleMs?: number | undefined
  /** The child that gets late records. Absent: they are only counted. */
  readonly late?: string | undefined
  /** Puts out each window once, when it closes, in place of every update. The store can then be walked. */
  readonly onClose?: { readonly keySerde: Serde<unknown> } | undefined
}
