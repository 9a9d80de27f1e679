/**
 * Buckets of rows by key and segment of time, in memory over an `OrderedBytes` backend: what a session store is made of.
 *
 * A bucket is one backend entry. On its way to disk it is `live` (changed since the last `stage`), then `staged`
 * (serialised, its rows in the changelog), then `applying` (in a batch that the backend does not have yet), and its key
 * is pinned in memory as long: the same way that the buckets of a window store go (see `window-store.ts`). What a row is
 * and how it goes into the changelog is the store's business; it reaches a bucket with `read` or `change`. The greatest
 * time ever put, from which expiry follows, is kept beside the buckets and committed with them.
 */
import { assert } from '../base/assert.ts'
import { readInt64, writeInt64 } from '../base/bytes.ts'
import { latin1Slice } from '../base/text.ts'
import type { Serde } from '../serdes/serde.ts'
import { keyIdentity } from './key-identity.ts'
import { KeyLayout, segmentKey } from './key-layout.ts'
import type { BytesWrite, OrderedBytes } from './ordered-bytes.ts'
import { ResidentMap, type ResidentEntry } from './resident-map.ts'
import { Segments } from './segments.ts'
import type { KeyIdentity } from './store.ts'

/** The rows of one key in one segment. */
export interface Bucket {
  /** The bytes for the backend, or null when no row is left. Only while no row is waiting for its changelog record. */
  encode(): Uint8Array | null
}

export interface SegmentedBucketsOptions<K, B extends Bucket> {
  /** For messages. */
  readonly name: string
  readonly keySerde: Serde<K>
  readonly retentionMs: number
  readonly backend: OrderedBytes
  readonly prefix: Uint8Array
  readonly residentEntriesMax: number
  /** Reads the backend's bytes; `undefined` for a bucket that is not there. */
  readonly decode: (bytes: Uint8Array | undefined) => B
}

/** A key's buckets that are in memory. */
interface Owner<K, B> extends ResidentEntry {
  readonly key: K
  /** A few at most: one for each live segment. */
  slots: Slot<K, B>[]
}

interface Slot<K, B> {
  readonly owner: Owner<K, B>
  readonly segment: number
  readonly bucket: B
  /** Whether it is in `live`. */
  dirty: boolean
  /** Its write in `staged`: one at most, so that the last value wins wherever writes are looked at. */
  staged: PendingWrite<K, B> | undefined
}

/** A bucket that was serialised and that the backend does not have yet. */
interface PendingWrite<K, B> extends BytesWrite {
  slot: Slot<K, B>
  value: Uint8Array | null
}

export class SegmentedBuckets<K, B extends Bucket> {
  readonly identity: (key: K) => KeyIdentity
  readonly segments: Segments
  readonly prefix: Uint8Array
  private readonly options: SegmentedBucketsOptions<K, B>
  private readonly layout: KeyLayout<K>
  private readonly resident: ResidentMap<Owner<K, B>>
  private live: Slot<K, B>[] = []
  private staged: PendingWrite<K, B>[] = []
  private applying: PendingWrite<K, B>[] = []
  /** `segments.latest` as of the last `stage` and the last `apply`: what `discard` goes back to. */
  private latestStaged: number
  private latestApplied: number
  /** Segments below this one were handed out by `expired`. */
  private clearedBefore = 0

  constructor(options: SegmentedBucketsOptions<K, B>) {
    this.options = options
    this.prefix = options.prefix
    this.layout = new KeyLayout(options.keySerde, options.prefix)
    this.identity = keyIdentity(options.keySerde)
    this.segments = new Segments(options.retentionMs)
    this.resident = new ResidentMap(options.residentEntriesMax)
    this.latestStaged = this.latestApplied = this.segments.latest = this.readLatest()
  }

  /** The bucket, to be read only. */
  read(key: K, segment: number): B {
    return this.slotOf(key, segment).bucket
  }

  /** The bucket, about to be changed. */
  change(key: K, segment: number): B {
    const slot = this.slotOf(key, segment)
    if (!slot.dirty) {
      slot.dirty = true
      slot.owner.pins++
      this.live.push(slot)
    }
    return slot.bucket
  }

  /** The buckets in memory that the backend may not have as they are. */
  *pending(): Generator<{ readonly key: K; readonly segment: number; readonly bucket: B }, void, undefined> {
    for (const { pins, key, slots } of this.resident.values()) {
      if (pins === 0) continue
      for (const { segment, bucket } of slots) yield { key, segment, bucket }
    }
  }

