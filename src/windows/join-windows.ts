/**
 * The window of a stream-stream join: how far apart in time two records may be to meet (semantics D85).
 *
 * A right record meets a left one when its timestamp is in `[left - before, left + after]`, both included. One of the
 * two may be negative: then the window lies wholly after, or wholly before, the left record.
 */
import { misuse } from '../base/misuse.ts'
import { toMilliseconds, type Duration } from '../base/duration.ts'

/** A distance in time to both sides, or one for each; a number may be negative. */
export type Within = Duration | { readonly before: Duration; readonly after: Duration }

export interface JoinWindows {
  readonly beforeMs: number
  readonly afterMs: number
  readonly graceMs: number
}

/** Refuses, with MR-1010, a window that holds no time at all. */
export function joinWindows(within: Within, grace: Duration = 0): JoinWindows {
  const { before, after } =
    typeof within === 'object' && within !== null ? within : { before: within, after: within }
  const beforeMs = signedMilliseconds(before, 'within: before')
  const afterMs = signedMilliseconds(after, 'within: after')
  if (beforeMs + afterMs < 0) {
    throw misuse(`within: the window ends before it begins: before ${beforeMs} ms, after ${afterMs} ms`, {
      fix: 'let before and after together be 0 ms or more',
    })
  }
  return Object.freeze({ beforeMs, afterMs, graceMs: toMilliseconds(grace, 'grace') })
}

/** How long the store of each side keeps records. */
export function joinRetentionOf({ beforeMs, afterMs, graceMs }: JoinWindows): number {
  return beforeMs + afterMs + graceMs
}

function signedMilliseconds(duration: Duration, argument: string): number {
  if (typeof duration === 'number')
    return duration < 0 ? -toMilliseconds(-duration, argument) : toMilliseconds(duration, argument)
  return typeof duration === 'string' && duration.startsWith('-')
    ? -toMilliseconds(duration.slice(1) as Duration, argument)
    : toMilliseconds(duration, argument)
}
