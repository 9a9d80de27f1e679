/** The option `idle`: how long an input is silent before time goes on without it. */
import { misuse } from '../base/misuse.ts'
import { toMilliseconds, type Duration } from '../base/duration.ts'

/** Where results wait for time to pass. */
export interface IdleOption {
  /**
   * How long, by the clock, no record may come before time goes on without: then stream time, that of this operator in
   * this task, is that of the last record and as much as has passed since. So results that wait for it come although
   * the input has fallen silent, after a restart too. They come without headers, and records that come afterwards with
   * earlier timestamps may be late: choose it well above what an input, a broker or a restart may pause for. At least 1 ms;
   * looked at ten times while it passes, every second at least. Default: only records move time, as in Kafka.
   */
  readonly idle?: Duration
}

/** In milliseconds, or `undefined` where only records move time. */
export function idleMsOf({ idle }: IdleOption, operator: string): number | undefined {
  if (idle === undefined) return undefined
  const idleMs = toMilliseconds(idle, `${operator}: idle`)
  if (idleMs < 1) throw misuse(`${operator}: idle must be 1 ms or more, not ${String(idle)}`)
  return idleMs
}
