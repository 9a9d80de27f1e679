/**
 * Streams and tables as an application sees them: what can be done with each, and what comes of it.
 *
 * The types refer to one another (a stream groups into a table, a table turns into a stream), which is why they stand
 * in one file. Absent keys and values are `undefined` at run time whatever the type says: a tombstone is a record
 * whose value is `undefined`. Which operators drop such records is said at each.
 */
import type { Serde } from '../serdes/serde.ts'
import type { LateRecord } from '../operators/late-records.ts'
import type { SessionWindows } from '../windows/session-windows.ts'
import type { SlidingWindows } from '../windows/sliding-windows.ts'
import type { StoredWindows } from '../windows/stored-windows.ts'
import type { TimeWindows } from '../windows/time-windows.ts'
import type { Windowed } from '../windows/window.ts'
import type { SessionMerge, Subtracting, WindowAggregateOptions } from './fold-options.ts'
import type {
  Check,
  Fold,
  Guarded,
  Initializer,
  Joiner,
  Mapper,
  NotAsync,
  NotOtherKey,
  Sync,
  TopicOfOtherTypes,
  TypeGuard,
} from './function-types.ts'
import type { AsyncMapper, AsyncOptions } from './async-options.ts'
import type { CogroupWindowOptions } from './cogroup-options.ts'
import type { DedupeOptions } from './dedupe-options.ts'
import type { GlobalJoinOptions, GlobalKTable } from './global-table.ts'
import type { ForeignKeyJoinOptions, SameKeys, StreamJoinOptions, WindowNeeded } from './join-options.ts'
import type {
  BranchOptions,
  KeyOptions,
  NamedOptions,
  RepartitionOptions,
  SinkOptions,
  StoreOptions,
  StringKeyOptions,
  SuppressOptions,
  UpdatedWindowOptions,
  ValueOptions,
  WindowStoreOptions,
  WindowedByOptions,
} from './options.ts'
import type { StoreHandles } from './open-stores.ts'
import type { PrintOptions } from './print-options.ts'
import type { ProcessorDefinition, ValueProcessorDefinition } from './processors.ts'
import type { LateRecordsOption, LateSidesOption } from './late-option.ts'
import type { LookupTable } from './lookup-table.ts'
import type { RowStoreOptions } from './ttl-options.ts'
import type { TableJoinOptions } from './table-join.ts'
import type { DynamicTopic, SinkTopic } from './topic.ts'
import type { ValueTransformer } from './value-transformer.ts'

/** The streams that `branch` makes: one for each predicate, and the rest. */
export type Branches<K, V, B> = {
  readonly [N in keyof B]: KStream<K, Guarded<B[N], V>>
} & { readonly rest: KStream<K, V> }

/** Records as they come, each on its own. */
export interface KStream<K, V> {
  /**
   * Keeps the records that `predicate` accepts; a type guard narrows the values. Absent values are passed to it.
   *
   * @example
   * ```ts
   * import { defineApp, json, string, topic } from 'millrace'
   *
   * type Payment = { kind: 'card'; last4: string } | { kind: 'cash' }
   *
   * const payments = topic('payments', { key: string(), value: json<Payment>() })
   * const cards = topic('cards', { key: string(), value: string() })
   *
   * export default defineApp({
   *   id: 'cards',
   *   build(b) {
   *     b.stream(payments)
   *       .filter(payment => payment.kind === 'card')
   *       .mapValues(card => card.last4)
   *       .to(cards)
   *   },
   * })
   * ```
   */
  filter<W extends V>(predicate: TypeGuard<K, V, W>, options?: NamedOptions): KStream<K, W>
  filter(predicate: Check<K, V>, options?: NamedOptions): KStream<K, V>

  /** Keeps the records that `predicate` does not accept. */
  filterNot(predicate: Check<K, V>, options?: NamedOptions): KStream<K, V>

  /** Replaces each value; keys and partitions stay. `fn` is called for absent values too. */
  mapValues<W>(fn: Mapper<K, V, Sync<W>>, options?: ValueOptions<W>): KStream<K, W>

  /**
   * Replaces each value by what an asynchronous call makes of it: a bounded number of calls at a time, each with a
   * timeout, made again where it fails, and all waited for before every commit. See `AsyncOptions`.
   */
  mapValuesAsync<W>(fn: AsyncMapper<K, V, W>, options?: AsyncOptions<W>): KStream<K, W>

