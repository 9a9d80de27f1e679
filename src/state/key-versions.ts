/**
 * The versions of one key, over its buckets: where a new version goes, and which one was valid at a time.
 *
 * As in Kafka (RocksDBVersionedStore), the latest version that is no delete has a bucket of its own, and every other is in
 * the segment of the time at which it ends, so that segments expire as a whole. What is valid follows from the times alone:
 *
 *     time      10 ──────── 30 ──────── 50 ──────── now
 *     put       a@10        b@30        c@50               a is valid in [10, 30), b in [30, 50), c is the latest
 *     put x@40                                             b ends at 40, x is valid in [40, 50): out of order
 *     delete@50                                            c is gone; x still ends at 50
 *
 * Rejected: one list for each key, in one entry: it would have to be read and written whole for every version, and be
 * looked at for every key to expire.
 */
import type { Segments } from './segments.ts'
import type { Version, VersionBucket, VersionValue } from './version-bucket.ts'

/** The segment of latest versions: after all others, so that it never expires. */
export const latestSegment: number = Number.MAX_SAFE_INTEGER

/** The buckets of one key. */
export interface KeyBuckets<V> {
  /** To be read only. */
  read(segment: number): VersionBucket<V>
  /** About to be changed. */
  change(segment: number): VersionBucket<V>
}

/**
 * Puts a version, a delete where `value` is `undefined`, and answers when it ends: Infinity for one that is the latest of
 * its key. `from` is within the history, and has been observed by `segments`.
 */
export function putVersion<V>(
  buckets: KeyBuckets<V>,
  segments: Segments,
  from: number,
  value: VersionValue<V> | undefined,
): number {
  const latest = buckets.read(latestSegment).last
  if (latest !== undefined && from >= latest.from) {
    if (from > latest.from) add(buckets, segments, { ...latest, to: from })
    // A delete at the very time of the latest version leaves no trace of its own, as in Kafka.
    setLatest(buckets, from, value)
    return Infinity
  }
  for (let segment = segments.segmentOf(from); segment <= lastSegment(segments, latest); segment++) {
    const next = buckets.read(segment).firstEndingAfter(from)
    if (next === undefined) continue
    if (next.from > from) {
      add(buckets, segments, { from, to: next.from, value })
      return next.from
    }
    buckets.change(segment).replace(next, { from, to: next.to, value })
    if (next.from < from) add(buckets, segments, { ...next, to: from })
    return next.to
  }
  if (latest !== undefined) {
    add(buckets, segments, { from, to: latest.from, value })
    return latest.from
  }
  if (value !== undefined) setLatest(buckets, from, value)
  else if (!buckets.read(segments.segmentOf(from)).endsAt(from)) {
    add(buckets, segments, { from, to: from, value })
  }
  return Infinity
}

/** The version that was valid at `time`, if it was no delete. Past the history only the latest one is known. */
export function versionAt<V>(
  buckets: KeyBuckets<V>,
  segments: Segments,
  time: number,
): Version<V> | undefined {
  const latest = buckets.read(latestSegment).last
  if (latest !== undefined && latest.from <= time) return latest
  if (time < segments.earliest) return undefined
  for (let segment = segments.segmentOf(time); segment <= lastSegment(segments, latest); segment++) {
    const found = buckets.read(segment).firstEndingAfter(time)
    if (found !== undefined) return found.from <= time && found.value !== undefined ? found : undefined
  }
  return undefined
}

/** The versions, deletes left out, that were valid at any time in `[from, to]`, by ascending time. */
export function versionsIn<V>(
  buckets: KeyBuckets<V>,
  segments: Segments,
  from: number,
  to: number,
): readonly Version<V>[] {
  const latest = buckets.read(latestSegment).last
  const first = Math.max(from, segments.earliest)
  const found: Version<V>[] = []
  if (first <= to) {
    for (let segment = segments.segmentOf(first); segment <= lastSegment(segments, latest); segment++)
      buckets.read(segment).collect(first, to, found)
  }
  if (latest !== undefined && latest.from <= to) found.push(latest)
  return found.filter(({ value }) => value !== undefined)
}

/** No version ends later than the latest one begins, or than the greatest time ever put. */
function lastSegment(segments: Segments, latest: { readonly from: number } | undefined): number {
  return segments.segmentOf(latest?.from ?? segments.latest)
}

function add<V>(buckets: KeyBuckets<V>, segments: Segments, version: Version<V>): void {
  buckets.change(segments.segmentOf(version.to)).add(version)
}

function setLatest<V>(buckets: KeyBuckets<V>, from: number, value: VersionValue<V> | undefined): void {
  buckets.change(latestSegment).set(value === undefined ? undefined : { from, to: Infinity, value })
}
