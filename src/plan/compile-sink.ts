/** Adds what writes to topics: sinks, and the filter, sink and source that a repartition consists of. */
import { partitionForKey } from '../base/murmur2.ts'
import { changeSerde } from '../operators/change-serde.ts'
import { nonNullKey, passThrough } from '../operators/pass-through.ts'
import type { Serde } from '../serdes/serde.ts'
import { isWindowedSerde, type WindowedSerde } from '../serdes/windowed.ts'
import type { StreamPartitioner } from '../topology/node.ts'
import type { Topology } from '../topology/topology.ts'
import type { Windowed } from '../windows/window.ts'
import type { RepartitionNode, SinkNode, TableRepartitionNode } from './node.ts'

export function addSink(topology: Topology, node: SinkNode, parents: readonly string[]): void {
  const { name, topic, keySerde: key, valueSerde: value, declaredAt } = node
  const partitioner = node.partitioner ?? partitionerFor(key)
  topology.addSink(name, { parents, topic, key, value, partitioner, declaredAt })
}

export function addRepartition(
  topology: Topology,
  node: RepartitionNode,
  parents: readonly string[],
  keepsNullKeys: boolean,
): void {
  const { name, topic, filterName, sinkName, partitions, declaredAt } = node
  const { keySerde: key, valueSerde: value } = node
  const partitioner = node.partitioner ?? partitionerFor(key)
  topology.addRepartitionTopic({ name: topic, partitions })
  topology.addProcessor(filterName, {
    parents,
    supplier: keepsNullKeys ? passThrough() : nonNullKey(),
    declaredAt,
  })
  topology.addSink(sinkName, { parents: [filterName], topic, key, value, partitioner, declaredAt })
  topology.addSource(name, { topics: [topic], key, value, declaredAt })
}

/** The sink and the source between a grouping of a table and its folds; changes travel, not rows. */
export function addTableRepartition(
  topology: Topology,
  node: TableRepartitionNode,
  parents: readonly string[],
): void {
  const { name, topic, sinkName, keySerde: key, declaredAt } = node
  const value = changeSerde(node.valueSerde) as Serde<unknown>
  topology.addRepartitionTopic({ name: topic })
  topology.addSink(sinkName, { parents, topic, key, value, partitioner: partitionerFor(key), declaredAt })
  topology.addSource(name, { topics: [topic], key, value, declaredAt })
}

/** Windowed keys go where their inner key goes, so that all windows of a key meet (semantics O6). */
export function partitionerFor(keySerde: object): StreamPartitioner | undefined {
  return isWindowedSerde(keySerde) ? byInnerKey(keySerde) : undefined
}

function byInnerKey({ inner }: Pick<WindowedSerde<unknown>, 'inner'>): StreamPartitioner {
  return (_topic, key, _value, partitionCount) => {
    if (key === undefined || key === null) return undefined
    const innerKey = (key as Windowed<unknown>).key
    return [partitionForKey(inner.serialize(innerKey), partitionCount)]
  }
}
