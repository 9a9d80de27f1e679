/**
 * The windows of one key within one segment: a bucket of rows that start and end at the start of their window.
 *
 *     repeated, by ascending start:  | start 8 | timestamp 8 | value length 4 | value |      (`row-bucket.ts`)
 */
import type { Serde } from '../serdes/serde.ts'
import { RowBucket, type BucketRow } from './row-bucket.ts'
import type { WindowEntry } from './store.ts'

export class WindowBucket<V> extends RowBucket<V, WindowEntry<V>> {
  protected override get kind(): string {
    return 'window'
  }

  static decode<V>(bytes: Uint8Array | undefined): WindowBucket<V> {
    return new WindowBucket<V>().read(bytes)
  }

  get(start: number, serde: Serde<V>): WindowEntry<V> | undefined {
    return this.getRow(start, start, serde)
  }

  /** Adds the rows that start in `[from, to]` to `entries`, earliest first. */
  override collect(from: number, to: number, serde: Serde<V>, entries: WindowEntry<V>[]): void {
    const { rows } = this
    for (let index = this.firstFrom(from); index < rows.length; index++) {
      const row = rows[index]!
      if (row.start > to) return
      const entry = this.opened(row, serde)
      if (entry !== undefined) entries.push(entry)
    }
  }

  /** Writes, or deletes when `value` is `undefined`. */
  put(start: number, value: V | undefined, timestamp: number): void {
    this.putRow(start, start, value, timestamp)
  }

  /** Adds a row beside those that start at the same time: stores with duplicates. */
  add(start: number, value: V, timestamp: number): void {
    const entry = { start, value, timestamp }
    const row = { start, end: start, timestamp, entry, bytes: undefined }
    this.rows.splice(this.placeAfter(start, start), 0, row)
  }

  protected override readRow(start: number, timestamp: number, bytes: Uint8Array): BucketRow<WindowEntry<V>> {
    return { start, end: start, timestamp, entry: undefined, bytes }
  }

  protected override ownOf({ timestamp }: BucketRow<WindowEntry<V>>): number {
    return timestamp
  }

  protected override entryOf({ start, timestamp }: BucketRow<WindowEntry<V>>, value: V): WindowEntry<V> {
    return { start, value, timestamp }
  }

  protected override valueOf({ value }: WindowEntry<V>): V {
    return value
  }
}
