/** Where a segment ends, by what is in it. */
import {
  baseOffsetOf,
  batchHeaderBytes,
  lastOffsetDeltaOf,
  lastOffsetOf,
  recordCountOf,
  sizeInBytesOf,
} from '../../src/record/batch-format.ts'
import type { Segment } from './segment.ts'

/** The offset after a segment's last batch, by its headers. */
export function endOffsetOf(segment: Segment): number {
  let endOffset = segment.baseOffset
  const scanner = segment.scan(0)
  while (scanner.next()) endOffset = lastOffsetOf(scanner.bytes, scanner.at) + 1
  return endOffset
}

/**
 * The end of a segment from its last index entry on, where its last batch should begin, and whether all of these are whole
 * and ascend. The index says where its own batch ends, whatever the batch says.
 */
export function checkedEndOf(segment: Segment): { end: number; lastBase: number; whole: boolean } {
  let [end, lastBase] = [segment.baseOffset, segment.baseOffset]
  if (segment.sizeInBytes === 0) return { end, lastBase, whole: true }
  const entry = segment.indexes.offsets.entryFor(Number.MAX_SAFE_INTEGER)
  const scanner = segment.scan(entry?.position ?? 0, { checked: true })
  while (scanner.next()) {
    const lastOffset = lastOffsetOf(scanner.bytes, scanner.at)
    if (entry !== undefined && scanner.position === entry.position) {
      lastBase = entry.lastOffset
      if (lastOffset !== entry.lastOffset) return { end, lastBase, whole: false }
    } else {
      if (baseOffsetOf(scanner.bytes, scanner.at) < end) return { end, lastBase, whole: false }
      lastBase = end
    }
    end = lastOffset + 1
  }
  return { end, lastBase, whole: scanner.fault === undefined }
}

/**
 * Where the batches end that begin at `position` with `offset`, as far as all bytes are there that their headers tell of,
 * whatever has become of them since.
 */
export function endOfWhole(segment: Segment, position: number, offset: number): number {
  const header = new Uint8Array(batchHeaderBytes)
  let [at, end] = [position, offset]
  const fileBytes = segment.fileBytes('log')
  while (segment.file.read(header, 0, batchHeaderBytes, at) === batchHeaderBytes) {
    const size = sizeInBytesOf(header, 0)
    if (size < batchHeaderBytes || at + size > fileBytes) break
    end += recordsIn(lastOffsetDeltaOf(header, 0) + 1, recordCountOf(header, 0))
    at += size
  }
  return end
}

/** One of the two numbers may be what was damaged: a hole in the offsets does less harm than two records of one offset. */
function recordsIn(count: number, sameCount: number): number {
  if (count === sameCount && count > 0) return count
  return Math.max(1, ...[count, sameCount].filter(each => each <= recordsGuessedMax))
}

const recordsGuessedMax = 1 << 20
