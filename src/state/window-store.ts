/**
 * The window store: the windows of each key, found by their start, over an `OrderedBytes` backend.
 *
 *     backend, bucket     | prefix | segment of the start 8 | key |     (`window-bucket.ts`)
 *     backend, time       | prefix |                                    the greatest start ever put, 8 bytes
 *     changelog           | key | start 8 | sequence 4 |                (semantics H11)
 *
 * A window's time is its start: by it windows are in segments and expire, once the greatest start ever put is the retention
 * ahead. What becomes of a bucket from its change to the disk is in `segmented-buckets.ts`.
 */
import { assert } from '../base/assert.ts'
import { ByteSink } from '../base/byte-sink.ts'
import type { WindowStoreDefinition } from './definition.ts'
import { changelogKey, setChangelogStart, splitWindowChangelogKey, windowSuffixBytes } from './key-layout.ts'
import type { BytesWrite, OrderedBytes } from './ordered-bytes.ts'
import { SegmentedBuckets } from './segmented-buckets.ts'
import type { Segments } from './segments.ts'
import type {
  ChangelogRecord,
  ChangelogSink,
  KeyIdentity,
  WindowEntry,
  WindowRange,
  WindowStore,
} from './store.ts'
import { WindowBucket } from './window-bucket.ts'
import { windowEntries, type ResidentBucket } from './window-entries.ts'

export class OverlayWindowStore<K, V> implements WindowStore<K, V> {
  readonly name: string
  readonly identity: (key: K) => KeyIdentity
  protected readonly definition: WindowStoreDefinition<K, V>
  private readonly backend: OrderedBytes
  private readonly buckets: SegmentedBuckets<K, WindowBucket<V>>
  private readonly segments: Segments
  private readonly scratch = new ByteSink(256)

  constructor(
    definition: WindowStoreDefinition<K, V>,
    backend: OrderedBytes,
    prefix: Uint8Array,
    residentEntriesMax: number,
  ) {
    const { name, keySerde, retentionMs, walkable = false } = definition
    this.name = name
    this.definition = definition
    this.backend = backend
    const decode = (bytes: Uint8Array | undefined): WindowBucket<V> => WindowBucket.decode(bytes)
    const kept = { name, keySerde, retentionMs, backend, prefix, residentEntriesMax }
    this.buckets = new SegmentedBuckets({ ...kept, walkable, decode })
    this.segments = this.buckets.segments
    this.identity = this.buckets.identity
  }

  fetch(key: K, windowStart: number): WindowEntry<V> | undefined {
    const { segments } = this
    if (windowStart < segments.earliest) return undefined
    const bucket = this.buckets.read(key, segments.segmentOf(windowStart))
    return bucket.get(windowStart, this.definition.valueSerde)
  }

  fetchRange(key: K, from: number, to: number): readonly WindowEntry<V>[] {
    const { segments, definition } = this
    const first = Math.max(from, segments.earliest)
    const last = Math.min(to, segments.latest)
    const entries: WindowEntry<V>[] = []
    for (let segment = segments.segmentOf(first); segment <= segments.segmentOf(last); segment++) {
      this.buckets.read(key, segment).collect(first, last, definition.valueSerde, entries)
    }
    return entries
  }

  put(key: K, value: V | undefined | null, windowStart: number, timestamp: number): boolean {
    const { segments } = this
    segments.observe(windowStart)
    if (windowStart < segments.earliest) return false
    const bucket = this.buckets.change(key, segments.segmentOf(windowStart))
    if (this.definition.duplicates === true) {
      assert(
        value !== undefined && value !== null,
        `store '${this.name}' keeps duplicates and deletes nothing`,
      )
      bucket.add(windowStart, value, timestamp)
    } else {
      bucket.put(windowStart, value === null ? undefined : value, timestamp)
    }
    return true
  }

  *walk(range: WindowRange<K> = {}): Generator<readonly [K, WindowEntry<V>], void, undefined> {
    const { segments, definition } = this
    const { from = 0, to = Infinity, reverse = false } = range
    for (const { key, bucket } of this.buckets.walk(range)) {
      const found: WindowEntry<V>[] = []
      const first = Math.max(from, segments.earliest)
      bucket.collect(first, Math.min(to, segments.latest), definition.valueSerde, found)
      if (reverse) found.reverse()
      for (const entry of found) yield [key, entry]
    }
  }

  entries(
    range: { readonly from?: number; readonly to?: number } = {},
  ): AsyncIterable<readonly [key: K, entry: WindowEntry<V>]> {
    const { backend, segments, definition } = this
    const from = Math.max(range.from ?? 0, segments.earliest)
    const to = Math.min(range.to ?? Infinity, segments.latest)
    const resident: ResidentBucket<V>[] = []
    for (const { key, segment, bucket } of this.buckets.pending()) {
      const entries: WindowEntry<V>[] = []
      bucket.collect(from, to, definition.valueSerde, entries)
      resident.push({ segment, keyBytes: definition.keySerde.serialize(key), entries })
    }
    return windowEntries({
      backend,
      prefix: this.buckets.prefix,
      segments,
      definition,
      from,
      to,
      resident,
    })
  }

  stage(changelog: ChangelogSink): void {
    const { scratch } = this
    const { valueSerde } = this.definition
    this.buckets.stage((bucket, keyBytes) => {
      const key = changelogKey(keyBytes, windowSuffixBytes)
      bucket.takeChanges(valueSerde, scratch, ({ start, sequence, value, timestamp }) => {
        setChangelogStart(key, start, sequence)
        changelog.append(key, value, timestamp)
      })
    })
  }

  apply(): readonly BytesWrite[] {
    return this.buckets.apply()
  }

  applied(): void {
    this.buckets.applied()
  }

  discard(): void {
    this.buckets.discard()
  }

  restore(records: readonly ChangelogRecord[]): readonly BytesWrite[] {
    const rows = records.map(({ key, value, timestamp }) => ({
      ...splitWindowChangelogKey(key),
      value,
      timestamp,
    }))
    return this.buckets.restore(
      rows,
      ({ keyBytes, start }) => ({ keyBytes, time: start }),
      (bucket, { start, sequence, value, timestamp }) => bucket.putBytes(start, sequence, value, timestamp),
    )
  }

  restored(): Promise<void> {
    return this.buckets.restored()
  }

  expired(): readonly { readonly from: Uint8Array; readonly to: Uint8Array }[] {
    return this.buckets.expired()
  }

  close(): void {
    this.buckets.close()
  }
}