  /**
   * Lets the first record of each id pass, and drops those that repeat it within a span of time. See `AnyDedupeOptions`.
   */
  dedupe<I = string>(options: DedupeOptions<K, V, I>): KStream<K, V>

  /** Replaces each value by any number of values, in order. */
  flatMapValues<W>(fn: Mapper<K, V, Iterable<W> | NotAsync>, options?: ValueOptions<W>): KStream<K, W>

  /**
   * Replaces key and value: `fn` answers `[key, value]`. Keyed operators that follow send the records through a
   * repartition topic first. Keys that are not strings need a serde in `options.key`.
   *
   * @example
   * ```ts
   * import { defineApp, int64, json, string, topic } from 'millrace'
   *
   * const orders = topic('orders', { key: string(), value: json<{ customer: bigint; amount: number }>() })
   * const amounts = topic('amounts', { key: int64(), value: json<number>() })
   *
   * export default defineApp({
   *   id: 'amounts',
   *   build(b) {
   *     b.stream(orders)
   *       .map(order => [order.customer, order.amount], { key: int64(), name: 'by-customer' })
   *       .to(amounts)
   *   },
   * })
   * ```
   */
  map<K2 extends string, W>(
    fn: Mapper<K, V, readonly [K2 | NotOtherKey, W] | NotAsync>,
    options?: StringKeyOptions,
  ): KStream<K2, W>
  map<K2, W>(fn: Mapper<K, V, readonly [K2, W] | NotAsync>, options: KeyOptions<K2>): KStream<K2, W>

  /** Replaces each record by any number of `[key, value]` pairs, in order; otherwise like `map`. */
  flatMap<K2 extends string, W>(
    fn: Mapper<K, V, Iterable<readonly [K2 | NotOtherKey, W]> | NotAsync>,
    options?: StringKeyOptions,
  ): KStream<K2, W>
  flatMap<K2, W>(
    fn: Mapper<K, V, Iterable<readonly [K2, W]> | NotAsync>,
    options: KeyOptions<K2>,
  ): KStream<K2, W>

  /** Replaces each key, otherwise like `map`. */
  selectKey<K2 extends string>(
    fn: Mapper<K, V, K2 | NotOtherKey | NotAsync>,
    options?: StringKeyOptions,
  ): KStream<K2, V>
  selectKey<K2>(fn: Mapper<K, V, K2 | NotAsync>, options: KeyOptions<K2>): KStream<K2, V>

  /** Calls `action` for each record and passes it on. A side effect may happen again after a failure. */
  peek<R>(action: Mapper<K, V, Sync<R>>, options?: NamedOptions): KStream<K, V>

  /** Calls `action` for each record, which ends here; otherwise like `peek`. */
  foreach<R>(action: Mapper<K, V, Sync<R>>, options?: NamedOptions): void

  /** Writes a line for each record, `[label]: key, value`, which ends here: to standard output unless told otherwise. */
  print(options?: PrintOptions<K, V>): void

  /**
   * Records of this stream and the other, in no promised order between the two.
   *
   * @example
   * ```ts
   * import { defineApp, string, topic } from 'millrace'
   *
   * const web = topic('web-clicks', { key: string(), value: string() })
   * const app = topic('app-clicks', { key: string(), value: string() })
   * const all = topic('clicks', { key: string(), value: string() })
   *
   * export default defineApp({ id: 'clicks', build: b => b.stream(web).merge(b.stream(app)).to(all) })
   * ```
   */
  merge<V2>(other: KStream<K, V2>, options?: NamedOptions): KStream<K, V | V2>

  /**
   * Splits the stream: each record goes to the first branch whose predicate accepts it, or to `rest`; without use of
   * `rest` the others are dropped. Type guards narrow their branch.
   *
   * The list form is for branches that are known at run time only; branches without a name have their number, from 1.
   *
   * @example
   * ```ts
   * import { defineApp, json, string, topic } from 'millrace'
   *
   * const orders = topic('orders', { key: string(), value: json<{ amount: number }>() })
   * const large = topic('large-orders', { key: string(), value: json<{ amount: number }>() })
   *
   * export default defineApp({
   *   id: 'order-sizes',
   *   build(b) {
   *     const { big } = b.stream(orders).branch({ big: order => order.amount > 100 })
   *     big.to(large)
   *   },
   * })
   * ```
   */
  branch<const B extends Readonly<Record<string, Check<K, V>>>>(
    predicates: B,
    options?: BranchOptions,
  ): Branches<K, V, B>
  branch(
    branches: readonly { readonly name?: string; readonly when: Check<K, V> }[],
    options?: BranchOptions,
  ): readonly KStream<K, V>[] & { readonly rest: KStream<K, V> }

