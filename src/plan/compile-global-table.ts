/** Adds the source, the processor and the store of a global table, and makes the joins with it. */
import { streamGlobalJoin } from '../operators/stream-global-join.ts'
import { tableSource } from '../operators/table-source.ts'
import type { ProcessorSupplier } from '../processor/processor.ts'
import type { Topology } from '../topology/topology.ts'
import { keyValueStore } from './compile-store.ts'
import type { GlobalTableNode, StreamGlobalJoinNode } from './node.ts'

export function addGlobalTable(topology: Topology, node: GlobalTableNode): void {
  const { sourceName, topic, keySerde, valueSerde, store, timestamp, declaredAt } = node
  topology.addGlobalStore({
    source: sourceName,
    topic,
    key: keySerde,
    value: valueSerde,
    timestamp,
    processor: node.name,
    supplier: node.supplier ?? tableSource({ store: store.name, sendOldValues: false }),
    store: { ...keyValueStore(store), walkable: node.walkable },
    declaredAt,
  })
}

export function globalJoin({ table, on, joiner, left }: StreamGlobalJoinNode): ProcessorSupplier {
  return streamGlobalJoin({ store: table.store.name, on, joiner, left })
}
