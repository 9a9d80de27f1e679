/**
 * The window store: buckets of decoded windows in memory over an `OrderedBytes` backend.
 *
 * All windows of a key within one segment are one backend entry (a bucket), so that a fetch over a range of times is
 * one or two point reads, and a segment expires by deleting one range of keys. A bucket's way to disk is that of a
 * key-value entry (see `key-value-store.ts`): `live → staged → applying`, pinned until the backend has it; the changelog
 * gets single windows, as Kafka has them (semantics H11). The greatest window start ever put, from which expiry follows,
 * is kept beside the buckets and committed with them.
 */
import { assert } from '../base/assert.ts'
import { ByteSink } from '../base/byte-sink.ts'
import { readInt64, writeInt64 } from '../base/bytes.ts'
import { latin1Slice } from '../base/text.ts'
import type { WindowStoreDefinition } from './definition.ts'
import { keyIdentity } from './key-identity.ts'
import { KeyIndex } from './key-index.ts'
import {
  KeyLayout,
  afterPrefix,
  segmentKey,
  setChangelogStart,
  splitWindowChangelogKey,
} from './key-layout.ts'
import type { BytesWrite, OrderedBytes } from './ordered-bytes.ts'
import { ResidentMap, type ResidentEntry } from './resident-map.ts'
import { Segments } from './segments.ts'
import type { ChangelogRecord, ChangelogSink, KeyIdentity, WindowEntry, WindowStore } from './store.ts'
import { WindowBucket } from './window-bucket.ts'
import { windowEntries, type ResidentBucket } from './window-entries.ts'

/** A key's buckets that are in memory. */
interface Owner<K, V> extends ResidentEntry {
  readonly key: K
  /** A few at most: one for each live segment. */
  slots: Slot<K, V>[]
}

interface Slot<K, V> {
  readonly owner: Owner<K, V>
  readonly segment: number
  readonly bucket: WindowBucket<V>
  /** Whether it is in `live`. */
  dirty: boolean
  /** Its write in `staged`: one at most, so that the last value wins wherever writes are looked at. */
  staged: PendingWrite<K, V> | undefined
}

/** A bucket that was serialised and that the backend does not have yet. */
interface PendingWrite<K, V> extends BytesWrite {
  slot: Slot<K, V>
  value: Uint8Array | null
}

export class OverlayWindowStore<K, V> implements WindowStore<K, V> {
  readonly name: string
  readonly identity: (key: K) => KeyIdentity
  private readonly definition: WindowStoreDefinition<K, V>
  private readonly backend: OrderedBytes
  private readonly layout: KeyLayout<K>
  private readonly segments: Segments
  private readonly resident: ResidentMap<Owner<K, V>>
  private readonly scratch = new ByteSink(256)
  /** Of stores that are walked: backend keys of all buckets. */
  private readonly index: KeyIndex | undefined
  private live: Slot<K, V>[] = []
  private staged: PendingWrite<K, V>[] = []
  private applying: PendingWrite<K, V>[] = []
  /** `segments.latest` as of the last `stage` and the last `apply`: what `discard` goes back to. */
  private latestStaged: number
  private latestApplied: number
  /** Segments below this one were handed out by `expired`. */
  private clearedBefore = 0

  constructor(
    definition: WindowStoreDefinition<K, V>,
    backend: OrderedBytes,
    prefix: Uint8Array,
    residentEntriesMax: number,
  ) {
    this.name = definition.name
    this.definition = definition
    this.backend = backend
    this.layout = new KeyLayout(definition.keySerde, prefix)
    this.identity = keyIdentity(definition.keySerde)
    this.segments = new Segments(definition.retentionMs)
    this.resident = new ResidentMap(residentEntriesMax)
    this.index = definition.walkable === true ? new KeyIndex() : undefined
    this.latestStaged = this.latestApplied = this.segments.latest = this.readLatest()
  }

  fetch(key: K, windowStart: number): WindowEntry<V> | undefined {
    if (windowStart < this.segments.earliest) return undefined
    const { bucket } = this.slotOf(key, this.segments.segmentOf(windowStart))
    return bucket.get(windowStart, this.definition.valueSerde)
  }

  fetchRange(key: K, from: number, to: number): readonly WindowEntry<V>[] {
    const { segments, definition } = this
    const first = Math.max(from, segments.earliest)
    const last = Math.min(to, segments.latest)
    const entries: WindowEntry<V>[] = []
    for (let segment = segments.segmentOf(first); segment <= segments.segmentOf(last); segment++) {
      this.slotOf(key, segment).bucket.collect(first, last, definition.valueSerde, entries)
    }
    return entries
  }

