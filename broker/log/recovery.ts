/**
 * Opens a partition's log: what is trusted, what is read again, what is cut off.
 *
 * After a clean stop everything is trusted, and the last segment is read from its last index entry on: it must end where
 * the stop left the recovery point, since the checksum does not cover the offset of its last batch. After any other end,
 * all is trusted that lies before the newest place up to which the log is noted (its index files, then a whole snapshot
 * of its producers: at every roll, and in the active segment after many bytes, `noting.ts`), if everything up to there is
 * still in the files: because it reached the disk (the recovery point), or because the machine has run since, so that only
 * the process died. What follows is read and checked batch by batch, and its indexes are built anew. Where no such place
 * is found, that is the whole segment of the recovery point and all later ones. The producers' state is the newest snapshot
 * that is whole, and every batch after it.
 *
 *   bytes that are no batch        whole batches after them    then
 *   -----------------------------  --------------------------  ------------------------------------------------------
 *   in the last segment            none                        torn tail: cut off. It was never acknowledged, or it
 *                                                              was lost with the power under durability 'process'
 *   in the last segment, with a    yes                         a write that the disk lost: cut off there. All after it
 *   whole sector of zeros, after                               was unsynced too
 *   the machine went down
 *   in the last segment, others    yes                         damaged: kept, reported, and stepped over
 *   in an earlier segment          any                         damaged: kept, reported, and stepped over
 *   in the last segment, though    any                         the same, and so is what is missing at its end: the log goes
 *   the stop was clean, or before                              on in a new segment where the stop, or the recovery point,
 *   the recovery point                                         says that it ended; `lost-offsets.ts` keeps what is gone
 *   at its end, as long as headers none                        the same: a process that dies leaves the beginning of what
 *   say, and the machine has run since                         it was writing, so they were written whole
 *
 * A batch whose offset does not follow counts as damaged too: the checksum does not cover the offset.
 */
import {
  baseOffsetOf,
  lastOffsetOf,
  maxTimestampOf,
  partitionLeaderEpochOf,
  setBaseOffset,
} from '../../src/record/batch-format.ts'
import type { BatchScanner } from './batch-scan.ts'
import { repairedMarker } from './damaged-marker.ts'
import { joinPath } from './files.ts'
import { LeaderEpochs } from './leader-epochs.ts'
import { readCheckpoint } from './checkpoint-files.ts'
import type { LogConfig } from './log-config.ts'
import type { CorruptRange, RecoveryReport, SizesOfLog } from './log-types.ts'
import type { ProducerStates } from './producer-state.ts'
import { applyBatch, loadProducers, readSnapshot, writeSnapshot } from './producer-replay.ts'
import { LostOffsets } from './lost-offsets.ts'
import { standInForLost } from './lost-segments.ts'
import { Segment, type SegmentHome } from './segment.ts'
import {
  hasLostSector,
  hasWrongOffset,
  isOfKnownSize,
  isTransactionIndexReadable,
  isTransactionIndexSound,
} from './segment-check.ts'
import { checkedEndOf, endOffsetOf, endOfWhole } from './segment-ends.ts'
import { leaderEpochFile } from './segment-names.ts'
import { Segments } from './segments.ts'
import { sweepDirectory, type SweptDirectory } from './sweep.ts'
import { TxnindexCheckpoint } from './txnindex-checkpoint.ts'

export interface RecoveryOptions {
  readonly config: LogConfig
  /** Whether the data directory was closed in order. */
  readonly cleanStop: boolean
  /** All before it reached the disk. */
  readonly recoveryPoint: number
  /** Whether all that was ever written is still in the files, synced or not: the machine has run since. */
  readonly writesKept: boolean
  /** The log's start as last checkpointed. */
  readonly logStartOffset: number
  readonly nowMs: number
  /** Of its files, as a stop in order left them; undefined if nobody knows. */
  readonly sizes?: SizesOfLog | undefined
}

/** An opened log. */
export interface LoadedLog {
  readonly segments: Segments
  readonly producers: ProducerStates
  readonly epochs: LeaderEpochs
  readonly txnindexes: TxnindexCheckpoint
  readonly logStartOffset: number
  readonly logEndOffset: number
  /** Sealed segments that are not known to be on the disk. */
  readonly unsynced: readonly Segment[]
  /** The size up to which the active segment's index files and a snapshot say what is in it. */
  readonly notedBytes: number
  /** The snapshot that the producers' state came from, -1 if from none. */
  readonly snapshotOffset: number
  readonly report: RecoveryReport
}

/** A place in the log up to which all is trusted. */
interface TrustedPlace {
  /** Of the segment that is read from `position` on. */
  readonly index: number
  readonly offset: number
  readonly position: number
}

