/** What a request has more than once: an answer is never larger than what there is, times the length of the request. */

import { wholly } from './sliced.ts'

/** Names that a request has more than once; admin requests refuse those and carry out the rest. */
export function duplicatesOf(names: Iterable<string>): ReadonlySet<string> {
  return wholly(duplicatesInSteps(names, name => name))
}

/** The same of what has names, as steps of one name. */
export function* duplicatesInSteps<T>(
  named: Iterable<T>,
  nameOf: (each: T) => string,
): Generator<void, ReadonlySet<string>, void> {
  const seen = new Set<string>()
  const twice = new Set<string>()
  for (const each of named) {
    const name = nameOf(each)
    if (seen.has(name)) twice.add(name)
    seen.add(name)
    yield
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
