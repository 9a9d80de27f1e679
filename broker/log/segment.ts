/**
 * One segment: a log file and its three indexes.
 *
 * Three conditions. *Active*: the last segment of a log, open for appending; its indexes live in memory and reach their
 * files when it is sealed. *Warm*: sealed, with an open descriptor and loaded indexes, because it was read lately.
 * *Cool*: sealed, with neither. How many are warm is bounded for the whole data directory (`WarmSegments`).
 *
 *   active --seal--> warm <--read / idle--> cool      any --remove--> gone
 *
 * Nothing depends on the index files of the active segment: a crash loses them, and recovery builds them anew.
 */
import type { SegmentSizes } from './log-types.ts'
import { assert } from '../../src/base/assert.ts'
import {
  baseOffsetOf,
  batchHeaderBytes,
  lastOffsetOf,
  maxTimestampOf,
} from '../../src/record/batch-format.ts'
import { BatchScanner, type ScanOptions } from './batch-scan.ts'
import { joinPath, type File, type FileSystem } from './files.ts'
import { offsetIndexEntryBytes } from './offset-index.ts'
import {
  cutIndexes,
  emptyIndexes,
  readSparseIndexes,
  readTransactionIndex,
  syncIndexFiles,
  writeIndexFiles,
  type IndexFiles,
  type IndexSync,
  type SegmentIndexes,
} from './segment-indexes.ts'
import {
  segmentFileKinds,
  segmentFileName,
  type SegmentFileKind,
  type SegmentSuffix,
} from './segment-names.ts'
import { timeIndexEntryBytes } from './time-index.ts'
import { TransactionIndex } from './transaction-index.ts'
import type { WarmSegments } from './warm-segments.ts'

/** What the indexes note of an appended batch. */
export interface IndexedBatch {
  readonly lastOffset: number
  readonly maxTimestamp: number
  readonly sizeInBytes: number
}

/** What all segments of a log share. */
export interface SegmentHome {
  readonly files: FileSystem
  readonly directory: string
  readonly warm: WarmSegments
  /** Whether the names of new segments are put on the disk as they are made. */
  readonly syncsNames: boolean
}

export class Segment {
  readonly baseOffset: number
  sizeInBytes: number
  /** Time at which the segment was begun or opened, for rolling where records have no timestamps. */
  readonly createdMs: number
  active: boolean
  /** Of its files, as the last stop in order left them; undefined if that is not known, or they were written since. */
  sizes: SegmentSizes | undefined

  readonly #home: SegmentHome
  #suffix: SegmentSuffix
  #file: File | undefined
  #indexes: SegmentIndexes | undefined
  #bytesSinceIndexEntry = 0
  /** The greatest timestamp of the first batch, -1 if it has none; undefined as long as it is not known. */
  #firstTimestamp: number | undefined
  #maxTimestamp: number | undefined
  #maxTimestampOffset: number
  #nameSynced: boolean
  /** Of the index files of a sealed segment. */
  #indexesSynced = false
  constructor(
    home: SegmentHome,
    options: {
      baseOffset: number
      sizeInBytes: number
      createdMs: number
      active: boolean
      suffix?: SegmentSuffix
      sizes?: SegmentSizes | undefined
    },
  ) {
    this.#home = home
    this.baseOffset = options.baseOffset
    this.sizeInBytes = options.sizeInBytes
    this.createdMs = options.createdMs
    this.active = options.active
    this.#suffix = options.suffix ?? ''
    this.sizes = options.sizes
    // One without bytes may have no file: whoever makes it syncs its name, or the first sync of its bytes does.
    this.#nameSynced = home.syncsNames && options.sizeInBytes > 0
    this.#maxTimestampOffset = options.baseOffset
    if (options.sizeInBytes === 0) this.#maxTimestamp = -1
    if (options.active) this.#indexes = emptyIndexes(this.baseOffset)
  }

