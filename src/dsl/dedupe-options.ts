/** What `dedupe` takes. */
import type { Duration } from '../base/duration.ts'
import type { Serde } from '../serdes/serde.ts'
import type { StoreBackend } from '../state/store-supplier.ts'
import type { Mapper } from './function-types.ts'
import type { NamedOptions } from './options.ts'

/**
 * Options of `dedupe`.
 *
 * The first record of an id passes, as it is; others pass if they are `within` or more away, in time, from every one of the
 * id that has passed. Time is that of the records: an out-of-order one is compared with those that came before it and are
 * later. An id is looked for in the record's own partition: duplicates must have equal keys, or be repartitioned by the id
 * first. With exactly-once a record that is processed again after a failure is not its own duplicate.
 *
 * @example
 * ```ts
 * import { defineApp, json, string, topic } from 'millrace'
 *
 * const orders = topic('orders', { key: string(), value: json<{ id: string; amount: number }>() })
 * const once = topic('orders-once', { key: string(), value: json<{ id: string; amount: number }>() })
 *
 * export default defineApp({
 *   id: 'orders-once',
 *   build(b) {
 *     b.stream(orders).dedupe({ by: order => order.id, within: '1h', store: 'seen-orders' }).to(once)
 *   },
 * })
 * ```
 */
export interface AnyDedupeOptions<K, V, I> extends NamedOptions {
  /** What makes two records the same; called for absent values too. A record without an id (`undefined` or `null`) passes. */
  readonly by: Mapper<K, V, I | undefined | null>
  /** How far apart in time records of an id are no duplicates any more. At least 1 ms. */
  readonly within: Duration
  /**
   * How late, in stream time, records may come; later ones are dropped and counted, because nothing is known of them any
   * more. Ids are kept in memory and in the store for `within` and this. Default: the same as `within`.
   */
  readonly grace?: Duration
  /** The name of the store of ids, and the base of its changelog's. Default: a number, which `strictNaming` refuses. */
  readonly store?: string
  /** Whether a changelog topic is kept, or settings for it. Without one a crash forgets the ids. Default true. */
  readonly logging?: boolean | Readonly<Record<string, string>>
  /** `memory` keeps the store off the disk; it is then restored from its changelog at every start. */
  readonly backend?: StoreBackend
}

/** Options of `dedupe`: ids are strings, or have a serde. */
export type DedupeOptions<K, V, I = string> = AnyDedupeOptions<K, V, I> &
  (I extends string ? { readonly id?: Serde<I> } : { readonly id: Serde<I> })
