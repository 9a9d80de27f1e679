/**
 * The three logical nodes of a foreign-key join: one for each side, and the result where their topics meet.
 *
 *     left table ── subscription ─┐           physical: subscribe, sink, source, keep subscription, answer it
 *                                 ├─ join     physical: sink, source, combine, result
 *     right table ── change ──────┘           physical: answer subscribers
 *
 * They are three because Kafka writes them in this order, each after the table above it. `Table` is the union of all
 * nodes that make tables, which has the result among it and so is declared after this (`node.ts`).
 */
import type { JoinCallback, ValueCallback } from '../operators/callbacks.ts'
import type { Serde } from '../serdes/serde.ts'
import type { StreamPartitioner } from '../topology/node.ts'
import type { NodeBase, StorePlan } from './node-base.ts'

/** The serdes of what travels between the sides. */
export interface ForeignKeySerdes {
  readonly primaryKeys: Serde<unknown>
  readonly leftValues: Serde<unknown>
  /** Those of the right table's keys. */
  readonly foreignKeys: Serde<unknown>
  readonly rightValues: Serde<unknown>
}

/** The way from the left table to the right; `name` is what sends subscriptions. */
export interface ForeignKeySubscriptionNode<Table> extends NodeBase {
  readonly kind: 'foreign-key-subscription'
  /** The left table. */
  readonly parent: Table
  /** The right table, in which rows are looked up. */
  readonly table: Table
  readonly on: ValueCallback<unknown>
  readonly left: boolean
  readonly serdes: ForeignKeySerdes
  /** Without the application id. */
  readonly topic: string
  readonly sinkName: string
  readonly sourceName: string
  /** Keeps subscriptions in the store. */
  readonly keepName: string
  /** Answers them. */
  readonly answerName: string
  /** Who has subscribed to what. */
  readonly store: StorePlan
  /** Of foreign keys, where the right table's topic is not partitioned as Kafka does. */
  readonly partitioner: StreamPartitioner | undefined
}

/** What tells subscribers of changes of the right table. */
export interface ForeignKeyChangeNode<Table> extends NodeBase {
  readonly kind: 'foreign-key-change'
  /** The right table. */
  readonly parent: Table
  /** Of the subscription node, which names it. */
  readonly subscriptions: string
  readonly foreignKeys: Serde<unknown>
  readonly store?: undefined
}

/** What belongs to one of the two tables. */
export type ForeignKeySideNode<Table> = ForeignKeySubscriptionNode<Table> | ForeignKeyChangeNode<Table>

/** The way back, and the table that comes of it. */
export interface ForeignKeyJoinNode<Table> extends NodeBase {
  readonly kind: 'foreign-key-join'
  readonly parents: readonly [ForeignKeySubscriptionNode<Table>, ForeignKeyChangeNode<Table>]
  readonly joiner: JoinCallback
  /** Without the application id. */
  readonly topic: string
  readonly sinkName: string
  readonly sourceName: string
  readonly combineName: string
  /** Of the result, which keeps its rows if it is named or somebody looks them up. */
  readonly store: StorePlan
  /** Of primary keys, where answers are not to go back to the partition that subscribed. */
  readonly partitioner: StreamPartitioner | undefined
}
