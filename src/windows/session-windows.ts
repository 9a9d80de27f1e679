/**
 * Session windows: stretches of activity, ended by a gap.
 *
 * A session is `[first, last]`, the times of its first and its last record, both included. A record belongs to every
 * session that is no further from it than the gap, and makes one of them all (semantics D83).
 */
import { toMilliseconds, type Duration } from '../base/duration.ts'
import { graceOf, type WindowOptions } from './time-windows.ts'

/** Sessions that end after `gapMs` without a record; made by `session`. */
export interface SessionWindows {
  readonly kind: 'session'
  readonly gapMs: number
  readonly graceMs: number
}

/**
 * Windows of activity: records of a key that are at most `gap` apart are in one session, however long it gets.
 *
 * `gap` is milliseconds or text such as `'30s'`; 0 puts records of one time together. A record between two sessions
 * makes them one: the aggregates are merged, and the rows of both are deleted. `grace`, 0 by default, is how long after
 * the last record and the gap late records still count.
 *
 * @example
 * ```ts
 * import { defineApp, session, string, topic } from 'millrace'
 *
 * const clicks = topic('clicks', { key: string(), value: string() })
 *
 * export default defineApp({
 *   id: 'visits',
 *   build(b) {
 *     b.stream(clicks).groupByKey().windowedBy(session('30m', { grace: '1m' })).count('clicks-per-visit')
 *   },
 * })
 * ```
 */
export function session(gap: Duration, options: WindowOptions = {}): SessionWindows {
  return Object.freeze({
    kind: 'session' as const,
    gapMs: toMilliseconds(gap, 'session: gap'),
    graceMs: graceOf(options, 'session'),
  })
}

/** How long a store must keep sessions by default, and at least: gap and grace (semantics 1.6). */
export function sessionRetentionOf(windows: SessionWindows): number {
  return windows.gapMs + windows.graceMs
}
