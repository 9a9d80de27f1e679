/** The `[key, value]` pairs that `map` and `flatMap` callbacks answer, checked. */

/** Refuses what is not a pair: a callback that forgot the key, or returned nothing. */
export function assertPair(result: unknown): asserts result is readonly [unknown, unknown] {
  if (!Array.isArray(result) || result.length !== 2) {
    throw new TypeError(
      `the callback must answer [key, value], not ${Array.isArray(result) ? `an array of ${result.length}` : String(result)}`,
    )
  }
}
