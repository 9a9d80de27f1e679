/**
 * The logical graph that the DSL builds: what the user asked for, before it is decided how it runs.
 *
 * Nodes are frozen plain objects told apart by `kind`. They know their parents and never their children, so that a
 * node is complete when it is made. All names are there from the start, because a name depends on the order of the
 * declarations (semantics N1). Behaviour is in functions that switch over `kind`: `compile.ts` first of all.
 *
 * To add an operator: a kind here, a method in `src/dsl`, a case in `compile.ts`, a factory in `src/operators`.
 */
import type { FoldCallback, JoinCallback, MergeCallback, ValueCallback } from '../operators/callbacks.ts'
import type { Print } from '../operators/print.ts'
import type { ProcessorSupplier } from '../processor/processor.ts'
import type { Suppression } from '../operators/suppress.ts'
import type { Transformer } from '../operators/table-transformer.ts'
import type { Encoder, Serde } from '../serdes/serde.ts'
import type { StreamPartitioner, TimestampExtractor, TopicNameExtractor } from '../topology/node.ts'
import type { OffsetReset } from '../topology/offset-reset.ts'
import type { SessionWindows } from '../windows/session-windows.ts'
import type { StoredWindows } from '../windows/stored-windows.ts'
import type { ForeignKeyJoinNode, ForeignKeySideNode } from './foreign-key-node.ts'
import type { CogroupWindows } from './cogroup-windows.ts'
import type { NodeBase, StorePlan } from './node-base.ts'
import type { JoinWindowNodeOf, StreamStreamJoinNodeOf } from './stream-join-node.ts'

/** One or more topics read as a stream. */
export interface StreamSourceNode extends NodeBase {
  readonly kind: 'stream-source'
  /** None where there is a pattern. */
  readonly topics: readonly string[]
  readonly pattern: RegExp | undefined
  readonly keySerde: Serde<unknown>
  readonly valueSerde: Serde<unknown>
  readonly timestamp: TimestampExtractor | undefined
  readonly offsetReset: OffsetReset | undefined
}

/** A topic read as a table; two physical nodes. */
export interface TableSourceNode extends NodeBase {
  readonly kind: 'table-source'
  readonly sourceName: string
  readonly topic: string
  readonly store: StorePlan
  readonly timestamp: TimestampExtractor | undefined
  readonly offsetReset: OffsetReset | undefined
}

export interface FilterNode extends NodeBase {
  readonly kind: 'filter'
  readonly parent: StreamNode
  readonly predicate: ValueCallback<boolean>
  readonly negate: boolean
}

/** The operators that call one function for each record and keep nothing. */
export interface MapNode extends NodeBase {
  readonly kind: 'map' | 'flat-map' | 'map-values' | 'flat-map-values' | 'select-key' | 'peek' | 'foreach'
  readonly parent: StreamNode
  readonly fn: ValueCallback<unknown>
}

export interface MergeNode extends NodeBase {
  readonly kind: 'merge'
  readonly parents: readonly StreamNode[]
}

export interface BranchNode extends NodeBase {
  readonly kind: 'branch'
  readonly parent: StreamNode
  /** Its branch-child nodes are one for each predicate, in order, and maybe one more, for the rest. */
  readonly predicates: readonly ValueCallback<boolean>[]
}

export interface BranchChildNode extends NodeBase {
  readonly kind: 'branch-child'
  readonly parent: BranchNode
}

/** A trip through a topic of the application's own; three physical nodes, of which `name` is the source. */
export interface RepartitionNode extends NodeBase {
  readonly kind: 'repartition'
  readonly parent: StreamNode
  /** Without the application id. */
  readonly topic: string
  /** Whether the topic's name was given, by a name of the repartition, the grouping, the join or the store. */
  readonly named: boolean
  /** Whether it is there because `repartition` asked for it, and not because the key was changed: it always stays. */
  readonly forced: boolean
  readonly filterName: string
  readonly sinkName: string
  readonly keySerde: Serde<unknown>
  readonly valueSerde: Serde<unknown>
  readonly partitions: number | undefined
  readonly partitioner: StreamPartitioner | undefined
}

export interface SinkNode extends NodeBase {
  readonly kind: 'sink'
  readonly parent: StreamNode
  readonly topic: string | TopicNameExtractor
  readonly keySerde: Encoder<never>
  readonly valueSerde: Encoder<never>
  readonly partitioner: StreamPartitioner | undefined
}

/** Writes a line for each record, which ends here. */
export interface PrintNode extends NodeBase {
  readonly kind: 'print'
  readonly parent: StreamNode
  readonly print: Print
}

