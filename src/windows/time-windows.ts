/**
 * Tumbling and hopping windows: which windows a timestamp falls in, and until when a window takes records.
 *
 * Windows are aligned to the epoch and never start before it (semantics D80, D81). A window `[start, end)` is
 * closed once stream time, less the grace period, has reached its end; records for closed windows are dropped.
 */
import { misuse } from '../base/misuse.ts'
import { toMilliseconds, type Duration } from '../base/duration.ts'

/** What every kind of window takes. */
export interface WindowOptions {
  /** How long after its end, in stream time, a window still takes records. Default 0. */
  readonly grace?: Duration
}

/** Windows of one size that begin every `advanceMs`; made by `tumbling` and `hopping`. */
export interface TimeWindows {
  readonly kind: 'time'
  readonly sizeMs: number
  /** From the start of a window to that of the next; equal to the size for tumbling windows. */
  readonly advanceMs: number
  readonly graceMs: number
}

/**
 * Windows that touch and do not overlap: every record is in exactly one.
 *
 * `size` is milliseconds or text such as `'5m'`, and more than 0 (otherwise MR-1010). A record is in the
 * window `[start, start + size)` whose start is the multiple of `size` at or before its timestamp. `grace`,
 * 0 by default, is how long after a window's end late records still count.
 *
 * @example
 * ```ts
 * import { defineApp, string, topic, tumbling } from 'millrace'
 *
 * const clicks = topic('clicks', { key: string(), value: string() })
 *
 * export default defineApp({
 *   id: 'clicks-per-minute',
 *   build(b) {
 *     b.stream(clicks).groupByKey().windowedBy(tumbling('1m', { grace: '10s' })).count('clicks-per-minute')
 *   },
 * })
 * ```
 */
export function tumbling(size: Duration, options: WindowOptions = {}): TimeWindows {
  const sizeMs = positive(size, 'tumbling: size')
  return timeWindows('tumbling', sizeMs, sizeMs, options)
}

/**
 * Windows of `size` that begin every `advance`: a record is in all the windows that cover its timestamp, at most
 * `ceil(size / advance)` of them.
 *
 * `advance` must be more than 0 and no more than `size` (otherwise MR-1010). `grace` is as for `tumbling`.
 *
 * @example
 * ```ts
 * import { defineApp, hopping, string, topic } from 'millrace'
 *
 * const clicks = topic('clicks', { key: string(), value: string() })
 *
 * export default defineApp({
 *   id: 'rolling-clicks',
 *   build(b) {
 *     b.stream(clicks).groupByKey().windowedBy(hopping('5m', { advance: '1m' })).count('rolling-clicks')
 *   },
 * })
 * ```
 */
export function hopping(
  size: Duration,
  options: WindowOptions & { readonly advance: Duration },
): TimeWindows {
  const sizeMs = positive(size, 'hopping: size')
  const advanceMs = positive(options?.advance, 'hopping: advance')
  if (advanceMs > sizeMs) {
    throw misuse(`hopping: advance must not be more than size (${sizeMs} ms), not ${advanceMs} ms`, {
      why: 'Between two windows there would be times that are in none.',
      fix: 'let advance be at most the size',
    })
  }
  return timeWindows('hopping', sizeMs, advanceMs, options)
}

/** The start of the earliest window that holds `timestamp`; the others follow at steps of `advanceMs` up to it. */
export function earliestWindowStart(windows: TimeWindows, timestamp: number): number {
  const { sizeMs, advanceMs } = windows
  return Math.floor(Math.max(0, timestamp - sizeMs + advanceMs) / advanceMs) * advanceMs
}

/** The starts of all windows that hold `timestamp`, earliest first. */
export function windowStarts(windows: TimeWindows, timestamp: number): readonly number[] {
  const starts: number[] = []
  for (let start = earliestWindowStart(windows, timestamp); start <= timestamp; start += windows.advanceMs) {
    starts.push(start)
  }
  return starts
}

/** How long a store must keep windows by default, and at least: size and grace (semantics 1.6). */
export function retentionOf(windows: TimeWindows): number {
  return windows.sizeMs + windows.graceMs
}

function timeWindows(maker: string, sizeMs: number, advanceMs: number, options: WindowOptions): TimeWindows {
  return Object.freeze({
    kind: 'time' as const,
    sizeMs,
    advanceMs,
    graceMs: graceOf(options, maker),
  })
}

/** The grace of windows, 0 where there is none. `maker` is the function that was given the options. */
export function graceOf({ grace = 0 }: WindowOptions, maker: string): number {
  return toMilliseconds(grace, `${maker}: grace`)
}

/** A duration of more than nothing. */
export function positive(duration: Duration, argument: string): number {
  const milliseconds = toMilliseconds(duration, argument)
  if (milliseconds === 0) throw misuse(`${argument} must be more than 0 ms`)
  return milliseconds
}
