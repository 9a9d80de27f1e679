/** What the callbacks of `map`, `flatMap` and `flatMapValues` answer, checked: pairs `[key, value]`, and lists. */

/** Refuses what is not a pair: a callback that forgot the key, or returned nothing. */
export function assertPair(result: unknown): asserts result is readonly [unknown, unknown] {
  if (!Array.isArray(result) || result.length !== 2) {
    throw new TypeError(
      `the callback must answer [key, value], not ${Array.isArray(result) ? `an array of ${result.length}` : String(result)}`,
    )
  }
}

/** Refuses what is no list: a callback that answered one value alone, or returned nothing. */
export function assertIterable(results: unknown): asserts results is Iterable<unknown> {
  if (typeof results === 'object' && results !== null && Symbol.iterator in results) return
  const given =
    results instanceof Promise ? 'a promise' : typeof results === 'string' ? 'text' : String(results)
  throw new TypeError(`the callback must answer a list, such as an array, not ${given}; for no result, []`)
}
