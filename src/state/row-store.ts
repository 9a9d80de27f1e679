/**
 * What window and session stores have in common: rows in buckets (`row-bucket.ts`), found by their times.
 *
 * A row's time is its end, a window's its start: by it rows are in segments and expire, once the greatest time ever put is
 * the retention ahead. How the times of a row stand behind the key in the changelog is the kind's business.
 */
import { ByteSink } from '../base/byte-sink.ts'
import { latin1Slice } from '../base/text.ts'
import type { SessionStoreDefinition, WindowStoreDefinition } from './definition.ts'
import { changelogKey, segmentKey } from './key-layout.ts'
import type { BytesWrite, OrderedBytes } from './ordered-bytes.ts'
import type { BucketRow, RestoredRow, RowBucket } from './row-bucket.ts'
import type { BucketPlace } from './segmented-buckets.ts'
import { SegmentedStore } from './segmented-store.ts'
import type { Segments } from './segments.ts'
import type { ChangelogRecord, ChangelogSink, WindowRange } from './store.ts'

type Definition<K, V> = WindowStoreDefinition<K, V> | SessionStoreDefinition<K, V>

/** The parts of a row's changelog key; `keyBytes` is a view. */
export interface LoggedKey extends Pick<RestoredRow, 'start' | 'end' | 'sequence'> {
  readonly keyBytes: Uint8Array
}

/** A row on its way out of `entries`; `order` are the bytes of its key as text. */
interface Found<E> {
  readonly order: string
  readonly keyBytes: Uint8Array
  readonly entry: E
}

/** Buckets in memory that the backend may not have as they are, by their segment and the bytes of their key as text. */
type Pending<E> = ReadonlyMap<number, ReadonlyMap<string, readonly Found<E>[]>>

export abstract class RowStore<
  K,
  V,
  E extends { readonly start: number },
  B extends RowBucket<V, E>,
