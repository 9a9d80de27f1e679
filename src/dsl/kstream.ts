/**
 * Streams as an application sees them: what can be done with each, and what comes of it.
 *
 * Absent keys and values are `undefined` at run time whatever the type says: a tombstone is a record whose value is
 * `undefined`. Which operators drop such records is said at each. Joins are in `stream-joins.ts`.
 */
import type { Serde } from '../serdes/serde.ts'
import type { AsyncMapper, AsyncOptions } from './async-options.ts'
import type { DedupeOptions } from './dedupe-options.ts'
import type {
  Check,
  Guarded,
  Mapper,
  NotAsync,
  NotOtherKey,
  Sync,
  TopicOfOtherTypes,
  TypeGuard,
} from './function-types.ts'
import type { KGroupedStream } from './kgrouped-stream.ts'
import type { KTable } from './ktable.ts'
import type { StoreHandles } from './open-stores.ts'
import type {
  BranchOptions,
  KeyOptions,
  NamedOptions,
  RepartitionOptions,
  SinkOptions,
  StringKeyOptions,
  ValueOptions,
} from './options.ts'
import type { PrintOptions } from './print-options.ts'
import type { ProcessorDefinition, ValueProcessorDefinition } from './processors.ts'
import type { StreamJoins } from './stream-joins.ts'
import type { DynamicTopic, SinkTopic } from './topic.ts'
import type { RowStoreOptions } from './ttl-options.ts'

/** The streams that `branch` makes: one for each predicate, and the rest. */
export type Branches<K, V, B> = {
  readonly [N in keyof B]: KStream<K, Guarded<B[N], V>>
} & { readonly rest: KStream<K, V> }

/** Records as they come, each on its own. */
export interface KStream<K, V> extends StreamJoins<K, V> {
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

declare module './stream-of.ts' {
  interface Nouns<K, V> {
    readonly stream: KStream<K, V>
  }
}
