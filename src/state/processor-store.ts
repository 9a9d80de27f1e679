/** A key-value store as processors see it: synchronous, and with the time of what is being processed. */
import type { KeyValueStore, ValueAndTimestamp } from './store.ts'

/** A key-value store that can only be read. */
export interface ReadableStore<K, V> {
  /** The value, or `undefined`; an absent key has none. */
  get(key: K): V | undefined
  /** The value with the time of its last update, or `undefined`. */
  getWithTimestamp(key: K): ValueAndTimestamp<V> | undefined
  /**
   * Every row, in the order of the keys' bytes. Rows that are added meanwhile are not among them, and what is deleted
   * before its turn is left out: deleting each row as it comes is fine. Refused with an error where the store is not
   * `walkable`.
   */
  all(): Iterable<readonly [K, V]>
}

/** A key-value store of a processor. */
export interface ProcessorStore<K, V> extends ReadableStore<K, V> {
  /**
   * Writes a row, or deletes it when `value` is `undefined`. `timestamp` is that of the row; default: the time of the
   * record or the punctuation.
   */
  put(key: K, value: V | undefined, timestamp?: number): void
  /** Deletes a row, and answers what was there. */
  delete(key: K): V | undefined
}

/** `store` for a processor; `now` is the time of what it is processing. */
export function processorStore<K, V>(store: KeyValueStore<K, V>, now: () => number): ProcessorStore<K, V> {
  return {
    ...readableStore(store),
    put: (key, value, timestamp = now()) => store.put(key, value, timestamp),
    delete: key => store.delete(key, now()),
  }
}

/** `store` for whoever must not write to it. */
export function readableStore<K, V>(store: KeyValueStore<K, V>): ReadableStore<K, V> {
  const absent = (key: K): boolean => key === undefined || key === null
  return {
    get: key => (absent(key) ? undefined : store.get(key)),
    getWithTimestamp: key => (absent(key) ? undefined : store.getWithTimestamp(key)),
    all: () => store.walk(),
  }
}
