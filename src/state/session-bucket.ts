/**
 * The sessions of one key that end within one segment: one entry of the backend.
 *
 *     repeated, by ascending end, then start:  | end 8 | start 8 | value length 4 | value |
 *
 * Integers are big-endian. Values have no timestamps: a session's is its end (semantics W4). A bucket keeps the bytes of
 * values that did not change, and decodes a value when it is first asked for.
 */
import type { ByteSink } from '../base/byte-sink.ts'
import { readInt32, readInt64, writeInt32, writeInt64 } from '../base/bytes.ts'
import type { Serde } from '../serdes/serde.ts'
import type { Bucket } from './segmented-buckets.ts'
import { serializeInto } from './serialize-into.ts'
import type { SessionEntry } from './store.ts'

const headerBytes = 20

/** A session that was put or removed, on its way to the changelog; null removes. */
export interface ChangedSession {
  readonly start: number
  readonly end: number
  /** That of the record that changed it. */
  readonly timestamp: number
  readonly value: Uint8Array | null
}

interface Row<V> {
  readonly start: number
  readonly end: number
  /** Of the last change since `takeChanges`; what it was before is not kept. */
  timestamp: number
  /** Decoded, if it was asked for or put; `undefined` with `bytes` too: removed since the last `takeChanges`. */
  entry: SessionEntry<V> | undefined
  /** `undefined`: changed since the last `takeChanges`. */
  bytes: Uint8Array | undefined
}

export class SessionBucket<V> implements Bucket {
  /** By ascending end, then start: a few, because sessions of a key that lie close together become one. */
  private readonly rows: Row<V>[] = []

  /** Reads the backend's bytes; `undefined` for a bucket that is not there. */
  static decode<V>(bytes: Uint8Array | undefined): SessionBucket<V> {
    const bucket = new SessionBucket<V>()
    if (bytes === undefined) return bucket
    let at = 0
    while (at < bytes.length) {
      const length = at + headerBytes <= bytes.length ? readInt32(bytes, at + 16) : -1
      if (length < 0 || at + headerBytes + length > bytes.length) {
        throw new RangeError(`a session bucket of ${bytes.length} bytes is cut short at byte ${at}`)
      }
      const valueStart = at + headerBytes
      const value = bytes.subarray(valueStart, valueStart + length)
      const [end, start] = [readInt64(bytes, at), readInt64(bytes, at + 8)]
      bucket.rows.push({ start, end, timestamp: -1, entry: undefined, bytes: value })
      at = valueStart + length
    }
    return bucket
  }

  encode(): Uint8Array | null {
    let size = 0
    for (const row of this.rows) size += headerBytes + row.bytes!.length
    if (size === 0) return null
    const bytes = new Uint8Array(size)
    let at = 0
    for (const { start, end, bytes: value } of this.rows) {
      writeInt64(bytes, at, end)
      writeInt64(bytes, at + 8, start)
      writeInt32(bytes, at + 16, value!.length)
      bytes.set(value!, at + headerBytes)
      at += headerBytes + value!.length
    }
    return bytes
  }

  get(start: number, end: number, serde: Serde<V>): SessionEntry<V> | undefined {
    const row = this.rows[this.indexOf(start, end)]
    return row === undefined || !isAt(row, start, end) ? undefined : entryOf(row, serde)
  }

  /** Adds the sessions that end at or after `earliestEnd` and start at or before `latestStart`, by end, then start. */
  collect(earliestEnd: number, latestStart: number, serde: Serde<V>, entries: SessionEntry<V>[]): void {
    for (const row of this.rows) {
      if (row.end < earliestEnd || row.start > latestStart) continue
      const entry = entryOf(row, serde)
      if (entry !== undefined) entries.push(entry)
    }
  }

  /** Writes, or removes when `value` is `undefined`. */
  put(start: number, end: number, value: V | undefined, timestamp: number): void {
    const row = this.rowAt(start, end)
    row.timestamp = timestamp
    row.entry = value === undefined ? undefined : { start, end, value }
    row.bytes = undefined
  }

  /** Writes a value as bytes, or removes with null: restoring. */
  putBytes(start: number, end: number, value: Uint8Array | null): void {
    const row = this.rowAt(start, end)
    row.entry = undefined
    if (value === null) this.rows.splice(this.rows.indexOf(row), 1)
    else row.bytes = value
  }

  /** Serialises what changed since the last time, hands it to `take` in order, and drops removed rows. */
  takeChanges(serde: Serde<V>, scratch: ByteSink, take: (session: ChangedSession) => void): void {
    const { rows } = this
    let kept = 0
    for (const row of rows) {
      if (row.bytes === undefined) {
        const { start, end, timestamp, entry } = row
        const value = entry === undefined ? null : bytesOf(entry.value, serde, scratch)
        take({ start, end, timestamp, value })
        if (value === null) continue
        row.bytes = value
      }
      rows[kept++] = row
    }
    rows.length = kept
  }

  private rowAt(start: number, end: number): Row<V> {
    const index = this.indexOf(start, end)
    const found = this.rows[index]
    if (found !== undefined && isAt(found, start, end)) return found
    const row: Row<V> = { start, end, timestamp: -1, entry: undefined, bytes: undefined }
    this.rows.splice(index, 0, row)
    return row
  }

  /** Where the session is or belongs. */
  private indexOf(start: number, end: number): number {
    const { rows } = this
    let index = rows.length
    while (index > 0) {
      const before = rows[index - 1]!
      if (before.end < end || (before.end === end && before.start < start)) break
      index--
    }
    return index
  }
}

function isAt(row: Row<unknown>, start: number, end: number): boolean {
  return row.start === start && row.end === end
}

function bytesOf<V>(value: V, serde: Serde<V>, scratch: ByteSink): Uint8Array {
  scratch.reset()
  serializeInto(serde, value, scratch)
  return scratch.toBytes()
}

function entryOf<V>(row: Row<V>, serde: Serde<V>): SessionEntry<V> | undefined {
  if (row.entry === undefined && row.bytes !== undefined) {
    row.entry = { start: row.start, end: row.end, value: serde.deserialize(row.bytes) }
  }
  return row.entry
}
