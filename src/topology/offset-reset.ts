/** Where a topic is read from when the application has no committed offset (semantics D60, KIP-1106). */
import { misuse } from '../base/misuse.ts'
import { toMilliseconds, type Duration } from '../base/duration.ts'

/**
 * `earliest`: from the first record that there is. `latest`: what is written from then on. `none`: MR-5050. `byDuration`:
 * from the first record that is no older than that, by its timestamp; where there is none, what is written from then on.
 */
export type OffsetReset = 'earliest' | 'latest' | 'none' | { readonly byDuration: Duration }

/** Whether two are the same. */
export function sameOffsetReset(left: OffsetReset | undefined, right: OffsetReset | undefined): boolean {
  if (typeof left !== 'object' || typeof right !== 'object') return left === right
  return ageOf(left) === ageOf(right)
}

/** Refuses, with MR-1010, what is none. */
export function checkOffsetReset(reset: OffsetReset | undefined): void {
  if (reset === undefined || reset === 'earliest' || reset === 'latest' || reset === 'none') return
  if (typeof reset !== 'object' || reset === null || !('byDuration' in reset))
    throw misuse(
      `offsetReset must be 'earliest', 'latest', 'none' or { byDuration }, not ${JSON.stringify(reset)}`,
    )
  ageOf(reset)
}

/** How old records may be at most, milliseconds. */
export function ageOf({ byDuration }: Exclude<OffsetReset, string>): number {
  return toMilliseconds(byDuration, 'offsetReset: byDuration')
}
