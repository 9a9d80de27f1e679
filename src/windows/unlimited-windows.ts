/** The unlimited window: one window from a moment on, which never ends and never closes (semantics D84). */
import { misuse } from '../base/misuse.ts'

/** One window without an end; made by `unlimited`. */
export interface UnlimitedWindows {
  readonly kind: 'unlimited'
  /** Where the window starts; records before are in none. */
  readonly startMs: number
  readonly sizeMs: number
  readonly graceMs: 0
}

/**
 * One window that takes every record from `start` on, milliseconds since the epoch, 0 by default.
 *
 * Its end is `Infinity`; nothing in it expires or is late. Records before `start` are in no window: they are ignored,
 * and not counted as dropped. A negative or fractional `start` is MR-1010.
 *
 * @example
 * ```ts
 * import { defineApp, string, topic, unlimited } from 'millrace'
 *
 * const clicks = topic('clicks', { key: string(), value: string() })
 *
 * export default defineApp({
 *   id: 'clicks-since-launch',
 *   build(b) {
 *     const launch = Date.UTC(2026, 0, 1)
 *     b.stream(clicks).groupByKey().windowedBy(unlimited({ start: launch })).count('clicks-since-launch')
 *   },
 * })
 * ```
 */
export function unlimited(options: { readonly start?: number } = {}): UnlimitedWindows {
  const { start = 0 } = options
  if (!Number.isSafeInteger(start) || start < 0) {
    throw misuse(`unlimited: start must be whole milliseconds since the epoch, 0 or more; not ${start}`)
  }
  return Object.freeze({ kind: 'unlimited' as const, startMs: start, sizeMs: Infinity, graceMs: 0 as const })
}
