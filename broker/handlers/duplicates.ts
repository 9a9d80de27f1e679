/** What a request has more than once: an answer is never larger than what there is, times the length of the request. */

/** Names that a request has more than once; admin requests refuse those and carry out the rest. */
export function duplicatesOf(names: Iterable<string>): ReadonlySet<string> {
  const seen = new Set<string>()
  const twice = new Set<string>()
  for (const name of names) {
    if (seen.has(name)) twice.add(name)
    seen.add(name)
  }
  return twice
}

/** The first of each key, one after the other: who asks for the same twice is told once. */
export function* distinct<T>(asked: readonly T[], keyOf: (each: T) => unknown): Generator<T, void, void> {
  const seen = new Set<unknown>()
  for (const each of asked) {
    const key = keyOf(each)
    if (seen.has(key)) continue
    seen.add(key)
    yield each
  }
}
