/** Records grouped by key as an application sees them: folded by key alone, by window or by session, and several such groups together. */
import type { LateRecord } from '../operators/late-records.ts'
import type { SessionWindows } from '../windows/session-windows.ts'
import type { SlidingWindows } from '../windows/sliding-windows.ts'
import type { StoredWindows } from '../windows/stored-windows.ts'
import type { TimeWindows } from '../windows/time-windows.ts'
import type { Windowed } from '../windows/window.ts'
import type { CogroupWindowOptions } from './cogroup-options.ts'
import type { SessionMerge, WindowAggregateOptions } from './fold-options.ts'
import type { Fold, Initializer, Sync } from './function-types.ts'
import type { KTable } from './ktable.ts'
import type { LateRecordsOption } from './late-option.ts'
import type { StoreOptions, UpdatedWindowOptions, WindowStoreOptions, WindowedByOptions } from './options.ts'
import type { StreamOf } from './stream-of.ts'
import type { RowStoreOptions } from './ttl-options.ts'

/** Records grouped by key, to be folded into one value for each. */
export interface KGroupedStream<K, V> {
  /**
   * How many records each key has had; records without a key or a value do not count. Kept as `integer()`.
   *
   * @example
   * ```ts
   * import { defineApp, integer, string, topic } from 'millrace'
   *
   * const lines = topic('lines', { key: string(), value: string() })
   * const counts = topic('counts', { key: string(), value: integer() })
   *
   * export default defineApp({
   *   id: 'word-count',
   *   build(b) {
   *     b.stream(lines)
   *       .flatMapValues(line => line.toLowerCase().match(/\w+/g) ?? [])
   *       .groupBy(word => word)
   *       .count('word-counts')
   *       .toStream()
   *       .to(counts)
   *   },
   * })
   * ```
   */
  count(store?: string | RowStoreOptions<number>): KTable<K, number>

  /** Folds the values of each key, beginning with the first. Records without a key or a value are dropped. */
  reduce(reducer: Fold<K, V, V>, store?: string | RowStoreOptions<V>): KTable<K, V>

  /**
   * Folds the values of each key into an aggregate that `initial` starts; drops as `reduce` does.
   *
   * @example
   * ```ts
   * import { defineApp, json, string, topic } from 'millrace'
   *
   * const ratings = topic('ratings', { key: string(), value: json<number>() })
   * const means = topic('means', { key: string(), value: json<number>() })
   *
   * export default defineApp({
   *   id: 'means',
   *   build(b) {
   *     b.stream(ratings)
   *       .groupByKey()
   *       .aggregate({
   *         initial: () => ({ sum: 0, count: 0 }),
   *         add: (all, rating) => ({ sum: all.sum + rating, count: all.count + 1 }),
   *         store: 'ratings',
   *       })
   *       .mapValues(all => all.sum / all.count)
   *       .toStream()
   *       .to(means)
   *   },
   * })
   * ```
   */
  aggregate<A>(
    options: { readonly initial: Initializer<Sync<A>>; readonly add: Fold<K, V, A> } & RowStoreOptions<A>,
  ): KTable<K, A>

  /**
   * Begins an aggregate that several streams are folded into, each by an aggregator of its own: add further groups with
   * `cogroup`, then `aggregate`. They share one store, and make one table without a join (semantics D42).
   *
   * Records without a key or a value are dropped. All topics must have equally many partitions (MR-2101). At most one
   * group whose key was changed may be without a `name`: the others' repartition topics would have the same one.
   *
   * @example
   * ```ts
   * import { defineApp, json, string, topic } from 'millrace'
   *
   * interface Activity {
   *   readonly clicks: number
   *   readonly spent: number
   * }
   *
   * const clicks = topic('clicks', { key: string(), value: string() })
   * const purchases = topic('purchases', { key: string(), value: json<{ amount: number }>() })
   * const activity = topic('activity', { key: string(), value: json<Activity>() })
   *
   * export default defineApp({
   *   id: 'activity',
   *   build(b) {
   *     b.stream(clicks)
   *       .groupByKey()
   *       .cogroup<Activity>(sum => ({ ...sum, clicks: sum.clicks + 1 }))
   *       .cogroup(b.stream(purchases).groupByKey(), (sum, { amount }) => ({ ...sum, spent: sum.spent + amount }))
   *       .aggregate({ initial: () => ({ clicks: 0, spent: 0 }), store: 'activity' })
   *       .toStream()
   *       .to(activity)
   *   },
   * })
   * ```
   */
  cogroup<A>(add: Fold<K, V, A>): CogroupedStream<K, A, V>

  /** Folds by key and window of time, or by key and session, instead of by key alone. */
  windowedBy(
    windows: TimeWindows | SlidingWindows,
    options?: WindowedByOptions & LateOption<K, V>,
  ): WindowedStream<K, V>
  windowedBy(
    windows: SessionWindows,
    options?: WindowedByOptions & LateOption<K, V>,
  ): SessionWindowedStream<K, V>
  windowedBy(windows: StoredWindows, options?: UpdatedWindowOptions & LateOption<K, V>): WindowedStream<K, V>
}

/** What becomes of records that come after their window has closed: see `LateRecordsOption`. */
export type LateOption<K, V> = LateRecordsOption<StreamOf<K, LateRecord<V>>>

