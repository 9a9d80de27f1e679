/** The error for an argument that is not what it should be, and readers of arguments that several commands share. */
import { StreamsError } from '../../src/base/errors.ts'
import { wholeMilliseconds, type Duration } from '../../src/base/duration.ts'

/** MR-6201, exit code 2. */
export function invalid(what: string, fix = 'See --help.'): StreamsError {
  return new StreamsError('MR-6201', { what, fix })
}

/** A duration, such as `5s`. */
export function durationOf(text: string, flag: string): number {
  const milliseconds = wholeMilliseconds(text as Duration)
  if (milliseconds !== undefined) return milliseconds
  throw invalid(
    `${flag} must be a duration, not ${JSON.stringify(text)}`,
    'Write, for example, 500ms, 5s or 1m.',
  )
}

/** An integer of at least `least`, which may be `-Infinity`. */
export function integerOf(text: string, flag: string, least: number): number {
  const value = /^-?\d{1,15}$/.test(text) ? Number(text) : NaN
  if (value >= least) return value
  const bound = least === -Infinity ? '' : ` of at least ${least}`
  throw invalid(`${flag} must be an integer${bound}, not ${JSON.stringify(text)}`)
}

/** `0,2,4-6`: numbers of partitions, each once, ascending. */
export function partitionsOf(text: string, flag: string): readonly number[] {
  const numbers = new Set<number>()
  for (const part of text.split(',')) {
    const [, first, last = first] = /^(\d{1,6})(?:-(\d{1,6}))?$/.exec(part.trim()) ?? []
    if (first === undefined || Number(last) < Number(first)) {
      throw invalid(`${flag} must be numbers of partitions such as 0,2,4-6, not ${JSON.stringify(text)}`)
    }
    for (let number = Number(first); number <= Number(last); number++) numbers.add(number)
  }
  return [...numbers].sort((left, right) => left - right)
}

/** `NAME=VALUE`, the name not empty. */
export function pairOf(text: string, flag: string): readonly [name: string, value: string] {
  const at = text.indexOf('=')
  if (at > 0) return [text.slice(0, at), text.slice(at + 1)]
  throw invalid(`${flag} ${text} is not NAME=VALUE`)
}

/** One of the states of a `what`, whatever its case; MR-6201 names them all. */
export function stateOf(text: string, states: readonly string[], what: string): string {
  const state = states.find(each => each.toLowerCase() === text.toLowerCase())
  if (state !== undefined) return state
  throw invalid(`${JSON.stringify(text)} is no state of a ${what}`, `States are ${states.join(', ')}.`)
}
