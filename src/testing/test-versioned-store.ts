/** A versioned store of an application as a test reads it: all partitions together. */
import { latestSegment } from '../state/key-versions.ts'
import { segmentKey } from '../state/key-layout.ts'
import type { ValueVersion, VersionedStore } from '../state/store.ts'
import type { Place } from './test-store.ts'

/** A version with its key, as `toArray` lists it. */
export interface TestVersion<out K, out V> extends ValueVersion<V> {
  readonly key: K
}

export class TestVersionedStore<K, V> {
  private readonly places: () => readonly Place[]

  constructor(places: () => readonly Place[]) {
    this.places = places
  }

  /** The latest value, or with `asOf` the one that was valid then; `undefined` where there was none. */
  get(key: K, asOf?: number): V | undefined {
    return this.getVersion(key, asOf)?.value
  }

  /** Like `get`, with the times from which and until which the value is valid. */
  getVersion(key: K, asOf?: number): ValueVersion<V> | undefined {
    for (const store of this.stores()) {
      const version = store.getVersion(key, asOf)
      if (version !== undefined) return version
    }
    return undefined
  }

  /** The versions of `key` that were valid at any time in `[from, to]`, by ascending time; deletes are not among them. */
  versions(key: K, range?: { readonly from?: number; readonly to?: number }): readonly ValueVersion<V>[] {
    for (const store of this.stores()) {
      const versions = store.versions(key, range)
      if (versions.length > 0) return versions
    }
    return []
  }

  /** Writes a version where `get` would look for it, or to the first partition: for tests that begin with a full store. */
  put(key: K, value: V | undefined, timestamp: number): void {
    const stores = this.stores()
    const store = stores.find(each => each.get(key) !== undefined) ?? stores[0]!
    store.put(key, value, timestamp)
  }

  /** The latest version of every key that has one, in the order of the key's bytes within a partition. */
  toArray(): readonly TestVersion<K, V>[] {
    const versions: TestVersion<K, V>[] = []
    for (const { task, store } of this.places()) {
      task.settle()
      const { prefix, definition } = store
      const range = { from: segmentKey(prefix, latestSegment), to: segmentKey(prefix, latestSegment + 1) }
      for (const [bytes] of task.backend.entriesNow(range)) {
        const key = definition.keySerde.deserialize(bytes.subarray(prefix.length + 8)) as K
        const version = (store.store as VersionedStore<K, V>).getVersion(key)
        if (version !== undefined) versions.push({ key, ...version })
      }
    }
    return versions
  }

  private stores(): readonly VersionedStore<K, V>[] {
    return this.places().map(({ store }) => store.store as VersionedStore<K, V>)
  }
}
