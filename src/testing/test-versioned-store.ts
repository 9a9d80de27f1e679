/** A versioned store of an application as a test reads it: all partitions together. */
import { latestSegment } from '../state/key-versions.ts'
import { segmentKey } from '../state/key-layout.ts'
import type { ValueVersion, VersionedStore } from '../state/store.ts'
import type { StoreParts } from './store-parts.ts'

/** A version with its key, as `toArray` lists it. */
export interface TestVersion<out K, out V> extends ValueVersion<V> {
  readonly key: K
}

export class TestVersionedStore<K, V> {
  private readonly parts: StoreParts<VersionedStore<K, V>>

  constructor(parts: StoreParts<VersionedStore<K, V>>) {
    this.parts = parts
  }

  /** The latest value, or with `asOf` the one that was valid then; `undefined` where there was none. */
  get(key: K, asOf?: number): V | undefined {
    return this.getVersion(key, asOf)?.value
  }

  /** Like `get`, with the times from which and until which the value is valid. */
  getVersion(key: K, asOf?: number): ValueVersion<V> | undefined {
    return this.parts.first(store => store.getVersion(key, asOf))
  }

  /** The versions of `key` that were valid at any time in `[from, to]`, by ascending time; deletes are not among them. */
  versions(key: K, range?: { readonly from?: number; readonly to?: number }): readonly ValueVersion<V>[] {
    return (
      this.parts.first(store => {
        const versions = store.versions(key, range)
        return versions.length === 0 ? undefined : versions
      }) ?? []
    )
  }

  /**
   * Writes a version, or a delete with `undefined`, in the partition that has the key, else in the one where records of the
   * key are processed.
   */
  put(key: K, value: V | undefined, timestamp: number): void {
    this.parts.write(
      key,
      store => store.get(key) !== undefined,
      store => store.put(key, value, timestamp),
    )
  }

  /** The latest version of every key that has one, in the order of the key's bytes within a partition. */
  toArray(): readonly TestVersion<K, V>[] {
    const versions: TestVersion<K, V>[] = []
    for (const { task, store } of this.parts.places()) {
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
}