/** What a clean stop says of the last segment. */
interface CleanEnd {
  readonly offset: number
  readonly sound: boolean
}

/** Read into by one scan after the other: a thousand logs would leave a gigabyte of it behind. */
const scanMemory = new Uint8Array(1 << 18)

export function loadLog(home: SegmentHome, options: RecoveryOptions): LoadedLog {
  return new Recovery(home, options).run()
}

class Recovery {
  readonly #home: SegmentHome
  readonly #options: RecoveryOptions
  readonly #swept: SweptDirectory
  readonly #txnindexes: TxnindexCheckpoint
  readonly #corruptRanges: CorruptRange[] = []
  #scannedBytes = 0
  #truncatedBytes = 0
  /** Where the log ends at least: all before was written, and given out. */
  #leastEnd: number

  constructor(home: SegmentHome, options: RecoveryOptions) {
    this.#home = home
    this.#options = options
    this.#leastEnd = options.recoveryPoint
    this.#swept = sweepDirectory(home.files, home.directory)
    this.#txnindexes = new TxnindexCheckpoint(home, { exists: this.#swept.hasTxnindexCheckpoint })
  }

  run(): LoadedLog {
    const { files, directory } = this.#home
    const { cleanStop, logStartOffset } = this.#options
    const { segmentOffsets, snapshotOffsets, orphanOffsets, hasLostOffsets } = this.#swept
    const all = this.#openSegments(segmentOffsets)
    const lost = new LostOffsets(files, directory)
    if (hasLostOffsets) this.#corruptRanges.push(...lost.read(all, logStartOffset))
    this.#corruptRanges.push(...standInForLost(this.#home, this.#options, { all, orphanOffsets }))
    const epochs = new LeaderEpochs(readCheckpoint(files, joinPath(directory, leaderEpochFile)))
    const trusted = cleanStop && all.every(segment => this.#isAsItWas(segment, all))
    const cleanEnd = trusted ? this.#endOfCleanLog(all.at(-1)!) : undefined
    const trustedEnd = cleanEnd?.sound === true ? cleanEnd.offset : undefined
    const place = trustedEnd === undefined ? this.#trustedPlace(all, snapshotOffsets) : undefined
    const producersFrom = trustedEnd ?? place!.offset
    const loaded = loadProducers(this.#home, all, snapshotOffsets, producersFrom, this.#options.nowMs)
    const { producers, snapshotOffset } = loaded
    let logEndOffset = producersFrom
    if (cleanEnd?.sound === false) this.#goOnAt(all, cleanEnd.offset)
    for (let index = place?.index ?? all.length; index < all.length; index++) {
      const [segment, endOffset] = [all[index]!, all[index + 1]?.baseOffset]
      const from = index === place!.index ? place! : { offset: segment.baseOffset, position: 0 }
      logEndOffset = this.#scan(segment, { from, endOffset }, producers, epochs)
    }
    if (logEndOffset < this.#leastEnd && !trusted) {
      this.#writeIndexes(all.at(-1)!)
      this.#goOnAt(all, this.#leastEnd)
      this.#reportMissing(all.at(-2)!, (logEndOffset = this.#leastEnd))
    } else if (cleanEnd?.sound === false) this.#reportMissing(all.at(-2)!, cleanEnd.offset)
    if (this.#corruptRanges.length > 0 || hasLostOffsets) lost.write(this.#corruptRanges)
    epochs.truncateEnd(Math.max(logEndOffset, 1))
    this.#txnindexes.keepOnly(all, this.#home.syncsNames)
    return {
      segments: new Segments(all),
      producers,
      epochs,
      txnindexes: this.#txnindexes,
      logStartOffset: Math.min(Math.max(logStartOffset, all[0]!.baseOffset), logEndOffset),
      logEndOffset,
      unsynced: trustedEnd === undefined ? all.slice(this.#pastRecoveryPoint(all), -1) : [],
      notedBytes: this.#notedBytes(all, place),
      snapshotOffset,
      report: {
        cleanStop: trustedEnd !== undefined,
        scannedBytes: this.#scannedBytes,
        truncatedBytes: this.#truncatedBytes,
        corruptRanges: this.#corruptRanges,
      },
    }
  }

  #openSegments(offsets: readonly number[]): Segment[] {
    const { nowMs, logStartOffset } = this.#options
    const bases = offsets.length === 0 ? [logStartOffset] : offsets
    return bases.map((baseOffset, index) => {
      const segment = new Segment(this.#home, { baseOffset, sizeInBytes: 0, createdMs: nowMs, active: false })
      const sizeInBytes = segment.fileBytes('log')
      const active = index === bases.length - 1 && sizeInBytes === 0
      const sizes = this.#options.sizes?.get(baseOffset)
      return new Segment(this.#home, { baseOffset, sizeInBytes, createdMs: nowMs, active, sizes })
    })
  }

  /**
   * After a clean stop: where the log ends, and whether its last segment is sound up to there; undefined if nobody knows.
   * Compaction on another broker may have left holes in it, so only the end itself is held against the recovery point.
   */
  #endOfCleanLog(active: Segment): CleanEnd | undefined {
    const { recoveryPoint } = this.#options
    if (active.sizeInBytes > 0) active.resume()
    const { end, lastBase, whole } = checkedEndOf(active)
    // A checkpoint from before the last records says nothing of how they must end.
    const known = recoveryPoint > active.baseOffset && lastBase < recoveryPoint
    if (whole && (!known || end === recoveryPoint)) return { offset: end, sound: true }
    if (active.sizeInBytes > 0) active.suspend()
    return known ? { offset: recoveryPoint, sound: false } : undefined
  }

  /** Where a log goes on whose last segment is damaged at its end, or lacks it: in a new one, after offsets that were given out. */
  #goOnAt(all: Segment[], baseOffset: number): void {
    const last = all.at(-1)!
    // It may have no file any more: that there was one is what tells of the gap.
    last.open()
    if (last.active) last.suspend()
    const { nowMs } = this.#options
    const segment = new Segment(this.#home, { baseOffset, sizeInBytes: 0, createdMs: nowMs, active: true })
    segment.open()
    all.push(segment)
  }

  /** Notes what a segment should have before `endOffset`, unless damage there has been noted already. */
  #reportMissing(segment: Segment, endOffset: number): void {
    if (this.#corruptRanges.at(-1)?.toOffset === endOffset - 1) return
    const fromOffset = endOffsetOf(segment)
    if (fromOffset >= endOffset) return
    const position = segment.sizeInBytes
    const range = { fromPosition: position, toPosition: position, fromOffset, toOffset: endOffset - 1 }
    this.#corruptRanges.push({ file: segment.path(), ...range })
  }

  /** Whether a segment is as a stop in order left it, as far as that is told. */
  #isAsItWas(segment: Segment, all: readonly Segment[]): boolean {
    return (
      isTransactionIndexSound(segment, this.#txnindexes) && (isOfKnownSize(segment) || segment === all.at(-1))
    )
  }

  /** Whether what a segment's files tell can be trusted; where much else will be read again, their form is enough. */
  #isTrusted(segment: Segment, all: readonly Segment[]): boolean {
    return this.#options.cleanStop
      ? this.#isAsItWas(segment, all)
      : isTransactionIndexReadable(segment, this.#txnindexes)
  }

  /** The first segment that may hold bytes that never reached the disk. */
  #pastRecoveryPoint(all: readonly Segment[]): number {
    return all.findIndex((_, index) => {
      const next = all[index + 1]
      return next === undefined || next.baseOffset > this.#options.recoveryPoint
    })
  }

  /** Up to where nothing need be read, after a stop that was not clean. */
  #trustedPlace(all: readonly Segment[], snapshotOffsets: readonly number[]): TrustedPlace {
    const { recoveryPoint, writesKept } = this.#options
    const damaged = all.findIndex(segment => !this.#isTrusted(segment, all))
    const least = this.#pastRecoveryPoint(all)
    const first = damaged < 0 ? least : Math.min(damaged, least)
    const start = { index: first, offset: all[first]!.baseOffset, position: 0 }
    if (first === damaged) return start
    for (const offset of snapshotOffsets.toSorted((left, right) => right - left)) {
      if (offset <= start.offset) break
      const index = all.findLastIndex(segment => segment.baseOffset <= offset)
      if ((damaged >= 0 && index >= damaged) || (!writesKept && offset > recoveryPoint)) continue
      if (readSnapshot(this.#home, offset) === undefined) continue
      const position = all[index]!.baseOffset === offset ? 0 : all[index]!.startOf(offset)
      if (position !== undefined) return { index, offset, position }
    }
    return start
  }

  /** How much of the active segment its files tell of. */
  #notedBytes(all: readonly Segment[], place: TrustedPlace | undefined): number {
    if (place === undefined) return all.at(-1)!.sizeInBytes
    return place.index === all.length - 1 ? place.position : 0
  }

  /** Reads a segment from a place on, builds its indexes and brings the producers' state on; answers its end. */
  #scan(
    segment: Segment,
    range: {
      readonly from: { readonly offset: number; readonly position: number }
      /** Of the segment; undefined for the last one. */
      readonly endOffset: number | undefined
    },
    producers: ProducerStates,
    epochs: LeaderEpochs,
  ): number {
    const { from: start, endOffset } = range
    const { writesKept } = this.#options
    const last = endOffset === undefined
    const fileBytes = segment.sizeInBytes
    if (fileBytes === 0 && !segment.active) return this.#passLost(segment, endOffset, producers)
    const isShort = !isOfKnownSize(segment)
    const scanner = segment.scan(start.position, { checked: true, memory: scanMemory })
    segment.startRebuild(start)
    let expected = start.offset
    let exact = last
    for (;;) {
      const found = scanner.next() && !hasWrongOffset(scanner, { expected, endOffset, exact })
      if (found) {
        this.#take(segment, scanner, producers, epochs)
        expected = lastOffsetOf(scanner.bytes, scanner.at) + 1
        exact = last
        continue
      }
      if (scanner.position === fileBytes) break
      const from = scanner.position
      const goesOn = scanner.resync(expected)
      const to = goesOn ? scanner.position : fileBytes
      if (last && writesKept && !goesOn)
        this.#leastEnd = Math.max(this.#leastEnd, endOfWhole(segment, from, expected))
      if (
        last &&
        expected >= this.#leastEnd &&
        (!goesOn || (!writesKept && hasLostSector(segment, from, to)))
      ) {
        this.#truncatedBytes += fileBytes - from
        segment.truncateToNoted()
        break
      }
      const toOffset = (goesOn ? baseOffsetOf(scanner.bytes, scanner.at) : (endOffset ?? this.#leastEnd)) - 1
      this.#corruptRanges.push({
        file: segment.path(),
        fromPosition: from,
        toPosition: to,
        fromOffset: expected,
        toOffset,
      })
      for (const transaction of segment.transactionsInFile().endedWithin(expected, toOffset)) {
        segment.indexes.transactions.append(transaction)
        producers.endLost(transaction)
      }
      const marker = repairedMarker(segment, from, to)
      if (marker !== undefined) {
        setBaseOffset(marker, 0, expected)
        this.#applyTo(segment, marker, 0, producers)
      }
      segment.skip(to - from)
      // What follows a damaged stretch may leave a hole of any size.
      exact = false
      if (!goesOn) break
    }
    this.#scannedBytes += segment.sizeInBytes - start.position
    if (last) segment.activate()
    else {
      this.#writeIndexes(segment)
      // A start after the next kill need not read it again, and retention does not take what older ones tell of producers.
      if (this.#corruptRanges.length === 0) writeSnapshot(this.#home, endOffset, producers)
    }
    if (isShort && endOffset !== undefined) this.#reportMissing(segment, endOffset)
    return endOffset ?? expected
  }

  #writeIndexes(segment: Segment): void {
    segment.writeIndexes(this.#home.syncsNames)
    this.#txnindexes.note(segment)
    if (this.#home.syncsNames) this.#home.files.syncDirectory(this.#home.directory)
  }

  /** A segment that stands in for a lost one has nothing to be read, and its transaction index stays. */
  #passLost(segment: Segment, endOffset: number | undefined, producers: ProducerStates): number {
    segment.sizes = undefined
    for (const transaction of segment.transactionsInFile().endedWithin(0, Infinity))
      producers.endLost(transaction)
    if (endOffset === undefined) segment.resume()
    return endOffset ?? segment.baseOffset
  }

  #take(segment: Segment, scanner: BatchScanner, producers: ProducerStates, epochs: LeaderEpochs): void {
    const { bytes, at } = scanner
    const lastOffset = lastOffsetOf(bytes, at)
    epochs.assign(partitionLeaderEpochOf(bytes, at), baseOffsetOf(bytes, at))
    this.#applyTo(segment, bytes, at, producers)
    const batch = {
      lastOffset,
      maxTimestamp: maxTimestampOf(bytes, at),
      sizeInBytes: scanner.sizeInBytes,
    }
    segment.note(batch, this.#options.config.indexIntervalBytes)
  }

  /** Brings the producers' state on, and the transaction index if the batch is a marker that aborts. */
  #applyTo(segment: Segment, bytes: Uint8Array, at: number, producers: ProducerStates): void {
    const completed = applyBatch(producers, bytes, at, this.#options.nowMs)
    if (completed?.aborted !== true) return
    const { producerId, firstOffset, lastOffset } = completed
    const lastStableOffset = producers.stableOffsetAfter(completed)
    segment.indexes.transactions.append({ producerId, firstOffset, lastOffset, lastStableOffset })
  }
}
