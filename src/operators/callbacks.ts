/** The functions that users hand to operators, as the operators call them. */
import type { RecordContext } from '../processor/processor.ts'

/** `(value, key, ctx)`: the form of every stateless callback. `ctx` is reused for the next record. */
export type ValueCallback<R> = (value: unknown, key: unknown, context: RecordContext) => R

/** `(accumulator, value, key)`: the form of every fold. */
export type FoldCallback = (accumulator: unknown, value: unknown, key: unknown) => unknown

/** `(left, right, key)`: the form of what makes one aggregate of two. */
export type MergeCallback = (left: unknown, right: unknown, key: unknown) => unknown

/** `(left, right, key)`: the form of every joiner. */
export type JoinCallback = (left: unknown, right: unknown, key: unknown) => unknown

/** Whether `value` stands for absence: operators treat null as `undefined`. */
export function absent(value: unknown): value is null | undefined {
  return value === undefined || value === null
}

/** What a predicate answered; a promise, which would pass for true, is refused. */
export function accepts(answer: unknown): boolean {
  if (answer instanceof Promise) throw new TypeError('the predicate must answer true or false, not a promise')
  return Boolean(answer)
}
