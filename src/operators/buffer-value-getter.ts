/** Reads rows of a table through a buffer: a row that waits there is still what was put out before. */
import type { KeyValueStore } from '../state/store.ts'
import type { BufferedChange } from './buffered-change.ts'
import type { ValueGetterSupplier } from './value-getter.ts'

/** Rows as they were last let through; those that do not wait are as they are above, when last updated is not known. */
export function bufferValueGetter(above: ValueGetterSupplier, store: string): ValueGetterSupplier {
  return {
    // The buffer first, as in Kafka: `describe()` shows the order where two names share a bucket.
    stores: [store, ...above.stores],
    get: context => {
      const rows = above.get(context)
      const buffer = context.store<KeyValueStore<unknown, BufferedChange>>(store)
      return {
        get: key => {
          const waiting = buffer.get(key)
          if (waiting === undefined) return rows.get(key)
          const { priorValue } = waiting
          return priorValue === undefined ? undefined : { value: priorValue, timestamp: -1 }
        },
      }
    },
  }
}
