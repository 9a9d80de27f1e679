/**
 * Reads batches of a log from its segment files, and cuts what was found to the batches that were asked for.
 *
 * What comes from a file is held against its checksums, but for what was appended or checked within the last minute, which
 * is still in memory of the system: a damaged batch is never handed out. If it is the first one wanted, the read fails
 * with CORRUPT_MESSAGE and says where; otherwise the read ends before it. Offsets after it are read as ever.
 */
import { assert } from '../../src/base/assert.ts'
import { StreamsError } from '../../src/base/errors.ts'
import { baseOffsetOf, batchHeaderBytes, lastOffsetOf, sizeInBytesOf } from '../../src/record/batch-format.ts'
import { kafkaErrors } from '../../src/protocol/errors.ts'
import { BrokerError } from '../broker-error.ts'
import { batchFault, headerFault, isMisplaced } from './batch-scan.ts'
import type { RecordMemory } from './log-types.ts'
import { lendBatches } from './range-read.ts'
import type { Segment } from './segment.ts'
import type { Segments } from './segments.ts'
import type { AbortedTransaction } from './transaction-index.ts'

/** What is asked for: batches that hold `offset` or more and start before `endOffset`. */
export interface ReadRange {
  readonly offset: number
  readonly endOffset: number
  readonly maxBytes: number
  readonly minOneBatch: boolean
  /** Where bytes of files go; new memory if there is none. */
  readonly memory?: RecordMemory | undefined
  /** Where an earlier read ended that this one goes on from, if that is known. */
  readonly from?: FilePlace | undefined
}

/** Whole batches, and the offset after the last of them. */
export interface FoundBatches {
  readonly bytes: Uint8Array
  readonly nextOffset: number
  /** Where the file goes on, if they come from one and were not cut. */
  readonly after?: FilePlace | undefined
  /** Whether the bytes only stand for those of a file, which were not read. */
  readonly isLent?: boolean
}

/** A place in the file of a segment where a batch ends. */
export interface FilePlace {
  readonly segment: Segment
  readonly position: number
}

const noBytes = new Uint8Array(0)

/** Throws OFFSET_OUT_OF_RANGE for a read that does not start in [start, end]. */
export function checkInRange(
  offset: number,
  { start, end, place }: { readonly start: number; readonly end: number; readonly place: string },
): void {
  if (offset >= start && offset <= end) return
  throw new BrokerError(
    kafkaErrors.OFFSET_OUT_OF_RANGE.code,
    `Offset ${offset} of ${place} is outside of [${start}, ${end}].`,
  )
}

/** What a read answers that finds nothing. */
export function noBatches(offset: number): FoundBatches {
  return { bytes: noBytes, nextOffset: offset }
}

/** The wanted part of `bytes`, which hold whole batches in order, the last perhaps cut off. */
export function trimBatches(bytes: Uint8Array, range: ReadRange): FoundBatches {
  let start = 0
  while (whole(bytes, start) && lastOffsetOf(bytes, start) < range.offset)
    start += sizeInBytesOf(bytes, start)
  let end = start
  let nextOffset = range.offset
  while (whole(bytes, end) && baseOffsetOf(bytes, end) < range.endOffset) {
    const size = sizeInBytesOf(bytes, end)
    const first = end === start && range.minOneBatch
    if (end + size - start > range.maxBytes && !first) break
    nextOffset = lastOffsetOf(bytes, end) + 1
    end += size
  }
  const all = start === 0 && end === bytes.length
  return { bytes: all ? bytes : bytes.subarray(start, end), nextOffset }
}

/** A segment to be read, and the offset that it ends before. */
interface ReadSegment {
  readonly segment: Segment
  readonly end: number
}

/** Reads from the segment files. */
export function readSegments(segments: Segments, logEndOffset: number, range: ReadRange): FoundBatches {
  for (let index = segments.floorIndex(range.offset); index < segments.all.length; index++) {
    const segment = segments.all[index]!
    if (segment.baseOffset >= range.endOffset) break
    const source = { segment, end: segments.endOffset(index, logEndOffset) }
    const found = readOn(source, range) ?? readSegment(source, range)
    // Nothing there: compaction has removed the rest of this segment, so the next one holds what follows.
    if (found !== undefined) return found
  }
  return noBatches(range.offset)
}

