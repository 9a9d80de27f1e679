/** Transformers of a table's rows that have state of their own, as `transformValues` takes them. */
import type { Sync } from './function-types.ts'
import type { ProcessContext, Punctuations } from './processors.ts'

/**
 * What `transformValues` of a table takes in place of a function: one with stores and punctuations of its own.
 *
 * `transform` is called like the function: for every change of a row, deletes included, and once more for the old value
 * where an operator below asks for that and the rows are not kept. Where the rows are not kept it is called for every
 * lookup as well, with a context that has no topic and the row's timestamp, or -1 for a row that is not there: then it
 * should only read its stores, or the table should be given a store. It begins, ends and punctuates once in each task.
 * A punctuation puts nothing out, since it has no row.
 *
 * @example
 * ```ts
 * import { defineApp, integer, kvStore, string, topic } from 'millrace'
 *
 * const prices = topic('prices', { key: string(), value: integer() })
 * const moves = topic('price-moves', { key: string(), value: string() })
 * const highest = kvStore('highest-prices', { key: string(), value: integer() })
 *
 * export default defineApp({
 *   id: 'price-moves',
 *   build(b) {
 *     b.table(prices)
 *       .transformValues(
 *         {
 *           stores: { highest },
 *           transform(price, item, { stores }) {
 *             const before = stores.highest.get(item) ?? 0
 *             if (price === undefined || price <= before) return price === undefined ? undefined : 'below its highest'
 *             stores.highest.put(item, price)
 *             return 'at its highest'
 *           },
 *         },
 *         { store: 'price-moves', value: string() },
 *       )
 *       .toStream()
 *       .to(moves)
 *   },
 * })
 * ```
 */
export interface ValueTransformer<K, V, W, S> {
  /**
   * Made by `kvStore`, `lruStore`, `windowStore`, `sessionStore`, `versionedStore` or `customStore`: reads and writes are
   * of the row's own partition. Global tables can be read.
   */
  readonly stores?: S
  /** Called when a task starts, its stores open. */
  readonly init?: (context: ProcessContext<S>) => void
  /** The new value of a row; `undefined` deletes it. `value` is `undefined` for a row that is deleted or not there. */
  readonly transform: (value: V | undefined, key: K, context: ProcessContext<S>) => Sync<W>
  readonly punctuate?: Punctuations<S, void>
  /** Called when a task closes; not after a crash. */
  readonly close?: (context: ProcessContext<S>) => void
}
