/** What operators take beside their functions: names, serdes and how a store is kept. */
import type { Duration } from '../base/duration.ts'
import type { Serde } from '../serdes/serde.ts'
import type { StoreBackend } from '../state/store-supplier.ts'
import type { IdleOption } from './idle-option.ts'
import type { StreamPartitioner } from '../topology/node.ts'
import type { OffsetReset } from '../topology/offset-reset.ts'
import type { VersionedOptions } from './version-options.ts'

/** Options of every operator. */
export interface NamedOptions {
  /**
   * The operator's name in `describe()`, metrics and messages, and the base of the topics it makes. Default: a
   * number, as Kafka gives it (`KSTREAM-FILTER-0000000001`), which changes when operators are added before it.
   */
  readonly name?: string
  /** Functions have a `name` too: this keeps `groupByKey(order => order.id)` from compiling as options. */
  readonly call?: never
}

/** Options of operators that make string keys. */
export interface StringKeyOptions extends NamedOptions {
  /** Default `string()`. */
  readonly key?: Serde<string>
}

/** Options of operators that make keys of any other type. */
export interface KeyOptions<K> extends NamedOptions {
  /** How the new keys are written where they go through a topic or into a store. */
  readonly key: Serde<K>
}

/** Options of `mapValues` and its kin. */
export interface ValueOptions<V> extends NamedOptions {
  /** How the new values are written where they go through a repartition topic. Default `json()`. */
  readonly value?: Serde<V>
}

/** Options of `branch`. */
export interface BranchOptions extends NamedOptions {
  /** The name of the branch `rest` in `describe()` and metrics, after that of the splitter. Default `0`, as in Kafka. */
  readonly restName?: string
}

/** Options of `repartition`. */
export interface RepartitionOptions<K, V> extends NamedOptions {
  /** Default: as many as the greatest count among the topics above. */
  readonly partitions?: number
  readonly key?: Serde<K>
  readonly value?: Serde<V>
  /** Default: Kafka's own, by the hash of the key's bytes. */
  readonly partitioner?: StreamPartitioner
}

/** Options of `to`. */
export interface SinkOptions extends NamedOptions {
  /** Default: Kafka's own, by the hash of the key's bytes. */
  readonly partitioner?: StreamPartitioner
}

/** Where reading begins, and what time records have. */
export interface SourceOptions<K = unknown, V = unknown> extends NamedOptions {
  /** Where to begin when the application has no committed offset. Default: the application's, `earliest`. */
  readonly offsetReset?: OffsetReset
  /**
   * The timestamp of a record, milliseconds since the epoch, in place of the topic's own rule; negative drops the
   * record. `partitionTime` is the greatest timestamp of the partition so far, -1 before the first record.
   */
  readonly timestamp?: (record: TimestampedRecord<K, V>, partitionTime: number) => number
}

/** A record as timestamp extractors see it; an absent key or value is `undefined`. */
export interface TimestampedRecord<K, V> {
  readonly key: K | undefined
  readonly value: V | undefined
  /** The one that the record was written with. */
  readonly timestamp: number
  readonly topic: string
  readonly partition: number
  readonly offset: number
}

/** How a store is kept; every operator with a store takes these, or the store's name alone. */
export interface StoreOptions<V> extends NamedOptions {
  /**
   * The store's name: for looking it up, and in the name of its changelog topic, `<app>-<store>-changelog`. Default: a
   * number, as Kafka gives it, which `strictNaming` refuses.
   */
  readonly store?: string
  /** How values are written to the store and its changelog. Default `json()`, or the stream's own where it fits. */
  readonly value?: Serde<V>
  /** Whether updates may be put out once per commit, when the application's `cache` is on. Default true. */
  readonly caching?: boolean
  /** Whether a changelog topic is kept, or settings for it. Without one a crash loses the store. Default true. */
  readonly logging?: boolean | Readonly<Record<string, string>>
  /**
   * `memory` keeps the store off the disk; it is then restored from its changelog at every start. A `storeSupplier` keeps
   * it in bytes of the application's own. Default: that of the application, which is `persistent`.
   */
  readonly backend?: StoreBackend
  /**
   * Keeps so many rows at most in each task, those used last, in memory. What goes beyond is deleted, from the changelog
   * too, without anybody being told: no tombstone goes on (semantics B22). At least 1; not together with `versioned` or
   * `ttl`. Default: all rows.
   */
  readonly maxEntries?: number
  /**
   * Keeps every value, not the latest alone, so that rows can be looked up as they were: a stream that is joined sees the
   * row of its record's time, and a record goes where its time belongs, whenever it comes. Values are kept, and records may
   * be late, for so long in stream time, which is that of the store's partition; later ones are dropped. The latest
   * value of a key stays. Tables that filter or map this one and have no store of their own have its versions too; joins
   * with other tables and groupings follow the latest values alone. Nothing is held back (`caching`). Needs a name in `store`.
   */
  readonly versioned?: Duration | VersionedOptions
}