  /** Groups by the key as it is; `name` names the repartition topic, if the key was changed before. */
  groupByKey(options?: NamedOptions & { readonly value?: Serde<V> }): KGroupedStream<K, V>

  /** Groups by a new key. The records go through a repartition topic, named after `name` or the store that follows. */
  groupBy<K2 extends string>(
    fn: Mapper<K, V, K2 | NotOtherKey | NotAsync>,
    options?: StringKeyOptions,
  ): KGroupedStream<K2, V>
  groupBy<K2>(fn: Mapper<K, V, K2 | NotAsync>, options: KeyOptions<K2>): KGroupedStream<K2, V>

  /**
   * Looks each record's key up in a table, as the table is when the record comes, or, where it is `versioned`, as it was at
   * the record's time; only the stream makes results. A record without a row, a key or a value is dropped. Both topics must
   * have equally many partitions (MR-2101). With a `grace`, records wait for rows that come late: see `TableJoinOptions`.
   */
  join<V2, W>(
    table: LookupTable<K, V2> | WindowNeeded<'say how far apart in time records may be: { within: "5m" }'>,
    joiner: Joiner<K, V, V2, Sync<W>>,
    options?: TableJoinOptions<V, W>,
  ): KStream<K, W>

  /** Looks a key that `on` makes of each record up in a global table: no topics need be partitioned alike. */
  join<K2, V2, W>(
    table: GlobalKTable<K2, V2>,
    joiner: Joiner<K, V, V2, Sync<W>>,
    options: GlobalJoinOptions<K, V, K2, W>,
  ): KStream<K, W>

  /** Joins each record with those of the other stream that are `within` reach in time: see `StreamJoinOptions`. */
  join<V2, W>(
    other: KStream<K, V2>,
    joiner: Joiner<K, V, V2, Sync<W>>,
    options: StreamJoinOptions<V, V2, W> & LateJoinOption<K, V, V2>,
  ): KStream<K, W>

  /**
   * Like `join`, but a record without a row or a key is joined with `undefined`. Records without a value are dropped.
   *
   * @example
   * ```ts
   * import { defineApp, json, string, topic } from 'millrace'
   *
   * const orders = topic('orders', { key: string(), value: json<{ item: string }>() })
   * const customers = topic('customers', { key: string(), value: json<{ name: string }>() })
   * const labelled = topic('labelled', { key: string(), value: string() })
   *
   * export default defineApp({
   *   id: 'labels',
   *   build(b) {
   *     b.stream(orders)
   *       .leftJoin(b.table(customers, 'customers'), (order, customer) => `${order.item} for ${customer?.name ?? '?'}`)
   *       .to(labelled)
   *   },
   * })
   * ```
   */
  leftJoin<V2, W>(
    table: LookupTable<K, V2> | WindowNeeded<'say how far apart in time records may be: { within: "5m" }'>,
    joiner: Joiner<K, V, V2 | undefined, Sync<W>>,
    options?: TableJoinOptions<V, W>,
  ): KStream<K, W>

  /** Like `join`, but a record without a row, or of which `on` makes no key, is joined with `undefined`. */
  leftJoin<K2, V2, W>(
    table: GlobalKTable<K2, V2>,
    joiner: Joiner<K, V, V2 | undefined, Sync<W>>,
    options: GlobalJoinOptions<K, V, K2, W>,
  ): KStream<K, W>

  /** Like `join`, but records of this stream that find no match in time are joined with `undefined`. */
  leftJoin<V2, W>(
    other: KStream<K, V2>,
    joiner: Joiner<K, V, V2 | undefined, Sync<W>>,
    options: StreamJoinOptions<V, V2, W> & LateJoinOption<K, V, V2>,
  ): KStream<K, W>

  /** Like `leftJoin`, for records of both streams. */
  outerJoin<V2, W>(
    other: KStream<K, V2>,
    joiner: Joiner<K, V | undefined, V2 | undefined, Sync<W>>,
    options: StreamJoinOptions<V, V2, W> & LateJoinOption<K, V, V2>,
  ): KStream<K, W>

