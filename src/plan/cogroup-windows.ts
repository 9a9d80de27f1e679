/** What all folds of a windowed cogroup have in common: their windows, and how long the store keeps them. */
import type { MergeCallback } from '../operators/callbacks.ts'
import type { SessionWindows } from '../windows/session-windows.ts'
import type { StoredWindows } from '../windows/stored-windows.ts'

/** When its rows are put out. */
export interface CogroupEmission {
  /** Whether each window is put out once, when it closes: by the time of all folds together. */
  readonly onClose: boolean
  /** How long all inputs are silent before time goes on by the clock; absent: only records move it. */
  readonly idleMs: number | undefined
}

export type CogroupWindows = CogroupEmission & { readonly retentionMs: number } & (
    | { readonly kind: 'time'; readonly windows: StoredWindows }
    | { readonly kind: 'session'; readonly windows: SessionWindows; readonly merge: MergeCallback }
  )

/** How long after its end a window still takes records; a session, after its last record. */
export function graceOfCogroup(windowed: CogroupWindows): number {
  if (windowed.kind === 'time') return windowed.windows.graceMs
  return windowed.windows.gapMs + windowed.windows.graceMs
}
