/**
 * A window store as processors see it (semantics B5): rows by key and start, which expire with the retention.
 *
 * Bounds of starts and of keys are both included. Rows of one key come by their start; rows of several keys by segment
 * (half the retention, at least a minute), then by the key's bytes, then by start, as Kafka's store on disk has them.
 */
import type { WindowEntry, WindowRange, WindowStore } from './store.ts'

/** A row of a window store: the key, the start of its window, the value, and the time of its last update. */
export interface WindowRow<out K, out V> extends WindowEntry<V> {
  readonly key: K
}

/** A window store that can only be read. */
export interface ReadableWindowStore<K, V> {
  /** The value of the window of `key` that starts at `windowStart`, or `undefined`. */
  fetch(key: K, windowStart: number): V | undefined
  /** Windows of `key` that start from `from` to `to`, earliest first. */
  fetch(key: K, from: number, to: number): readonly WindowEntry<V>[]
  /** Like `fetch`, latest first. */
  backwardFetch(key: K, from: number, to: number): readonly WindowEntry<V>[]
  /**
   * Windows of keys from `keyFrom` to `keyTo`, in the order of their bytes, that start from `from` to `to`; `undefined`
   * leaves a side of the keys open. Refused with an error where the store is not `walkable`, as are all of the following.
   */
  fetchRange(
    keyFrom: K | undefined,
    keyTo: K | undefined,
    from: number,
    to: number,
  ): Iterable<WindowRow<K, V>>
  /** Like `fetchRange`, last first. */
  backwardFetchRange(
    keyFrom: K | undefined,
    keyTo: K | undefined,
    from: number,
    to: number,
  ): Iterable<WindowRow<K, V>>
  /** Windows of all keys that start from `from` to `to`. */
  fetchAll(from: number, to: number): Iterable<WindowRow<K, V>>
  /** Like `fetchAll`, last first. */
  backwardFetchAll(from: number, to: number): Iterable<WindowRow<K, V>>
  /** Every window that has not expired. */
  all(): Iterable<WindowRow<K, V>>
  /** Like `all`, last first. */
  backwardAll(): Iterable<WindowRow<K, V>>
}

/** A window store of a processor. */
export interface ProcessorWindowStore<K, V> extends ReadableWindowStore<K, V> {
  /**
   * Writes the window of `key` that starts at `windowStart`, or deletes it when `value` is `undefined`; answers false
   * for one that has expired, which is not written. A store that keeps duplicates adds a row, and takes no `undefined`.
   */
  put(key: K, value: V | undefined, windowStart: number, timestamp?: number): boolean
}

/** `store` for a processor; `now` is the time of what it is processing. */
export function processorWindowStore<K, V>(
  store: WindowStore<K, V>,
  now: () => number,
  keepsDuplicates: boolean,
): ProcessorWindowStore<K, V> {
  return {
    ...readableWindowStore(store),
    put: (key, value, windowStart, timestamp = now()) => {
      if (!Number.isSafeInteger(windowStart) || windowStart < 0)
        throw new RangeError(`windowStart must be an integer of at least 0, not ${windowStart}`)
      // Kafka's rule for stores with duplicates (semantics B5).
      if (keepsDuplicates && (value === undefined || value === null)) return false
      return store.put(key, value, windowStart, timestamp)
    },
  }
}

/** `store` for whoever must not write to it. */
export function readableWindowStore<K, V>(store: WindowStore<K, V>): ReadableWindowStore<K, V> {
  const walk = (range: WindowRange<K>): Iterable<WindowRow<K, V>> => rowsOf(store.walk(range))
  function fetch(key: K, windowStart: number): V | undefined
  function fetch(key: K, from: number, to: number): readonly WindowEntry<V>[]
  function fetch(key: K, from: number, to?: number): V | undefined | readonly WindowEntry<V>[] {
    return to === undefined ? store.fetch(key, from)?.value : store.fetchRange(key, from, to)
  }
  return {
    fetch,
    backwardFetch: (key, from, to) => [...store.fetchRange(key, from, to)].reverse(),
    fetchRange: (keyFrom, keyTo, from, to) => walk({ keyFrom, keyTo, from, to }),
    backwardFetchRange: (keyFrom, keyTo, from, to) => walk({ keyFrom, keyTo, from, to, reverse: true }),
    fetchAll: (from, to) => walk({ from, to }),
    backwardFetchAll: (from, to) => walk({ from, to, reverse: true }),
    all: () => walk({}),
    backwardAll: () => walk({ reverse: true }),
  }
}

function* rowsOf<K, V>(
  entries: Iterable<readonly [K, WindowEntry<V>]>,
): Generator<WindowRow<K, V>, void, undefined> {
  for (const [key, entry] of entries) yield { key, ...entry }
}
