/**
 * Sliding windows: one for every distinct set of records that lie close enough together.
 *
 * A window is `[start, start + difference]`, both ends included (semantics D82). Which windows there are depends on the
 * records: `src/operators/sliding-aggregate.ts` makes them.
 */
import { toMilliseconds, type Duration } from '../base/duration.ts'
import { graceOf, type WindowOptions } from './time-windows.ts'

/** Windows of records that are at most `sizeMs` apart; made by `sliding`. */
export interface SlidingWindows {
  readonly kind: 'sliding'
  /** The greatest difference between the times of two records of a window. */
  readonly sizeMs: number
  readonly graceMs: number
}

/**
 * Windows that end with, or begin right after, a record: every set of records of a key whose times differ by at most
 * `difference` is in one window, and no two windows hold the same set.
 *
 * `difference` is milliseconds or text such as `'5m'`; 0 joins records of one time only. Both ends of a window are
 * included. Windows take records until stream time, less `grace` (0 by default), has passed their end. A record with an
 * absent key or value is dropped. No window starts before the epoch: records of the first `difference` after it share
 * `[0, difference]`.
 *
 * @example
 * ```ts
 * import { defineApp, sliding, string, topic } from 'millrace'
 *
 * const logins = topic('failed-logins', { key: string(), value: string() })
 *
 * export default defineApp({
 *   id: 'login-bursts',
 *   build(b) {
 *     b.stream(logins).groupByKey().windowedBy(sliding('5m', { grace: '10s' })).count('failed-logins-in-5m')
 *   },
 * })
 * ```
 */
export function sliding(difference: Duration, options: WindowOptions = {}): SlidingWindows {
  return Object.freeze({
    kind: 'sliding' as const,
    sizeMs: toMilliseconds(difference, 'sliding: difference'),
    graceMs: graceOf(options, 'sliding'),
  })
}
