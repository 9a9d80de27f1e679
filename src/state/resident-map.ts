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

  /** Each generation holds up to `entriesMax` entries that are not pinned. */
  constructor(entriesMax: number) {
    if (!Number.isInteger(entriesMax) || entriesMax < 1) {
      throw new RangeError(`entriesMax must be an integer of at least 1, not ${entriesMax}`)
    }
    this.entriesMax = entriesMax
    this.youngMax = entriesMax
  }

  get(id: KeyIdentity): E | undefined {
    const entry = this.young.get(id)
    if (entry !== undefined) return entry
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
  }

  delete(id: KeyIdentity): void {
    this.young.delete(id)
    this.old.delete(id)
  }

  /** Lets go of everything that is not pinned. */
  evictUnpinned(): void {
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
