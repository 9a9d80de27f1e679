/**
 * The sessions of one key that end within one segment: a bucket of rows.
 *
 *     repeated, by ascending end, then start:  | end 8 | start 8 | value length 4 | value |  (`row-bucket.ts`)
 *
 * Values have no timestamps: a session's is its end (semantics W4). That of a row is the changing record's, and is not kept.
 */
import type { Serde } from '../serdes/serde.ts'
import { RowBucket, type BucketRow } from './row-bucket.ts'
import type { SessionEntry } from './store.ts'

export class SessionBucket<V> extends RowBucket<V, SessionEntry<V>> {
  protected override get kind(): string {
    return 'session'
  }

  static decode<V>(bytes: Uint8Array | undefined): SessionBucket<V> {
    return new SessionBucket<V>().read(bytes)
  }

  get(start: number, end: number, serde: Serde<V>): SessionEntry<V> | undefined {
    return this.getRow(start, end, serde)
  }

  /** Adds the sessions that end at or after `earliestEnd` and start at or before `latestStart`, by end, then start. */
  override collect(
    earliestEnd: number,
    latestStart: number,
    serde: Serde<V>,
    entries: SessionEntry<V>[],
  ): void {
    const { rows } = this
    for (let index = this.firstFrom(earliestEnd); index < rows.length; index++) {
      const row = rows[index]!
      if (row.start > latestStart) continue
      const entry = this.opened(row, serde)
      if (entry !== undefined) entries.push(entry)
    }
  }

  /** Writes, or removes when `value` is `undefined`. */
  put(start: number, end: number, value: V | undefined, timestamp: number): void {
    this.putRow(start, end, value, timestamp)
  }

  protected override readRow(end: number, start: number, bytes: Uint8Array): BucketRow<SessionEntry<V>> {
    return { start, end, timestamp: -1, entry: undefined, bytes }
  }

  protected override ownOf({ start }: BucketRow<SessionEntry<V>>): number {
    return start
  }

  protected override entryOf({ start, end }: BucketRow<SessionEntry<V>>, value: V): SessionEntry<V> {
    return { start, end, value }
  }

  protected override valueOf({ value }: SessionEntry<V>): V {
    return value
  }
}
