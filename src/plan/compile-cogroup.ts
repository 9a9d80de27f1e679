/** Picks the operator of one fold of a cogroup, and the store that all its folds share. */
import { sessionAggregate } from '../operators/session-aggregate.ts'
import { slidingAggregate } from '../operators/sliding-aggregate.ts'
import { streamAggregate } from '../operators/stream-aggregate.ts'
import { windowAggregate } from '../operators/window-aggregate.ts'
import type { ProcessorSupplier } from '../processor/processor.ts'
import type { StoreDefinition } from '../topology/node.ts'
import type { Compilation } from './compilation.ts'
import { onCloseOf, sessionsStore, windowsStore } from './compile-closing-store.ts'
import { rowStore } from './compile-store.ts'
import type { CogroupFoldNode } from './node.ts'

/** Adds the fold; the first brings the store with it. */
export function addCogroupFold(node: CogroupFoldNode, { topology, tables, parentNames }: Compilation): void {
  const [supplier, definition] = compileFold(node, tables.sendsOldValues(node))
  if (!topology.stores.has(definition.name)) topology.addStateStore(definition)
  const { name, declaredAt } = node
  topology.addProcessor(name, {
    parents: parentNames(node),
    supplier,
    stores: [definition.name],
    declaredAt,
  })
}

function compileFold(
  { into, initial, add, windowed, late }: CogroupFoldNode,
  sendOldValues: boolean,
): readonly [ProcessorSupplier, StoreDefinition] {
  const folded = { store: into.name, initial, add, sendOldValues, sharesEmission: true }
  if (windowed === undefined) return [streamAggregate(folded), rowStore(into)]
  const options = { ...folded, onClose: onCloseOf(into, windowed), late, idleMs: windowed.idleMs }
  if (windowed.kind === 'session') {
    const { windows, merge } = windowed
    return [sessionAggregate({ ...options, windows, merge }), sessionsStore(into, windowed)]
  }
  const { windows } = windowed
  const { graceMs } = windows
  const definition = windowsStore(into, windowed)
  if (windows.kind === 'sliding') return [slidingAggregate({ ...options, windows }), definition]
  return [windowAggregate({ ...options, windows, graceMs }), definition]
}
