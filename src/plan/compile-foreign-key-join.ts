/** Adds the nodes of a foreign-key join: both sides, the topics between them, the subscriptions and the result. */
import { combine } from '../operators/foreign-key-join/combine.ts'
import {
  answerSubscribers,
  answerSubscription,
  keepSubscription,
} from '../operators/foreign-key-join/respond.ts'
import { subscribe } from '../operators/foreign-key-join/subscribe.ts'
import {
  responseSerde,
  subscriptionSerde,
  type SubscriptionResponse,
} from '../operators/foreign-key-join/subscription.ts'
import { tableSource } from '../operators/table-source.ts'
import type { Serde } from '../serdes/serde.ts'
import type { StreamPartitioner } from '../topology/node.ts'
import type { Compilation } from './compilation.ts'
import { partitionerFor } from './compile-sink.ts'
import { keyValueStore, rowStore } from './compile-store.ts'
import type {
  ForeignKeyChangeNode,
  ForeignKeyJoinNode,
  ForeignKeySubscriptionNode,
} from './foreign-key-node.ts'
import type { TableNode } from './node.ts'
import { valueGetterOf } from './value-getters.ts'
import { keepsVersions } from './versions.ts'

/** What sends subscriptions, their topic, and what keeps and answers them on its other end. */
export function addForeignKeySubscription(
  node: ForeignKeySubscriptionNode<TableNode>,
  { topology, parentNames }: Compilation,
): void {
  const { name, sinkName, sourceName, keepName, answerName, topic, store, on, left, declaredAt } = node
  const { primaryKeys, leftValues: values, foreignKeys } = node.serdes
  const key = foreignKeys
  const value = subscriptionSerde(primaryKeys) as Serde<unknown>
  const partitioner = chosenBy(node.partitioner) ?? partitionerFor(foreignKeys)
  topology.addRepartitionTopic({ name: topic })
  topology.addProcessor(name, {
    parents: parentNames(node),
    supplier: subscribe({ on, foreignKeys, values, left, ofVersions: keepsVersions(node.parent) }),
    declaredAt,
  })
  topology.addSink(sinkName, { parents: [name], topic, key, value, partitioner, declaredAt })
  topology.addSource(sourceName, { topics: [topic], key, value, declaredAt })
  topology.addStateStore({ ...keyValueStore({ ...store, valueSerde: value }), walkable: true })
  topology.addProcessor(keepName, {
    parents: [sourceName],
    supplier: keepSubscription({ store: store.name, foreignKeys, primaryKeys }),
    stores: [store.name],
    declaredAt,
  })
  const rights = valueGetterOf(node.table)
  topology.addProcessor(answerName, {
    parents: [keepName],
    supplier: answerSubscription(rights),
    stores: rights.stores,
    declaredAt,
  })
}

/** What tells the subscribers of changes of the right table. */
export function addForeignKeyChange(
  node: ForeignKeyChangeNode<TableNode>,
  { topology, parentNames }: Compilation,
): void {
  const { name, subscriptions: store, foreignKeys, declaredAt } = node
  topology.addProcessor(name, {
    parents: parentNames(node),
    supplier: answerSubscribers({ store, foreignKeys, ofVersions: keepsVersions(node.parent) }),
    stores: [store],
    declaredAt,
  })
}

/** The topic of answers, what makes results of them, and the table of these. */
export function addForeignKeyJoin(node: ForeignKeyJoinNode<TableNode>, compilation: Compilation): void {
  const { topology, tables, sourceNames } = compilation
  const { name, sinkName, sourceName, combineName, topic, joiner, store, declaredAt } = node
  const [subscription, change] = node.parents
  const { left, serdes } = subscription
  const key = serdes.primaryKeys
  const value = responseSerde(serdes.rightValues) as Serde<unknown>
  topology.addRepartitionTopic({ name: topic })
  topology.addSink(sinkName, {
    parents: [subscription.answerName, change.name],
    topic,
    key,
    value,
    partitioner: chosenBy(node.partitioner) ?? toSubscriber(partitionerFor(key)),
    declaredAt,
  })
  topology.addSource(sourceName, { topics: [topic], key, value, declaredAt })
  const lefts = valueGetterOf(subscription.parent)
  topology.addProcessor(combineName, {
    parents: [sourceName],
    supplier: combine({ lefts, values: serdes.leftValues, joiner, left }),
    stores: lefts.stores,
    declaredAt,
  })
  const stores = tables.keepsRows(node) ? [store.name] : []
  if (stores.length > 0) topology.addStateStore(rowStore(store))
  topology.addProcessor(name, {
    parents: [combineName],
    supplier: tableSource({ store: stores[0], sendOldValues: tables.sendsOldValues(node) }),
    stores,
    declaredAt,
  })
  const operator = `${left ? 'leftJoin' : 'join'} '${name}'`
  const rightSources = [...sourceNames(change.parent), subscription.sourceName]
  topology.copartition({ sources: [...new Set(rightSources)], operator, declaredAt })
  topology.copartition({ sources: sourceNames(node), operator, declaredAt })
}

/** Answers go to the partition that subscribed; those to old subscriptions, which do not say, by their keys. */
function toSubscriber(otherwise: StreamPartitioner | undefined): StreamPartitioner {
  return (topic, key, value, partitionCount, headers) => {
    const { primaryPartition } = value as SubscriptionResponse
    if (primaryPartition === undefined) return otherwise?.(topic, key, undefined, partitionCount, headers)
    return [primaryPartition]
  }
}

/** A partitioner of the application's own: it is asked about keys alone, and must choose one partition. */
function chosenBy(partitioner: StreamPartitioner | undefined): StreamPartitioner | undefined {
  if (partitioner === undefined) return undefined
  return (topic, key, _value, partitionCount, headers) => {
    const partitions = partitioner(topic, key, undefined, partitionCount, headers)
    if (partitions === undefined || partitions.length === 1) return partitions
    throw new RangeError(
      `the partitioner of a foreign-key join chose ${partitions.length} partitions, not one`,
    )
  }
}