  put(key: K, value: V | undefined | null, windowStart: number, timestamp: number): boolean {
    const { segments } = this
    segments.observe(windowStart)
    if (windowStart < segments.earliest) return false
    const slot = this.slotOf(key, segments.segmentOf(windowStart))
    if (this.definition.duplicates === true) {
      assert(
        value !== undefined && value !== null,
        `store '${this.name}' keeps duplicates and deletes nothing`,
      )
      slot.bucket.add(windowStart, value, timestamp)
    } else {
      slot.bucket.put(windowStart, value === null ? undefined : value, timestamp)
    }
    if (!slot.dirty) {
      slot.dirty = true
      slot.owner.pins++
      this.live.push(slot)
      this.index?.add(this.layout.lookupSegment(slot.segment, key))
    }
    return true
  }

  *walk(): Generator<readonly [K, WindowEntry<V>], void, undefined> {
    const { index, segments, layout, definition } = this
    if (index === undefined) throw new Error(`store '${this.name}' was not declared as one to be walked`)
    const keyAt = layout.prefix.length + 8
    for (const bytes of index.list()) {
      const segment = readInt64(bytes, layout.prefix.length)
      if (segment < segments.firstLive) {
        index.delete(bytes)
        continue
      }
      const key = definition.keySerde.deserialize(bytes.subarray(keyAt))
      const found: WindowEntry<V>[] = []
      this.slotOf(key, segment).bucket.collect(
        segments.earliest,
        segments.latest,
        definition.valueSerde,
        found,
      )
      for (const entry of found) yield [key, entry]
    }
  }

  entries(
    range: { readonly from?: number; readonly to?: number } = {},
  ): AsyncIterable<readonly [key: K, entry: WindowEntry<V>]> {
    const { backend, segments, definition, layout } = this
    const from = Math.max(range.from ?? 0, segments.earliest)
    const to = Math.min(range.to ?? Infinity, segments.latest)
    const resident: ResidentBucket<V>[] = []
    for (const owner of this.resident.values()) {
      if (owner.pins === 0) continue
      const keyBytes = definition.keySerde.serialize(owner.key)
      for (const { segment, bucket } of owner.slots) {
        const entries: WindowEntry<V>[] = []
        bucket.collect(from, to, definition.valueSerde, entries)
        resident.push({ segment, keyBytes, entries })
      }
    }
    return windowEntries({ backend, prefix: layout.prefix, segments, definition, from, to, resident })
  }

  stage(changelog: ChangelogSink): void {
    const { layout, scratch } = this
    const { valueSerde } = this.definition
    const { firstLive } = this.segments
    for (const slot of this.live) {
      const key = layout.lookupSegment(slot.segment, slot.owner.key).slice()
      const changelogKey = layout.changelogKey(key)
      slot.bucket.takeChanges(valueSerde, scratch, ({ start, sequence, value, timestamp }) => {
        setChangelogStart(changelogKey, start, sequence)
        changelog.append(changelogKey, value, timestamp)
      })
      slot.dirty = false
      // An expired bucket must not come back after its segment was deleted.
      const value = slot.segment < firstLive ? null : slot.bucket.encode()
      if (slot.staged === undefined) {
        // The pin passes from `live` to `staged`.
        slot.staged = { slot, key, value }
        this.staged.push(slot.staged)
      } else {
        slot.staged.value = value
        slot.owner.pins--
      }
    }
    this.live = []
    this.latestStaged = this.segments.latest
  }

  apply(): readonly BytesWrite[] {
    assert(this.applying.length === 0, `store '${this.name}': apply before the last batch was applied`)
    this.applying = this.staged
    this.staged = []
    for (const { slot } of this.applying) slot.staged = undefined
    this.latestApplied = this.latestStaged
    if (this.applying.length === 0) return []
    return [...this.applying, { key: this.layout.prefix, value: int64Bytes(this.latestApplied) }]
  }

  applied(): void {
    for (const { slot } of this.applying) slot.owner.pins--
    this.applying = []
  }

