/**
 * The session store: the sessions of each key, found by overlap, over an `OrderedBytes` backend.
 *
 *     backend, bucket     | prefix | segment of the end 8 | key |       (`session-bucket.ts`)
 *     backend, time       | prefix |                                    the greatest end ever put, 8 bytes
 *     changelog           | key | end 8 | start 8 |                     (semantics H11)
 *
 * A session's time is its end: by it sessions are in segments and expire, once the greatest end ever put is the retention
 * ahead. All live sessions of a key are in a few buckets, so that looking up what a record touches is a few point reads.
 */
import { ByteSink } from '../base/byte-sink.ts'
import { readInt64, writeInt64 } from '../base/bytes.ts'
import { latin1Slice } from '../base/text.ts'
import type { SessionStoreDefinition } from './definition.ts'
import { changelogKey, segmentKey } from './key-layout.ts'
import type { BytesWrite, OrderedBytes } from './ordered-bytes.ts'
import { SegmentedBuckets } from './segmented-buckets.ts'
import { SessionBucket } from './session-bucket.ts'
import type {
  ChangelogRecord,
  ChangelogSink,
  KeyIdentity,
  SessionEntry,
  SessionRange,
  SessionStore,
} from './store.ts'

/** Bytes that a session's changelog key has after the key's own. */
const suffixBytes = 16

export class OverlaySessionStore<K, V> implements SessionStore<K, V> {
  readonly name: string
  readonly identity: (key: K) => KeyIdentity
  protected readonly definition: SessionStoreDefinition<K, V>
  private readonly backend: OrderedBytes
  private readonly buckets: SegmentedBuckets<K, SessionBucket<V>>
  private readonly scratch = new ByteSink(256)

  constructor(
    definition: SessionStoreDefinition<K, V>,
    backend: OrderedBytes,
    prefix: Uint8Array,
    residentEntriesMax: number,
  ) {
    const { name, keySerde, retentionMs, walkable = false } = definition
    this.name = name
    this.definition = definition
    this.backend = backend
    const decode = (bytes: Uint8Array | undefined): SessionBucket<V> => SessionBucket.decode(bytes)
    const kept = { name, keySerde, retentionMs, backend, prefix, residentEntriesMax }
    this.buckets = new SegmentedBuckets({ ...kept, walkable, decode })
    this.identity = this.buckets.identity
  }

  fetchSession(key: K, start: number, end: number): V | undefined {
    const { segments } = this.buckets
    if (end < segments.earliest) return undefined
    const bucket = this.buckets.read(key, segments.segmentOf(end))
    return bucket.get(start, end, this.definition.valueSerde)?.value
  }

  findSessions(key: K, earliestEnd: number, latestStart: number): readonly SessionEntry<V>[] {
    const { segments } = this.buckets
    const first = Math.max(earliestEnd, segments.earliest)
    const entries: SessionEntry<V>[] = []
    for (let segment = segments.segmentOf(first); segment <= segments.segmentOf(segments.latest); segment++) {
      this.buckets.read(key, segment).collect(first, latestStart, this.definition.valueSerde, entries)
    }
    return entries
  }

  put(key: K, session: Session, value: V | undefined | null, timestamp: number): boolean {
    const { start, end } = session
    const { segments } = this.buckets
    if (!(start <= end)) throw new RangeError(`a session cannot end at ${end}, before its start at ${start}`)
    segments.observe(end)
    if (end < segments.earliest) return false
    const bucket = this.buckets.change(key, segments.segmentOf(end))
    bucket.put(start, end, value === null ? undefined : value, timestamp)
    return true
  }

  *walk(range: SessionRange<K> = {}): Generator<readonly [K, SessionEntry<V>], void, undefined> {
    const { earliestEnd = 0, latestEnd = Infinity, latestStart = Infinity, keyFrom, keyTo, reverse } = range
    const times = { from: earliestEnd, to: latestEnd, keyFrom, keyTo, reverse }
    for (const { key, bucket } of this.buckets.walk(times)) {
      const found: SessionEntry<V>[] = []
      const first = Math.max(earliestEnd, this.buckets.segments.earliest)
      bucket.collect(first, latestStart, this.definition.valueSerde, found)
      if (reverse === true) found.reverse()
      for (const entry of found) if (entry.end <= latestEnd) yield [key, entry]
    }
  }

