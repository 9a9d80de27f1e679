/** Adds the nodes that make tables, and the stores in which they keep their rows. */
import { unreachable } from '../base/assert.ts'
import { bufferedChangeHeaders, bufferedChangeSerde } from '../operators/buffered-change.ts'
import { tableAggregate } from '../operators/table-aggregate.ts'
import { suppress } from '../operators/suppress.ts'
import { tableSource } from '../operators/table-source.ts'
import type { ProcessorSupplier } from '../processor/processor.ts'
import type { Serde } from '../serdes/serde.ts'
import type { StoreDefinition } from '../topology/node.ts'
import type { Compilation } from './compilation.ts'
import { compileAggregate } from './compile-aggregate.ts'
import { addCogroupFold } from './compile-cogroup.ts'
import { compileDerivedTable } from './compile-derived-table.ts'
import { addForeignKeyJoin } from './compile-foreign-key-join.ts'
import { addTableJoin } from './compile-table-join.ts'
import { addProcessorStore, keyValueStore, rowStore } from './compile-store.ts'
import { reusingSourceTopic } from './optimize/reuse-source-topics.ts'
import { keepsVersions } from './versions.ts'
import type { CogroupNode, TableNode, TableSourceNode } from './node.ts'

export function addTable(node: Exclude<TableNode, CogroupNode>, compilation: Compilation): void {
  const { topology, tables, parentNames } = compilation
  const sendOldValues = tables.sendsOldValues(node)
  /** Adds the operator, and its store if there is one. */
  const add = (
    supplier: ProcessorSupplier,
    definition: StoreDefinition | undefined,
    others: readonly string[] = [],
  ): void => {
    if (definition !== undefined) topology.addStateStore(definition)
    for (const store of others) addProcessorStore(store, compilation)
    const stores = [...(definition === undefined ? [] : [definition.name]), ...others]
    const { name, declaredAt } = node
    topology.addProcessor(name, { parents: parentNames(node), supplier, stores, declaredAt })
  }
  switch (node.kind) {
    case 'table-source':
      return addTableSource(node, compilation)
    case 'stream-aggregate':
    case 'window-aggregate':
    case 'session-aggregate':
      return add(...compileAggregate(node, sendOldValues))
    case 'cogroup-fold':
      return addCogroupFold(node, compilation)
    case 'to-table': {
      const definition = tables.keepsRows(node) ? rowStore(node.store) : undefined
      const { expiry } = node.store
      return add(tableSource({ store: definition?.name, sendOldValues, expiry }), definition)
    }
    case 'table-filter':
    case 'table-map-values':
    case 'table-transform-values':
      return add(...compileDerivedTable(node, sendOldValues))
    case 'table-join':
      return addTableJoin(node, compilation)
    case 'foreign-key-join':
      return addForeignKeyJoin(node, compilation)
    case 'table-aggregate': {
      const { initial, add: fold, subtract } = node
      const definition = rowStore(node.store)
      const store = definition.name
      return add(tableAggregate({ store, initial, add: fold, subtract, sendOldValues }), definition)
    }
    case 'suppress': {
      const { buffer, suppression } = node
      const { keySerde } = buffer
      const changeSerde = bufferedChangeSerde(buffer.valueSerde)
      const values = changeSerde as Serde<unknown>
      const definition = {
        ...keyValueStore({ ...buffer, valueSerde: values }),
        walkable: true,
        changelogHeaders: bufferedChangeHeaders,
      }
      return add(
        suppress({
          ...suppression,
          store: definition.name,
          keySerde,
          changeSerde,
          declaredAt: node.declaredAt,
        }),
        definition,
      )
    }
    default:
      return unreachable(node)
  }
}

/** Two nodes: one that reads the topic, and one that makes rows of its records. */
function addTableSource(node: TableSourceNode, compilation: Compilation): void {
  const { topology, tables, reusesSourceTopics } = compilation
  const { name, sourceName, topic, store, timestamp, offsetReset, declaredAt } = node
  const { keySerde: key, valueSerde: value } = store
  topology.addSource(sourceName, { topics: [topic], key, value, timestamp, offsetReset, declaredAt })
  const stores = tables.keepsRows(node) ? [store.name] : []
  const definition = rowStore(store)
  const { expiry } = store
  // What expires is deleted from the store's own changelog, not from a topic of somebody else.
  const deletes = expiry !== undefined || store.entriesMax !== undefined
  const reuses = reusesSourceTopics && !keepsVersions(node) && !deletes
  if (stores.length > 0) topology.addStateStore(reuses ? reusingSourceTopic(definition, topic) : definition)
  const supplier = tableSource({ store: stores[0], sendOldValues: tables.sendsOldValues(node), expiry })
  topology.addProcessor(name, { parents: [sourceName], supplier, stores, declaredAt })
}
