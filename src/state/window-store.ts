/**
 * The window store: the windows of each key, found by their start, over an `OrderedBytes` backend.
 *
 *     backend, bucket     | prefix | segment of the start 8 | key |     (`window-bucket.ts`)
 *     backend, time       | prefix |                                    the greatest start ever put, 8 bytes
 *     changelog           | key | start 8 | sequence 4 |                (semantics H11)
 *
 * A window's time is its start. What becomes of a bucket from its change to the disk is in `segmented-buckets.ts`.
 */
import { assert } from '../base/assert.ts'
import type { WindowStoreDefinition } from './definition.ts'
import { setChangelogStart, splitWindowChangelogKey, windowSuffixBytes } from './key-layout.ts'
import type { BucketRow } from './row-bucket.ts'
import { RowStore, type LoggedKey } from './row-store.ts'
import type { BucketPlace } from './segmented-buckets.ts'
import type { WindowEntry, WindowRange, WindowStore } from './store.ts'
import { WindowBucket } from './window-bucket.ts'

export class OverlayWindowStore<K, V>
  extends RowStore<K, V, WindowEntry<V>, WindowBucket<V>>
  implements WindowStore<K, V>
{
  protected override readonly suffixBytes = windowSuffixBytes
  private readonly duplicates: boolean

  constructor(definition: WindowStoreDefinition<K, V>, place: BucketPlace) {
    super(definition, place, bytes => WindowBucket.decode<V>(bytes))
    this.duplicates = definition.duplicates === true
  }

  fetch(key: K, windowStart: number): WindowEntry<V> | undefined {
    const { segments } = this
    if (windowStart < segments.earliest) return undefined
    const bucket = this.buckets.read(key, segments.segmentOf(windowStart))
    return bucket.get(windowStart, this.definition.valueSerde)
  }

  fetchRange(key: K, from: number, to: number): readonly WindowEntry<V>[] {
    return this.rowsOf(key, from, to, to)
  }

  put(key: K, value: V | undefined | null, windowStart: number, timestamp: number): boolean {
    const { segments } = this
    segments.observe(windowStart)
    if (windowStart < segments.earliest) return false
    const bucket = this.buckets.change(key, segments.segmentOf(windowStart))
    if (this.duplicates) {
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

  walk(range: WindowRange<K> = {}): Iterable<readonly [K, WindowEntry<V>]> {
    return this.walkRows(range, range.to ?? Infinity)
  }

  entries(
    range: { readonly from?: number; readonly to?: number } = {},
  ): AsyncIterable<readonly [key: K, entry: WindowEntry<V>]> {
    return this.entriesBetween(range.from ?? 0, range.to ?? Infinity)
  }

  protected override writeTimes(
    key: Uint8Array,
    { start }: BucketRow<WindowEntry<V>>,
    sequence: number,
  ): void {
    setChangelogStart(key, start, sequence)
  }

  protected override splitKey(bytes: Uint8Array): LoggedKey {
    const { keyBytes, start, sequence } = splitWindowChangelogKey(bytes)
    return { keyBytes, start, end: start, sequence }
  }

  protected override timeOf({ start }: WindowEntry<V>): number {
    return start
  }
}
