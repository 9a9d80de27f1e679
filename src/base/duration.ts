/** Durations as users write them: milliseconds, or a number with a unit such as `'5m'`. */
import { misuse } from './misuse.ts'

/** Written so that messages of the compiler spell the forms out, instead of naming the type. */
interface Durations {
  readonly forms: number | `${number}${'ms' | 's' | 'm' | 'h' | 'd'}`
}

/** Milliseconds, or text: `'250ms'`, `'1.5s'`, `'5m'`, `'2h'`, `'7d'`. */
export type Duration = Durations['forms']

const unitMs: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
}

/** Whole milliseconds; negative, fractional and unreadable durations are MR-1010, which names the argument. */
export function toMilliseconds(duration: Duration, argument = 'duration'): number {
  const milliseconds = wholeMilliseconds(duration)
  if (milliseconds !== undefined) return milliseconds
  throw misuse(
    `${argument} must be whole milliseconds, 0 or more, or text like '250ms', '5m', '1.5h'; not ${JSON.stringify(duration)}`,
  )
}

/** Whole milliseconds, or `undefined` where there are none. */
export function wholeMilliseconds(duration: Duration): number | undefined {
  const milliseconds = typeof duration === 'number' ? duration : parse(duration)
  return Number.isSafeInteger(milliseconds) && milliseconds >= 0 ? milliseconds : undefined
}

function parse(text: string): number {
  const [, amount, unit] = /^(\d+(?:\.\d+)?)(ms|s|m|h|d)$/.exec(text) ?? []
  if (amount === undefined || unit === undefined) return Number.NaN
  const exact = Number(amount) * unitMs[unit]!
  // 1.1 * 1000 is 1100.0000000000002: what is meant is the integer beside it.
  const rounded = Math.round(exact)
  return Math.abs(exact - rounded) < 1e-6 * Math.max(1, rounded / 1e6) ? rounded : Number.NaN
}