  /**
   * Sends every record through a topic of the application's own, whether or not the key was changed.
   *
   * @example
   * ```ts
   * import { defineApp, string, topic } from 'millrace'
   *
   * const pages = topic('pages', { key: string(), value: string() })
   * const titles = topic('titles', { key: string(), value: string() })
   *
   * export default defineApp({
   *   id: 'titles',
   *   build(b) {
   *     // Twelve tasks for what is slow, however many partitions the input has.
   *     b.stream(pages)
   *       .repartition({ name: 'spread', partitions: 12 })
   *       .mapValues(page => /<title>(.*?)<\/title>/.exec(page)?.[1] ?? '')
   *       .to(titles)
   *   },
   * })
   * ```
   */
  repartition(options?: RepartitionOptions<K, V>): KStream<K, V>

  /**
   * The latest value of each key; an absent value deletes, an absent key is dropped.
   *
   * @example
   * ```ts
   * import { defineApp, json, string, topic } from 'millrace'
   *
   * const moves = topic('moves', { key: string(), value: json<{ person: string; city: string }>() })
   * const cities = topic('cities', { key: string(), value: string() })
   *
   * export default defineApp({
   *   id: 'cities',
   *   build(b) {
   *     b.stream(moves)
   *       .selectKey(move => move.person)
   *       .mapValues(move => move.city)
   *       .toTable('city-of-person')
   *       .toStream()
   *       .to(cities)
   *   },
   * })
   * ```
   */
  toTable(store?: string | RowStoreOptions<V>): KTable<K, V>

  /**
   * Runs a processor of one's own, with stores and punctuations: see `ProcessorDefinition`. Keyed operators that follow
   * send the records through a repartition topic first. Keys that are not strings need a serde in `key`.
   */
  process<K2 extends string, W, const S extends StoreHandles = {}>(
    processor: ProcessorDefinition<K, V, K2, W, S> & { readonly key?: Serde<K2> },
  ): KStream<K2, W>
  process<K2, W, const S extends StoreHandles = {}>(
    processor: ProcessorDefinition<K, V, K2, W, S> & { readonly key: Serde<K2> },
  ): KStream<K2, W>

  /** Like `process`, but keys stay as they are: it yields values, and needs no repartition topic. See `kvStore`. */
  processValues<W, const S extends StoreHandles = {}>(
    processor: ValueProcessorDefinition<K, V, W, S>,
  ): KStream<K, W>

  /** Applies an operator of one's own: `stream.through(op)` is `op(stream)`, and reads in order. */
  through<R>(operator: (stream: KStream<K, V>) => R): R

  /**
   * Writes every record to a topic, with its timestamp and headers; `undefined` becomes a tombstone. Topics that the
   * stream's types do not fit do not compile. In place of a topic, `{ choose, key, value }` writes each record to the topic
   * that `choose` names for it: see `DynamicTopic`.
   *
   * @example
   * ```ts
   * import { defineApp, json, string, topic } from 'millrace'
   *
   * const events = topic('events', { key: string(), value: json<{ country: string }>() })
   *
   * export default defineApp({
   *   id: 'by-country',
   *   build(b) {
   *     b.stream(events).to({ choose: event => `events-${event.country}`, key: string(), value: json() })
   *   },
   * })
   * ```
   */
  to(
    topic:
      | SinkTopic<K, Exclude<V, undefined>>
      | DynamicTopic<K, Exclude<V, undefined>>
      | TopicOfOtherTypes<'make keys and values those of the topic first: mapValues, selectKey, map'>,
    options?: SinkOptions,
  ): void
}

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

/** What becomes of records that come too late for a join of two streams: see `LateSidesOption`. */
export type LateJoinOption<K, V1, V2> = LateSidesOption<KStream<K, V1>, KStream<K, V2>>

/** What becomes of records that come after their window has closed: see `LateRecordsOption`. */
export type LateOption<K, V> = LateRecordsOption<KStream<K, LateRecord<V>>>

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

/** The latest value of each key. */
export interface KTable<K, V> extends LookupTable<K, V> {
  /**
   * Keeps the rows that `predicate` accepts; for the others a tombstone is put out.
   *
   * @example
   * ```ts
   * import { defineApp, json, string, topic } from 'millrace'
   *
   * const accounts = topic('accounts', { key: string(), value: json<{ balance: number }>() })
   * const overdrawn = topic('overdrawn', { key: string(), value: json<{ balance: number }>() })
   *
   * export default defineApp({
   *   id: 'overdrawn',
   *   build(b) {
   *     // An account that is in credit again is deleted from 'overdrawn'.
   *     b.table(accounts, 'accounts').filter(({ balance }) => balance < 0).toStream().to(overdrawn)
   *   },
   * })
   * ```
   */
  filter<W extends V>(predicate: TypeGuard<K, V, W>, store?: string | StoreOptions<W>): KTable<K, W>
  filter(predicate: Check<K, V>, store?: string | StoreOptions<V>): KTable<K, V>

