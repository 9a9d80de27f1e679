/**
 * The log of one partition: appends, reads, transactions, durability.
 *
 * An append is synchronous: check, assign offsets in place, one write, note it in indexes, tail and producers' state. At
 * 128 KiB a batch that is about 15 µs for the checksum (with the native one), 40 µs for the write into the page cache
 * and 2 µs for the rest. Whatever fails before the write has changed nothing; a write that fails is cut off again.
 *
 * Under durability 'power', `highWatermark` follows the disk: what may still be lost is shown to nobody, and neither
 * are transactions whose marker may be lost. Under 'process' it is the log's end.
 */
import { assert } from '../../src/base/assert.ts'
import { partitionKey } from '../../src/base/topic-partition.ts'
import { setLogAppendTime } from '../../src/record/batch-format.ts'
import { writeTransactionMarker } from '../../src/record/control-record.ts'
import { kafkaErrors } from '../../src/protocol/errors.ts'
import { BrokerError } from '../broker-error.ts'
import { checkAppend, checkProducers, describeBatch } from './append-check.ts'
import type { EpochEnd } from './leader-epochs.ts'
import type { LogConfig } from './log-config.ts'
import { LogFlush } from './log-flush.ts'
import { afterFailure, type OpenLogOptions } from './log-options.ts'
import { checkInRange, collectAborted } from './log-read.ts'
import { LogReader } from './log-reader.ts'
import { LogState, type LogStateName } from './log-state.ts'
import { openStore, type LogStore } from './log-store.ts'
import type {
  AppendOptions,
  AppendResult,
  IsolationLevel,
  MarkerOptions,
  ReadOptions,
  ReadResult,
  RecoveryReport,
  TimestampOffset,
} from './log-types.ts'
import { LogWriter } from './log-writer.ts'
import type { ProducerEntry } from './producer-state.ts'
import { expiredSegments } from './retention.ts'
import { agedOut } from './roll.ts'
import type { Segment } from './segment.ts'
import { StableOffset } from './stable-offset.ts'
import { findMaxTimestamp, findTimestamp, visibleRange } from './time-lookup.ts'

export class PartitionLog {
  readonly topic: string
  readonly partition: number
  readonly directory: string
  /** What batches are stamped with. */
  readonly leaderEpoch: number
  #config: LogConfig
  readonly #state: LogState
  #logStartOffset: number
  #recoveryPoint: number
  /** These two are one opening of the files; `reopen` replaces them together. */
  #store: LogStore
  #writer: LogWriter
  readonly #options: OpenLogOptions
  readonly #place: string
  /** What is forced to the disk, and when. */
  readonly flushing: LogFlush
  readonly #reader: LogReader
  readonly #stable = new StableOffset()

