/**
 * Buckets of rows by key and segment of time, in memory over an `OrderedBytes` backend: what window and session stores are
 * made of.
 *
 * All rows of a key within one segment are one backend entry (a bucket), so that looking up a range of times is one or two
 * point reads, and a segment expires by deleting one range of keys. On its way to disk a bucket is `live` (changed since
 * the last `stage`), then `staged` (serialised, its rows in the changelog), then `applying` (in a batch that the backend
 * does not have yet), and its key is pinned in memory as long, as a key-value entry is (see `key-value-store.ts`). What a
 * row is and how it goes into the changelog is the store's business; it reaches a bucket with `read` or `change`. The
 * greatest time ever put, from which expiry follows, is kept beside the buckets and committed with them.
 */
import { assert } from '../base/assert.ts'
import { readInt64, writeInt64 } from '../base/bytes.ts'
import { StreamsError } from '../base/errors.ts'
import { latin1Slice } from '../base/text.ts'
import type { Serde } from '../serdes/serde.ts'
import { keyIdentity } from './key-identity.ts'
import { isWithin, keyBounds } from './key-bounds.ts'
import { KeyIndex } from './key-index.ts'
import { KeyLayout, afterPrefix, segmentKey } from './key-layout.ts'
import type { BytesWrite, OrderedBytes } from './ordered-bytes.ts'
import { ResidentMap, type ResidentEntry } from './resident-map.ts'
import { Segments } from './segments.ts'
import type { KeyIdentity, WindowRange } from './store.ts'

/** The rows of one key in one segment. */
export interface Bucket {
  /** The bytes for the backend, or null when no row is left. Only while no row is waiting for its changelog record. */
  encode(): Uint8Array | null
}

/** Where buckets are, and how much of them is kept in memory. */
export interface BucketPlace {
  readonly backend: OrderedBytes
  readonly prefix: Uint8Array
  readonly residentEntriesMax: number
  /** Whether `apply` encodes buckets, not `stage`: then none may have changed since. */
  readonly encodesOnApply: boolean
}