  /** Keeps the rows that `predicate` does not accept. */
  filterNot(predicate: Check<K, V>, store?: string | StoreOptions<V>): KTable<K, V>

  /** Replaces the value of each row. Deletes pass through: `fn` is never called for an absent value. */
  mapValues<W>(fn: Mapper<K, V, Sync<W>>, store?: string | StoreOptions<W>): KTable<K, W>

  /**
   * Replaces the value of each row like `mapValues`, but is called for absent values too: a deleted row, or one that
   * is looked up and not there. Answering `undefined` deletes. Without a store `fn` is called again for every lookup
   * (its context then has no topic, and the row's timestamp), so it must answer equally for equal arguments. One that has
   * state of its own is in an object with its stores: see `ValueTransformer`.
   *
   * @example
   * ```ts
   * import { defineApp, integer, string, topic } from 'millrace'
   *
   * const stock = topic('stock', { key: string(), value: integer() })
   * const labels = topic('labels', { key: string(), value: string() })
   *
   * export default defineApp({
   *   id: 'stock-labels',
   *   build(b) {
   *     b.table(stock)
   *       .transformValues((count, item) => `${item}: ${count ?? 'not sold any more'}`)
   *       .toStream()
   *       .to(labels)
   *   },
   * })
   * ```
   */
  transformValues<W>(fn: Mapper<K, V | undefined, Sync<W>>, store?: string | StoreOptions<W>): KTable<K, W>
  transformValues<W, const S extends StoreHandles = {}>(
    transformer: ValueTransformer<K, V, W, S>,
    store?: string | StoreOptions<W>,
  ): KTable<K, W>

  /**
   * Joins the rows of two tables by their keys: a row where both have one, which follows the changes of both. Both
   * topics must have equally many partitions (MR-2101). `joiner` may answer `undefined` for no row. Where the other
   * table has a row, a delete puts out a tombstone, even if nothing was joined before.
   *
   * With `on` the rows of the other table are found by a key within those of this one, a foreign key: see
   * `ForeignKeyJoinOptions`.
   */
  join<K2, V2, W>(
    other: KTable<K2, V2>,
    joiner: Joiner<K, V, V2, Sync<W>>,
    options: ForeignKeyJoinOptions<K, V, K2, W>,
  ): KTable<K, W>
  join<K2, V2, W>(
    other: KTable<K2, V2> & SameKeys<K, K2>,
    joiner: Joiner<K, V, V2, Sync<W>>,
    store?: string | StoreOptions<W>,
  ): KTable<K, W>

  /** Like `join`, with a row for each of this table; `undefined` stands for one that the other table has not. */
  leftJoin<K2, V2, W>(
    other: KTable<K2, V2>,
    joiner: Joiner<K, V, V2 | undefined, Sync<W>>,
    options: ForeignKeyJoinOptions<K, V, K2, W>,
  ): KTable<K, W>
  leftJoin<K2, V2, W>(
    other: KTable<K2, V2> & SameKeys<K, K2>,
    joiner: Joiner<K, V, V2 | undefined, Sync<W>>,
    store?: string | StoreOptions<W>,
  ): KTable<K, W>

  /**
   * Like `join`, with a row where either table has one; `undefined` stands for the one that is not there.
   *
   * @example
   * ```ts
   * import { defineApp, integer, string, topic } from 'millrace'
   *
   * const inStock = topic('in-stock', { key: string(), value: integer() })
   * const onOrder = topic('on-order', { key: string(), value: integer() })
   * const expected = topic('expected', { key: string(), value: integer() })
   *
   * export default defineApp({
   *   id: 'supplies',
   *   build(b) {
   *     b.table(inStock)
   *       .outerJoin(b.table(onOrder), (here, coming) => (here ?? 0) + (coming ?? 0), 'supplies')
   *       .toStream()
   *       .to(expected)
   *   },
   * })
   * ```
   */
  outerJoin<V2, W>(
    other: KTable<K, V2>,
    joiner: Joiner<K, V | undefined, V2 | undefined, Sync<W>>,
    store?: string | StoreOptions<W>,
  ): KTable<K, W>