  async *entries(): AsyncGenerator<readonly [key: K, entry: SessionEntry<V>], void, undefined> {
    const { segments } = this.buckets
    const [first, last] = [segments.segmentOf(segments.earliest), segments.segmentOf(segments.latest)]
    const resident = this.residentEntries(segments.earliest)
    for (let segment = first; segment <= last; segment++) {
      const found = await this.segmentEntries(segment, resident.get(segment) ?? new Map())
      for (const { keyBytes, entry } of found) yield [this.definition.keySerde.deserialize(keyBytes), entry]
    }
  }

  stage(changelog: ChangelogSink): void {
    const { scratch } = this
    const { valueSerde } = this.definition
    this.buckets.stage((bucket, keyBytes) => {
      const key = changelogKey(keyBytes, suffixBytes)
      bucket.takeChanges(valueSerde, scratch, ({ start, end, timestamp, value }) => {
        writeInt64(key, keyBytes.length, end)
        writeInt64(key, keyBytes.length + 8, start)
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
    const sessions = records.map(({ key, value }) => ({ ...splitChangelogKey(key), value }))
    return this.buckets.restore(
      sessions,
      ({ keyBytes, end }) => ({ keyBytes, time: end }),
      (bucket, { start, end, value }) => bucket.putBytes(start, end, value),
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

  /** What buckets in memory hold that the backend may not have: by segment, then by the key's bytes as text. */
  private residentEntries(earliestEnd: number): Map<number, Map<string, Found<V>[]>> {
    const { keySerde, valueSerde } = this.definition
    const bySegment = new Map<number, Map<string, Found<V>[]>>()
    for (const { key, segment, bucket } of this.buckets.pending()) {
      const keyBytes = keySerde.serialize(key)
      const order = latin1Slice(keyBytes)
      const entries: SessionEntry<V>[] = []
      bucket.collect(earliestEnd, Infinity, valueSerde, entries)
      let byKey = bySegment.get(segment)
      if (byKey === undefined) bySegment.set(segment, (byKey = new Map()))
      byKey.set(
        order,
        entries.map(entry => ({ order, keyBytes, entry })),
      )
    }
    return bySegment
  }

  private async segmentEntries(
    segment: number,
    resident: ReadonlyMap<string, Found<V>[]>,
  ): Promise<Found<V>[]> {
    const { prefix, segments } = this.buckets
    const { earliest } = segments
    const found = [...resident.values()].flat()
    const range = { from: segmentKey(prefix, segment), to: segmentKey(prefix, segment + 1) }
    for await (const chunk of this.backend.range(range)) {
      for (const [key, bytes] of chunk) {
        const keyBytes = key.subarray(prefix.length + 8)
        const order = latin1Slice(keyBytes)
        if (resident.has(order)) continue
        const entries: SessionEntry<V>[] = []
        SessionBucket.decode<V>(bytes).collect(earliest, Infinity, this.definition.valueSerde, entries)
        for (const entry of entries) found.push({ order, keyBytes, entry })
      }
    }
    return found.sort(byEndStartKey)
  }
}

interface Session {
  readonly start: number
  readonly end: number
}

interface Found<V> {
  readonly order: string
  readonly keyBytes: Uint8Array
  readonly entry: SessionEntry<V>
}

function byEndStartKey(a: Found<unknown>, b: Found<unknown>): number {
  return a.entry.end - b.entry.end || a.entry.start - b.entry.start || (a.order < b.order ? -1 : 1)
}

/** The parts of a session's changelog key; `keyBytes` is a view. */
function splitChangelogKey(bytes: Uint8Array): { keyBytes: Uint8Array; start: number; end: number } {
  const keyEnd = bytes.length - suffixBytes
  if (keyEnd < 0) {
    throw new RangeError(
      `a session's changelog key has ${bytes.length} bytes, at least ${suffixBytes} were expected`,
    )
  }
  const [end, start] = [readInt64(bytes, keyEnd), readInt64(bytes, keyEnd + 8)]
  return { keyBytes: bytes.subarray(0, keyEnd), start, end }
}
