/**
 * Whole batches of a segment as a range of its file, found without reading them: by the offset index, and a few headers.
 *
 * Only bytes that need not be checked are lent so: those that were written here, or read and found sound, within the last
 * minute (`fresh-bytes.ts`). Whoever sends them has the system take them from its memory.
 */
import { baseOffsetOf, batchHeaderBytes, lastOffsetOf, sizeInBytesOf } from '../../src/record/batch-format.ts'
import { rangeBytesMax, type FileRange } from '../file-range.ts'
import type { Segment } from './segment.ts'

/** Less is read sooner than its end is found. */
const rangeBytesMin = 128 * 1024
/** Batches that are looked at past an entry of the index; the range ends after so many. */
const headersMax = 32

export interface LentBatches {
  readonly lent: FileRange
  /** The offset of what follows them, at the earliest. */
  readonly nextOffset: number
}

/**
 * The batches from that at `position` on that start before an offset and fit into so many bytes. Undefined where they must be
 * read, or that costs less.
 */
export function lendBatches(
  segment: Segment,
  position: number,
  { endOffset, maxBytes }: { readonly endOffset: number; readonly maxBytes: number },
): LentBatches | undefined {
  const limit = Math.min(position + Math.min(maxBytes, rangeBytesMax), segment.sizeInBytes)
  if (limit - position < rangeBytesMin || !segment.file.isFresh(position, limit - position)) return undefined
  const end = endOfBatches(segment, { position, limit, endOffset })
  if (end === undefined || end.position - position < rangeBytesMin) return undefined
  const lent = segment.file.lend(position, end.position - position)
  return lent && { lent, nextOffset: end.nextOffset }
}

interface Bounds {
  readonly position: number
  readonly limit: number
  readonly endOffset: number
}

interface BatchesEnd {
  readonly position: number
  readonly nextOffset: number
}

/** Undefined if that cannot be told: an entry of the index, or a header, is not what it should be. */
function endOfBatches(segment: Segment, { position, limit, endOffset }: Bounds): BatchesEnd | undefined {
  const { offsets } = segment.indexes
  const [byPlace, byOffset] = [offsets.entryAt(limit), offsets.entryFor(endOffset - 1)]
  // Both are needed: where there is no entry for the offset, those by place may all lie behind it.
  const known = byPlace && byOffset && (byOffset.position < byPlace.position ? byOffset : byPlace)
  const entry = known !== undefined && known.position > position ? known : undefined
  const header = new Uint8Array(batchHeaderBytes)
  let end: BatchesEnd | undefined
  let at = entry?.position ?? position
  for (let seen = 0; seen < headersMax && at + batchHeaderBytes <= segment.sizeInBytes; seen++) {
    if (segment.file.read(header, 0, batchHeaderBytes, at) < batchHeaderBytes) return undefined
    const [size, baseOffset, lastOffset] = [
      sizeInBytesOf(header, 0),
      baseOffsetOf(header, 0),
      lastOffsetOf(header, 0),
    ]
    if (size < batchHeaderBytes || (at === entry?.position && lastOffset !== entry.lastOffset))
      return undefined
    if (baseOffset >= endOffset || at + size > limit) return { position: at, nextOffset: baseOffset }
    at += size
    end = { position: at, nextOffset: lastOffset + 1 }
  }
  return end
}