/**
 * Records grouped by key and window. Records without a key are dropped, and so are those that come after their window
 * has closed; absent values are folded like others, as Kafka does (semantics S4).
 */
export interface WindowedStream<K, V> {
  /** How many records each key has had in each window. */
  count(store?: string | WindowStoreOptions<number>): KTable<Windowed<K>, number>

  /** Folds the values of each key and window, beginning with the first. */
  reduce(reducer: Fold<K, V, V>, store?: string | WindowStoreOptions<V>): KTable<Windowed<K>, V>

  /**
   * Folds the values of each key and window into an aggregate that `initial` starts.
   *
   * @example
   * ```ts
   * import { defineApp, hopping, json, string, topic, windowed } from 'millrace'
   *
   * const trades = topic('trades', { key: string(), value: json<{ price: number }>() })
   * const highs = topic('highs', { key: windowed(string(), '5m'), value: json<number>() })
   *
   * export default defineApp({
   *   id: 'highs',
   *   build(b) {
   *     b.stream(trades)
   *       .groupByKey()
   *       .windowedBy(hopping('5m', { advance: '1m', grace: '10s' }), { emit: 'close' })
   *       .aggregate({ initial: () => 0, add: (high, { price }) => Math.max(high, price), store: 'highs' })
   *       .toStream()
   *       .to(highs)
   *   },
   * })
   * ```
   */
  aggregate<A>(options: WindowAggregateOptions<K, V, A>): KTable<Windowed<K>, A>
}

/**
 * Records grouped by key and session. Records without a key are dropped, and late ones; absent values are folded like
 * others (semantics S6). When sessions become one, a tombstone goes out for each of them, then the new one's row.
 */
export interface SessionWindowedStream<K, V> {
  /** How many records each key has had in each session. */
  count(store?: string | WindowStoreOptions<number>): KTable<Windowed<K>, number>

  /** Folds the values of each session; where sessions become one, it folds theirs, in the order of their ends. */
  reduce(reducer: Fold<K, V, V>, store?: string | WindowStoreOptions<V>): KTable<Windowed<K>, V>

  /**
   * Merges the aggregates of the sessions that a record touches, beginning with `initial()`, then adds its value.
   *
   * @example
   * ```ts
   * import { defineApp, json, session, sessionWindowed, string, topic } from 'millrace'
   *
   * const clicks = topic('clicks', { key: string(), value: string() })
   * const visits = topic('visits', { key: sessionWindowed(string()), value: json<string[]>() })
   *
   * export default defineApp({
   *   id: 'visits',
   *   build(b) {
   *     b.stream(clicks)
   *       .groupByKey()
   *       .windowedBy(session('30m'))
   *       .aggregate({
   *         initial: (): string[] => [],
   *         add: (pages, page) => [...pages, page],
   *         merge: (before, after) => [...before, ...after],
   *         store: 'visits',
   *       })
   *       .toStream()
   *       .to(visits)
   *   },
   * })
   * ```
   */
  aggregate<A>(options: WindowAggregateOptions<K, V, A> & SessionMerge<K, A>): KTable<Windowed<K>, A>
}

/**
 * Several groups of records with equal keys, each with what adds its values to an aggregate that all share; `V` are the
 * values of any of them.
 */
export interface CogroupedStream<K, A, V = unknown> {
  /** This and one group more. A group that is among them already gets the new aggregator in place of the old one. */
  cogroup<V2>(group: KGroupedStream<K, V2>, add: Fold<K, V2, A>): CogroupedStream<K, A, V | V2>

  /** Folds the values of each key into an aggregate that `initial` starts, whichever stream comes first. */
  aggregate(options: { readonly initial: Initializer<Sync<A>> } & StoreOptions<A>): KTable<K, A>

  /** Folds by key and window of time, or by key and session, instead of by key alone: see `CogroupWindowOptions`. */
  windowedBy(
    windows: TimeWindows | SlidingWindows,
    options?: CogroupWindowOptions & LateOption<K, V>,
  ): WindowedCogroupedStream<K, A>
  windowedBy(
    windows: SessionWindows,
    options?: CogroupWindowOptions & LateOption<K, V>,
  ): SessionWindowedCogroupedStream<K, A>
  windowedBy(
    windows: StoredWindows,
    options?: UpdatedWindowOptions & LateOption<K, V>,
  ): WindowedCogroupedStream<K, A>
}

/** Several groups by key and window; records are dropped as from `WindowedStream`. */
export interface WindowedCogroupedStream<K, A> {
  /** Folds the values of each key and window into an aggregate that `initial` starts. */
  aggregate(
    options: { readonly initial: Initializer<Sync<A>> } & WindowStoreOptions<A>,
  ): KTable<Windowed<K>, A>
}

/** Several groups by key and session; records are dropped as from `SessionWindowedStream`. */
export interface SessionWindowedCogroupedStream<K, A> {
  /** Merges the aggregates of the sessions that a record touches, beginning with `initial()`, then adds its value. */
  aggregate(
    options: { readonly initial: Initializer<Sync<A>> } & SessionMerge<K, A> & WindowStoreOptions<A>,
  ): KTable<Windowed<K>, A>
}
