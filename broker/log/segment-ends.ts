/** Where a segment ends, by what is in it. */
import { baseOffsetOf, lastOffsetOf } from '../../src/record/batch-format.ts'
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