  /** Path of one of its files. */
  path(kind: SegmentFileKind = 'log'): string {
    return joinPath(this.#home.directory, segmentFileName(this.baseOffset, kind, this.#suffix))
  }

  /** The log file, opened when first needed. */
  get file(): File {
    if (this.#file === undefined)
      this.#file = this.#home.files.open(this.path(), this.active ? 'create' : 'write')
    if (!this.active) this.#home.warm.touch(this)
    return this.#file
  }

  /** Makes the log file, if need be. */
  open(): void {
    this.file.sizeInBytes()
  }

  /** The indexes, loaded when first needed and built anew if they cannot be right. */
  get indexes(): SegmentIndexes {
    if (!this.active) this.#home.warm.touch(this)
    this.#indexes ??= this.#loadIndexes()
    return this.#indexes
  }

  /** The greatest timestamp of all records, -1 if none has one. */
  get maxTimestamp(): number {
    this.#maxTimestamp ??= this.indexes.times.lastTimestamp
    return this.#maxTimestamp
  }

  /** The last offset of the batch that has the greatest timestamp. */
  get maxTimestampOffset(): number {
    return this.active ? this.#maxTimestampOffset : this.indexes.times.lastOffset
  }

  /** Appends whole batches with one write. If that throws, a prefix may be in the file: `truncateToNoted`. */
  append(bytes: Uint8Array, batches: readonly IndexedBatch[], indexIntervalBytes: number): void {
    assert(this.active, 'only the active segment is appended to')
    this.file.write(bytes, this.sizeInBytes)
    for (const batch of batches) this.note(batch, indexIntervalBytes)
  }

  /** Counts a batch that is in the file at the end of those noted so far. */
  note(batch: IndexedBatch, indexIntervalBytes: number): void {
    const indexes = this.#indexes
    assert(indexes !== undefined, 'batches are noted with the indexes in memory')
    if (this.sizeInBytes === 0) this.#firstTimestamp = batch.maxTimestamp
    if (this.#maxTimestamp === undefined || batch.maxTimestamp > this.#maxTimestamp) {
      this.#maxTimestamp = batch.maxTimestamp
      this.#maxTimestampOffset = batch.lastOffset
    }
    if (this.#bytesSinceIndexEntry > indexIntervalBytes) {
      indexes.offsets.append(batch.lastOffset, this.sizeInBytes)
      indexes.times.append(this.#maxTimestamp, this.#maxTimestampOffset)
      this.#bytesSinceIndexEntry = 0
    }
    this.#bytesSinceIndexEntry += batch.sizeInBytes
    this.sizeInBytes += batch.sizeInBytes
  }

  /**
   * Forces what was appended so far to the disk, beside the event loop; the first time the file's name as well. Of a sealed
   * segment also the index files: the recovery point moves past them, and with the power the newest of them could go.
   */
  async syncAsync(): Promise<void> {
    const { file } = this
    const owesIndexes = !this.active && !this.#indexesSynced
    await Promise.all([file.syncAsync(), owesIndexes ? syncIndexFiles(this.#indexFiles) : undefined])
    if (this.#nameSynced && !owesIndexes) return
    this.#home.files.syncDirectory(this.#home.directory)
    this.#nameSynced = true
    if (owesIndexes) this.#indexesSynced = true
  }

  /** Counts bytes in the file that are no batch, so that positions stay right. */
  skip(sizeInBytes: number): void {
    this.sizeInBytes += sizeInBytes
  }

  /** Cuts the log file to the size that was noted: after a write that failed, or a torn tail. */
  truncateToNoted(): void {
    this.file.truncate(this.sizeInBytes)
  }

  /** Whether either index has no room. */
  indexesFull(segmentIndexBytes: number): boolean {
    const { offsets, times } = this.indexes
    return (
      (offsets.table.count + 1) * offsetIndexEntryBytes > segmentIndexBytes ||
      (times.table.count + 2) * timeIndexEntryBytes > segmentIndexBytes
    )
  }

  /**
   * Writes the index files, with the greatest timestamp as the last entry. May be repeated if it throws, and while it goes on.
   * The transaction index is always synced: the others are built anew when they make no sense, it cannot be.
   */
  writeIndexes(sync: IndexSync): void {
    this.indexes.times.append(this.maxTimestamp, this.#maxTimestampOffset)
    this.sizes = undefined
    this.#indexesSynced = sync === true
    writeIndexFiles(this.#indexFiles, this.indexes, sync)
  }

  /** Makes an active segment a sealed one; its index files must have been written. */
  seal(): void {
    assert(this.active, 'a segment is sealed once')
    this.active = false
    this.#home.warm.touch(this)
  }

  /** Becomes the active segment with what its index files hold: the last one, after a clean stop. */
  resume(): void {
    const { offsets, times } = this.indexes
    this.#maxTimestamp = times.lastTimestamp
    this.#maxTimestampOffset = times.lastOffset
    this.#bytesSinceIndexEntry = this.sizeInBytes - offsets.lastPosition
    this.activate()
  }

  /** Becomes the active segment; its indexes are in memory. */
  activate(): void {
    assert(this.#indexes !== undefined, 'the indexes of the active segment are in memory')
    this.#home.warm.forget(this)
    this.active = true
  }

  /** Becomes sealed again, because what its index files say is not to be trusted. */
  suspend(): void {
    this.active = false
  }

  /** The transaction index as its file has it; empty if that cannot be right. */
  transactionsInFile(): TransactionIndex {
    const transactions = readTransactionIndex(this.#indexFiles)
    return transactions.plausible(this.baseOffset) ? transactions : new TransactionIndex()
  }

  /** Bytes of one of its files; 0 if there is none. */
  fileBytes(kind: SegmentFileKind): number {
    return this.#home.files.stat(this.path(kind))?.sizeInBytes ?? 0
  }

  /**
   * Where the batch begins that has `offset` as its first, or the end of the batch before it; undefined if the index
   * files do not lead there. Only what lies between their last entry and that place is read, and checked.
   */
  startOf(offset: number): number | undefined {
    const sparse = readSparseIndexes(this.#indexFiles, {
      baseOffset: this.baseOffset,
      logBytes: this.sizeInBytes,
    })
    if (sparse === undefined || sparse.times.table.count === 0) return undefined
    const entry = sparse.offsets.entryFor(offset - 1)
    if (entry === undefined && this.sizeInBytes > unindexedBytesMax) return undefined
    const scanner = this.scan(entry?.position ?? 0, { checked: true, chunkBytes: placeChunkBytes })
    let [end, expected] = [entry === undefined ? this.baseOffset : undefined, entry?.lastOffset]
    for (;;) {
      if (end === offset) break
      if (!scanner.next() || (end !== undefined && baseOffsetOf(scanner.bytes, scanner.at) !== end))
        return undefined
      const lastOffset = lastOffsetOf(scanner.bytes, scanner.at)
      if (lastOffset >= offset || (expected ?? lastOffset) !== lastOffset) return undefined
      ;[end, expected] = [lastOffset + 1, undefined]
    }
    this.#indexes = { ...sparse, transactions: readTransactionIndex(this.#indexFiles) }
    return scanner.position + scanner.sizeInBytes
  }

  /** Forgets what the indexes and the noted size say of `offset` and all after it, to note those batches anew. */
  startRebuild({ offset, position }: { readonly offset: number; readonly position: number }): void {
    if (position === 0) this.#indexes = emptyIndexes(this.baseOffset)
    const { indexes } = this
    cutIndexes(indexes, offset)
    this.sizeInBytes = position
    this.#firstTimestamp = undefined
    this.#maxTimestamp = indexes.times.lastTimestamp
    this.#maxTimestampOffset = indexes.times.lastOffset
    this.#bytesSinceIndexEntry = position - indexes.offsets.lastPosition
  }

  /** Lets go of descriptor and indexes. */
  cool(): void {
    assert(!this.active, 'the active segment stays open')
    this.#home.warm.forget(this)
    this.#file?.close()
    this.#file = undefined
    this.#indexes = undefined
  }

  /** Lets go of the descriptor, active or not. */
  close(): void {
    this.#home.warm.forget(this)
    this.#file?.close()
    this.#file = undefined
  }

  /**
   * Renames its files; absent ones are passed over. The log's name says what the segment is, so it goes last when the
   * segment comes into use and first when it goes out of it: at no moment is there a log without its indexes.
   */
  rename(suffix: SegmentSuffix, beforeLog: () => void = () => {}): void {
    this.close()
    const { files } = this.#home
    for (const kind of suffix === '.deleted' ? segmentFileKinds : segmentFileKinds.toReversed()) {
      const from = this.path(kind)
      const to = joinPath(this.#home.directory, segmentFileName(this.baseOffset, kind, suffix))
      if (kind === 'log') beforeLog()
      if (files.stat(from) !== undefined) files.rename(from, to)
      else files.remove(to)
    }
    this.#suffix = suffix
  }

  /** Removes its files, the log first: indexes without a log are orphans that opening the log sweeps away. */
  remove(): void {
    this.close()
    for (const kind of segmentFileKinds) this.#home.files.remove(this.path(kind))
  }

  /** Bytes of the larger of its two sparse indexes. */
  indexBytes(): number {
    const { offsets, times } = this.indexes
    return Math.max(offsets.table.contents().length, times.table.contents().length)
  }

  /** The greatest timestamp of the first batch, undefined if it has none. After a restart it is looked up once. */
  firstBatchTimestamp(): number | undefined {
    if (this.sizeInBytes === 0) return undefined
    if (this.#firstTimestamp === undefined) {
      const scanner = this.scan(0, { chunkBytes: batchHeaderBytes })
      this.#firstTimestamp = scanner.next() ? maxTimestampOf(scanner.bytes, scanner.at) : -1
    }
    return this.#firstTimestamp < 0 ? undefined : this.#firstTimestamp
  }

  /** The position of the first batch whose last offset is at least `offset`, or the segment's size if none. */
  positionOf(offset: number): number {
    const scanner = this.scan(this.indexes.offsets.positionFor(offset))
    while (scanner.next()) {
      if (lastOffsetOf(scanner.bytes, scanner.at) >= offset) return scanner.position
    }
    return scanner.position
  }

  /** A scanner over its batches from a position on, checksums not computed unless asked for. */
  scan(position: number, options: Partial<Omit<ScanOptions, 'position' | 'end'>> = {}): BatchScanner {
    return new BatchScanner(this.file, { checked: false, ...options, position, end: this.sizeInBytes })
  }

  get #indexFiles(): IndexFiles {
    return { files: this.#home.files, path: kind => this.path(kind) }
  }

  #loadIndexes(): SegmentIndexes {
    const transactions = readTransactionIndex(this.#indexFiles)
    const { baseOffset, sizeInBytes } = this
    const sparse = readSparseIndexes(this.#indexFiles, {
      baseOffset,
      logBytes: sizeInBytes,
      sizes: this.sizes,
    })
    // Files that were emptied look like those of records without a time.
    const isTold =
      sparse !== undefined && (sparse.times.table.count > 0 || this.firstBatchTimestamp() === undefined)
    return isTold ? { ...sparse, transactions } : this.#rebuildIndexes(transactions)
  }

  /** Builds the offset and time index of a sealed segment from its log, every few kibibytes an entry. */
  #rebuildIndexes(transactions: TransactionIndex): SegmentIndexes {
    const indexes = { ...emptyIndexes(this.baseOffset), transactions }
    let [maxTimestamp, maxTimestampOffset, bytesSinceEntry] = [-1, this.baseOffset, 0]
    const scanner = this.scan(0)
    while (scanner.next()) {
      const lastOffset = lastOffsetOf(scanner.bytes, scanner.at)
      const timestamp = maxTimestampOf(scanner.bytes, scanner.at)
      if (timestamp > maxTimestamp) [maxTimestamp, maxTimestampOffset] = [timestamp, lastOffset]
      if (bytesSinceEntry > rebuiltIntervalBytes) {
        indexes.offsets.append(lastOffset, scanner.position)
        indexes.times.append(maxTimestamp, maxTimestampOffset)
        bytesSinceEntry = 0
      }
      bytesSinceEntry += scanner.sizeInBytes
    }
    indexes.times.append(maxTimestamp, maxTimestampOffset)
    return indexes
  }
}

const rebuiltIntervalBytes = 4096
/** What may be read of a segment that has no index entry yet, to find a place in it. */
const unindexedBytesMax = 1 << 18
/** Read at a time to find a place that an index entry is near. */
const placeChunkBytes = 1 << 14
