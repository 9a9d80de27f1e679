/**
 * The files of one log as a whole: opening, rolling, retiring segments, closing. `PartitionLog` decides when; this does it
 * in an order that a crash may interrupt anywhere.
 */
import { joinPath, type FileSystem } from './files.ts'
import { checkpointBytes, writeCheckpoint } from './checkpoint-files.ts'
import type { LeaderEpochs } from './leader-epochs.ts'
import type { OpenLogOptions } from './log-options.ts'
import type { Durability, RecoveryReport } from './log-types.ts'
import { writeSnapshot } from './producer-replay.ts'
import type { ProducerStates } from './producer-state.ts'
import { loadLog, type RecoveryOptions } from './recovery.ts'
import { rewrite } from './rewriting.ts'
import { Segment, type SegmentHome } from './segment.ts'
import { leaderEpochFile, snapshotFileName } from './segment-names.ts'
import type { IndexSync } from './segment-indexes.ts'
import type { Segments } from './segments.ts'
import { Settling } from './settling.ts'
import type { TxnindexCheckpoint } from './txnindex-checkpoint.ts'
import { BatchScanner } from './batch-scan.ts'
import { WarmSegments } from './warm-segments.ts'
import { baseOffsetOf } from '../../src/record/batch-format.ts'

export interface LogStoreOptions {
  readonly files: FileSystem
  readonly directory: string
  readonly durability: Durability
  readonly warm?: WarmSegments | undefined
  readonly syncsLater?: boolean
  readonly writesDoubted?: boolean
}

/** One that is no longer in use. */
interface DoomedSegment {
  readonly segment: Segment
  readonly dueMs: number
  isRenamed: boolean
}

/** Opens the files of a log as its options say. */
export function openStore(options: OpenLogOptions): LogStore {
  const { files, directory, durability = 'process', warm, config, nowMs } = options
  const {
    syncsLater = false,
    writesDoubted = false,
    cleanStop = false,
    writesKept = false,
    recoveryPoint = 0,
    logStartOffset = 0,
  } = options
  return new LogStore(
    { files, directory, durability, warm, syncsLater, writesDoubted },
    { config, cleanStop, writesKept, recoveryPoint, logStartOffset, nowMs, sizes: options.sizes },
  )
}

export class LogStore {
  readonly segments: Segments
  readonly producers: ProducerStates
  readonly epochs: LeaderEpochs
  /** As found when opened. */
  readonly logStartOffset: number
  readonly logEndOffset: number
  readonly report: RecoveryReport
  /** All before it is on the disk, once opened. */
  readonly recoveryPoint: number
  /** Sealed segments that may not be on the disk. */
  readonly unsynced: readonly Segment[]
  /** A failed roll could not be undone: the files no longer say where the log ends, or the disk does not have them. */
  broken = false
  /** A swap of the cleaner is under way, or broke off. */
  swapping = false

  readonly #home: SegmentHome
  readonly #txnindexes: TxnindexCheckpoint
  readonly #syncs: boolean
  /** Renamed to `.deleted`, to be removed when their time has come. */
  #doomed: DoomedSegment[] = []
  /** Of the last two snapshots: the older one serves as long as the recovery point on the disk is of its time. */
  #snapshotOffsets: number[] = []
  /** What the files beside the active segment say of it. */
  #noted: { readonly segment: Segment; readonly sizeInBytes: number }
  /** How often segments came or went since the log was opened. */
  #changes = 0
  /** What is on the disk as a stop in order leaves it. */
  #stoppedAt: { readonly logEndOffset: number; readonly changes: number } | undefined
  /** Segments that must be on the disk before the log is used. */
  #owed: readonly Segment[] = []
  /** Whether one of them may have a name that is not on the disk. */
  #owesNames = false

