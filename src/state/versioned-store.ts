/**
 * The versioned store: every value of each key for some time, found by the time at which it was valid (semantics V1).
 *
 *     backend, versions   | prefix | segment of the end 8 | key |     (`version-bucket.ts`, `key-versions.ts`)
 *     backend, latest     | prefix | 2^53 - 1, 8 bytes    | key |     the same, one version
 *     backend, time       | prefix |                                  the greatest time ever put, and the interval
 *     changelog           | key |                                     a version's time is the record's
 *
 * A version older than the greatest time ever put less the history is refused; the history is the grace as well (V2).
 * Each version has a record of its own in the changelog, in the order in which they were put, and putting them again in
 * that order makes the same store. One that comes late is followed by the latest once more: whatever compaction leaves of
 * a key, which is its last record, is then the key's latest version. Kafka does not do that; it would lose the row.
 */
import { ByteSink } from '../base/byte-sink.ts'
import { latin1Slice } from '../base/text.ts'
import type { VersionedStoreDefinition } from './definition.ts'
import { segmentKey } from './key-layout.ts'
import { latestSegment, putVersion, versionAt, versionsIn, type KeyBuckets } from './key-versions.ts'
import { mergedEntries, type PendingEntry } from './merged-entries.ts'
import type { BytesWrite, OrderedBytes } from './ordered-bytes.ts'
import type { BucketPlace } from './segmented-buckets.ts'
import { SegmentedStore } from './segmented-store.ts'
import type {
  ChangelogRecord,
  ChangelogSink,
  ValueAndTimestamp,
  ValueVersion,
  VersionedStore,
} from './store.ts'
import { VersionBucket, VersionValue, type Version } from './version-bucket.ts'

/** A version on its way to the changelog. */
interface LoggedVersion<K, V> {
  readonly key: K
  readonly value: VersionValue<V> | undefined
  readonly timestamp: number
}

export class OverlayVersionedStore<K, V>
  extends SegmentedStore<K, VersionBucket<V>>
  implements VersionedStore<K, V>
{
  private readonly definition: VersionedStoreDefinition<K, V>
  private readonly backend: OrderedBytes
  /** The buckets of the key that is being looked at. */
  private readonly ofKey: KeyBuckets<V>
  private readonly scratch = new ByteSink(256)
  private key!: K
  /** Everything that was put since the last `stage`. */
  private log: LoggedVersion<K, V>[] = []

  constructor(definition: VersionedStoreDefinition<K, V>, place: BucketPlace) {
    const { name, keySerde, historyMs, segmentIntervalMs } = definition
    super({
      name,
      keySerde,
      // A version whose time is just the history ago still counts; a window that is its retention old does not.
      retentionMs: historyMs + 1,
      segmentIntervalMs,
      ...place,
      walkable: false,
      decode: bytes => VersionBucket.decode<V>(bytes),
    })
    this.definition = definition
    this.backend = place.backend
    this.ofKey = {
      read: segment => this.buckets.read(this.key, segment),
      change: segment => this.buckets.change(this.key, segment),
    }
  }

  get(key: K, asOf?: number): V | undefined {
    return this.find(key, asOf)?.value?.value(this.definition.valueSerde)
  }

  getWithTimestamp(key: K): ValueAndTimestamp<V> | undefined {
    return this.getVersion(key)
  }

  getVersion(key: K, asOf?: number): ValueVersion<V> | undefined {
    const found = this.find(key, asOf)
    return found === undefined ? undefined : this.opened(found)
  }

  versions(
    key: K,
    range: { readonly from?: number; readonly to?: number; readonly reverse?: boolean } = {},
  ): readonly ValueVersion<V>[] {
    const { from = 0, to = Infinity, reverse = false } = range
    this.key = key
    const found = versionsIn(this.ofKey, this.buckets.segments, from, to).map(each => this.opened(each))
    return reverse ? found.reverse() : found
  }

  put(key: K, value: V | undefined | null, timestamp: number): number | undefined {
    const { segments } = this.buckets
    if (timestamp < segments.earliest) return undefined
    segments.observe(timestamp)
    this.key = key
    const kept = value === undefined || value === null ? undefined : VersionValue.of<V>(value)
    const validTo = putVersion(this.ofKey, segments, timestamp, kept)
    this.log.push({ key, value: kept, timestamp })
    if (validTo !== Infinity) {
      const latest = this.ofKey.read(latestSegment).last
      if (latest !== undefined) this.log.push({ key, value: latest.value, timestamp: latest.from })
    }
    return validTo
  }

  delete(key: K, timestamp: number): ValueVersion<V> | undefined {
    if (timestamp < this.buckets.segments.earliest) return undefined
    const before = this.getVersion(key, timestamp)
    this.put(key, undefined, timestamp)
    return before
  }

  async *entries(): AsyncGenerator<readonly [key: K, version: ValueVersion<V>], void, undefined> {
    const { prefix } = this.buckets
    const { keySerde } = this.definition
    const range = { from: segmentKey(prefix, latestSegment), to: segmentKey(prefix, latestSegment + 1) }
    const pending: PendingEntry<Version<V>>[] = []
    for (const { key, segment, bucket } of this.buckets.pending()) {
      if (segment !== latestSegment) continue
      const bytes = segmentKey(prefix, segment, keySerde.serialize(key))
      pending.push({ key: bytes, order: latin1Slice(bytes), held: bucket.last })
    }
    for await (const { key, bytes, held } of mergedEntries(this.backend, range, pending)) {
      const latest = held ?? VersionBucket.decode<V>(bytes).last
      if (latest !== undefined)
        yield [keySerde.deserialize(key.subarray(prefix.length + 8)), this.opened(latest)]
    }
  }

  override stage(changelog: ChangelogSink): void {
    const { scratch } = this
    const { keySerde, valueSerde } = this.definition
    for (const { key, value, timestamp } of this.log) {
      const bytes = value === undefined ? null : value.serialize(valueSerde, scratch)
      changelog.append(keySerde.serialize(key), bytes, timestamp)
    }
    this.log = []
    this.buckets.stage(bucket => bucket.serialize(valueSerde, scratch))
  }

  override discard(): void {
    this.log = []
    super.discard()
  }

  override restore(records: readonly ChangelogRecord[]): readonly BytesWrite[] {
    const { segments } = this.buckets
    return this.buckets.rebuild((read, change) => {
      for (const { key, value, timestamp } of records) {
        // What is in the changelog was not too old when it was put; after compaction it may look as if it were.
        segments.observe(timestamp)
        const ofKey = {
          read: (segment: number) => read(segment, key),
          change: (segment: number) => change(segment, key),
        }
        putVersion(ofKey, segments, timestamp, value === null ? undefined : VersionValue.ofBytes<V>(value))
      }
    })
  }

  override close(): void {
    this.log = []
    super.close()
  }

  private find(key: K, asOf: number | undefined): Version<V> | undefined {
    this.key = key
    if (asOf === undefined) return this.ofKey.read(latestSegment).last
    return versionAt(this.ofKey, this.buckets.segments, asOf)
  }

  private opened({ from, to, value }: Version<V>): ValueVersion<V> {
    return { value: value!.value(this.definition.valueSerde), timestamp: from, validTo: to }
  }
}