export interface SegmentedBucketsOptions<K, B extends Bucket> extends BucketPlace {
  /** For messages. */
  readonly name: string
  readonly keySerde: Serde<K>
  readonly retentionMs: number
  /** Default: half the retention, at least a minute. */
  readonly segmentIntervalMs?: number
  /** Whether `walk` may be called; every key is then kept in memory. */
  readonly walkable: boolean
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

/** Finds the bucket of a segment and a key. */
type BucketOf<B> = (segment: number, keyBytes: Uint8Array) => B

interface Rebuilt<B> {
  readonly key: Uint8Array
  readonly bucket: B
  isChanged: boolean
}

export class SegmentedBuckets<K, B extends Bucket> {
  readonly identity: (key: K) => KeyIdentity
  readonly segments: Segments
  readonly prefix: Uint8Array
  private readonly options: SegmentedBucketsOptions<K, B>
  private readonly layout: KeyLayout<K>
  private readonly resident: ResidentMap<Owner<K, B>>
  /** Of stores that are walked: backend keys of all buckets. */
  private readonly index: KeyIndex | undefined
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
    this.segments = new Segments(options.retentionMs, options.segmentIntervalMs)
    this.resident = new ResidentMap(options.residentEntriesMax)
    this.index = options.walkable ? new KeyIndex() : undefined
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
      this.index?.add(this.layout.lookupSegment(segment, key))
    }
    return slot.bucket
  }

  /** Buckets of segments that have not expired, to be read only, by segment and key bytes, without waiting. */
  *walk(range: WindowRange<K> = {}): Generator<{ readonly key: K; readonly bucket: B }, void, undefined> {
    const { index, segments, prefix } = this
    const { name, keySerde } = this.options
    const { from = 0, to = Infinity, keyFrom, keyTo, reverse } = range
    if (index === undefined) throw new Error(`store '${name}' was not declared as one to be walked`)
    const [first, last] = [segments.segmentOf(from), segments.segmentOf(to)]
    const bounds = keyBounds(keySerde, keyFrom, keyTo)
    for (const bytes of index.list({ reverse })) {
      const segment = readInt64(bytes, prefix.length)
      if (segment < segments.firstLive) {
        index.delete(bytes)
        continue
      }
      const keyBytes = bytes.subarray(prefix.length + 8)
      if (segment < first || segment > last || !isWithin(keyBytes, bounds)) continue
      const key = keySerde.deserialize(keyBytes)
      yield { key, bucket: this.read(key, segment) }
    }
  }

  /** The buckets in memory that the backend may not have as they are. */
  *pending(): Generator<{ readonly key: K; readonly segment: number; readonly bucket: B }, void, undefined> {
    for (const { pins, key, slots } of this.resident.values()) {
      if (pins === 0) continue
      for (const { segment, bucket } of slots) yield { key, segment, bucket }
    }
  }

  /** `settle` sends the changes of each bucket to the changelog, after which the bucket can be encoded. */
  stage(settle: (bucket: B, keyBytes: Uint8Array) => void): void {
    const { encodesOnApply } = this.options
    const keyAt = this.prefix.length + 8
    for (const slot of this.live) {
      const { owner, segment, bucket } = slot
      const key = slot.staged?.key ?? this.layout.lookupSegment(segment, owner.key).slice()
      settle(bucket, key.subarray(keyAt))
      slot.dirty = false
      const value = encodesOnApply ? null : this.encoded(slot)
      if (slot.staged === undefined) {
        // The pin passes from `live` to `staged`.
        slot.staged = { slot, key, value }
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
    const { encodesOnApply } = this.options
    for (const write of this.applying) {
      if (encodesOnApply) {
        assert(!write.slot.dirty, `store '${this.options.name}': a bucket changed between stage and apply`)
        write.value = this.encoded(write.slot)
      }
      write.slot.staged = undefined
    }
    this.latestApplied = this.latestStaged
    if (this.applying.length === 0) return []
    return [...this.applying, this.timeEntry(this.latestApplied)]
  }

  private encoded({ segment, bucket }: Slot<K, B>): Uint8Array | null {
    // An expired bucket must not come back after its segment was deleted.
    return segment < this.segments.firstLive ? null : bucket.encode()
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

  /** Restores: `run` changes buckets that are found by their segments and the bytes of their keys. */
  rebuild(run: (read: BucketOf<B>, change: BucketOf<B>) => void): readonly BytesWrite[] {
    this.resident.evictUnpinned()
    const { segments, prefix } = this
    // From the backend, which may have been wiped since the store was opened.
    segments.latest = this.readLatest()
    const found = new Map<string, Rebuilt<B>>()
    const find = (segment: number, keyBytes: Uint8Array): Rebuilt<B> => {
      const key = segmentKey(prefix, segment, keyBytes)
      const id = latin1Slice(key)
      let rebuilt = found.get(id)
      if (rebuilt === undefined) {
        rebuilt = { key, bucket: this.options.decode(this.options.backend.get(key)), isChanged: false }
        found.set(id, rebuilt)
      }
      return rebuilt
    }
    const change = (segment: number, keyBytes: Uint8Array): B => {
      const rebuilt = find(segment, keyBytes)
      rebuilt.isChanged = true
      return rebuilt.bucket
    }
    run((segment, keyBytes) => find(segment, keyBytes).bucket, change)
    this.latestStaged = this.latestApplied = segments.latest
    const writes: BytesWrite[] = []
    for (const { key, bucket, isChanged } of found.values()) {
      if (!isChanged) continue
      writes.push({ key, value: bucket.encode() })
      this.index?.add(key)
    }
    if (writes.length > 0) writes.push(this.timeEntry(segments.latest))
    return writes
  }

  /** The backend may have been wiped before it was restored: what is known of it is read anew. */
  async restored(): Promise<void> {
    this.resident.evictUnpinned()
    this.latestStaged = this.latestApplied = this.segments.latest = this.readLatest()
    this.clearedBefore = 0
    const { index, prefix } = this
    if (index === undefined) return
    index.clear()
    const to = afterPrefix(prefix)
    const range = to === undefined ? { from: prefix } : { from: prefix, to }
    for await (const chunk of this.options.backend.range(range)) {
      // The store's own entry, its latest time, has no segment.
      for (const [key] of chunk) if (key.length > prefix.length) index.add(key)
    }
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

  /** The store's own entry: the greatest time ever put, and what the segments of all others are numbered by. */
  private timeEntry(latest: number): BytesWrite {
    const value = new Uint8Array(16)
    writeInt64(value, 0, latest)
    writeInt64(value, 8, this.segments.intervalMs)
    return { key: this.prefix, value }
  }

  private readLatest(): number {
    const entry = this.options.backend.get(this.prefix)
    if (entry === undefined) return -1
    // Entries of 8 bytes are from before the interval was written down.
    const intervalMs = entry.length < 16 ? this.segments.intervalMs : readInt64(entry, 8)
    if (intervalMs !== this.segments.intervalMs) throw this.differentInterval(intervalMs)
    return readInt64(entry, 0)
  }

  private differentInterval(intervalMs: number): StreamsError {
    return new StreamsError('MR-4101', {
      what: `Store '${this.options.name}' is in segments of ${intervalMs} ms, and now declared with ${this.segments.intervalMs} ms`,
      why: 'The interval follows from how long rows are kept; rows of another interval would not be found.',
      fix: 'declare what was there before, or delete the state directory: the store is restored from its changelog',
    })
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
