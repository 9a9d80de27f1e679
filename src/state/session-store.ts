/**
 * The session store: the sessions of each key, found by overlap, over an `OrderedBytes` backend.
 *
 *     backend, bucket     | prefix | segment of the end 8 | key |       (`session-bucket.ts`)
 *     backend, time       | prefix |                                    the greatest end ever put, 8 bytes
 *     changelog           | key | end 8 | start 8 |                     (semantics H11)
 *
 * A session's time is its end. All live sessions of a key are in a few buckets, so that looking up what a record touches is
 * a few point reads.
 */
import type { SessionStoreDefinition } from './definition.ts'
import { sessionSuffixBytes, setChangelogSession, splitSessionChangelogKey } from './key-layout.ts'
import type { BucketRow } from './row-bucket.ts'
import { RowStore, type LoggedKey } from './row-store.ts'
import type { BucketPlace } from './segmented-buckets.ts'
import { SessionBucket } from './session-bucket.ts'
import type { SessionEntry, SessionRange, SessionStore } from './store.ts'

export class OverlaySessionStore<K, V>
  extends RowStore<K, V, SessionEntry<V>, SessionBucket<V>>
  implements SessionStore<K, V>
{
  protected override readonly suffixBytes = sessionSuffixBytes

  constructor(definition: SessionStoreDefinition<K, V>, place: BucketPlace) {
    super(definition, place, bytes => SessionBucket.decode<V>(bytes))
  }

  fetchSession(key: K, start: number, end: number): V | undefined {
    const { segments } = this
    if (end < segments.earliest) return undefined
    const bucket = this.buckets.read(key, segments.segmentOf(end))
    return bucket.get(start, end, this.definition.valueSerde)?.value
  }

  findSessions(key: K, earliestEnd: number, latestStart: number): readonly SessionEntry<V>[] {
    return this.rowsOf(key, earliestEnd, Infinity, latestStart)
  }

  put(
    key: K,
    { start, end }: Pick<SessionEntry<V>, 'start' | 'end'>,
    value: V | undefined | null,
    timestamp: number,
  ): boolean {
    const { segments } = this
    if (!(start <= end)) throw new RangeError(`a session cannot end at ${end}, before its start at ${start}`)
    segments.observe(end)
    if (end < segments.earliest) return false
    const bucket = this.buckets.change(key, segments.segmentOf(end))
    bucket.put(start, end, value === null ? undefined : value, timestamp)
    return true
  }

  walk(range: SessionRange<K> = {}): Iterable<readonly [K, SessionEntry<V>]> {
    const { earliestEnd, latestEnd, latestStart = Infinity, ...keys } = range
    return this.walkRows({ ...keys, from: earliestEnd, to: latestEnd }, latestStart)
  }

  entries(): AsyncIterable<readonly [key: K, entry: SessionEntry<V>]> {
    return this.entriesBetween(0, Infinity)
  }

  protected override writeTimes(key: Uint8Array, { start, end }: BucketRow<SessionEntry<V>>): void {
    setChangelogSession(key, start, end)
  }

  protected override splitKey(bytes: Uint8Array): LoggedKey {
    return { ...splitSessionChangelogKey(bytes), sequence: 0 }
  }

  protected override timeOf({ end }: SessionEntry<V>): number {
    return end
  }
}
