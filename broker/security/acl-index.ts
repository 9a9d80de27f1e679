/**
 * The rules of access control, in memory and in the metadata log, found by the name of a resource.
 *
 * A name is looked up as it is, as "*", and by each length that some prefix has: the cost does not grow with the rules that
 * are about other names.
 */
import type { Clock } from '../../src/base/clock.ts'
import type { FactStore } from '../metadata/metadata-log.ts'
import { patternTypes, wildcard, type Acl } from './acl.ts'

/** The rules about the resources of one type. */
interface TypeRules {
  readonly literal: Map<string, Set<Acl>>
  readonly prefixed: Map<string, Set<Acl>>
  /** Length of prefixes → how many rules have one of it. */
  readonly prefixLengths: Map<number, number>
}

export class AclIndex {
  readonly #store: FactStore
  readonly #clock: Clock
  readonly #byText = new Map<string, Acl>()
  readonly #byType = new Map<number, TypeRules>()

  /** `store` must have been loaded. */
  constructor(store: FactStore, clock: Clock) {
    this.#store = store
    this.#clock = clock
    for (const text of store.facts('acl').keys()) this.#enter(text, fromText(text))
  }

  all(): IterableIterator<Acl> {
    return this.#byText.values()
  }

  /** Adds a rule; not an error if it is there. */
  add(acl: Acl): void {
    const text = toText(acl)
    if (this.#byText.has(text)) return
    this.#store.putFact('acl', text, {}, this.#clock.now())
    this.#enter(text, fromText(text))
  }

  /** Removes a rule that is there. */
  remove(acl: Acl): void {
    const text = toText(acl)
    const found = this.#byText.get(text)
    if (found === undefined) return
    this.#store.putFact('acl', text, null, this.#clock.now())
    this.#byText.delete(text)
    const rules = this.#rulesOf(found)
    const named = rules.get(found.resourceName)
    named?.delete(found)
    if (named?.size === 0) rules.delete(found.resourceName)
    this.#countLength(found, -1)
  }

  /** The rules about a resource, in no order. */
  *about(resourceType: number, name: string): Generator<Acl> {
    const rules = this.#byType.get(resourceType)
    if (rules === undefined) return
    yield* rules.literal.get(name) ?? []
    if (name !== wildcard) yield* rules.literal.get(wildcard) ?? []
    for (const length of rules.prefixLengths.keys()) {
      if (length <= name.length) yield* rules.prefixed.get(name.slice(0, length)) ?? []
    }
  }

  /** The rules about any resource of a type. */
  *ofType(resourceType: number): Generator<Acl> {
    const rules = this.#byType.get(resourceType)
    for (const named of [...(rules?.literal.values() ?? []), ...(rules?.prefixed.values() ?? [])])
      yield* named
  }

  #enter(text: string, acl: Acl): void {
    this.#byText.set(text, acl)
    const rules = this.#rulesOf(acl)
    const named = rules.get(acl.resourceName)
    if (named === undefined) rules.set(acl.resourceName, new Set([acl]))
    else named.add(acl)
    this.#countLength(acl, 1)
  }

  #countLength({ resourceType, resourceName, patternType }: Acl, by: 1 | -1): void {
    if (patternType !== patternTypes.prefixed) return
    const { prefixLengths } = this.#byType.get(resourceType)!
    const count = (prefixLengths.get(resourceName.length) ?? 0) + by
    if (count === 0) prefixLengths.delete(resourceName.length)
    else prefixLengths.set(resourceName.length, count)
  }

  #rulesOf({ resourceType, patternType }: Acl): Map<string, Set<Acl>> {
    const rules: TypeRules = this.#byType.get(resourceType) ?? {
      literal: new Map(),
      prefixed: new Map(),
      prefixLengths: new Map(),
    }
    this.#byType.set(resourceType, rules)
    return patternType === patternTypes.prefixed ? rules.prefixed : rules.literal
  }
}

/** A rule as the metadata log keeps it: the text says all of it, so that the same rule is kept once. */
function toText(acl: Acl): string {
  const { resourceType, resourceName, patternType, principal, host, operation, permissionType } = acl
  return JSON.stringify([resourceType, resourceName, patternType, principal, host, operation, permissionType])
}

function fromText(text: string): Acl {
  const [resourceType, resourceName, patternType, principal, host, operation, permissionType] = JSON.parse(
    text,
  ) as [number, string, number, string, string, number, number]
  return { resourceType, resourceName, patternType, principal, host, operation, permissionType }
}
