/** Windows of a user's own: a function says which ones hold a timestamp (semantics D86). */
import { misuse } from '../base/misuse.ts'
import type { Duration } from '../base/duration.ts'
import { graceOf, positive, type WindowOptions } from './time-windows.ts'
import type { Window } from './window.ts'

/** Windows that a function makes; made by `customWindows`. */
export interface CustomWindows {
  readonly kind: 'custom'
  readonly windowsFor: (timestamp: number) => readonly Window[]
  /** The greatest size of any window. */
  readonly sizeMs: number
  readonly graceMs: number
}

/** What `customWindows` takes. */
export interface CustomWindowOptions extends WindowOptions {
  /**
   * The windows that hold a timestamp, the one to be updated first in front; no two may have the same start. It must
   * answer the same whenever it is asked.
   */
  readonly windowsFor: (timestamp: number) => readonly Window[]
  /** The greatest size that a window may have: so long, and the grace, windows are kept. */
  readonly size: Duration
}

/**
 * Windows of one's own kind, such as months or shifts: `windowsFor` answers those that hold a timestamp, as
 * `{ start, end }` in milliseconds, the end excluded. Rows are kept by key and start.
 *
 * `size` is the greatest size of a window, more than 0 (otherwise MR-1010); `grace` is as for `tumbling`. A window
 * that starts before the epoch, does not end after its start, or is longer than `size` stops the application with a
 * `RangeError`. Where windowed keys are read back from a topic, their end is the start and `size`.
 *
 * @example
 * ```ts
 * import { customWindows, defineApp, string, topic } from 'millrace'
 *
 * const clicks = topic('clicks', { key: string(), value: string() })
 * const months = customWindows({
 *   size: '31d',
 *   windowsFor: timestamp => {
 *     const date = new Date(timestamp)
 *     const start = Date.UTC(date.getUTCFullYear(), date.getUTCMonth())
 *     return [{ start, end: Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1) }]
 *   },
 * })
 *
 * export default defineApp({
 *   id: 'clicks-per-month',
 *   build(b) {
 *     b.stream(clicks).groupByKey().windowedBy(months).count('clicks-per-month')
 *   },
 * })
 * ```
 */
export function customWindows(options: CustomWindowOptions): CustomWindows {
  const windowsFor: unknown = options?.windowsFor
  if (typeof windowsFor !== 'function') throw misuse('customWindows: windowsFor must be a function')
  const sizeMs = positive(options.size, 'customWindows: size')
  const check = ({ start, end }: Window): void => {
    const fits = Number.isSafeInteger(start) && start >= 0 && end > start && end - start <= sizeMs
    if (!fits) throw new RangeError(`windowsFor answered [${start}, ${end}), which no window may be`)
  }
  return Object.freeze({
    kind: 'custom' as const,
    windowsFor: timestamp => {
      const windows = options.windowsFor(timestamp)
      for (const window of windows) check(window)
      return windows
    },
    sizeMs,
    graceMs: graceOf(options, 'customWindows'),
  } satisfies CustomWindows)
}
