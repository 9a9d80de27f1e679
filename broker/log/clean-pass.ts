/**
 * One pass of compaction over one log (semantics G52-G56), as a generator that stops for breath after every mebibyte.
 *
 *   1. Map: read the dirty segments and note the last offset of each key, as far as the map's memory reaches.
 *   2. Copy: read all segments up to there, in groups that fit one segment, and write what stays into `.cleaned` files.
 *   3. Swap: sync them, rename them to `.swap` (the point of no return), retire the originals, take their names.
 *
 * The log goes on meanwhile: appends reach only the active segment, which is never cleaned, and reads see the originals.
 * If segments of a group are retired or the log is opened anew in between, the group is given up and tried again later. The last
 * batch of each group is kept, if need be as a bare header, so that a group's files always tell where it ends.
 */
import { StreamsError } from '../../src/base/errors.ts'
import {
  baseOffsetOf,
  isControl,
  lastOffsetOf,
  maxTimestampOf,
  producerEpochOf,
  producerIdOf,
} from '../../src/record/batch-format.ts'
import { RecordCursor } from '../../src/record/batch-reader.ts'
import { BatchFilter } from './batch-filter.ts'
import type { BatchScanner } from './batch-scan.ts'
import { CleanedTransactions } from './cleaned-transactions.ts'
import { collectAborted } from './log-read.ts'
import type { OffsetMap } from './offset-map.ts'
import type { PartitionLog } from './partition-log.ts'
import type { IndexedBatch, Segment } from './segment.ts'

export interface CleanOptions {
  readonly log: PartitionLog
  readonly map: OffsetMap
  readonly firstDirtyOffset: number
  readonly firstUncleanableOffset: number
  readonly nowMs: number
}

/** Bytes read between two breaths, and bytes written at a time. */
const stepBytes = 1 << 20

/** Thrown within a pass whose segments were retired, or opened anew, while it drew breath. */
class PassGivenUp extends Error {
  override readonly name = 'PassGivenUp'
}

/** Runs the pass; answers the offset that the log is dirty from afterwards: as before, if the pass was given up. */
export function* cleanPass(options: CleanOptions): Generator<void, number> {
  try {
    return yield* clean(options)
  } catch (error) {
    if (error instanceof PassGivenUp) return options.firstDirtyOffset
    throw error
  }
}

function* clean(options: CleanOptions): Generator<void, number> {
  const endOffset = yield* buildMap(options)
  const { log, nowMs } = options
  // What the pass goes by is fixed at its start; batches of producers that come later lie in the active segment.
  const producers = new Map(
    log
      .activeProducers()
      .map(entry => [
        entry.producerId,
        { producerEpoch: entry.producerEpoch, lastOffset: entry.batches.at(-1)?.lastOffset },
      ]),
  )
  const transactions: { current: CleanedTransactions; keep: Segment | undefined } = {
    keep: undefined,
    current: new CleanedTransactions(transaction =>
      transactions.keep?.indexes.transactions.append(transaction),
    ),
  }
  for (const group of groupsOf(log, endOffset)) {
    const cleaned = log.store.newCleaned(group[0]!.baseOffset, nowMs)
    let swapped = false
    transactions.keep = cleaned
    try {
      const copy = new GroupCopy({
        ...options,
        endOffset,
        cleaned,
        producers,
        transactions: transactions.current,
      })
      for (const segment of group) yield* copy.add(segment, segment === group.at(-1))
      copy.finish()
      swapped = log.replaceSegments(group, cleaned, nowMs)
    } finally {
      // A swap that broke off past the point of no return has put it into use.
      if (!log.store.segments.all.includes(cleaned)) cleaned.remove()
    }
    if (!swapped) throw new PassGivenUp()
  }
  return endOffset
}

/** Notes the keys of the dirty part; answers the offset up to which all are noted. */
function* buildMap(options: CleanOptions): Generator<void, number> {
  const { log, map, firstDirtyOffset, firstUncleanableOffset } = options
  const transactions = new CleanedTransactions(() => {})
  const cursor = new RecordCursor()
  let endOffset = firstDirtyOffset
  for (const [index, segment] of log.store.segments.all.entries()) {
    const segmentEnd = log.store.segments.endOffset(index, log.logEndOffset)
    if (segmentEnd <= firstDirtyOffset) continue
    if (segment.baseOffset >= firstUncleanableOffset) break
    transactions.add(collectAborted(log.store.segments, segment.baseOffset, segmentEnd))
    for (const scanner of breaths(log, segment)) {
      if (scanner === undefined) {
        yield
        continue
      }
      const { bytes, at } = scanner
      if (baseOffsetOf(bytes, at) >= firstUncleanableOffset) return endOffset
      const skipped = isControl(bytes, at)
        ? (transactions.passMarker(bytes, at), true)
        : transactions.passBatch(bytes, at)
      if (!skipped) {
        cursor.reset(bytes, at)
        while (cursor.next()) {
          if (cursor.offset < firstDirtyOffset || cursor.keyEnd < cursor.keyStart) continue
          if (map.full && map.get(cursor.bytes, cursor.keyStart, cursor.keyEnd) < 0) return endOffset
          map.put(cursor.bytes, cursor.keyStart, cursor.keyEnd, cursor.offset)
          endOffset = cursor.offset + 1
        }
      }
      endOffset = Math.max(endOffset, lastOffsetOf(bytes, at) + 1)
    }
  }
  return endOffset
}

