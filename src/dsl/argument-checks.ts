/**
 * Checks of what operators are handed, for callers that no compiler stands behind.
 *
 * Misuse is refused where it happens, with the operator, the argument, what came instead and the line of the
 * application. What nodes keep of their arguments, such as serdes, is checked once more, for all of them, when they are
 * added to the plan (`plan/check-node.ts`).
 */
import { misuse, misuseOf } from '../base/misuse.ts'
import { nearestName } from '../base/nearest-name.ts'
import type { Serde } from '../serdes/serde.ts'

/** Refuses what is no function, at the line that hands it in. */
export function checkCallable(fn: unknown, operator: string): void {
  if (typeof fn !== 'function') throw misuse(`${operator}: expected a function, not ${typeof fn}`)
}

/** Refuses a callback that is none, and one that is asynchronous: the promise that it answers would pass for its result. */
export function checkFunction(fn: unknown, operator: string): void {
  checkCallable(fn, operator)
  if (Object.prototype.toString.call(fn) === '[object AsyncFunction]')
    throw misuse(
      `${operator}: expected a function that answers at once, not an async one: use mapValuesAsync`,
    )
}

/** Refuses options that are no object: a name alone, or a function that was meant to be called. */
export function checkOptions(options: unknown, operator: string): void {
  if (typeof options !== 'object' || options === null)
    throw misuse(`${operator}: expected options in an object, not ${kindOf(options)}`)
}

/** Like `checkOptions`; a misspelt option would have its default without a word, where no compiler stands behind the caller. */
export function checkOptionNames(
  options: unknown,
  known: Readonly<Record<string, true>>,
  operator: string,
): void {
  checkOptions(options, operator)
  for (const name of Object.keys(options as object)) {
    if (Object.hasOwn(known, name)) continue
    const names = Object.keys(known)
    const nearest = nearestName(name, names)
    const fix = nearest === undefined ? `one of ${names.join(', ')}` : `did you mean ${nearest}?`
    throw misuse(`${operator}: there is no option ${JSON.stringify(name)}`, { fix })
  }
}

/** Like `checkOptions`, where there may be none. */
export function checkAnyOptions(options: unknown, operator: string): void {
  if (options !== undefined) checkOptions(options, operator)
}

/** Refuses what is neither a topic nor anything else with a key and a value serde. */
export function checkTopic(topic: unknown, operator: string): void {
  const { key, value } = (topic ?? {}) as { readonly key?: unknown; readonly value?: unknown }
  if (typeof key === 'object' && key !== null && typeof value === 'object' && value !== null) return
  throw misuse(`${operator}: expected a topic made by topic(...), not ${kindOf(topic)}`)
}

/** Refuses what is no serde; none at all is one that is not known yet. */
export function checkSerde(serde: Serde<unknown> | undefined, operator: string, option: string): void {
  if (serde === undefined) return
  const { serialize, deserialize } = (serde ?? {}) as Partial<Serde<unknown>>
  if (typeof serialize === 'function' && typeof deserialize === 'function') return
  throw misuse(`${operator}: ${option} must be a serde, such as string() or json(), not ${kindOf(serde)}`)
}

/** Answers what `make` does; what it refuses gets the operator, if it does not say it. */
export function atLine<T>(operator: string, make: () => T): T {
  try {
    return make()
  } catch (error) {
    const isWrong = error instanceof RangeError || error instanceof TypeError
    throw isWrong ? misuse(`${operator}: ${error.message}`, { cause: error }) : misuseOf(operator, error)
  }
}

/** What a wrong argument is, in a message. */
function kindOf(argument: unknown): string {
  if (argument === undefined || argument === null) return String(argument)
  if (typeof argument === 'string') return JSON.stringify(argument)
  return Array.isArray(argument) ? 'a list' : typeof argument === 'object' ? 'an object' : typeof argument
}