  private constructor(options: OpenLogOptions) {
    this.#options = options
    this.topic = options.topic
    this.partition = options.partition
    this.directory = options.directory
    this.#place = partitionKey(options.topic, options.partition)
    this.#state = new LogState(options.directory, options.onFailed)
    this.#config = options.config
    this.leaderEpoch = options.leaderEpoch ?? 0
    this.#recoveryPoint = options.recoveryPoint ?? 0
    this.#reader = new LogReader(options, () => ({
      segments: this.#store.segments,
      logEndOffset: this.logEndOffset,
    }))
    this.flushing = new LogFlush({
      target: () => ({ endOffset: this.#writer.endOffset, active: this.#store.segments.active }),
      flushed: (offset, sealedBytes) => this.#flushed(offset, sealedBytes),
      failed: error => this.#state.fail(error),
    })
    this.#store = openStore(options)
    this.#logStartOffset = this.#store.logStartOffset
    this.#writer = this.#begin()
  }

  /** Opens the log in a directory, after whatever became of it, or begins one. */
  static open(options: OpenLogOptions): PartitionLog {
    return new PartitionLog(options)
  }

  get state(): LogStateName {
    return this.#state.name
  }

  get config(): LogConfig {
    return this.#config
  }

  /** Where the log starts for readers; DeleteRecords and retention move it. */
  get logStartOffset(): number {
    return this.#logStartOffset
  }

  /** The offset that the next record gets. */
  get logEndOffset(): number {
    return this.#writer.endOffset
  }

  /** Readers see records before it. */
  get highWatermark(): number {
    return this.#stable.highWatermark
  }

  /** Readers of committed records see records before it. */
  get lastStableOffset(): number {
    return this.#stable.lastStableOffset(this.#store.producers.firstOpenOffset, this.#logStartOffset)
  }

  /** All before it is known to be on the disk. */
  get recoveryPoint(): number {
    return this.#recoveryPoint
  }

  get sizeInBytes(): number {
    return this.#store.segments.sizeInBytes
  }

  /** What the last opening found and did. */
  get recovery(): RecoveryReport {
    return this.#store.report
  }

  /** For the cleaner and for tests. */
  get store(): LogStore {
    return this.#store
  }

  /** Changes the configuration; it holds from the next append and the next maintenance on. */
  configure(config: LogConfig): void {
    this.#config = config
  }

  /**
   * Appends whole batches with one write and assigns their offsets. The array belongs to the log from here on, or
   * until this returns if it `isLent`: it is changed in place, and served to readers.
   *
   * Throws a `BrokerError` for what the client did wrong, MR-4003 if the disk is full (later appends may succeed) and
   * MR-4004 if it failed. Nothing of a refused append is in the log. Under 'power', wait for `durable()` before
   * acknowledging.
   */
  append(records: Uint8Array, options: AppendOptions): AppendResult {
    this.#state.checkWritable()
    const { bytes, batches, isLent } = checkAppend(records, this.#config, options, this.#place)
    const repeated = checkProducers(this.#store.producers, batches, options)
    if (repeated !== undefined) {
      return this.#result(repeated.baseOffset, repeated.lastOffset, options.nowMs, true)
    }
    const context = { config: this.#config, leaderEpoch: this.leaderEpoch, nowMs: options.nowMs, isLent }
    const baseOffset = this.#guard(() => this.#writer.writeRecords(bytes, batches, context))
    this.#appended(options.nowMs)
    return this.#result(baseOffset, this.logEndOffset - 1, options.nowMs, false)
  }

  /**
   * Appends the marker that ends a producer's transaction here. Not an error if the producer has none open: the marker
   * then only says that older epochs are past. INVALID_PRODUCER_EPOCH or TRANSACTION_COORDINATOR_FENCED if it is late.
   */
  appendMarker(options: MarkerOptions): AppendResult {
    this.#state.checkWritable()
    const { producerId, producerEpoch, coordinatorEpoch, commit, nowMs } = options
    const marker = { producerId, producerEpoch, coordinatorEpoch, commit }
    this.#store.producers.checkMarker(marker, options.transactionVersion ?? 1)
    const bytes = writeTransactionMarker({
      producerId,
      producerEpoch,
      coordinatorEpoch,
      outcome: commit ? 'commit' : 'abort',
      timestamp: nowMs,
    })
    if (this.#config.timestampType === 'LogAppendTime') setLogAppendTime(bytes, 0, nowMs)
    const context = { config: this.#config, leaderEpoch: this.leaderEpoch, nowMs, isLent: false }
    const offset = this.logEndOffset
    const completed = this.#guard(() =>
      this.#writer.writeMarker(bytes, describeBatch(bytes, 0), marker, context),
    )
    if (completed !== undefined) this.#stable.completed(completed)
    this.#appended(nowMs)
    return this.#result(offset, offset, nowMs, false)
  }

  /**
   * Batches from the one that holds `offset` on. OFFSET_OUT_OF_RANGE outside of [logStartOffset, logEndOffset];
   * CORRUPT_MESSAGE (cause: MR-4002 with file and position) where the disk damaged the batch.
   */
  read(options: ReadOptions): ReadResult {
    this.#state.checkReadable()
    const { offset, maxBytes, minOneBatch = true, isolation = 'read_uncommitted' } = options
    checkInRange(offset, { start: this.#logStartOffset, end: this.logEndOffset, place: this.#place })
    const lastStableOffset = this.lastStableOffset
    const endOffset = isolation === 'read_committed' ? lastStableOffset : this.highWatermark
    const range = { offset, endOffset, maxBytes, minOneBatch, memory: options.memory }
    const { bytes, nextOffset } = this.#reader.read(range)
    return {
      records: bytes,
      highWatermark: this.highWatermark,
      lastStableOffset,
      logStartOffset: this.#logStartOffset,
      abortedTransactions:
        isolation === 'read_committed' ? collectAborted(this.#store.segments, offset, nextOffset) : null,
      moreAvailable: bytes.length > 0 && nextOffset < endOffset,
    }
  }

  /**
   * Under 'power', and where the topic's flush.messages wants what was appended on the disk, settles when it is (MR-4004 if
   * it cannot be); else undefined.
   */
  durable(): Promise<void> | undefined {
    return this.#options.durability === 'power' || this.flushing.owed ? this.flush() : undefined
  }

  /** Forces all that was appended so far to the disk, under either durability. Rejects with MR-4004. */
  flush(): Promise<void> {
    this.#state.checkReadable()
    if (this.state === 'failed') return Promise.reject(this.#state.failedError())
    return this.flushing.flush()
  }

  /** The first record at or after a time that readers may see; undefined if there is none. */
  offsetForTimestamp(timestamp: number, isolation?: IsolationLevel): TimestampOffset | undefined {
    return findTimestamp(this.#store.segments, timestamp, visibleRange(this, isolation))
  }

  /** The record with the greatest timestamp; undefined if there is none. */
  maxTimestampOffset(isolation?: IsolationLevel): TimestampOffset | undefined {
    return findMaxTimestamp(this.#store.segments, visibleRange(this, isolation))
  }

  /** Where the greatest leader epoch ends that does not exceed `epoch`; undefined if there is none. */
  endOffsetForEpoch(epoch: number): EpochEnd | undefined {
    return this.#store.epochs.endOf(epoch, this.logEndOffset)
  }

  /** The leader epoch that wrote an offset, -1 if not known. */
  epochAt(offset: number): number {
    return this.#store.epochs.epochAt(offset)
  }

  /** Producers whose state is kept, for DescribeProducers. */
  activeProducers(): readonly ProducerEntry[] {
    return [...this.#store.producers.entries.values()]
  }

  /** Hides records before `offset` (-1: the high watermark); their segments go with the next maintenance. */
  deleteRecordsBefore(offset: number): number {
    this.#state.checkWritable()
    const wanted = offset === -1 ? this.highWatermark : offset
    if (wanted < 0 || wanted > this.highWatermark) {
      throw new BrokerError(
        kafkaErrors.OFFSET_OUT_OF_RANGE.code,
        `Records of ${this.#place} can be deleted before ${this.highWatermark}, not before ${offset}.`,
      )
    }
    if (wanted > this.#logStartOffset) this.#moveStart(wanted)
    return this.#logStartOffset
  }

  /** Calls `listener` whenever readers may see more; it must only take note. Answers what ends that. */
  onAppend(listener: () => void): () => void {
    return this.#stable.onAdvance(listener)
  }

  /** Retention, rolling by age, removal of retired files, forgetting of idle producers. */
  maintain(nowMs: number): void {
    if (this.state !== 'open') return
    this.#store.producers.expire(nowMs, this.#options.producerIdExpirationMs ?? 86_400_000)
    this.#store.removeDoomed(nowMs)
    const roll = (): void => this.#guard(() => this.#writer.roll(this.#config, nowMs))
    if (agedOut(this.#store.segments.active, this.#config, nowMs)) roll()
    this.#retire(nowMs, roll)
  }

  /** For the cleaner: puts a cleaned segment in the place of others; false if those are not all there any more. */
  replaceSegments(originals: readonly Segment[], cleaned: Segment, nowMs: number): boolean {
    if (this.state !== 'open') return false
    // What is dropped from the transaction index must not be served from memory, or aborted records would show.
    this.#reader.clear()
    for (const original of originals) this.flushing.forget(original)
    return this.#store.replace(originals, cleaned, nowMs + this.#config.fileDeleteDelayMs)
  }

  /** After a failure: recovers from what is in the files, as a restart would. Not an error if the log is open. */
  reopen(nowMs: number): void {
    if (this.state === 'open') return
    // What was not synced may be half there, and was shown to nobody.
    if (this.#options.durability === 'power') this.#store.cut(this.highWatermark)
    this.flushing.restart()
    this.#store.close()
    this.#reader.clear()
    this.#store = openStore({
      ...this.#options,
      config: this.#config,
      nowMs,
      ...afterFailure,
      recoveryPoint: this.#recoveryPoint,
      logStartOffset: this.#logStartOffset,
    })
    this.#writer = this.#begin()
    this.#state.moveTo('open')
  }

  /**
   * Lets go of the files. `clean` first puts everything on the disk, so that the next start trusts it; answers whether
   * that was done, which a failed log refuses. Idempotent. Flushes under way must have ended (`idle`).
   */
  close(options: { readonly clean: boolean }): boolean {
    if (this.state === 'closed') return false
    const settle = options.clean && this.state === 'open'
    if (settle) this.#store.settle(this.logEndOffset)
    if (settle) this.#recoveryPoint = this.logEndOffset
    this.#state.moveTo('closed')
    this.flushing.close({ durable: settle })
    this.#stable.close()
    this.#reader.clear()
    this.#store.close()
    return settle
  }

  /** Settles when no flush is under way. */
  idle(): Promise<void> {
    return this.flushing.idle()
  }

  /** What goes with newly opened files. */
  #begin(): LogWriter {
    const { logEndOffset, recoveryPoint, unsynced } = this.#store
    this.#recoveryPoint = recoveryPoint
    for (const segment of unsynced) this.flushing.sealed(segment)
    this.#stable.reset(logEndOffset)
    return new LogWriter({
      store: this.#store,
      tail: this.#reader.tail,
      options: this.#options,
      sealed: segment => this.flushing.sealed(segment),
    })
  }

  /** Runs a write; fails the log if it left the files in a state that only recovery can mend. */
  #guard<T>(write: () => T): T {
    try {
      return write()
    } catch (error) {
      if (this.#writer.broken) this.#state.fail(error)
      throw error
    }
  }

  /** After a write: under 'process' readers see it now, under 'power' once it is on the disk. */
  #appended(nowMs: number): void {
    if (this.#options.durability === 'power') {
      // Whoever acknowledges waits for it too; a failure reaches the log through `failed`.
      this.flushing.flush().catch(() => {})
    } else {
      this.#stable.advance(this.logEndOffset)
      this.flushing.appended(this.#config, nowMs)
    }
  }

  #flushed(offset: number, sealedBytes: number): void {
    this.#recoveryPoint = Math.max(this.#recoveryPoint, offset)
    if (sealedBytes > 0) this.#options.onSealedSynced?.(sealedBytes)
    if (this.#options.durability === 'power') this.#stable.advance(offset)
  }

  #result(baseOffset: number, lastOffset: number, nowMs: number, duplicate: boolean): AppendResult {
    const logAppendTime = this.#config.timestampType === 'LogAppendTime' ? nowMs : -1
    return { baseOffset, lastOffset, logAppendTime, logStartOffset: this.#logStartOffset, duplicate }
  }

  /** Takes expired segments out of use; the active one is rolled first, so that there always is one. */
  #retire(nowMs: number, roll: () => void): void {
    const { segments } = this.#store
    const count = expiredSegments(this, { segments, files: this.#options.files, nowMs })
    if (count === 0) return
    if (count === segments.all.length) roll()
    const start = segments.all[count]!.baseOffset
    if (start > this.#logStartOffset) this.#moveStart(start)
    for (const segment of segments.all.slice(0, count)) this.flushing.forget(segment)
    this.#store.retire(count, nowMs, this.#config.fileDeleteDelayMs)
  }

  #moveStart(offset: number): void {
    assert(offset <= this.highWatermark, 'the log starts at or before its high watermark')
    this.#logStartOffset = offset
    this.#store.epochs.truncateStart(offset)
  }
}