/** The segments before `endOffset`, in runs that fit into one. */
function groupsOf(log: PartitionLog, endOffset: number): readonly (readonly Segment[])[] {
  const { segmentBytes, segmentIndexBytes } = log.config
  const groups: Segment[][] = []
  let [logBytes, indexBytes] = [0, 0]
  for (const [index, segment] of log.store.segments.all.entries()) {
    if (segment.baseOffset >= endOffset || segment.active) break
    const group = groups.at(-1)
    const end = log.store.segments.endOffset(index, log.logEndOffset)
    const [moreLog, moreIndex] = [logBytes + segment.sizeInBytes, indexBytes + segment.indexBytes()]
    const fits =
      group !== undefined &&
      moreLog <= segmentBytes &&
      moreIndex <= segmentIndexBytes &&
      end - group[0]!.baseOffset <= 0x7fff_ffff
    if (fits) {
      group.push(segment)
      ;[logBytes, indexBytes] = [moreLog, moreIndex]
    } else {
      groups.push([segment])
      ;[logBytes, indexBytes] = [segment.sizeInBytes, segment.indexBytes()]
    }
  }
  return groups
}

/** Copies what stays of a group of segments. */
class GroupCopy {
  readonly #options: CleanOptions & {
    readonly endOffset: number
    readonly cleaned: Segment
    readonly producers: ReadonlyMap<number, { producerEpoch: number; lastOffset: number | undefined }>
    readonly transactions: CleanedTransactions
  }
  readonly #filter = new BatchFilter()
  #pieces: Uint8Array[] = []
  #batches: IndexedBatch[] = []
  #bytes = 0

  constructor(options: GroupCopy['options']) {
    this.#options = options
  }

  get options() {
    return this.#options
  }

  /** `last`: its last batch must stay. */
  *add(segment: Segment, last: boolean): Generator<void, void> {
    const { log, transactions } = this.#options
    const { segments } = log.store
    const index = segments.all.indexOf(segment)
    if (index < 0) throw new PassGivenUp()
    const endOffset = segments.endOffset(index, log.logEndOffset)
    transactions.add(collectAborted(segments, segment.baseOffset, endOffset))
    for (const scanner of breaths(log, segment)) {
      if (scanner === undefined) {
        yield
        continue
      }
      const isEnd = last && scanner.position + scanner.sizeInBytes === segment.sizeInBytes
      this.#take(scanner.bytes, scanner.at, isEnd)
    }
  }

  /** Writes what is left, syncs. */
  finish(): void {
    this.#write()
    const { cleaned } = this.#options
    cleaned.file.sync()
    cleaned.writeIndexes(true)
    cleaned.seal()
  }

  #take(bytes: Uint8Array, at: number, isEnd: boolean): void {
    const { map, endOffset, transactions, nowMs, log } = this.#options
    const discardable = isControl(bytes, at)
      ? transactions.passMarker(bytes, at)
      : transactions.passBatch(bytes, at)
    const kept = this.#filter.filter(bytes, at, {
      discardable,
      keepEmpty: isEnd || this.#isLastOfProducer(bytes, at),
      // What lies past the map is not known, so it stays.
      isNewest: cursor =>
        cursor.offset >= endOffset ||
        (cursor.keyEnd >= cursor.keyStart &&
          cursor.offset >= map.get(cursor.bytes, cursor.keyStart, cursor.keyEnd)),
      nowMs,
      deleteRetentionMs: log.config.deleteRetentionMs,
    })
    if (kept === undefined) return
    // The scanner uses its array again.
    this.#pieces.push(kept.buffer === bytes.buffer ? kept.slice() : kept)
    this.#batches.push({
      lastOffset: lastOffsetOf(kept, 0),
      maxTimestamp: maxTimestampOf(kept, 0),
      sizeInBytes: kept.length,
    })
    this.#bytes += kept.length
    if (this.#bytes >= stepBytes) this.#write()
  }

  /** The batch that tells a live producer's last sequence, or its epoch if it has written nothing else in it. */
  #isLastOfProducer(bytes: Uint8Array, at: number): boolean {
    const producer = this.#options.producers.get(producerIdOf(bytes, at))
    if (producer === undefined) return false
    if (producer.lastOffset !== undefined) return lastOffsetOf(bytes, at) === producer.lastOffset
    return isControl(bytes, at) && producerEpochOf(bytes, at) === producer.producerEpoch
  }

  #write(): void {
    if (this.#bytes === 0) return
    const joined = new Uint8Array(this.#bytes)
    let at = 0
    for (const piece of this.#pieces) {
      joined.set(piece, at)
      at += piece.length
    }
    this.#options.cleaned.append(joined, this.#batches, this.#options.log.config.indexIntervalBytes)
    this.#pieces = []
    this.#batches = []
    this.#bytes = 0
  }
}

/** All batches of a segment; MR-4002 at a damaged one, which must not be lost by being copied around. */
function* scan(segment: Segment): Generator<BatchScanner> {
  const scanner = segment.scan(0, { checked: true })
  while (scanner.next()) yield scanner
  if (scanner.fault === undefined) return
  throw new StreamsError('MR-4002', {
    what: `A segment is damaged and cannot be compacted: ${scanner.fault}.`,
    where: `${segment.path()}, byte ${scanner.position}`,
    why: 'Its records can be read, apart from the damaged ones, but the log is not compacted any more.',
    fix: 'Check the volume. Restore the segment from a copy, or delete the records up to it and restart.',
  })
}

/** Passes the scanner through, and `undefined` after every so many bytes and after the last batch. */
function* breaths(log: PartitionLog, segment: Segment): Generator<BatchScanner | undefined> {
  const checkInUse = (): void => {
    if (!log.store.segments.all.includes(segment)) throw new PassGivenUp()
  }
  checkInUse()
  let bytes = 0
  for (const scanner of scan(segment)) {
    yield scanner
    bytes += scanner.sizeInBytes
    if (bytes < stepBytes) continue
    bytes = 0
    yield undefined
    checkInUse()
  }
  yield undefined
}