  /**
   * Groups the rows by a new key, so that each group can be folded; `fn` is called with values that are there. A row
   * whose group is `undefined` is in none. A changed row is taken out of its old group before it is added to its new
   * one. The changes go through a repartition topic, named after `name` or the store that follows; keys that are not
   * strings need a serde in `options.key`.
   *
   * @example
   * ```ts
   * import { defineApp, integer, json, string, topic } from 'millrace'
   *
   * const customers = topic('customers', { key: string(), value: json<{ city: string }>() })
   * const sizes = topic('city-sizes', { key: string(), value: integer() })
   *
   * export default defineApp({
   *   id: 'cities',
   *   build(b) {
   *     b.table(customers).groupBy(customer => customer.city).count('customers-per-city').toStream().to(sizes)
   *   },
   * })
   * ```
   */
  groupBy<K2 extends string>(
    fn: Mapper<K, V, K2 | undefined | NotOtherKey | NotAsync>,
    options?: StringKeyOptions,
  ): KGroupedTable<K2, V>
  groupBy<K2>(fn: Mapper<K, V, K2 | undefined | NotAsync>, options: KeyOptions<K2>): KGroupedTable<K2, V>

  /**
   * Holds updates back and puts out the last one of each key: the final result of each window, with
   * `until: 'window-close'`, or what a row is `until` so long after its first update. Both in stream time, which only
   * records that reach this operator move: without input nothing leaves, and the last windows of a stream that has
   * ended stay (semantics P5). Rows leave with the timestamp and headers of their last update, those of equal times in
   * the order of their keys' bytes.
   *
   * `window-close` needs windows above (MR-1001) and drops deletes. What waits is kept in memory as well as in a store
   * that a changelog restores: bound it with `maxRecords` or `maxBytes` where keys are many. The store is called
   * `<name>-store`. Updates are never merged twice: a delete takes the place of the update that it follows. `SuppressOptions`
   * has an example.
   */
  suppress(options: SuppressOptions): KTable<K, V>

  /** The updates of the rows as records with new keys, as `toStream().selectKey(keyMapper)`. */
  toStream<K2 extends string>(
    keyMapper: Mapper<K, V, K2 | NotOtherKey | NotAsync>,
    options?: StringKeyOptions,
  ): KStream<K2, V>
  toStream<K2>(keyMapper: Mapper<K, V, K2 | NotAsync>, options: KeyOptions<K2>): KStream<K2, V>
  /** The updates of the rows as records; a deleted row is a record whose value is `undefined`. */
  toStream(options?: NamedOptions): KStream<K, V>

  /** The name of the store that keeps the rows, if it was given one. */
  readonly storeName: string | undefined
}

/** Rows grouped by a key, to be folded into one value for each group that follows the rows as they change. */
export interface KGroupedTable<K, V> {
  /** How many rows each group has; a group that has lost all its rows has 0. Kept as `integer()`. */
  count(store?: string | StoreOptions<number>): KTable<K, number>

  /** Folds the rows of each group, beginning with the first; otherwise like `aggregate`. */
  reduce(options: Subtracting<K, V, V> & StoreOptions<V>): KTable<K, V>

  /**
   * Folds the rows of each group into an aggregate that `initial` starts. A row that changes is first taken out with
   * `subtract`, with its old value, and then added with `add`. Nothing (`undefined`) deletes the group; rows that
   * leave it afterwards are not subtracted. Between leaving one group and joining another, a row is in neither.
   *
   * @example
   * ```ts
   * import { defineApp, json, string, topic } from 'millrace'
   *
   * const staff = topic('staff', { key: string(), value: json<{ team: string; salary: number }>() })
   * const costs = topic('team-costs', { key: string(), value: json<number>() })
   *
   * export default defineApp({
   *   id: 'team-costs',
   *   build(b) {
   *     b.table(staff)
   *       .groupBy(person => person.team)
   *       .aggregate({
   *         initial: () => 0,
   *         add: (sum, person) => sum + person.salary,
   *         subtract: (sum, person) => sum - person.salary,
   *         store: 'team-costs',
   *       })
   *       .toStream()
   *       .to(costs)
   *   },
   * })
   * ```
   */
  aggregate<A>(
    options: { readonly initial: Initializer<Sync<A>> } & Subtracting<K, V, A> & StoreOptions<A>,
  ): KTable<K, A>
}
