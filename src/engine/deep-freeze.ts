/** Freezes values through and through, so that code which changes one it was handed throws where it does so. */

/** What changes an object whose content is not in its properties. */
const changingMethods = new Map<object, readonly string[]>([
  [Map.prototype, ['set', 'delete', 'clear']],
  [Set.prototype, ['add', 'delete', 'clear']],
  [Date.prototype, Object.getOwnPropertyNames(Date.prototype).filter(name => name.startsWith('set'))],
])

/** The last that was frozen: a record goes through several nodes with the same value. */
let frozenLast: unknown

/**
 * Freezes `value` and everything reachable from it. Maps, sets and dates, which can be changed though frozen, get methods
 * that refuse to; binary data, which cannot be frozen, is left out.
 */
export function deepFreeze(value: unknown): void {
  if (typeof value !== 'object' || value === null || value === frozenLast) return
  freeze(value)
  frozenLast = value
}

function freeze(value: object): void {
  if (Object.isFrozen(value)) return
  const prototype = Object.getPrototypeOf(value) as object | null
  if (prototype === Object.prototype) return freezePlain(value as Readonly<Record<string, unknown>>)
  if (prototype !== Array.prototype && !freezeSpecial(value, prototype)) return
  Object.freeze(value)
  for (const member of Object.values(value)) freezeMember(member)
}

/** Nearly all are plain, and have nothing that is special; nor is a list made of what they hold. */
function freezePlain(value: Readonly<Record<string, unknown>>): void {
  Object.freeze(value)
  // What it inherits is not its own, and `Object.prototype` has nothing that is listed here.
  for (const name in value) freezeMember(value[name])
}

/** Freezes what is not in the properties; false where an object cannot be frozen. */
function freezeSpecial(value: object, prototype: object | null): boolean {
  if (ArrayBuffer.isView(value) || value instanceof ArrayBuffer) return false
  const methods = prototype === null ? undefined : changingMethods.get(prototype)
  if (methods !== undefined) refuseAll(value, methods)
  if (value instanceof Map) {
    for (const [key, member] of value as Map<unknown, unknown>) {
      freezeMember(key)
      freezeMember(member)
    }
  } else if (value instanceof Set) for (const member of value as Set<unknown>) freezeMember(member)
  return true
}

function freezeMember(member: unknown): void {
  if (typeof member === 'object' && member !== null) freeze(member)
}

function refuseAll(value: object, methods: readonly string[]): void {
  const refuse = (): never => {
    // Worded like the engine's own refusals, which tell a change of a frozen value from other errors.
    throw new TypeError(`Cannot add, delete or assign: the ${value.constructor.name} is frozen`)
  }
  for (const name of methods) Object.defineProperty(value, name, { value: refuse, enumerable: false })
}
