/** Adds the node of a `dedupe`, and the store of its ids. */
import { dedupe } from '../operators/dedupe.ts'
import type { Compilation } from './compilation.ts'
import { keyValueStore } from './compile-store.ts'
import type { DedupeNode } from './node.ts'

export function addDedupe(node: DedupeNode, { topology, parentNames }: Compilation): void {
  const { name, declaredAt, by, withinMs, graceMs } = node
  const definition = { ...keyValueStore(node.store), walkable: true }
  topology.addStateStore(definition)
  const stores = [definition.name]
  const supplier = dedupe({ store: definition.name, by, withinMs, graceMs })
  topology.addProcessor(name, { parents: parentNames(node), supplier, stores, declaredAt })
}