  /** Opens what is in the directory, or begins a log there. */
  constructor(options: LogStoreOptions, recovery: RecoveryOptions) {
    const { files, directory } = options
    this.#syncs = options.durability === 'power'
    this.#home = { files, directory, warm: options.warm ?? new WarmSegments(), syncsNames: this.#syncs }
    const loaded = loadLog(this.#home, recovery)
    this.segments = loaded.segments
    this.producers = loaded.producers
    this.epochs = loaded.epochs
    this.#txnindexes = loaded.txnindexes
    this.logStartOffset = loaded.logStartOffset
    this.logEndOffset = loaded.logEndOffset
    this.report = loaded.report
    this.unsynced = this.#syncs ? [] : loaded.unsynced
    this.recoveryPoint = this.#syncs ? this.logEndOffset : Math.min(recovery.recoveryPoint, this.logEndOffset)
    this.#noted = { segment: loaded.segments.active, sizeInBytes: loaded.notedBytes }
    if (loaded.snapshotOffset >= 0) this.#snapshotOffsets.push(loaded.snapshotOffset)
    if (loaded.report.cleanStop || !(this.#syncs || options.writesDoubted === true)) return
    const written = this.#writtenSince(recovery.recoveryPoint, loaded.unsynced)
    if (options.writesDoubted === true) rewriteAll(written, recovery.recoveryPoint)
    // What a killed process left in the page cache has to reach the disk before it may be called durable.
    if (this.#syncs) {
      this.#owed = written
      if (options.syncsLater !== true) this.#settleNow()
    }
  }

  /** Where opening was told to sync later: does it, beside the event loop. Undefined if nothing need be synced. */
  settleOpening(): Promise<void> | undefined {
    return this.#owed.length === 0 ? undefined : this.#settleLater()
  }

  /** Seals the active segment and begins one at `logEndOffset`. If it throws, the old one is still active. */
  roll(logEndOffset: number, nowMs: number): Segment {
    const sealed = this.segments.active
    if (this.#syncs) this.#syncSealed(sealed)
    this.#writeIndexes(sealed, this.#syncs)
    this.#writeSnapshot(logEndOffset)
    const next = new Segment(this.#home, {
      baseOffset: logEndOffset,
      sizeInBytes: 0,
      createdMs: nowMs,
      active: true,
    })
    try {
      next.open()
      if (this.#syncs) this.#home.files.syncDirectory(this.#home.directory)
    } catch (error) {
      this.#undo(next)
      throw error
    }
    sealed.seal()
    this.segments.add(next)
    this.#changes++
    return sealed
  }

  /** Bytes that a start after a kill would have to read. */
  get unnotedBytes(): number {
    const { active } = this.segments
    return active.sizeInBytes - (this.#noted.segment === active ? this.#noted.sizeInBytes : 0)
  }

  /** Writes down what is in the active segment, so that a start after a kill reads only what follows. */
  note(logEndOffset: number): void {
    const { active } = this.segments
    if (this.unnotedBytes === 0) return
    this.#writeIndexes(active, this.#syncs)
    if (this.#syncs) this.#home.files.syncDirectory(this.#home.directory)
    this.#writeSnapshot(logEndOffset)
    if (this.#syncs) this.#home.files.syncDirectory(this.#home.directory)
    this.#noted = { segment: active, sizeInBytes: active.sizeInBytes }
  }

  /** Notes that `epoch` begins at `offset`, in the file too. */
  beginEpoch(epoch: number, offset: number): void {
    if (!this.epochs.assign(epoch, offset)) return
    try {
      this.#writeEpochs()
    } catch (error) {
      this.epochs.removeLast()
      throw error
    }
  }

  /** Takes the first segments out of use, whatever it throws; their files go `delayMs` later. */
  retire(count: number, nowMs: number, delayMs: number): void {
    const retired = this.segments.removeFirst(count)
    this.#changes++
    const failures: unknown[] = []
    for (const segment of retired) {
      this.#txnindexes.forget(segment)
      try {
        this.doom(segment, nowMs + delayMs)
      } catch (error) {
        failures.push(error)
      }
    }
    if (failures.length > 0) throw failures[0]
  }

  /** A segment for the cleaner to write, under a name that a restart throws away. */
  newCleaned(baseOffset: number, nowMs: number): Segment {
    const cleaned = new Segment(this.#home, {
      baseOffset,
      sizeInBytes: 0,
      createdMs: nowMs,
      active: true,
      suffix: '.cleaned',
    })
    cleaned.remove()
    return cleaned
  }

  /**
   * Puts a cleaned, sealed and synced segment in the place of those that it was made from. False, with nothing done, if
   * they are not all in use any more. A crash at any point leaves what `sweepDirectory` can finish or undo; if this
   * throws after the first rename, the cleaned segment serves under its interim name until the next start.
   */
  replace(originals: readonly Segment[], cleaned: Segment, dueMs: number): boolean {
    if (!originals.every(each => this.segments.all.includes(each))) return false
    const { files, directory } = this.#home
    // Where a kill comes in between, nothing is known of them for a while.
    for (const original of originals) this.#txnindexes.forget(original)
    this.#txnindexes.write(this.#syncs)
    this.swapping = true
    cleaned.rename('.swap', () => files.syncDirectory(directory))
    this.segments.replace(originals, [cleaned])
    this.#changes++
    files.syncDirectory(directory)
    for (const original of originals) this.doom(original, dueMs)
    cleaned.rename('')
    files.syncDirectory(directory)
    this.swapping = false
    this.#txnindexes.note(cleaned)
    this.#txnindexes.write(this.#syncs)
    return true
  }

  /** Renames the files of a segment that is no longer in use, to be removed at `dueMs`. */
  doom(segment: Segment, dueMs: number): void {
    segment.close()
    // If not all can be renamed, whoever removes them has to begin with that.
    const doomed: DoomedSegment = { segment, dueMs, isRenamed: false }
    this.#doomed.push(doomed)
    segment.rename('.deleted')
    doomed.isRenamed = true
    const snapshot = snapshotFileName(segment.baseOffset)
    if (!this.#snapshotOffsets.includes(segment.baseOffset))
      this.#home.files.remove(joinPath(this.#home.directory, snapshot))
  }

  /** Removes what is due. */
  removeDoomed(nowMs: number): void {
    for (const due of this.#doomed.filter(({ dueMs }) => dueMs <= nowMs)) {
      if (!due.isRenamed) due.segment.rename('.deleted')
      due.isRenamed = true
      due.segment.remove()
      this.#doomed = this.#doomed.filter(each => each !== due)
    }
  }

  /** Begins what `settle` does, for `settleLogs`, which ends it; undefined if nothing need be done. */
  beginSettling(logEndOffset: number): Settling | undefined {
    if (this.#isSettled(logEndOffset)) return undefined
    const [{ files, directory }, changes] = [this.#home, this.#changes]
    const settling = new Settling(files, {
      directory,
      done: () => {
        this.#stoppedAt = { logEndOffset, changes }
      },
    })
    const { active } = this.segments
    if (active.sizeInBytes > 0) settling.sync(active.file)
    this.#writeIndexes(active, settling)
    this.#writeSnapshot(logEndOffset, settling)
    settling.replace(joinPath(directory, leaderEpochFile), checkpointBytes(this.epochs.rows()))
    return settling
  }

  /** Puts everything on the disk, so that the next start need not look at anything. */
  settle(logEndOffset: number): void {
    if (this.#isSettled(logEndOffset)) return
    const { active } = this.segments
    if (active.sizeInBytes > 0) active.file.sync()
    this.#writeIndexes(active, true)
    this.#writeSnapshot(logEndOffset)
    this.#writeEpochs()
    this.#home.files.syncDirectory(this.#home.directory)
  }

  /** Lets go of all descriptors. */
  close(): void {
    for (const segment of this.segments.all) segment.close()
  }

  /** Cuts the files at `offset`, the start of a batch or the end; what is opened from them afterwards ends there. */
  cut(offset: number): void {
    for (const segment of this.segments.all.toReversed()) {
      if (segment.baseOffset >= offset && segment !== this.segments.first) {
        segment.remove()
        continue
      }
      const scanner = new BatchScanner(segment.file, {
        position: 0,
        end: segment.sizeInBytes,
        checked: false,
      })
      while (scanner.next() && baseOffsetOf(scanner.bytes, scanner.at) < offset);
      segment.file.truncate(scanner.position)
      return
    }
  }

  #isSettled(logEndOffset: number): boolean {
    const at = this.#stoppedAt
    if (at !== undefined) return at.logEndOffset === logEndOffset && at.changes === this.#changes
    return this.report.cleanStop && this.#changes === 0 && logEndOffset === this.logEndOffset
  }

  #writeIndexes(segment: Segment, sync: IndexSync): void {
    segment.writeIndexes(sync)
    this.#txnindexes.note(segment)
    this.#txnindexes.write(this.#syncs)
  }

  #writeSnapshot(offset: number, settling?: Settling): void {
    writeSnapshot(this.#home, offset, this.producers, settling)
    if (this.#snapshotOffsets.at(-1) !== offset) this.#snapshotOffsets.push(offset)
    if (this.#snapshotOffsets.length <= 2) return
    const oldest = this.#snapshotOffsets.shift()!
    if (this.segments.all.some(each => each.baseOffset === oldest)) return
    this.#home.files.remove(joinPath(this.#home.directory, snapshotFileName(oldest)))
  }

  #writeEpochs(): void {
    const path = joinPath(this.#home.directory, leaderEpochFile)
    writeCheckpoint(this.#home.files, path, this.epochs.rows(), this.#syncs)
  }

  /** What may lie past `recoveryPoint`; the rest is on the disk. A segment without bytes may have no file yet. */
  #writtenSince(recoveryPoint: number, unsynced: readonly Segment[]): readonly Segment[] {
    if (recoveryPoint >= this.logEndOffset && this.logEndOffset > 0) return []
    const segments = [...unsynced, this.segments.active].filter(each => each.sizeInBytes > 0)
    this.#owesNames = segments.some(each => each.baseOffset >= recoveryPoint)
    return segments
  }

  #settleNow(): void {
    for (const segment of this.#owed) segment.file.sync()
    this.#settled()
  }

  async #settleLater(): Promise<void> {
    for (const segment of this.#owed) await segment.file.syncAsync()
    this.#settled()
  }

  #settled(): void {
    if (this.#owesNames) this.#home.files.syncDirectory(this.#home.directory)
    this.#owed = []
    this.#owesNames = false
  }

  /** After one that failed, the next proves nothing. */
  #syncSealed({ file }: Segment): void {
    try {
      file.sync()
    } catch (error) {
      this.broken = true
      throw error
    }
  }

  #undo(next: Segment): void {
    try {
      next.remove()
    } catch {
      // The caller gets the error that brought us here; this one means that the file may still be there.
      this.broken = true
    }
  }
}

/** What follows `offset`. */
function rewriteAll(segments: readonly Segment[], offset: number): void {
  for (const segment of segments) {
    const from = offset <= segment.baseOffset ? 0 : segment.positionOf(offset)
    rewrite(segment.file, { from, to: segment.sizeInBytes })
  }
}
