/** What a topology refuses of the nodes and stores that it is given, each with the line that adds it. */
import { misuse } from '../base/misuse.ts'
import { declaredAt } from '../base/declared-at.ts'
import { StreamsError } from '../base/errors.ts'
import type { StoreDefinition } from './node.ts'
import type { StoreDeclaration } from './options.ts'

/** A store's definition, whether it was handed in as that or as what `kvStore` and its like made. */
export function definitionOf(store: StoreDeclaration): StoreDefinition {
  return 'definition' in store ? store.definition : store
}

/** The line that adds a node: the one of the DSL's operator, or else the caller's. */
export function placeOf(
  options: { readonly declaredAt?: string | undefined } | undefined,
  node: string,
): string | undefined {
  if (typeof options !== 'object' || options === null) throw misuse(`${node}: expected options in an object`)
  return options.declaredAt ?? declaredAt()
}

/** MR-1001, of a graph that cannot run. */
export function invalid(what: string, fix?: string, where?: string): StreamsError {
  return new StreamsError('MR-1001', { what, where, fix })
}

/** Refuses, with MR-1004, a serde that does not go in the direction that a node needs. */
export function checkSerde(
  half: unknown,
  node: string,
  part: 'key' | 'value',
  where: string | undefined,
): asserts half is (...args: never) => unknown {
  if (typeof half === 'function') return
  throw new StreamsError('MR-1004', {
    what: `${node} has no serde for its ${part}s`,
    where,
    fix: `{ ${part}: string() } or another serde`,
  })
}

/** A processor is one task's: two tasks that share one would mix their records (semantics A2). */
export function checkSupplier(supplier: unknown, name: string, where: string | undefined): void {
  if (typeof supplier !== 'function')
    throw misuse(`processor '${name}': supplier must be a function that makes a processor`, { where })
  const make = supplier as () => unknown
  if (make() !== make()) return
  throw invalid(
    `the supplier of '${name}' answers the same processor twice`,
    'make a new processor at every call: () => new Counter()',
    where,
  )
}
