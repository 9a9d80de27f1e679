/**
 * Finds records by their time: the first at or after a timestamp, and the one with the greatest (ListOffsets).
 *
 * Markers of transactions count as records here, as in Kafka: what a consumer reads from their offset on is the same.
 */
import {
  baseOffsetOf,
  lastOffsetOf,
  maxTimestampOf,
  partitionLeaderEpochOf,
  recordCountOf,
} from '../../src/record/batch-format.ts'
import { RecordCursor } from '../../src/record/batch-reader.ts'
import type { BatchScanner } from './batch-scan.ts'
import type { IsolationLevel, TimestampOffset } from './log-types.ts'
import type { Segment } from './segment.ts'
import type { Segments } from './segments.ts'

/** Lookups answer only records in [start, end). */
export interface LookupRange {
  readonly startOffset: number
  readonly endOffset: number
}

/** What a reader of this isolation may see of a log. */
export function visibleRange(
  log: { readonly logStartOffset: number; readonly highWatermark: number; readonly lastStableOffset: number },
  isolation: IsolationLevel = 'read_uncommitted',
): LookupRange {
  const endOffset = isolation === 'read_committed' ? log.lastStableOffset : log.highWatermark
  return { startOffset: log.logStartOffset, endOffset }
}

/** The first record whose timestamp is at least `timestamp`: the record itself, not its batch, and never an older one. */
export function findTimestamp(
  segments: Segments,
  timestamp: number,
  range: LookupRange,
): TimestampOffset | undefined {
  for (const [index, segment] of segments.all.entries()) {
    if (segments.endOffset(index, Infinity) <= range.startOffset || segment.maxTimestamp < timestamp) continue
    const from = Math.max(segment.indexes.times.offsetFor(timestamp), range.startOffset)
    const found = firstRecord(segment, from, range, {
      batch: maxTimestamp => maxTimestamp >= timestamp,
      record: each => each >= timestamp,
    })
    if (found !== undefined) return found
  }
  return undefined
}

/** The first record that has the greatest timestamp of all; undefined if none has one, or if it may not be seen yet. */
export function findMaxTimestamp(segments: Segments, range: LookupRange): TimestampOffset | undefined {
  const newestFirst = segments.all.toSorted((left, right) => right.maxTimestamp - left.maxTimestamp)
  const known = { ...range, endOffset: Infinity }
  let best: TimestampOffset | undefined
  for (const segment of newestFirst) {
    if (segment.maxTimestamp <= (best?.timestamp ?? -1)) break
    const timestamp = maxRecordTimestamp(segment, range.startOffset)
    if (timestamp <= (best?.timestamp ?? -1)) continue
    const from = Math.max(segment.indexes.times.offsetFor(timestamp - 1), range.startOffset)
    best =
      firstRecord(segment, from, known, {
        batch: maxTimestamp => maxTimestamp >= timestamp,
        record: each => each >= timestamp,
      }) ?? best
  }
  return best === undefined || best.offset >= range.endOffset ? undefined : best
}

/** Of the records from an offset on. */
function maxRecordTimestamp(segment: Segment, startOffset: number): number {
  const scanner = segment.scan(segment.indexes.offsets.positionFor(startOffset), { checked: true })
  let timestamp = -1
  for (;;) {
    if (scanner.next()) {
      const { bytes, at } = scanner
      // Compaction keeps bare headers, whose timestamps are those of records that are gone.
      if (lastOffsetOf(bytes, at) < startOffset || recordCountOf(bytes, at) === 0) continue
      const isWhole = baseOffsetOf(bytes, at) >= startOffset
      timestamp = Math.max(timestamp, isWhole ? maxTimestampOf(bytes, at) : newestOf(scanner, startOffset))
    } else if (scanner.fault === undefined || !scanner.resync(0)) {
      return timestamp
    }
  }
}

/** The greatest timestamp of the records of a batch from an offset on. */
function newestOf({ bytes, at }: BatchScanner, startOffset: number): number {
  const cursor = new RecordCursor()
  cursor.reset(bytes, at)
  let timestamp = -1
  while (cursor.next()) if (cursor.offset >= startOffset) timestamp = Math.max(timestamp, cursor.timestamp)
  return timestamp
}

function firstRecord(
  segment: Segment,
  from: number,
  range: LookupRange,
  wanted: { batch: (maxTimestamp: number) => boolean; record: (timestamp: number) => boolean },
): TimestampOffset | undefined {
  const scanner = segment.scan(segment.indexes.offsets.positionFor(from), { checked: true })
  const cursor = new RecordCursor()
  for (;;) {
    if (!scanner.next()) {
      // What is damaged has no time; what follows it may.
      if (scanner.fault === undefined || !scanner.resync(0)) return undefined
      continue
    }
    const { bytes, at } = scanner
    if (lastOffsetOf(bytes, at) < range.startOffset) continue
    if (!wanted.batch(maxTimestampOf(bytes, at))) continue
    cursor.reset(bytes, at)
    while (cursor.next()) {
      if (cursor.offset >= range.endOffset) return undefined
      if (cursor.offset < range.startOffset || !wanted.record(cursor.timestamp)) continue
      return {
        timestamp: cursor.timestamp,
        offset: cursor.offset,
        leaderEpoch: partitionLeaderEpochOf(bytes, at),
      }
    }
  }
}