export interface StreamAggregateNode extends NodeBase {
  readonly kind: 'stream-aggregate'
  readonly parent: StreamNode
  readonly store: StorePlan
  /** Absent for `reduce`, which begins with the first value. */
  readonly initial: (() => unknown) | undefined
  readonly add: FoldCallback
  /** Whether `add` looks at the value; `count` does not. */
  readonly readsValue: boolean
}

export interface WindowAggregateNode extends Omit<StreamAggregateNode, 'kind'> {
  readonly kind: 'window-aggregate'
  readonly windows: StoredWindows
  readonly retentionMs: number
  /** Whether each window is put out once, when it closes. */
  readonly onClose: boolean
  /** The name of the node that gets late records; absent: they are only counted. */
  readonly late: string | undefined
  /** How long the input is silent before time goes on by the clock; absent: only records move it. */
  readonly idleMs: number | undefined
}

/**
 * One fold of a cogroup: adds the values of its stream to the rows of the store that all folds share. Its records are
 * changes of those rows, which the cogroup node below passes on.
 */
export interface CogroupFoldNode extends NodeBase {
  readonly kind: 'cogroup-fold'
  readonly parent: StreamNode
  /** The store of the cogroup, whose name the cogroup node claims. */
  readonly into: StorePlan
  readonly store?: undefined
  readonly initial: () => unknown
  readonly add: FoldCallback
  /** Absent: by key alone. */
  readonly windowed: CogroupWindows | undefined
  /** The name of the node that gets late records, those of all folds; absent: they are only counted. */
  readonly late: string | undefined
}

/** The table that the folds of a cogroup make together. */
export interface CogroupNode extends NodeBase {
  readonly kind: 'cogroup'
  readonly parents: readonly CogroupFoldNode[]
  readonly store: StorePlan
  readonly windowed: CogroupWindows | undefined
}

export interface SessionAggregateNode extends Omit<StreamAggregateNode, 'kind' | 'initial'> {
  readonly kind: 'session-aggregate'
  readonly initial: () => unknown
  readonly merge: MergeCallback
  readonly windows: SessionWindows
  readonly retentionMs: number
  /** Whether each session is put out once, when it closes. */
  readonly onClose: boolean
  /** The name of the node that gets late records; absent: they are only counted. */
  readonly late: string | undefined
  /** How long the input is silent before time goes on by the clock; absent: only records move it. */
  readonly idleMs: number | undefined
}

export interface ToTableNode extends NodeBase {
  readonly kind: 'to-table'
  readonly parent: StreamNode
  readonly store: StorePlan
}

export interface TableFilterNode extends NodeBase {
  readonly kind: 'table-filter'
  readonly parent: TableNode
  readonly predicate: ValueCallback<boolean>
  readonly negate: boolean
  readonly store: StorePlan | undefined
}

export interface TableMapValuesNode extends NodeBase {
  readonly kind: 'table-map-values'
  readonly parent: TableNode
  readonly fn: ValueCallback<unknown>
  readonly store: StorePlan | undefined
}

/** Is called for values that are not there as well, and may have stores beside the one of its rows. */
export interface TableTransformValuesNode extends NodeBase {
  readonly kind: 'table-transform-values'
  readonly parent: TableNode
  readonly fn: ValueCallback<unknown> | Transformer
  readonly store: StorePlan | undefined
}

/** The rows of a table with the keys of their groups: what `groupBy` makes of it. */
export interface TableGroupNode extends NodeBase {
  readonly kind: 'table-group'
  readonly parent: TableNode
  readonly fn: ValueCallback<unknown>
  /** Of the groups. */
  readonly keySerde: Serde<unknown>
}

/** The trip of a grouping's changes through a topic; two physical nodes, of which `name` is the source. */
export interface TableRepartitionNode extends NodeBase {
  readonly kind: 'table-repartition'
  readonly parent: TableGroupNode
  /** Without the application id. */
  readonly topic: string
  /** Whether the topic's name was given, by the name of the grouping or the store. */
  readonly named: boolean
  readonly sinkName: string
  readonly keySerde: Serde<unknown>
  /** Of the rows, not of their changes. */
  readonly valueSerde: Serde<unknown>
}

/** A fold of the rows of each group. */
export interface TableAggregateNode extends NodeBase {
  readonly kind: 'table-aggregate'
  readonly parent: TableRepartitionNode
  readonly store: StorePlan
  /** Absent for `reduce`, which begins with the first value. */
  readonly initial: (() => unknown) | undefined
  readonly add: FoldCallback
  readonly subtract: FoldCallback
}

/** Holds the changes of a table back; its rows are those that were let through. */
export interface SuppressNode extends NodeBase {
  readonly kind: 'suppress'
  readonly parent: TableNode
  readonly store?: undefined
  /** The store of what waits; its values are the table's. */
  readonly buffer: StorePlan
  readonly suppression: Suppression
}

