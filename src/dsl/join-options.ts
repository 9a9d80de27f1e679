/** What joins of two streams take beside the other stream and the joiner. */
import type { Duration } from '../base/duration.ts'
import type { Serde } from '../serdes/serde.ts'
import type { StreamPartitioner } from '../topology/node.ts'
import type { StoreBackend } from '../state/store-supplier.ts'
import type { Mapper } from './function-types.ts'
import type { NamedOptions, StoreOptions } from './options.ts'

/**
 * Options of `join`, `leftJoin` and `outerJoin` of two streams.
 *
 * Records with equal keys whose timestamps are `within` reach of one another are joined, each pair once, whichever comes
 * first; a result has the later of both timestamps. Records without a value are dropped, and so are, from an inner join,
 * those without a key. A left join puts a record of its own stream that found no match out with `undefined`, an outer join
 * one of either stream: after the window and the grace have passed, when the next record comes, or at once where no match
 * can come. Kafka looks for such records once a second of the wall clock at most, to spare its store a scan; here nothing
 * is scanned, and they come with the first record that may release them. A record that comes too late to be kept is
 * joined with what there is, but found by none that follows it: see `LateSidesOption`. Both topics must have equally many partitions (MR-2101).
 *
 * @example
 * ```ts
 * import { defineApp, json, string, topic } from 'millrace'
 *
 * const orders = topic('orders', { key: string(), value: json<{ item: string }>() })
 * const payments = topic('payments', { key: string(), value: json<{ amount: number }>() })
 * const paid = topic('paid-orders', { key: string(), value: string() })
 *
 * export default defineApp({
 *   id: 'paid-orders',
 *   build(b) {
 *     b.stream(orders)
 *       .leftJoin(b.stream(payments), (order, payment) => `${order.item}: ${payment?.amount ?? 'unpaid'}`, {
 *         within: { before: '1m', after: '1h' },
 *         grace: '10s',
 *         store: 'order-payments',
 *       })
 *       .to(paid)
 *   },
 * })
 * ```
 */
export interface StreamJoinOptions<V1, V2, W> extends NamedOptions {
  /**
   * How far apart in time two records may be to be joined, both ends included: `'5m'`, or `{ before, after }` for how
   * much earlier and how much later than the left record the right one may be. One of the two may be negative (a number);
   * a window that ends before it begins is MR-1010.
   */
  // Spelled out, so that messages of the compiler are: `Within` would hide what is allowed.
  readonly within: Duration | { readonly before: Duration; readonly after: Duration }
  /** How much longer, in stream time, late records still find theirs. Default 0. */
  readonly grace?: Duration
  /**
   * How long both streams may be silent before time goes on by the clock, and records without a match go: see `IdleOption`.
   * Of left and outer joins.
   */
  readonly idle?: Duration
  /** The base of the names of the stores, which `strictNaming` asks for. Default: numbers, as Kafka gives them. */
  readonly store?: string
  /** How the values of this stream are kept. Default: as they were read, or `json()`. */
  readonly left?: Serde<V1>
  /** How the values of the other stream are kept; default as for `left`. */
  readonly right?: Serde<V2>
  /** How the results are written where they go through a repartition topic. Default `json()`. */
  readonly value?: Serde<W>
  /** Whether changelog topics are kept, or settings for them. Without them a crash loses the stores. Default true. */
  readonly logging?: boolean | Readonly<Record<string, string>>
  /**
   * `memory` keeps the stores off the disk; they are then restored from their changelogs at every start. A `storeSupplier`
   * keeps them in bytes of the application's own. Default: that of the application, which is `persistent`.
   */
  readonly backend?: StoreBackend
  /** What is said of the store of one side alone, as Kafka's `withThisStoreSupplier` and `withOtherStoreSupplier` do. */
  readonly stores?: { readonly left?: JoinStoreOptions; readonly right?: JoinStoreOptions }
}

/** How the records of one side of a join are kept. */
export interface JoinStoreOptions {
  /** The name of the store. Default: made of `store` of the join. */
  readonly name?: string
  /** Default: `backend` of the join. */
  readonly backend?: StoreBackend
}

/**
 * Options of `join` and `leftJoin` of two tables by a foreign key: each row of this table names, with `on`, the row of
 * the other one that it goes with. Many rows may name the same.
 *
 * The result has the keys of this table and follows the changes of both: a change of the other table's row changes the
 * results of all that name it. A row that names none has no result, and is counted as dropped; in a left join its result
 * is the joiner's, with `undefined` for the other row. The two topics may have different partition counts. What one side
 * has to tell the other goes through two internal topics, `<name>-subscription-registration-topic` and
 * `<name>-subscription-response-topic`, so a result comes a moment after its cause, and what has been overtaken by a
 * newer change of the row meanwhile is dropped and counted. A tombstone may come for what had no result before.
 *
 * Who has named which row is kept in a store, `<name>-subscription-store`, whose keys (both keys of each pair) are in
 * memory too. Values of this table must be written alike whenever they are equal, since they are compared by a hash of
 * their bytes; the built-in serdes do.
 *
 * @example
 * ```ts
 * import { defineApp, json, string, topic } from 'millrace'
 *
 * const orders = topic('orders', { key: string(), value: json<{ customer: string; total: number }>() })
 * const customers = topic('customers', { key: string(), value: json<{ name: string }>() })
 * const bills = topic('bills', { key: string(), value: string() })
 *
 * export default defineApp({
 *   id: 'billing',
 *   build(b) {
 *     b.table(orders)
 *       .join(b.table(customers), (order, customer) => `${customer.name}: ${order.total}`, {
 *         on: order => order.customer,
 *         name: 'order-customer',
 *         store: 'bills',
 *       })
 *       .toStream()
 *       .to(bills)
 *   },
 * })
 * ```
 */
export interface ForeignKeyJoinOptions<K, V, K2, W> extends StoreOptions<W> {
  /** The other table's key for a row of this one; nothing (`undefined` or `null`) for a row that goes with none. */
  readonly on: Mapper<K, V, NoInfer<K2> | null | undefined>
  /**
   * Which partition of this table a key is in, where its topic is not partitioned as Kafka does. Default: the one that
   * the row was found in, which is always right. It gets no values, and must choose one partition.
   */
  readonly partitioner?: StreamPartitioner
  /** Which partition of the other table a key is in, where its topic is not partitioned as Kafka does. */
  readonly otherPartitioner?: StreamPartitioner
}

/** What a message shows where tables of different keys are joined as if they were of the same. */
export interface ForeignKeyNeeded<Hint extends string> {
  readonly 'ERROR: the keys of these tables differ': Hint
}

/** Nothing, unless the keys of two tables differ. */
export type SameKeys<K, K2> = [K2] extends [K]
  ? unknown
  : [K] extends [K2]
    ? unknown
    : ForeignKeyNeeded<'say which row of the other table goes with a row of this one: { on: order => order.customer }'>

/** What a message shows where two streams are joined without a window. */
export interface WindowNeeded<Hint extends string> {
  readonly 'ERROR: streams have no end, so they are joined within a window of time': Hint
}
