/** Tables as an application sees them, and what grouped rows are folded by. */
import type { Subtracting } from './fold-options.ts'
import type {
  Check,
  Initializer,
  Joiner,
  Mapper,
  NotAsync,
  NotOtherKey,
  Sync,
  TypeGuard,
} from './function-types.ts'
import type { ForeignKeyJoinOptions, SameKeys } from './join-options.ts'
import type { LookupTable } from './lookup-table.ts'
import type { StoreHandles } from './open-stores.ts'
import type { KeyOptions, NamedOptions, StoreOptions, StringKeyOptions, SuppressOptions } from './options.ts'
import type { StreamOf } from './stream-of.ts'
import type { ValueTransformer } from './value-transformer.ts'

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
  ): StreamOf<K2, V>
  toStream<K2>(keyMapper: Mapper<K, V, K2 | NotAsync>, options: KeyOptions<K2>): StreamOf<K2, V>
  /** The updates of the rows as records; a deleted row is a record whose value is `undefined`. */
  toStream(options?: NamedOptions): StreamOf<K, V>

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
