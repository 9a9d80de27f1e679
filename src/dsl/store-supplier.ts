/** `storeSupplier`: bytes of an application's own, for the stores of tables, aggregates, joins and processors. */
import type { StoreSupplier } from '../state/store-supplier.ts'
import { checkCallable } from './argument-checks.ts'

/**
 * Makes a supplier of stores: what stands in `backend` in place of `'persistent'` or `'memory'`, wherever a store is kept,
 * and in `defineApp` for all of them. It is Kafka's `KeyValueBytesStoreSupplier`, `WindowBytesStoreSupplier` and
 * `SessionBytesStoreSupplier` in one, since all kinds of stores are kept in bytes in the order of their keys.
 *
 * `open` is called for each store of each task when the task starts, and answers an `OrderedBytes`: an ordered map of bytes
 * with point reads that do not wait, and atomic batches. It owns that map until it is closed. Rows, changelogs and
 * commits are Millrace's business: what is written is what was committed, along with how far the changelog was taken up,
 * so that bytes which outlive the process are brought up to date, and others restored from the start. An `open` that
 * throws, or answers something else, stops the task with MR-4102. The test driver keeps all stores in memory.
 *
 * @example
 * ```ts
 * import { defineApp, integer, MemoryBytes, storeSupplier, string, topic } from 'millrace'
 *
 * const words = topic('words', { key: string(), value: string() })
 * const counts = topic('counts', { key: string(), value: integer() })
 * // In memory, to be short: what it answers may as well be a database of any kind.
 * const own = storeSupplier('own', () => new MemoryBytes())
 *
 * export default defineApp({
 *   id: 'word-counts',
 *   build(b) {
 *     b.stream(words).groupByKey().count({ store: 'counts', backend: own }).toStream().to(counts)
 *   },
 * })
 * ```
 */
export function storeSupplier(name: string, open: StoreSupplier['open']): StoreSupplier {
  checkCallable(open, `storeSupplier '${name}'`)
  return Object.freeze({ name, open })
}