/** Reads where an earlier read ended, without a look-up; undefined if it is not the wanted batch that is whole there. */
function readOn(source: ReadSegment, range: ReadRange): FoundBatches | undefined {
  const { from, offset } = range
  if (from === undefined || from.segment !== source.segment) return undefined
  if (from.position >= from.segment.sizeInBytes) return undefined
  const { segment, position } = from
  const isWanted = (bytes: Uint8Array): boolean =>
    baseOffsetOf(bytes, 0) === offset && lastOffsetOf(bytes, 0) < source.end
  if (range.memory?.refer !== undefined) {
    const header = readBytes(segment, position, batchHeaderBytes)
    if (header.length < batchHeaderBytes || !isWanted(header)) return undefined
    const lent = referTo(segment, position, range)
    if (lent !== undefined) return lent
  }
  const bytes = readBytes(segment, position, range.maxBytes, range.memory)
  if (!whole(bytes, 0) || !isWanted(bytes)) return undefined
  return soundBatches(source, { position: from.position, bytes }, range)
}

/** The batches from that at `position` on, if they can be sent without being read. */
function referTo(segment: Segment, position: number, range: ReadRange): FoundBatches | undefined {
  const refer = range.memory?.refer
  const found = refer && lendBatches(segment, position, range)
  if (refer === undefined || found === undefined) return undefined
  const { lent, nextOffset } = found
  const after = { segment, position: position + lent.length }
  return { bytes: refer(lent), nextOffset, after, isLent: true }
}

function readSegment(source: ReadSegment, range: ReadRange): FoundBatches | undefined {
  const first = locate(source, range.offset)
  if (first === 'damaged') return readPastDamage(source, range)
  if (first === undefined) return undefined
  return readFrom(source, first, range) ?? readPastDamage(source, range)
}

/** Slower, for segments that are damaged near the offset: every batch from the last index entry on is checked. */
function readPastDamage(source: ReadSegment, range: ReadRange): FoundBatches | undefined {
  const first = locateChecked(source, range.offset)
  if (first === undefined) return undefined
  const found = readFrom(source, first, range)
  assert(found !== undefined, 'a batch that was checked is whole')
  return found
}

/** A batch in the file of a segment. */
interface LocatedBatch {
  readonly position: number
  readonly size: number
}

/**
 * Where the first batch starts that reaches `offset`; only headers are read. Undefined if the segment has none.
 * 'damaged' if a header makes no sense, or if a hole before the offset may be due to damage instead of compaction.
 */
function locate({ segment, end }: ReadSegment, offset: number): LocatedBatch | undefined | 'damaged' {
  const entry = segment.indexes.offsets.entryFor(offset)
  let position = entry?.position ?? 0
  let expected = entry === undefined ? segment.baseOffset : undefined
  let previous: number | undefined
  const probe = new Uint8Array(batchHeaderBytes)
  while (position < segment.sizeInBytes) {
    if (segment.file.read(probe, 0, batchHeaderBytes, position) < batchHeaderBytes) return 'damaged'
    const size = sizeInBytesOf(probe, 0)
    if (size < batchHeaderBytes || size > segment.sizeInBytes - position) return 'damaged'
    const following = (): number | undefined => baseOffsetAt(segment, position + size)
    const lastOffset = lastOffsetOf(probe, 0)
    // The index says where its batch ends, whatever the next one says of itself.
    const misplaced =
      position === entry?.position
        ? lastOffset !== entry.lastOffset
        : isMisplaced(probe, 0, { expected, end, following })
    if (misplaced) return 'damaged'
    if (lastOffset >= offset) {
      const sound = baseOffsetOf(probe, 0) <= offset || previous === undefined || isWhole(segment, previous)
      return sound ? { position, size } : 'damaged'
    }
    previous = position
    expected = lastOffset + 1
    position += size
  }
  return previous === undefined || isWhole(segment, previous) ? undefined : 'damaged'
}

/** As `locate`, with all checksums, and steps over what is damaged. Throws if the offset itself lies in it. */
function locateChecked({ segment, end }: ReadSegment, offset: number): LocatedBatch | undefined {
  const entry = segment.indexes.offsets.entryFor(offset)
  const scanner = segment.scan(entry?.position ?? 0, { checked: true })
  let expected = entry === undefined ? segment.baseOffset : undefined
  let damage: BrokerError | undefined
  const following = (): number | undefined => scanner.followingOffset()
  for (;;) {
    const found = scanner.next()
    const lastOffset = found ? lastOffsetOf(scanner.bytes, scanner.at) : -1
    const inPlace =
      scanner.position === entry?.position
        ? lastOffset === entry.lastOffset
        : !isMisplaced(scanner.bytes, scanner.at, { expected, end, following })
    if (found && inPlace) {
      if (lastOffset >= offset) {
        if (damage !== undefined && baseOffsetOf(scanner.bytes, scanner.at) > offset) throw damage
        return { position: scanner.position, size: sizeInBytesOf(scanner.bytes, scanner.at) }
      }
      expected = lastOffset + 1
      damage = undefined
      continue
    }
    if (!found && scanner.fault === undefined) break
    damage = corrupt(segment, scanner.position, offset, scanner.fault ?? 'an offset that is not its own')
    if (!scanner.resync(expected ?? 0)) break
  }
  if (damage !== undefined) throw damage
  return undefined
}

