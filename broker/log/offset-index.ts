/**
 * `.index`: a sparse map from offsets to positions in the segment's log file (semantics G31).
 *
 *   entry, 8 bytes:  relativeOffset int32 | position int32
 *
 * An entry names the *last* offset of a batch and where that batch starts, as Kafka writes it. So the entry with the
 * greatest offset that does not exceed the one wanted is a safe place to start looking from. No checksum: the file
 * is only trusted for segments that were closed in order, and is rebuilt from the log otherwise.
 */
import { assert } from '../../src/base/assert.ts'
import { readInt32, writeInt32 } from '../../src/base/bytes.ts'
import { EntryTable } from './entry-table.ts'

export const offsetIndexEntryBytes = 8

/** A batch that the index knows: the last of its offsets, and where it starts in the log file. */
export interface IndexEntry {
  readonly lastOffset: number
  readonly position: number
}

export class OffsetIndex {
  readonly table: EntryTable
  readonly #baseOffset: number

  constructor(baseOffset: number, bytes?: Uint8Array) {
    this.#baseOffset = baseOffset
    this.table = new EntryTable(offsetIndexEntryBytes, bytes)
  }

  append(lastOffset: number, position: number): void {
    assert(lastOffset >= this.#baseOffset, 'an index holds offsets of its segment')
    const at = this.table.add()
    writeInt32(this.table.bytes, at, lastOffset - this.#baseOffset)
    writeInt32(this.table.bytes, at + 4, position)
  }

  /** Where to start looking for `offset`: at or before the batch that holds it. */
  positionFor(offset: number): number {
    return this.entryFor(offset)?.position ?? 0
  }

  /** The last entry whose offset does not exceed `offset`: a batch that ends there, and where it starts. */
  entryFor(offset: number): IndexEntry | undefined {
    const wanted = offset - this.#baseOffset
    return this.#entry(this.table.floor((bytes, at) => readInt32(bytes, at) <= wanted))
  }

  /** The last entry whose batch starts at `position` of the log file, or before. */
  entryAt(position: number): IndexEntry | undefined {
    return this.#entry(this.table.floor((bytes, at) => readInt32(bytes, at + 4) <= position))
  }

  /** Drops the batches that end at `offset` or later. */
  cut(offset: number): void {
    const wanted = offset - this.#baseOffset
    this.table.cut(this.table.floor((bytes, at) => readInt32(bytes, at) < wanted) + 1)
  }

  /** The position of the last entry, 0 if there is none. */
  get lastPosition(): number {
    return this.table.count === 0 ? 0 : this.#position(this.table.count - 1)
  }

  /** Whether the entries ascend and lie within a log file of this size. */
  plausible(logBytes: number): boolean {
    const { bytes, count } = this.table
    for (let index = 0; index < count; index++) {
      const at = index * offsetIndexEntryBytes
      const [offset, position] = [readInt32(bytes, at), readInt32(bytes, at + 4)]
      if (offset < 0 || position < 0 || position >= logBytes) return false
      if (index > 0 && (offset <= readInt32(bytes, at - 8) || position <= readInt32(bytes, at - 4)))
        return false
    }
    return true
  }

  #entry(index: number): IndexEntry | undefined {
    if (index < 0) return undefined
    const lastOffset = this.#baseOffset + readInt32(this.table.bytes, index * offsetIndexEntryBytes)
    return { lastOffset, position: this.#position(index) }
  }

  #position(index: number): number {
    return readInt32(this.table.bytes, index * offsetIndexEntryBytes + 4)
  }
}
