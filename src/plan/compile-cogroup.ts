/** Picks the operator of one fold of a cogroup, and the store that all its folds share. */
import { sessionAggregate } from '../operators/session-aggregate.ts'
import { slidingAggregate } from '../operators/sliding-aggregate.ts'
import { streamAggregate } from '../operators/stream-aggregate.ts'
import { windowAggregate } from '../operators/window-aggregate.ts'
import type { ProcessorSupplier } from '../processor/processor.ts'
import type { StoreDefinition } from '../topology/node.ts'
import type { Compilation } from './compilation.ts'
import { rowStore, sessionStore, windowStore } from './compile-store.ts'
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
  { into, initial, add, windowed }: CogroupFoldNode,
  sendOldValues: boolean,
): readonly [ProcessorSupplier, StoreDefinition] {
  const options = { store: into.name, initial, add, sendOldValues, sharesEmission: true }
  if (windowed === undefined) return [streamAggregate(options), rowStore(into)]
  if (windowed.kind === 'session') {
    const { windows, merge, retentionMs } = windowed
    return [sessionAggregate({ ...options, windows, merge }), sessionStore(into, retentionMs)]
  }
  const { windows, retentionMs } = windowed
  const { sizeMs, graceMs } = windows
  const definition = windowStore(into, sizeMs, retentionMs)
  if (windows.kind === 'sliding') return [slidingAggregate({ ...options, windows }), definition]
  return [windowAggregate({ ...options, windows, graceMs }), definition]
}
