/**
 * The physical graph: what runs. Frozen plain objects told apart by `kind`.
 *
 * Internal topics (repartition, changelog) bear their names without the application id here, as Kafka's
 * `describe()` prints them; `internal-topics.ts` prefixes them.
 */
import type { ProcessorSupplier, SourceContext } from '../processor/processor.ts'
import type { Headers } from '../record/record.ts'
import type { Decoder, Encoder, Serde } from '../serdes/serde.ts'
import type { OffsetReset } from './offset-reset.ts'
import type { ExpiryRule } from '../state/expiry-rule.ts'
import type { CustomStoreSupplier } from '../state/custom-store.ts'
import type { StoreBackend } from '../state/store-supplier.ts'

/**
 * The timestamp of a record (semantics T1): given the decoded record and the partition's greatest timestamp so
 * far (-1 at first). A negative result drops the record.
 */
export type TimestampExtractor = (
  record: {
    readonly key: unknown
    readonly value: unknown
    readonly timestamp: number
    readonly topic: string
    readonly partition: number
    readonly offset: number
  },
  partitionTime: number,
) => number

/**
 * Which partitions a record goes to, a copy to each; `undefined` for the default, an empty list drops and counts it (semantics
 * D73). Any other answer, or a partition that the topic has not, is MR-3004.
 */
export type StreamPartitioner = (
  topic: string,
  key: unknown,
  value: unknown,
  partitionCount: number,
  headers: Headers,
) => readonly number[] | undefined

/** The topic of a record of a dynamic sink. `describeAs` is what `describe()` prints. */
export interface TopicNameExtractor {
  readonly describeAs: string
  readonly extract: (key: unknown, value: unknown, context: SourceContext) => string
}

export interface SourceNode {
  readonly kind: 'source'
  readonly name: string
  /** Where there is a pattern, those that it matches, as far as they are known: none when the topology is built. */
  readonly topics: readonly string[]
  /** Matches whole names. */
  readonly pattern?: RegExp | undefined
  readonly keySerde: Decoder<unknown>
  readonly valueSerde: Decoder<unknown>
  /** Default: the record's own timestamp, negative ones refused with MR-3002. */
  readonly timestamp?: TimestampExtractor | undefined
  readonly offsetReset?: OffsetReset | undefined
  readonly declaredAt?: string | undefined
}

export interface ProcessorNode {
  readonly kind: 'processor'
  readonly name: string
  readonly parents: readonly string[]
  readonly supplier: ProcessorSupplier
  readonly stores: readonly string[]
  /** Those of the stores that it may not write. Default: none. */
  readonly readOnlyStores?: readonly string[] | undefined
  /** Whether it receives only what its parents forward to it by name. Default false. */
  readonly side?: boolean | undefined
  /** How long a record may be under way in it at most, where it is asynchronous. */
  readonly waitMsMax?: number | undefined
  /** The line of the user's code that declared the operator. */
  readonly declaredAt?: string | undefined
}

export interface SinkNode {
  readonly kind: 'sink'
  readonly name: string
  readonly parents: readonly string[]
  readonly topic: string | TopicNameExtractor
  readonly keySerde: Encoder<unknown>
  readonly valueSerde: Encoder<unknown>
  readonly partitioner?: StreamPartitioner | undefined
  readonly declaredAt?: string | undefined
}

export type TopologyNode = SourceNode | ProcessorNode | SinkNode

/** What every store's definition says. */
interface StoreBase {
  readonly name: string
  readonly keySerde: Serde<unknown>
  readonly valueSerde: Serde<unknown>
  /** Whether values carry a timestamp (all the DSL's stores do); then bytes are `[8-byte timestamp][value]` (H10). */
  readonly timestamped: boolean
  /** Topic settings added to the changelog's, or `false` for none (then a crash loses the store). */
  readonly changelog: false | Readonly<Record<string, string>>
  /** The topic that is its own changelog (`reuse.ktable.source.topics`, read-only stores). */
  readonly changelogTopic?: string | undefined
  /** `memory` keeps it out of LevelDB; it is restored from the changelog at every start. */
  readonly backend: StoreBackend
  /** Whether emission is coalesced per commit when the application's `cache` is on. */
  readonly cache: boolean
}

export interface KeyValueStoreDefinition extends StoreBase {
  readonly kind: 'key-value'
  /** Whether values are kept with headers; the value serde is that of both. Default false. */
  readonly headers?: boolean | undefined
  /** Keeps so many rows at most, those used last. Default: all. */
  readonly entriesMax?: number | undefined
  /** When its rows expire, which is for those who write them to see to. Default: never. */
  readonly expiry?: ExpiryRule | undefined
  /** Headers of the changelog records that carry a value, such as the version of its layout. Default: none. */
  readonly changelogHeaders?: Headers | undefined
  /** Whether processors may walk it without waiting; every key is then kept in memory. Default false. */
  readonly walkable?: boolean | undefined
}

export interface WindowStoreDefinition extends StoreBase {
  readonly kind: 'window'
  /** Whether values are kept with headers; the value serde is that of both. Default false. */
  readonly headers?: boolean | undefined
  readonly windowSizeMs: number
  readonly retentionMs: number
  /** Whether rows of one key and start are kept beside one another, as joins need them. Default false. */
  readonly duplicates?: boolean | undefined
  /** Whether `walk` may be called; every key is then kept in memory. Default false. */
  readonly walkable?: boolean | undefined
}

/** Keeps aggregates by key and session; values have no timestamps of their own, a session's is its end. */
export interface SessionStoreDefinition extends StoreBase {
  readonly kind: 'session'
  /** Whether values are kept with headers; the value serde is that of both. Default false. */
  readonly headers?: boolean | undefined
  readonly retentionMs: number
  /** Whether `walk` may be called; every key is then kept in memory. Default false. */
  readonly walkable?: boolean | undefined
}

/** Keeps the records of a left or outer stream-stream join that wait for a match; the serdes are those of `held-serde`. */
export interface HeldRecordStoreDefinition extends StoreBase {
  readonly kind: 'held-records'
}

/** A store of the application's own; the serdes are those of its entries, which are bytes. */
export interface CustomStoreDefinition extends StoreBase {
  readonly kind: 'custom'
  readonly open: CustomStoreSupplier
}

/** Keeps the values of each key for some time, by the time at which they were valid (semantics V1). */
export interface VersionedStoreDefinition extends StoreBase {
  readonly kind: 'versioned'
  readonly historyMs: number
  readonly segmentIntervalMs: number
}

/** The plan of a store: what the topology declares, and the task opens. */
export type StoreDefinition =
  | KeyValueStoreDefinition
  | WindowStoreDefinition
  | SessionStoreDefinition
  | HeldRecordStoreDefinition
  | CustomStoreDefinition
  | VersionedStoreDefinition

/** A repartition topic that the application owns, its name without the application id. */
export interface RepartitionTopic {
  readonly name: string
  /** Absent: as many as its sub-topology's sources have at most (semantics O3). */
  readonly partitions?: number | undefined
}
