/** What all folds of a windowed cogroup have in common: their windows, and how long the store keeps them. */
import type { MergeCallback } from '../operators/callbacks.ts'
import type { SessionWindows } from '../windows/session-windows.ts'
import type { StoredWindows } from '../windows/stored-windows.ts'

export type CogroupWindows =
  | { readonly kind: 'time'; readonly windows: StoredWindows; readonly retentionMs: number }
  | {
      readonly kind: 'session'
      readonly windows: SessionWindows
      readonly retentionMs: number
      readonly merge: MergeCallback
    }

/** How long after its end a window still takes records; a session, after its last record. */
export function graceOfCogroup(windowed: CogroupWindows): number {
  if (windowed.kind === 'time') return windowed.windows.graceMs
  return windowed.windows.gapMs + windowed.windows.graceMs
}