/** Reads from the start of a batch; undefined if that batch is damaged. Ends before any other damaged one. */
function readFrom(
  source: ReadSegment,
  { position, size }: LocatedBatch,
  range: ReadRange,
): FoundBatches | undefined {
  if (size > range.maxBytes && !range.minOneBatch) return noBatches(range.offset)
  const lent = referTo(source.segment, position, range)
  if (lent !== undefined) return lent
  const count = range.minOneBatch ? Math.max(range.maxBytes, size) : range.maxBytes
  const bytes = readBytes(source.segment, position, count, range.memory)
  return soundBatches(source, { position, bytes }, range)
}

/** What is wanted of what was read of a file; undefined if its first batch is damaged. Ends before any other damaged one. */
function soundBatches(
  { segment, end }: ReadSegment,
  { position, bytes: read }: { readonly position: number; readonly bytes: Uint8Array },
  range: ReadRange,
): FoundBatches | undefined {
  const { bytes } = trimBatches(read, range)
  const isFresh = segment.file.isFresh(position, bytes.length)
  const faultOf = isFresh ? headerFault : batchFault
  let nextOffset = range.offset
  let expected: number | undefined
  for (let at = 0; at < bytes.length; at += sizeInBytesOf(bytes, at)) {
    const after = at + sizeInBytesOf(bytes, at)
    const following = (): number | undefined => baseOffsetAt(segment, position + after)
    // Whoever found the first one has looked at its offset.
    const sound =
      faultOf(bytes, at, bytes.length) === undefined &&
      (at === 0 || !isMisplaced(bytes, at, { expected, end, following }))
    if (!sound) return at === 0 ? undefined : { bytes: bytes.subarray(0, at), nextOffset }
    nextOffset = expected = lastOffsetOf(bytes, at) + 1
  }
  if (!isFresh && bytes.length > 0) segment.file.foundSound(position, bytes.length)
  return { bytes, nextOffset, after: { segment, position: position + bytes.length } }
}

/** The offset of the batch at a position, undefined at the end of the segment. */
function baseOffsetAt(segment: Segment, position: number): number | undefined {
  if (segment.sizeInBytes - position < batchHeaderBytes) return undefined
  return baseOffsetOf(readBytes(segment, position, batchHeaderBytes), 0)
}

function isWhole(segment: Segment, position: number): boolean {
  const size = sizeInBytesOf(readBytes(segment, position, batchHeaderBytes), 0)
  const bytes = readBytes(segment, position, size)
  return batchFault(bytes, 0, bytes.length) === undefined
}

function readBytes(segment: Segment, position: number, count: number, memory?: RecordMemory): Uint8Array {
  const length = Math.min(count, segment.sizeInBytes - position)
  const bytes = memory === undefined ? new Uint8Array(length) : memory.take(length)
  const read = segment.file.read(bytes, 0, length, position)
  return read === bytes.length ? bytes : bytes.subarray(0, read)
}

function corrupt(segment: Segment, position: number, offset: number, fault: string): BrokerError {
  const cause = new StreamsError('MR-4002', {
    what: `A segment is damaged: ${fault}.`,
    where: `${segment.path()}, byte ${position} (offset ${offset})`,
    why: 'The records of this batch cannot be read any more; those before and after it can.',
    fix: 'Check the volume. To go on, have consumers seek past the damaged batch, or restore the file from a copy.',
  })
  return new BrokerError(kafkaErrors.CORRUPT_MESSAGE.code, cause.message, { cause })
}

function whole(bytes: Uint8Array, at: number): boolean {
  if (at + batchHeaderBytes > bytes.length) return false
  const size = sizeInBytesOf(bytes, at)
  return size >= batchHeaderBytes && at + size <= bytes.length
}

/** The aborted transactions that a reader of [from, upTo) has to leave out (semantics G7). */
export function collectAborted(
  segments: Segments,
  from: number,
  upTo: number,
): readonly AbortedTransaction[] {
  const found: AbortedTransaction[] = []
  for (let index = segments.floorIndex(from); index < segments.all.length; index++) {
    if (segments.all[index]!.indexes.transactions.collect(from, upTo, found)) break
  }
  return found
}