> extends SegmentedStore<K, B> {
  protected readonly definition: Definition<K, V>
  protected readonly segments: Segments
  private readonly backend: OrderedBytes
  private readonly decode: (bytes: Uint8Array | undefined) => B
  private readonly scratch = new ByteSink(256)

  constructor(
    definition: Definition<K, V>,
    place: BucketPlace,
    decode: (bytes: Uint8Array | undefined) => B,
  ) {
    const { name, keySerde, retentionMs, walkable = false } = definition
    super({ name, keySerde, retentionMs, walkable, decode, ...place })
    this.definition = definition
    this.segments = this.buckets.segments
    this.backend = place.backend
    this.decode = decode
  }

  /** How many bytes the times of a row have in its changelog key. */
  protected abstract readonly suffixBytes: number
  /** Writes the times of a row to the end of its changelog key. */
  protected abstract writeTimes(key: Uint8Array, row: BucketRow<E>, sequence: number): void
  /** The parts of a changelog key. */
  protected abstract splitKey(bytes: Uint8Array): LoggedKey
  /** By which a row is in its segment. */
  protected abstract timeOf(entry: E): number

  override stage(changelog: ChangelogSink): void {
    const { scratch, suffixBytes } = this
    const { valueSerde } = this.definition
    this.buckets.stage((bucket, keyBytes) => {
      const key = changelogKey(keyBytes, suffixBytes)
      bucket.takeChanges(valueSerde, scratch, (row, sequence, value) => {
        this.writeTimes(key, row, sequence)
        changelog.append(key, value, row.timestamp)
      })
    })
  }

  override restore(records: readonly ChangelogRecord[]): readonly BytesWrite[] {
    const { segments } = this
    return this.buckets.rebuild((_read, change) => {
      for (const { key, value, timestamp } of records) {
        const { keyBytes, start, end, sequence } = this.splitKey(key)
        segments.observe(end)
        change(segments.segmentOf(end), keyBytes).putBytes({ start, end, sequence, value, timestamp })
      }
    })
  }

  /** The rows of a key whose times are in `[from, to]` and that start at `startMax` or before, in order. */
  protected rowsOf(key: K, from: number, to: number, startMax: number): readonly E[] {
    const { segments } = this
    const first = Math.max(from, segments.earliest)
    const last = segments.segmentOf(Math.min(to, segments.latest))
    const entries: E[] = []
    for (let segment = segments.segmentOf(first); segment <= last; segment++)
      this.buckets.read(key, segment).collect(first, startMax, this.definition.valueSerde, entries)
    return entries
  }

  /** The rows of a range of times that start at `startMax` or before, by segment and key bytes, without waiting. */
  protected *walkRows(range: WindowRange<K>, startMax: number): Generator<readonly [K, E], void, undefined> {
    const { from = 0, to = Infinity, reverse = false } = range
    for (const { key, bucket } of this.buckets.walk(range)) {
      const found: E[] = []
      const first = Math.max(from, this.segments.earliest)
      bucket.collect(first, startMax, this.definition.valueSerde, found)
      if (reverse) found.reverse()
      for (const entry of found) if (this.timeOf(entry) <= to) yield [key, entry]
    }
  }

  /** Every row with a time in `[from, to]` in the order (time, start, key bytes), one segment in memory at a time. */
  protected entriesBetween(from: number, to: number): AsyncGenerator<readonly [key: K, entry: E], void> {
    const { segments } = this
    const [first, last] = [Math.max(from, segments.earliest), Math.min(to, segments.latest)]
    const pending = new Map<number, Map<string, readonly Found<E>[]>>()
    for (const { key, segment, bucket } of this.buckets.pending()) {
      const keyBytes = this.definition.keySerde.serialize(key)
      const ofSegment = pending.get(segment) ?? new Map<string, readonly Found<E>[]>()
      pending.set(segment, ofSegment)
      ofSegment.set(latin1Slice(keyBytes), this.foundIn(bucket, keyBytes, first, last))
    }
    return this.eachEntry(first, last, pending)
  }

  private async *eachEntry(
    from: number,
    to: number,
    pending: Pending<E>,
  ): AsyncGenerator<readonly [key: K, entry: E], void> {
    if (from > to) return
    const { segments } = this
    for (let segment = segments.segmentOf(from); segment <= segments.segmentOf(to); segment++) {
      const inMemory = pending.get(segment) ?? new Map<string, readonly Found<E>[]>()
      const found = [...inMemory.values()].flat()
      for await (const [keyBytes, bytes] of this.stored(segment)) {
        if (inMemory.has(latin1Slice(keyBytes))) continue
        found.push(...this.foundIn(this.decode(bytes), keyBytes, from, to))
      }
      found.sort((a, b) => this.timeOf(a.entry) - this.timeOf(b.entry) || byStartAndKey(a, b))
      for (const { keyBytes, entry } of found) yield [this.definition.keySerde.deserialize(keyBytes), entry]
    }
  }

  /** The buckets of a segment as the backend has them, by the bytes of their keys. */
  private async *stored(segment: number): AsyncGenerator<readonly [Uint8Array, Uint8Array], void> {
    const { prefix } = this.buckets
    const range = { from: segmentKey(prefix, segment), to: segmentKey(prefix, segment + 1) }
    for await (const chunk of this.backend.range(range))
      for (const [key, bytes] of chunk) yield [key.subarray(prefix.length + 8), bytes]
  }

  private foundIn(bucket: B, keyBytes: Uint8Array, from: number, to: number): Found<E>[] {
    const entries: E[] = []
    bucket.collect(from, to, this.definition.valueSerde, entries)
    const order = latin1Slice(keyBytes)
    return entries.map(entry => ({ order, keyBytes, entry }))
  }
}

function byStartAndKey(a: Found<{ readonly start: number }>, b: typeof a): number {
  return a.entry.start - b.entry.start || (a.order < b.order ? -1 : Number(a.order > b.order))
}
