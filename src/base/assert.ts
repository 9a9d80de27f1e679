/**
 * Assertions: what must hold whatever the input, checked in production too.
 *
 * An assertion that fails is a fault of Millrace, never of its user: input is validated and refused with a
 * `StreamsError` long before it reaches an assert.
 */

/** Thrown by `assert`: the program is in a state its author held impossible. Not meant to be caught. */
export class AssertionError extends Error {
  override readonly name = 'AssertionError'
}

/** Stops the program's current path unless `condition` holds. */
export function assert(condition: unknown, message: string): asserts condition {
  if (!condition) throw new AssertionError(message)
}

/** Marks a place that an exhaustive switch cannot reach. */
export function unreachable(value: never): never {
  throw new AssertionError(`unreachable: ${String(value)}`)
}

/** Says that a condition may be either, so that its absence from the asserts is not read as an oversight. */
export function maybe(_condition: boolean): void {}