  discard(): void {
    for (const slot of this.live) this.forget(slot)
    for (const { slot } of this.staged) this.forget(slot)
    this.live = []
    this.staged = []
    this.segments.latest = this.latestStaged = this.latestApplied
    // What was committed and is still on its way to the backend must not be lost with what came after it.
    for (const write of this.applying) {
      const { owner, segment } = write.slot
      const current = this.ownerOf(owner.id, owner.key)
      if (current.slots.includes(write.slot)) continue
      write.slot = {
        owner: current,
        segment,
        bucket: WindowBucket.decode(write.value ?? undefined),
        dirty: false,
        staged: undefined,
      }
      current.slots.push(write.slot)
      current.pins++
    }
  }

  restore(records: readonly ChangelogRecord[]): readonly BytesWrite[] {
    this.resident.evictUnpinned()
    const { segments } = this
    const { prefix } = this.layout
    // From the backend, which may have been wiped since the store was opened.
    segments.latest = this.readLatest()
    const touched = new Map<string, { key: Uint8Array; bucket: WindowBucket<V> }>()
    for (const record of records) {
      const { keyBytes, start, sequence } = splitWindowChangelogKey(record.key)
      segments.observe(start)
      const key = segmentKey(prefix, segments.segmentOf(start), keyBytes)
      const id = latin1Slice(key)
      let entry = touched.get(id)
      if (entry === undefined) {
        entry = { key, bucket: WindowBucket.decode(this.backend.get(key)) }
        touched.set(id, entry)
      }
      entry.bucket.putBytes(start, sequence, record.value, record.timestamp)
    }
    this.latestStaged = this.latestApplied = segments.latest
    const writes: BytesWrite[] = []
    for (const { key, bucket } of touched.values()) {
      writes.push({ key, value: bucket.encode() })
      this.index?.add(key)
    }
    if (writes.length > 0) writes.push({ key: prefix, value: int64Bytes(segments.latest) })
    return writes
  }

  /** The backend may have been wiped before it was restored: what is known of it is read anew. */
  async restored(): Promise<void> {
    this.resident.evictUnpinned()
    this.latestStaged = this.latestApplied = this.segments.latest = this.readLatest()
    this.clearedBefore = 0
    const { index } = this
    if (index === undefined) return
    index.clear()
    const { prefix } = this.layout
    const to = afterPrefix(prefix)
    const range = to === undefined ? { from: prefix } : { from: prefix, to }
    for await (const chunk of this.backend.range(range)) {
      // The store's own entry, its latest start, has no segment.
      for (const [key] of chunk) if (key.length > prefix.length) index.add(key)
    }
  }

  expired(): readonly { readonly from: Uint8Array; readonly to: Uint8Array }[] {
    // As of the last commit: a record of the open transaction may be aborted, and what it expired comes back.
    const firstLive = this.segments.firstLiveAt(this.latestApplied)
    if (firstLive <= this.clearedBefore) return []
    const { prefix } = this.layout
    const range = { from: segmentKey(prefix, this.clearedBefore), to: segmentKey(prefix, firstLive) }
    this.clearedBefore = firstLive
    return [range]
  }

  close(): void {
    this.live = []
    this.staged = []
    this.applying = []
  }

  private readLatest(): number {
    const latest = this.backend.get(this.layout.prefix)
    return latest === undefined ? -1 : readInt64(latest, 0)
  }

  private slotOf(key: K, segment: number): Slot<K, V> {
    const owner = this.ownerOf(this.identity(key), key)
    const { slots } = owner
    for (let index = slots.length - 1; index >= 0; index--) {
      if (slots[index]!.segment === segment) return slots[index]!
    }
    const bucket = WindowBucket.decode<V>(this.backend.get(this.layout.lookupSegment(segment, key)))
    const slot: Slot<K, V> = { owner, segment, bucket, dirty: false, staged: undefined }
    // Buckets of expired segments leave here, unless they are pending: then their owner is pinned.
    const { firstLive } = this.segments
    if (owner.pins === 0) owner.slots = slots.filter(each => each.segment >= firstLive)
    owner.slots.push(slot)
    return slot
  }

  private ownerOf(id: KeyIdentity, key: K): Owner<K, V> {
    let owner = this.resident.get(id)
    if (owner === undefined) {
      owner = { id, key, slots: [], pins: 0 }
      this.resident.set(owner)
    }
    return owner
  }

  private forget(slot: Slot<K, V>): void {
    const { owner } = slot
    slot.dirty = false
    slot.staged = undefined
    owner.slots = []
    owner.pins = 0
    this.resident.delete(owner.id)
  }
}

function int64Bytes(value: number): Uint8Array {
  const bytes = new Uint8Array(8)
  writeInt64(bytes, 0, value)
  return bytes
}
