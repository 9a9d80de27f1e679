/**
 * The windows of one key within one segment: one entry of the backend.
 *
 *     repeated, by ascending start:  | start 8 | timestamp 8 | value length 4 | value |
 *
 * Integers are big-endian. Where a store keeps duplicates, rows of one start follow one another in the order in which they
 * were put: the place of a row among them is its sequence number. A bucket keeps the bytes of values that did not change, so that writing it again serialises
 * only those that did, and decodes a value when it is first asked for.
 */
import type { ByteSink } from '../base/byte-sink.ts'
import { readInt32, readInt64, writeInt32, writeInt64 } from '../base/bytes.ts'
import type { Serde } from '../serdes/serde.ts'
import type { Bucket } from './segmented-buckets.ts'
import { serializeInto } from './serialize-into.ts'
import type { WindowEntry } from './store.ts'

const headerBytes = 20

/** A changed row on its way to the changelog; null deletes. */
export interface ChangedRow {
  readonly start: number
  /** The place among the rows of this start, from 0. */
  readonly sequence: number
  readonly timestamp: number
  readonly value: Uint8Array | null
}

interface Row<V> {
  readonly start: number
  timestamp: number
  /** Decoded, if it was asked for or put; `undefined` with `bytes` too: deleted since the last `takeChanges`. */
  entry: WindowEntry<V> | undefined
  /** `undefined`: changed since the last `takeChanges`. */
  bytes: Uint8Array | undefined
}

export class WindowBucket<V> implements Bucket {
  /** By ascending start. */
  private readonly rows: Row<V>[] = []

  /** Reads the backend's bytes; `undefined` for a bucket that is not there. */
  static decode<V>(bytes: Uint8Array | undefined): WindowBucket<V> {
    const bucket = new WindowBucket<V>()
    if (bytes === undefined) return bucket
    let at = 0
    while (at < bytes.length) {
      const length = at + headerBytes <= bytes.length ? readInt32(bytes, at + 16) : -1
      if (length < 0 || at + headerBytes + length > bytes.length) {
        throw new RangeError(`a window bucket of ${bytes.length} bytes is cut short at byte ${at}`)
      }
      const valueStart = at + headerBytes
      const value = bytes.subarray(valueStart, valueStart + length)
      bucket.rows.push({
        start: readInt64(bytes, at),
        timestamp: readInt64(bytes, at + 8),
        entry: undefined,
        bytes: value,
      })
      at = valueStart + length
    }
    return bucket
  }

  /** The bytes for the backend, or null when no row is left. Only after `takeChanges` or `putBytes`. */
  encode(): Uint8Array | null {
    let size = 0
    for (const row of this.rows) size += headerBytes + row.bytes!.length
    if (size === 0) return null
    const bytes = new Uint8Array(size)
    let at = 0
    for (const row of this.rows) {
      const value = row.bytes!
      writeInt64(bytes, at, row.start)
      writeInt64(bytes, at + 8, row.timestamp)
      writeInt32(bytes, at + 16, value.length)
      bytes.set(value, at + headerBytes)
      at += headerBytes + value.length
    }
    return bytes
  }

  get(start: number, serde: Serde<V>): WindowEntry<V> | undefined {
    const index = this.indexOf(start)
    return index < 0 ? undefined : entryOf(this.rows[index]!, serde)
  }

  /** Adds the rows that start in `[from, to]` to `entries`, earliest first. */
  collect(from: number, to: number, serde: Serde<V>, entries: WindowEntry<V>[]): void {
    for (const row of this.rows) {
      if (row.start < from) continue
      if (row.start > to) return
      const entry = entryOf(row, serde)
      if (entry !== undefined) entries.push(entry)
    }
  }

  /** Writes, or deletes when `value` is `undefined`. */
  put(start: number, value: V | undefined, timestamp: number): void {
    const row = this.rowAt(start)
    row.timestamp = timestamp
    row.entry = value === undefined ? undefined : { start, value, timestamp }
    row.bytes = undefined
  }

  /** Adds a row beside those that start at the same time: stores with duplicates. */
  add(start: number, value: V, timestamp: number): void {
    const entry = { start, value, timestamp }
    this.rows.splice(this.endOf(start), 0, { start, timestamp, entry, bytes: undefined })
  }

  /** Writes a value as bytes, or deletes with null: restoring. A row that is there already is replaced. */
  putBytes(start: number, sequence: number, value: Uint8Array | null, timestamp: number): void {
    const { rows } = this
    const end = this.endOf(start)
    let first = end
    while (first > 0 && rows[first - 1]!.start === start) first--
    // Earlier duplicates may have left the changelog: then a row takes the first free place.
    const index = Math.min(first + sequence, end)
    const replaced = index < end ? 1 : 0
    if (value === null) rows.splice(index, replaced)
    else rows.splice(index, replaced, { start, timestamp, entry: undefined, bytes: value })
  }

  /** Serialises what changed since the last time, hands it to `take` by ascending start, and drops deleted rows. */
  takeChanges(serde: Serde<V>, scratch: ByteSink, take: (row: ChangedRow) => void): void {
    const { rows } = this
    let kept = 0
    let sequence = 0
    let startLast = -1
    for (const row of rows) {
      sequence = row.start === startLast ? sequence + 1 : 0
      startLast = row.start
      if (row.bytes === undefined) {
        const value = row.entry === undefined ? null : bytesOf(row.entry.value, serde, scratch)
        take({ start: row.start, sequence, timestamp: row.timestamp, value })
        if (value === null) continue
        row.bytes = value
      }
      rows[kept++] = row
    }
    rows.length = kept
  }

  private rowAt(start: number): Row<V> {
    const index = this.indexOf(start)
    if (index >= 0) return this.rows[index]!
    const row: Row<V> = { start, timestamp: -1, entry: undefined, bytes: undefined }
    this.rows.splice(~index, 0, row)
    return row
  }

  /** The index after the last row that starts at `start` or before. */
  private endOf(start: number): number {
    const { rows } = this
    let low = 0
    let high = rows.length
    if (high > 0 && rows[high - 1]!.start <= start) return high
    while (low < high) {
      const middle = (low + high) >>> 1
      if (rows[middle]!.start <= start) low = middle + 1
      else high = middle
    }
    return low
  }

  /** The index of the row, or the complement of where it belongs. From the end: mostly the latest is meant. */
  private indexOf(start: number): number {
    const { rows } = this
    let low = 0
    let high = rows.length - 1
    if (high >= 0 && rows[high]!.start <= start) return rows[high]!.start === start ? high : ~rows.length
    while (low <= high) {
      const middle = (low + high) >>> 1
      const at = rows[middle]!.start
      if (at === start) return middle
      if (at < start) low = middle + 1
      else high = middle - 1
    }
    return ~low
  }
}

function bytesOf<V>(value: V, serde: Serde<V>, scratch: ByteSink): Uint8Array {
  scratch.reset()
  serializeInto(serde, value, scratch)
  return scratch.toBytes()
}

function entryOf<V>(row: Row<V>, serde: Serde<V>): WindowEntry<V> | undefined {
  if (row.entry === undefined && row.bytes !== undefined) {
    row.entry = { start: row.start, value: serde.deserialize(row.bytes), timestamp: row.timestamp }
  }
  return row.entry
}