/** How a global table is kept. */
export interface GlobalTableOptions<V> extends Omit<StoreOptions<V>, 'versioned' | 'maxEntries'> {
  /** Global tables have no versions. */
  readonly versioned?: never
}

/** How a store of windows is kept. */
export interface WindowStoreOptions<V> extends Omit<StoreOptions<V>, 'versioned' | 'maxEntries'> {
  /** Windows have no versions. */
  readonly versioned?: never
  /** How long windows can be looked up, from their start. At least, and by default: the size and the grace. */
  readonly retention?: Duration
}

/**
 * Options of `suppress`.
 *
 * @example
 * ```ts
 * import { defineApp, integer, string, topic, tumbling, windowed } from 'millrace'
 *
 * const clicks = topic('clicks', { key: string(), value: string() })
 * const totals = topic('clicks-per-minute', { key: windowed(string(), '1m'), value: integer() })
 *
 * export default defineApp({
 *   id: 'final-clicks',
 *   build(b) {
 *     b.stream(clicks)
 *       .groupByKey()
 *       .windowedBy(tumbling('1m', { grace: '10s' }))
 *       .count('clicks-per-minute')
 *       .suppress({ until: 'window-close', maxRecords: 100_000, name: 'final' })
 *       .toStream()
 *       .to(totals)
 *   },
 * })
 * ```
 */
export type SuppressOptions = NamedOptions & {
  /** Rows that may wait at most. Default: no bound. */
  readonly maxRecords?: number
  /**
   * Bytes that may wait at most, counted as Kafka counts them: a row's key, its values before and after, the name of its
   * record's topic and its headers, and 28 more. Default: no bound.
   */
  readonly maxBytes?: number
  /** Whether a changelog topic is kept, or settings for it. Without one a crash loses what waits. Default true. */
  readonly logging?: boolean | Readonly<Record<string, string>>
} & (
    | {
        /** One final result for each window, when stream time less the grace has passed its end. */
        readonly until: 'window-close'
        /** How long the table may be silent before time goes on by the clock: see `IdleOption`. */
        readonly idle?: Duration
        /** Results are final: rather than put one out too early, a full buffer stops the application (MR-4007). */
        readonly whenFull?: 'stop'
      }
    | {
        /** How long after its first update a row waits, in stream time; later updates do not prolong it. */
        readonly until: Duration
        /** What a full buffer does: the rows that have waited longest leave early (default), or MR-4007. */
        readonly whenFull?: 'emit-early' | 'stop'
      }
  )

/** Options of `windowedBy`. */
export interface WindowedByOptions extends IdleOption {
  /**
   * `update` (default): every change of a window's result. `close`: the result once, with the first record for which
   * stream time less the grace has reached the window's end (for a session, with its gap): results then come by time, those
   * of equal times in the order of their keys' bytes. Only records move that time: without input nothing is put out
   * (semantics P7). What was put out is committed with the input's positions, so that a restart puts out nothing twice.
   *
   * Kafka puts closed windows out at most once a second of the wall clock, to spare its store a scan; here nothing is
   * scanned, and there is no such delay.
   */
  readonly emit?: 'update' | 'close'
}

/** What a message shows where windows that do not close are to be put out on close. */
export interface EmitOnCloseNotPossible<Hint extends string> {
  readonly 'ERROR: these windows cannot be put out on close': Hint
}

/** Options of `windowedBy` for windows that never close, or of which it is not known when. */
export interface UpdatedWindowOptions {
  /** `update`, which is the default: every change of a window's result. */
  readonly emit?:
    | 'update'
    | EmitOnCloseNotPossible<'use tumbling, hopping, sliding or session windows, or every update'>
}
