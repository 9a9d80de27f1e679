/** Whether the files of a segment are what they were: how long they should be, and what a transaction index tells of. */
import type { SegmentSizes } from './log-types.ts'
import { isMisplaced, type BatchScanner } from './batch-scan.ts'
import {
  baseOffsetOf,
  batchHeaderBytes,
  isControl,
  lastOffsetOf,
  producerIdOf,
} from '../../src/record/batch-format.ts'
import type { Segment } from './segment.ts'
import { crcOfTransactions, transactionIndexEntryBytes } from './transaction-index.ts'
import type { TxnindexCheckpoint } from './txnindex-checkpoint.ts'

const sectorBytes = 512

/** Markers of a transaction index that are looked up after a stop in order, where no checksum of it is known. */
const checkedMarkersMax = 4

/** Whether the transaction index is whole: unlike the other two, it cannot be built from the segment alone. */
export function isTransactionIndexReadable(segment: Segment, checkpoint: TxnindexCheckpoint): boolean {
  const count = readableEntries(segment, checkpoint)
  if (count !== undefined && count > 0 && checkpoint.of(segment) === undefined) checkpoint.note(segment)
  return count !== undefined
}

/** The same, and whether it is the one that was left, or its markers are where it says: nothing else would tell. */
export function isTransactionIndexSound(segment: Segment, checkpoint: TxnindexCheckpoint): boolean {
  const count = readableEntries(segment, checkpoint)
  // If the log file was lost, its transaction index is all there is.
  if (count === undefined || count === 0 || segment.sizeInBytes === 0) return count !== undefined
  const { offsets, transactions } = segment.indexes
  if (segment.sizes !== undefined) return crcOfTransactions(transactions) === segment.sizes.txnindexCrc
  if (checkpoint.of(segment) !== undefined) return true
  for (let index = 0; index < Math.min(transactions.table.count, checkedMarkersMax); index++) {
    const { lastOffset, producerId } = transactions.entry(index)
    const scanner = segment.scan(offsets.positionFor(lastOffset), { chunkBytes: batchHeaderBytes })
    let found = scanner.next()
    while (found && lastOffsetOf(scanner.bytes, scanner.at) < lastOffset) found = scanner.next()
    if (!found || lastOffsetOf(scanner.bytes, scanner.at) !== lastOffset) return false
    const { bytes, at } = scanner
    if (!isControl(bytes, at) || producerIdOf(bytes, at) !== producerId) return false
  }
  return true
}

/** How many entries a transaction index has; undefined if it cannot be right, or is not the one that was noted. */
function readableEntries(segment: Segment, checkpoint: TxnindexCheckpoint): number | undefined {
  const sizeInBytes = segment.fileBytes('txnindex')
  if (segment.sizes !== undefined && segment.sizes.txnindex !== sizeInBytes) return undefined
  const noted = checkpoint.of(segment)
  if (noted !== undefined && noted.sizeInBytes !== sizeInBytes) return undefined
  if (sizeInBytes === 0) return 0
  if (sizeInBytes % transactionIndexEntryBytes !== 0) return undefined
  const { transactions } = segment.indexes
  if (noted !== undefined && noted.crc !== crcOfTransactions(transactions)) return undefined
  return transactions.plausible(segment.baseOffset) ? transactions.table.count : undefined
}

/** Whether the log file is as long as the last stop in order left it, as far as that is known. */
export function isOfKnownSize({ sizes, sizeInBytes }: Segment): boolean {
  return sizes === undefined || sizes.log === sizeInBytes
}

/**
 * Whether a whole batch has an offset that cannot be its own. `exact`: it must be the expected one, as in the last segment,
 * which was never compacted and has no holes.
 */
export function hasWrongOffset(
  scanner: BatchScanner,
  known: { readonly expected: number; readonly endOffset: number | undefined; readonly exact: boolean },
): boolean {
  const { expected, endOffset: end = Infinity, exact } = known
  if (exact) return baseOffsetOf(scanner.bytes, scanner.at) !== expected
  return isMisplaced(scanner.bytes, scanner.at, { expected, end, following: () => scanner.followingOffset() })
}

/** Whether the disk lost a write there. As long as the machine runs it does not: zeros are what somebody wrote then. */
export function hasLostSector(segment: Segment, from: number, to: number): boolean {
  const start = Math.ceil(from / sectorBytes) * sectorBytes
  const sector = new Uint8Array(sectorBytes)
  for (let position = start; position + sectorBytes <= to; position += sectorBytes) {
    segment.file.read(sector, 0, sectorBytes, position)
    if (sector.every(byte => byte === 0)) return true
  }
  return false
}

/** How long the files of a segment are, or would be if nothing had become of them since the last stop in order. */
export function sizesOf(segment: Segment): SegmentSizes {
  if (segment.sizes !== undefined && isOfKnownSize(segment)) return segment.sizes
  const txnindex = segment.fileBytes('txnindex')
  return {
    log: segment.sizeInBytes,
    index: segment.fileBytes('index'),
    timeindex: segment.fileBytes('timeindex'),
    txnindex,
    txnindexCrc: txnindex === 0 ? 0 : crcOfTransactions(segment.indexes.transactions),
  }
}
