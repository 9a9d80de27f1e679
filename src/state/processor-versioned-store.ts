/** A versioned store as processors see it (semantics B4): every value of a key for some time, by the time it was valid. */
import type { ValueVersion, VersionedStore } from './store.ts'

/** A versioned store that can only be read. An absent key has no versions. */
export interface ReadableVersionedStore<K, V> {
  /** The latest value, or with `asOf` the one that was valid then; `undefined` where there was none. */
  get(key: K, asOf?: number): V | undefined
  /**
   * Like `get`, with the time from which the value is valid (`timestamp`) and until which it is (`validTo`, excluded;
   * Infinity for the latest). Of a time before the history only the latest version is known, if it was valid then.
   */
  getVersion(key: K, asOf?: number): ValueVersion<V> | undefined
  /**
   * The versions that were valid at any time from `from` to `to`, both included, by ascending time, or by descending with
   * `reverse`. Deletes are not among them.
   */
  versions(
    key: K,
    range?: { readonly from?: number; readonly to?: number; readonly reverse?: boolean },
  ): readonly ValueVersion<V>[]
}

/** A versioned store of a processor. */
export interface ProcessorVersionedStore<K, V> extends ReadableVersionedStore<K, V> {
  /**
   * Writes a version that is valid from `timestamp` on, or deletes from then on when `value` is `undefined`, and answers
   * until when it is valid: Infinity for the latest. `undefined`: older than the history, and not written. Default for
   * `timestamp`: the time of the record or the punctuation.
   */
  put(key: K, value: V | undefined, timestamp?: number): number | undefined
  /** Deletes from `timestamp` on, and answers the version that was valid then. */
  delete(key: K, timestamp?: number): ValueVersion<V> | undefined
}

/** `store` for a processor; `now` is the time of what it is processing. */
export function processorVersionedStore<K, V>(
  store: VersionedStore<K, V>,
  now: () => number,
): ProcessorVersionedStore<K, V> {
  const absent = (key: K): boolean => key === undefined || key === null
  return {
    get: (key, asOf) => (absent(key) ? undefined : store.get(key, asOf)),
    getVersion: (key, asOf) => (absent(key) ? undefined : store.getVersion(key, asOf)),
    versions: (key, range) => (absent(key) ? [] : store.versions(key, range)),
    put: (key, value, timestamp = now()) => store.put(key, value, timestamp),
    delete: (key, timestamp = now()) => store.delete(key, timestamp),
  }
}
