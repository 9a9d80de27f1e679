/**
 * The decoded entries that a store holds in memory: those that the backend lacks, and a bounded number of others.
 *
 * Two generations instead of a linked list: a hit in the younger one costs a single lookup (an LRU that moves each
 * hit to the end costs four times that). When the younger is full it becomes the older, and what the older still held
 * is let go, except entries that are pinned: their value is in no backend yet. A hit in the older moves the entry up.
 */
import type { KeyIdentity } from './store.ts'

export interface ResidentEntry {
  readonly id: KeyIdentity
  /** How many of the store's lists of pending writes hold it; while it is not 0, the entry must stay. */
  pins: number
}

export class ResidentMap<E extends ResidentEntry> {
  private readonly entriesMax: number
  private young = new Map<KeyIdentity, E>()
  private old = new Map<KeyIdentity, E>()
  private youngMax: number
  /** The entry of the last call: a put mostly follows a get of the same key. */
  private last: E | undefined

  /** Each generation holds up to `entriesMax` entries that are not pinned. */
  constructor(entriesMax: number) {
    if (!Number.isInteger(entriesMax) || entriesMax < 1) {
      throw new RangeError(`entriesMax must be an integer of at least 1, not ${entriesMax}`)
    }
    this.entriesMax = entriesMax
    this.youngMax = entriesMax
  }

  get(id: KeyIdentity): E | undefined {
    if (this.last !== undefined && this.last.id === id) return this.last
    const entry = this.young.get(id)
    if (entry !== undefined) {
      this.last = entry
      return entry
    }
    const older = this.old.get(id)
    if (older !== undefined) {
      this.old.delete(id)
      this.set(older)
    }
    return older
  }

  set(entry: E): void {
    if (this.young.size >= this.youngMax) this.rotate()
    this.young.set(entry.id, entry)
    this.last = entry
  }

  delete(id: KeyIdentity): void {
    this.young.delete(id)
    this.old.delete(id)
    this.last = undefined
  }

  /** Lets go of everything that is not pinned. */
  evictUnpinned(): void {
    this.last = undefined
    for (const generation of [this.young, this.old]) {
      for (const entry of generation.values()) if (entry.pins === 0) generation.delete(entry.id)
    }
  }

  *values(): Generator<E, void, undefined> {
    yield* this.young.values()
    yield* this.old.values()
  }

  private rotate(): void {
    const leaving = this.old
    this.old = this.young
    this.young = new Map()
    for (const entry of leaving.values()) if (entry.pins > 0) this.young.set(entry.id, entry)
    this.youngMax = this.young.size + this.entriesMax
  }
}