/** A join of two tables by their keys; three physical nodes, of which `name` is the result. */
export interface TableJoinNode extends NodeBase {
  readonly kind: 'table-join'
  /** The left table, and the right one. */
  readonly parents: readonly [TableNode, TableNode]
  /** The node that joins changes of the left table. */
  readonly leftName: string
  readonly rightName: string
  readonly joiner: JoinCallback
  readonly type: 'inner' | 'left' | 'outer'
  readonly store: StorePlan | undefined
}

export interface ToStreamNode extends NodeBase {
  readonly kind: 'to-stream'
  readonly parent: TableNode
}

export interface StreamTableJoinNode extends NodeBase {
  readonly kind: 'stream-table-join'
  readonly parent: StreamNode
  readonly table: TableNode
  readonly joiner: JoinCallback
  readonly left: boolean
  /** Of the records that wait until stream time is `graceMs` ahead of them; absent without a grace. */
  readonly store: StorePlan | undefined
  readonly graceMs: number
  /** After how long without records time goes on by the clock. */
  readonly idleMs: number | undefined
}

export type JoinWindowNode = JoinWindowNodeOf<StreamNode>
export type StreamStreamJoinNode = StreamStreamJoinNodeOf<StreamNode>

/** A topic that every instance reads whole into a store; two physical nodes, of which `name` is the second. */
export interface GlobalTableNode extends NodeBase {
  readonly kind: 'global-table'
  readonly sourceName: string
  readonly topic: string
  /** Of the topic; those of the store may be others. */
  readonly keySerde: Serde<unknown>
  readonly valueSerde: Serde<unknown>
  readonly store: StorePlan
  /** Absent for rows as they come: a processor of the application's own. */
  readonly supplier: ProcessorSupplier | undefined
  readonly timestamp: TimestampExtractor | undefined
  readonly walkable: boolean
}

export interface StreamGlobalJoinNode extends NodeBase {
  readonly kind: 'stream-global-join'
  readonly parent: StreamNode
  readonly table: GlobalTableNode
  readonly on: ValueCallback<unknown>
  readonly joiner: JoinCallback
  readonly left: boolean
}

/** A processor of the application's own. */
export interface ProcessNode extends NodeBase {
  readonly kind: 'process' | 'process-values'
  readonly parent: StreamNode
  readonly supplier: ProcessorSupplier
  /** Names of the stores that it is connected to; the plan has their definitions. */
  readonly stores: readonly string[]
}

/** New values from asynchronous calls; keys stay. */
export interface MapValuesAsyncNode extends NodeBase {
  readonly kind: 'map-values-async'
  readonly parent: StreamNode
  readonly supplier: ProcessorSupplier
  /** How long a record may be under way at most. */
  readonly waitMsMax: number
}

/** Nodes to which a record can come too late. */
export type NodeWithLateRecords =
  | WindowAggregateNode
  | SessionAggregateNode
  | CogroupFoldNode
  | JoinWindowNode

/** The records that came too late for windows; several nodes are the folds of one cogroup. */
export interface LateRecordsNode extends NodeBase {
  readonly kind: 'late-records'
  readonly parents: readonly NodeWithLateRecords[]
}

/** Lets one record of each id pass. */
export interface DedupeNode extends NodeBase {
  readonly kind: 'dedupe'
  readonly parent: StreamNode
  readonly by: ValueCallback<unknown>
  readonly withinMs: number
  readonly graceMs: number
  /** Of the times at which records of an id have passed; its keys are the ids. */
  readonly store: StorePlan
}

/** Nodes whose records are those of a stream. */
export type StreamNode =
  | StreamSourceNode
  | FilterNode
  | MapNode
  | MergeNode
  | BranchChildNode
  | RepartitionNode
  | ToStreamNode
  | ProcessNode
  | MapValuesAsyncNode
  | LateRecordsNode
  | DedupeNode
  | StreamGlobalJoinNode
  | StreamTableJoinNode
  | StreamStreamJoinNode

/** Nodes whose records are changes of a table's rows. */
export type TableNode =
  | TableSourceNode
  | StreamAggregateNode
  | WindowAggregateNode
  | SessionAggregateNode
  | CogroupFoldNode
  | CogroupNode
  | ToTableNode
  | TableFilterNode
  | TableMapValuesNode
  | TableTransformValuesNode
  | TableJoinNode
  | ForeignKeyJoinNode<TableNode>
  | SuppressNode
  | TableAggregateNode

export type PlanNode =
  | StreamNode
  | TableNode
  | BranchNode
  | SinkNode
  | PrintNode
  | GlobalTableNode
  | TableGroupNode
  | TableRepartitionNode
  | JoinWindowNode
  | ForeignKeySideNode<TableNode>
