/**
 * `.timeindex`: a sparse map from timestamps to offsets (semantics G32).
 *
 *   entry, 12 bytes:  timestamp int64 | relativeOffset int32
 *
 * An entry (t, o) says: t is the greatest timestamp of the segment up to and with the batch that ends at o. Timestamps
 * ascend strictly. When a segment is closed, its greatest timestamp becomes the last entry, which is what retention
 * by time reads. As with `.index`, there is no checksum and it is rebuilt when in doubt.
 */
import { readInt32, readInt64, writeInt32, writeInt64 } from '../../src/base/bytes.ts'
import { EntryTable } from './entry-table.ts'

export const timeIndexEntryBytes = 12

export class TimeIndex {
  readonly table: EntryTable
  readonly #baseOffset: number

  constructor(baseOffset: number, bytes?: Uint8Array) {
    this.#baseOffset = baseOffset
    this.table = new EntryTable(timeIndexEntryBytes, bytes)
  }

  /** Appends unless the timestamp is not greater than the last one. */
  append(timestamp: number, offset: number): void {
    if (timestamp <= this.lastTimestamp || timestamp < 0) return
    const at = this.table.add()
    writeInt64(this.table.bytes, at, timestamp)
    writeInt32(this.table.bytes, at + 8, offset - this.#baseOffset)
  }

  /** An offset before which all records are older than `timestamp`. */
  offsetFor(timestamp: number): number {
    const index = this.table.floor((bytes, at) => readInt64(bytes, at) <= timestamp)
    return index < 0 ? this.#baseOffset : this.#offset(index)
  }

  /** The greatest timestamp, -1 if there is none. */
  get lastTimestamp(): number {
    const { bytes, count } = this.table
    return count === 0 ? -1 : readInt64(bytes, (count - 1) * timeIndexEntryBytes)
  }

  /** The end of the batch that has the greatest timestamp; the segment's base if there is none. */
  get lastOffset(): number {
    return this.table.count === 0 ? this.#baseOffset : this.#offset(this.table.count - 1)
  }

  /** Drops the entries of batches that end at `offset` or later. */
  cut(offset: number): void {
    const wanted = offset - this.#baseOffset
    this.table.cut(this.table.floor((bytes, at) => readInt32(bytes, at + 8) < wanted) + 1)
  }

  plausible(): boolean {
    const { bytes, count } = this.table
    for (let at = 0; at < count * timeIndexEntryBytes; at += timeIndexEntryBytes) {
      if (readInt32(bytes, at + 8) < 0) return false
      if (at > 0 && readInt64(bytes, at) <= readInt64(bytes, at - timeIndexEntryBytes)) return false
    }
    return true
  }

  #offset(index: number): number {
    return this.#baseOffset + readInt32(this.table.bytes, index * timeIndexEntryBytes + 8)
  }
}
