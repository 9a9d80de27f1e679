/** Adds a join of a stream with a table, with the store of the records that wait in one that has a grace. */
import { bufferedKeySerde, bufferedRecordSerde } from '../operators/buffered-record.ts'
import { streamTableJoin } from '../operators/stream-table-join.ts'
import type { Serde } from '../serdes/serde.ts'
import type { HeldRecordStoreDefinition } from '../topology/node.ts'
import type { Compilation } from './compilation.ts'
import type { StorePlan } from './node-base.ts'
import type { StreamTableJoinNode } from './node.ts'
import { valueGetterOf } from './value-getters.ts'

export function addStreamTableJoin(node: StreamTableJoinNode, compilation: Compilation): void {
  const { topology, parentNames, sourceNames } = compilation
  const { name, table, joiner, left, store, graceMs, idleMs, declaredAt } = node
  const getter = valueGetterOf(table)
  const buffer = store === undefined ? undefined : { store: store.name, graceMs, idleMs }
  if (store !== undefined) topology.addStateStore(bufferStore(store))
  topology.addProcessor(name, {
    parents: parentNames(node),
    supplier: streamTableJoin({ getter, joiner, left, buffer }),
    // The buffer first, as in Kafka: `describe()` shows the order where two names share a bucket.
    stores: buffer === undefined ? getter.stores : [buffer.store, ...getter.stores],
    declaredAt,
  })
  const operator = `${left ? 'leftJoin' : 'join'} '${name}'`
  topology.copartition({ sources: sourceNames(node), operator, declaredAt })
}

function bufferStore(store: StorePlan): HeldRecordStoreDefinition {
  const { name, keySerde, valueSerde, changelog, cache, backend } = store
  return {
    kind: 'held-records',
    name,
    keySerde: bufferedKeySerde(keySerde) as Serde<unknown>,
    valueSerde: bufferedRecordSerde(valueSerde) as Serde<unknown>,
    timestamped: false,
    changelog,
    cache,
    backend,
  }
}
