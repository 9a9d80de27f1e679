/** The kinds of windows whose rows are in window stores, by key and start: all but sessions. */
import type { FixedWindows } from './fixed-windows.ts'
import type { SlidingWindows } from './sliding-windows.ts'

export type StoredWindows = FixedWindows | SlidingWindows

/**
 * How long a store must keep windows by default, and at least (semantics 1.6). A sliding window is still looked at when
 * a record comes that is later by twice the difference: what it holds goes into the next left window.
 */
export function retentionNeeded(windows: StoredWindows): number {
  const { kind, sizeMs, graceMs } = windows
  return (kind === 'sliding' ? 2 * sizeMs : sizeMs) + graceMs
}
