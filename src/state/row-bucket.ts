/**
 * The rows of one key within one segment as one entry of the backend: what buckets of windows and of sessions are.
 *
 *     repeated, by ascending end, then start:  | end 8 | its own 8 | value length 4 | value |
 *
 * Integers are big-endian. A row has a start and an end; the end is its time, by which it is in a segment and expires. A
 * window counts as one moment, its start. What stands behind the end is the kind's business (`window-bucket.ts`,
 * `session-bucket.ts`). Rows of the same start and end, which only some stores have, follow one another in the order in
 * which they were put: the place of a row among them is its sequence number. A bucket keeps the bytes of values that did
 * not change, so that writing it again serialises only those that did, and decodes a value when it is first asked for.
 */
import type { ByteSink } from '../base/byte-sink.ts'
import { readInt32, readInt64, writeInt32, writeInt64 } from '../base/bytes.ts'
import type { Serde } from '../serdes/serde.ts'
import type { Bucket } from './segmented-buckets.ts'
import { serializeInto } from './serialize-into.ts'

const headerBytes = 20

/** A row, `E` being what the store answers for it. */
export interface BucketRow<E> {
  readonly start: number
  readonly end: number
  /** What its changelog record has, and for a window its value. */
  timestamp: number
  /** Decoded, if it was asked for or put; `undefined` with `bytes` too: deleted since the last `takeChanges`. */
  entry: E | undefined
  /** `undefined`: changed since the last `takeChanges`. */
  bytes: Uint8Array | undefined
}

/** Takes a changed row on its way to the changelog; a value of null deletes. `sequence` is its place among its likes. */
export type TakeRow<E> = (row: BucketRow<E>, sequence: number, value: Uint8Array | null) => void

export abstract class RowBucket<V, E> implements Bucket {
  /** By ascending end, then start. */
  protected readonly rows: BucketRow<E>[] = []
  /** For messages. */
  protected abstract get kind(): string

  /** A row as the backend has it; `own` is what stands behind its end. */
  protected abstract readRow(end: number, own: number, bytes: Uint8Array): BucketRow<E>
  protected abstract ownOf(row: BucketRow<E>): number
  protected abstract entryOf(row: BucketRow<E>, value: V): E
  protected abstract valueOf(entry: E): V

  /** Adds the rows that end at `from` or later and start at `to` or before to `entries`, in their order. */
  abstract collect(from: number, to: number, serde: Serde<V>, entries: E[]): void

  /** Reads the backend's bytes into an empty bucket; `undefined` for a bucket that is not there. */
  read(bytes: Uint8Array | undefined): this {
    if (bytes === undefined) return this
    let at = 0
    while (at < bytes.length) {
      const length = at + headerBytes <= bytes.length ? readInt32(bytes, at + 16) : -1
      const valueStart = at + headerBytes
      if (length < 0 || valueStart + length > bytes.length) {
        throw new RangeError(`a ${this.kind} bucket of ${bytes.length} bytes is cut short at byte ${at}`)
      }
      const value = bytes.subarray(valueStart, valueStart + length)
      this.rows.push(this.readRow(readInt64(bytes, at), readInt64(bytes, at + 8), value))
      at = valueStart + length
    }
    return this
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
      writeInt64(bytes, at, row.end)
      writeInt64(bytes, at + 8, this.ownOf(row))
      writeInt32(bytes, at + 16, value.length)
      bytes.set(value, at + headerBytes)
      at += headerBytes + value.length
    }
    return bytes
  }

  /** Writes a value as bytes, or deletes with null: restoring. A row that is there already is replaced. */
  putBytes({ start, end, sequence, value, timestamp }: RestoredRow): void {
    const { rows } = this
    const after = this.placeAfter(start, end)
    let first = after
    while (first > 0 && isAt(rows[first - 1]!, start, end)) first--
    // Earlier duplicates may have left the changelog: then a row takes the first free place.
    const index = Math.min(first + sequence, after)
    const replaced = index < after ? 1 : 0
    if (value === null) rows.splice(index, replaced)
    else rows.splice(index, replaced, { start, end, timestamp, entry: undefined, bytes: value })
  }

  /** Serialises what changed since the last time, hands it to `take` in order, and drops deleted rows. */
  takeChanges(serde: Serde<V>, scratch: ByteSink, take: TakeRow<E>): void {
    const { rows } = this
    let kept = 0
    let sequence = 0
    let last: BucketRow<E> | undefined
    for (const row of rows) {
      sequence = last !== undefined && isAt(row, last.start, last.end) ? sequence + 1 : 0
      last = row
      if (row.bytes === undefined) {
        const value = row.entry === undefined ? null : bytesOf(this.valueOf(row.entry), serde, scratch)
        take(row, sequence, value)
        if (value === null) continue
        row.bytes = value
      }
      rows[kept++] = row
    }
    rows.length = kept
  }

  /** Writes, or deletes when `value` is `undefined`. */
  protected putRow(start: number, end: number, value: V | undefined, timestamp: number): void {
    const { rows } = this
    const after = this.placeAfter(start, end)
    let row = after === 0 ? undefined : rows[after - 1]!
    if (row === undefined || !isAt(row, start, end)) {
      row = { start, end, timestamp, entry: undefined, bytes: undefined }
      rows.splice(after, 0, row)
    }
    row.timestamp = timestamp
    row.entry = value === undefined ? undefined : this.entryOf(row, value)
    row.bytes = undefined
  }

  /** The entry of a row; `undefined` where there is none, or it was deleted. Of several, the last. */
  protected getRow(start: number, end: number, serde: Serde<V>): E | undefined {
    const after = this.placeAfter(start, end)
    const row = after === 0 ? undefined : this.rows[after - 1]!
    return row === undefined || !isAt(row, start, end) ? undefined : this.opened(row, serde)
  }

  /** The entry of a row, decoded; `undefined` when it was deleted. */
  protected opened(row: BucketRow<E>, serde: Serde<V>): E | undefined {
    if (row.entry === undefined && row.bytes !== undefined)
      row.entry = this.entryOf(row, serde.deserialize(row.bytes))
    return row.entry
  }

  /** The index of the first row that ends at `time` or later. */
  protected firstFrom(time: number): number {
    return this.placeAfter(-1, time)
  }

  /** The index after the last row that is not behind `start` and `end`. Mostly the latest is meant. */
  protected placeAfter(start: number, end: number): number {
    const { rows } = this
    let low = 0
    let high = rows.length
    if (high > 0 && !isBehind(rows[high - 1]!, start, end)) return high
    while (low < high) {
      const middle = (low + high) >>> 1
      if (isBehind(rows[middle]!, start, end)) high = middle
      else low = middle + 1
    }
    return low
  }
}

/** A row out of the changelog. */
export interface RestoredRow {
  readonly start: number
  readonly end: number
  readonly sequence: number
  readonly value: Uint8Array | null
  readonly timestamp: number
}

function isAt(row: BucketRow<unknown>, start: number, end: number): boolean {
  return row.start === start && row.end === end
}

function isBehind(row: BucketRow<unknown>, start: number, end: number): boolean {
  return row.end > end || (row.end === end && row.start > start)
}

function bytesOf<V>(value: V, serde: Serde<V>, scratch: ByteSink): Uint8Array {
  scratch.reset()
  serializeInto(serde, value, scratch)
  return scratch.toBytes()
}