  /** `settle` sends the changes of each bucket to the changelog, after which the bucket can be encoded. */
  stage(settle: (bucket: B, key: K) => void): void {
    const { firstLive } = this.segments
    for (const slot of this.live) {
      const { owner, segment, bucket } = slot
      settle(bucket, owner.key)
      slot.dirty = false
      // An expired bucket must not come back after its segment was deleted.
      const value = segment < firstLive ? null : bucket.encode()
      if (slot.staged === undefined) {
        // The pin passes from `live` to `staged`.
        slot.staged = { slot, key: this.layout.lookupSegment(segment, owner.key).slice(), value }
        this.staged.push(slot.staged)
      } else {
        slot.staged.value = value
        owner.pins--
      }
    }
    this.live = []
    this.latestStaged = this.segments.latest
  }

  apply(): readonly BytesWrite[] {
    assert(
      this.applying.length === 0,
      `store '${this.options.name}': apply before the last batch was applied`,
    )
    this.applying = this.staged
    this.staged = []
    for (const { slot } of this.applying) slot.staged = undefined
    this.latestApplied = this.latestStaged
    if (this.applying.length === 0) return []
    return [...this.applying, { key: this.prefix, value: int64Bytes(this.latestApplied) }]
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
      const bucket = this.options.decode(write.value ?? undefined)
      write.slot = { owner: current, segment, bucket, dirty: false, staged: undefined }
      current.slots.push(write.slot)
      current.pins++
    }
  }

  /** Restores: `put` is called with each record and the bucket that `placeOf` names, both in order. */
  restore<R>(
    records: readonly R[],
    placeOf: (record: R) => { readonly keyBytes: Uint8Array; readonly time: number },
    put: (bucket: B, record: R) => void,
  ): readonly BytesWrite[] {
    this.resident.evictUnpinned()
    const { segments, prefix } = this
    // From the backend, which may have been wiped since the store was opened.
    segments.latest = this.readLatest()
    const touched = new Map<string, { key: Uint8Array; bucket: B }>()
    for (const record of records) {
      const { keyBytes, time } = placeOf(record)
      segments.observe(time)
      const key = segmentKey(prefix, segments.segmentOf(time), keyBytes)
      const id = latin1Slice(key)
      let entry = touched.get(id)
      if (entry === undefined) {
        entry = { key, bucket: this.options.decode(this.options.backend.get(key)) }
        touched.set(id, entry)
      }
      put(entry.bucket, record)
    }
    this.latestStaged = this.latestApplied = segments.latest
    const writes: BytesWrite[] = []
    for (const { key, bucket } of touched.values()) writes.push({ key, value: bucket.encode() })
    if (writes.length > 0) writes.push({ key: prefix, value: int64Bytes(segments.latest) })
    return writes
  }

  /** The backend may have been wiped before it was restored: what is known of it is read anew. */
  restored(): void {
    this.resident.evictUnpinned()
    this.latestStaged = this.latestApplied = this.segments.latest = this.readLatest()
    this.clearedBefore = 0
  }

  expired(): readonly { readonly from: Uint8Array; readonly to: Uint8Array }[] {
    // As of the last commit: a record of the open transaction may be aborted, and what it expired comes back.
    const firstLive = this.segments.firstLiveAt(this.latestApplied)
    if (firstLive <= this.clearedBefore) return []
    const range = {
      from: segmentKey(this.prefix, this.clearedBefore),
      to: segmentKey(this.prefix, firstLive),
    }
    this.clearedBefore = firstLive
    return [range]
  }

  close(): void {
    this.live = []
    this.staged = []
    this.applying = []
  }

  private readLatest(): number {
    const latest = this.options.backend.get(this.prefix)
    return latest === undefined ? -1 : readInt64(latest, 0)
  }

  private slotOf(key: K, segment: number): Slot<K, B> {
    const owner = this.ownerOf(this.identity(key), key)
    const { slots } = owner
    for (let index = slots.length - 1; index >= 0; index--) {
      if (slots[index]!.segment === segment) return slots[index]!
    }
    const { backend, decode } = this.options
    const bucket = decode(backend.get(this.layout.lookupSegment(segment, key)))
    const slot: Slot<K, B> = { owner, segment, bucket, dirty: false, staged: undefined }
    // Buckets of expired segments leave here, unless they are pending: then their owner is pinned.
    const { firstLive } = this.segments
    if (owner.pins === 0) owner.slots = slots.filter(each => each.segment >= firstLive)
    owner.slots.push(slot)
    return slot
  }

  private ownerOf(id: KeyIdentity, key: K): Owner<K, B> {
    let owner = this.resident.get(id)
    if (owner === undefined) {
      owner = { id, key, slots: [], pins: 0 }
      this.resident.set(owner)
    }
    return owner
  }

  private forget(slot: Slot<K, B>): void {
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
