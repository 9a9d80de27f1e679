/**
 * A key-value store as processors see it: synchronous, and with the time of what is being processed.
 *
 * Order is always that of the keys' serialised bytes, which is not that of the keys themselves (semantics B1): of
 * numbers written as text, '10' comes before '9'. What goes through rows holds nothing open, so there is nothing to
 * close (B11): stopping half-way is fine.
 */
import type { Encoder } from '../serdes/serde.ts'
import type { KeyRange, KeyValueStore, ValueAndTimestamp } from './store.ts'

/** A key-value store that can only be read. */
export interface ReadableStore<K, V> {
  /** The value, or `undefined`; an absent key has none. */
  get(key: K): V | undefined
  /** The value with the time of its last update, or `undefined`. */
  getWithTimestamp(key: K): ValueAndTimestamp<V> | undefined
  /**
   * Every row, in the order of the keys' bytes. Rows that are added meanwhile are not among them, and what is deleted
   * before its turn is left out: deleting each row as it comes is fine. Refused with an error where the store is not
   * `walkable`, as are all of the following.
   */
  all(): Iterable<readonly [K, V]>
  /** Like `all`, last key first. */
  reverseAll(): Iterable<readonly [K, V]>
  /** Rows from one key to another, both included; `undefined` leaves a side open. From above to is no row. */
  range(from: K | undefined, to: K | undefined): Iterable<readonly [K, V]>
  /** Like `range`, last key first. */
  reverseRange(from: K | undefined, to: K | undefined): Iterable<readonly [K, V]>
  /** Rows whose key's bytes begin with those that `encoder` writes for `prefix`. */
  prefixScan<P>(prefix: P, encoder: Encoder<P>): Iterable<readonly [K, V]>
  /** How many rows there are: exactly in memory, roughly on disk. */
  approximateNumEntries(): number
}

/** A key-value store of a processor. */
export interface ProcessorStore<K, V> extends ReadableStore<K, V> {
  /**
   * Writes a row, or deletes it when `value` is `undefined`. `timestamp` is that of the row; default: the time of the
   * record or the punctuation.
   */
  put(key: K, value: V | undefined, timestamp?: number): void
  /** Writes a row if there is none under the key; answers the one that there was, else `undefined`. */
  putIfAbsent(key: K, value: V, timestamp?: number): V | undefined
  /** Writes rows, in order. */
  putAll(rows: Iterable<readonly [K, V | undefined]>): void
  /** Deletes a row, and answers what was there. */
  delete(key: K): V | undefined
}

/** What of a store a processor uses. */
export type UsedStore<K, V> = Pick<
  KeyValueStore<K, V>,
  'get' | 'getWithTimestamp' | 'put' | 'delete' | 'walk' | 'approximateCount'
>

/** `store` for a processor; `now` is the time of what it is processing. */
export function processorStore<K, V>(store: UsedStore<K, V>, now: () => number): ProcessorStore<K, V> {
  return {
    ...readableStore(store),
    put: (key, value, timestamp = now()) => store.put(key, value, timestamp),
    putIfAbsent: (key, value, timestamp = now()) => {
      const before = store.get(key)
      if (before === undefined) store.put(key, value, timestamp)
      return before
    },
    putAll: rows => {
      for (const [key, value] of rows) store.put(key, value, now())
    },
    delete: key => store.delete(key, now()),
  }
}

/** `store` for whoever must not write to it. */
export function readableStore<K, V>(store: UsedStore<K, V>): ReadableStore<K, V> {
  const isAbsent = (key: K): boolean => key === undefined || key === null
  const walk = (range: KeyRange<K>): Iterable<readonly [K, V]> => store.walk(range)
  return {
    get: key => (isAbsent(key) ? undefined : store.get(key)),
    getWithTimestamp: key => (isAbsent(key) ? undefined : store.getWithTimestamp(key)),
    all: () => walk({}),
    reverseAll: () => walk({ reverse: true }),
    range: (from, to) => walk({ from, to }),
    reverseRange: (from, to) => walk({ from, to, reverse: true }),
    prefixScan: (prefix, encoder) => walk({ prefix: encoder.serialize(prefix) }),
    approximateNumEntries: () => store.approximateCount(),
  }
}
