/**
 * Joins of a stream, as an application sees them: with tables, with global tables, with other streams.
 *
 * Part of `KStream`, for its length.
 */
import type { Joiner, Sync } from './function-types.ts'
import type { GlobalJoinOptions, GlobalKTable } from './global-table.ts'
import type { StreamJoinOptions, WindowNeeded } from './join-options.ts'
import type { LateSidesOption } from './late-option.ts'
import type { LookupTable } from './lookup-table.ts'
import type { StreamOf } from './stream-of.ts'
import type { TableJoinOptions } from './table-join.ts'

/** What becomes of records that come too late for a join of two streams: see `LateSidesOption`. */
export type LateJoinOption<K, V1, V2> = LateSidesOption<StreamOf<K, V1>, StreamOf<K, V2>>

/** What joins each record of a stream with rows of tables, or with records of another stream. */
export interface StreamJoins<K, V> {
  /**
   * Looks each record's key up in a table, as the table is when the record comes, or, where it is `versioned`, as it was at
   * the record's time; only the stream makes results. A record without a row, a key or a value is dropped. Both topics must
   * have equally many partitions (MR-2101). With a `grace`, records wait for rows that come late: see `TableJoinOptions`.
   */
  join<V2, W>(
    table: LookupTable<K, V2> | WindowNeeded<'say how far apart in time records may be: { within: "5m" }'>,
    joiner: Joiner<K, V, V2, Sync<W>>,
    options?: TableJoinOptions<V, W>,
  ): StreamOf<K, W>

  /** Looks a key that `on` makes of each record up in a global table: no topics need be partitioned alike. */
  join<K2, V2, W>(
    table: GlobalKTable<K2, V2>,
    joiner: Joiner<K, V, V2, Sync<W>>,
    options: GlobalJoinOptions<K, V, K2, W>,
  ): StreamOf<K, W>

  /** Joins each record with those of the other stream that are `within` reach in time: see `StreamJoinOptions`. */
  join<V2, W>(
    other: StreamOf<K, V2>,
    joiner: Joiner<K, V, V2, Sync<W>>,
    options: StreamJoinOptions<V, V2, W> & LateJoinOption<K, V, V2>,
  ): StreamOf<K, W>

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
  ): StreamOf<K, W>

  /** Like `join`, but a record without a row, or of which `on` makes no key, is joined with `undefined`. */
  leftJoin<K2, V2, W>(
    table: GlobalKTable<K2, V2>,
    joiner: Joiner<K, V, V2 | undefined, Sync<W>>,
    options: GlobalJoinOptions<K, V, K2, W>,
  ): StreamOf<K, W>

  /** Like `join`, but records of this stream that find no match in time are joined with `undefined`. */
  leftJoin<V2, W>(
    other: StreamOf<K, V2>,
    joiner: Joiner<K, V, V2 | undefined, Sync<W>>,
    options: StreamJoinOptions<V, V2, W> & LateJoinOption<K, V, V2>,
  ): StreamOf<K, W>

  /** Like `leftJoin`, for records of both streams. */
  outerJoin<V2, W>(
    other: StreamOf<K, V2>,
    joiner: Joiner<K, V | undefined, V2 | undefined, Sync<W>>,
    options: StreamJoinOptions<V, V2, W> & LateJoinOption<K, V, V2>,
  ): StreamOf<K, W>
}
