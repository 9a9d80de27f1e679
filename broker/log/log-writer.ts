/**
 * The write path of a log: rolls, assigns offsets, writes, and notes what was written.
 *
 * Everything that may fail comes first or is undone: after a throw the log is as before, unless `broken` says that torn
 * bytes or a half-made segment could not be removed. What comes after the write cannot fail.
 */
import { assert } from '../../src/base/assert.ts'
import { randomIndex, type Random } from '../../src/base/random.ts'
import { noProducerId, setBaseOffset, setPartitionLeaderEpoch } from '../../src/record/batch-format.ts'
import type { IncomingBatch } from './append-check.ts'
import type { LogConfig } from './log-config.ts'
import type { OpenLogOptions } from './log-options.ts'
import type { LogStore } from './log-store.ts'
import type { UnnotedBytes } from './noting.ts'
import type { CompletedTransaction, ProducerMarker } from './producer-state.ts'
import { mustRoll } from './roll.ts'
import type { IndexedBatch, Segment } from './segment.ts'
import type { TailCache } from './tail-cache.ts'

/** What concerns all batches of a write. */
export interface WriteContext {
  readonly config: LogConfig
  readonly leaderEpoch: number
  readonly nowMs: number
  /** Whether the bytes are somebody else's after the write. */
  readonly isLent: boolean
}

export interface LogWriterOptions {
  readonly store: LogStore
  readonly tail: TailCache
  readonly options: Pick<OpenLogOptions, 'random' | 'unnoted'>
  /** Called with each segment that is sealed. */
  readonly sealed: (segment: Segment) => void
}

export class LogWriter {
  readonly #store: LogStore
  readonly #tail: TailCache
  readonly #random: Random | undefined
  readonly #unnoted: UnnotedBytes | undefined
  readonly #sealed: (segment: Segment) => void
  /** What segment.jitter.ms came to for the active segment. */
  #jitterMs = 0
  #endOffset: number
  #broken = false

  constructor(options: LogWriterOptions) {
    this.#store = options.store
    this.#tail = options.tail
    this.#random = options.options.random
    this.#unnoted = options.options.unnoted
    this.#sealed = options.sealed
    this.#endOffset = options.store.logEndOffset
  }

  /** The offset that the next record gets. */
  get endOffset(): number {
    return this.#endOffset
  }

  /** A failed write could not be undone: the files must be recovered before they are written to again. */
  get broken(): boolean {
    return this.#broken || this.#store.broken
  }

  /** Writes batches of records; answers the first offset. */
  writeRecords(bytes: Uint8Array, batches: readonly IncomingBatch[], context: WriteContext): number {
    const baseOffset = this.#write(bytes, batches, context)
    let offset = baseOffset
    for (const batch of batches) {
      const lastOffset = offset + batch.lastOffsetDelta
      if (batch.producerId !== noProducerId) {
        this.#store.producers.apply(batch, { baseOffset: offset, lastOffset, seenMs: context.nowMs })
      }
      offset = lastOffset + 1
    }
    return baseOffset
  }

  /** Writes a marker; answers the transaction that it ended, if the producer had one here. */
  writeMarker(
    bytes: Uint8Array,
    batch: IncomingBatch,
    marker: ProducerMarker,
    context: WriteContext,
  ): CompletedTransaction | undefined {
    const { producers, segments } = this.#store
    const offset = this.#write(bytes, [batch], context)
    const completed = producers.applyMarker(marker, offset, context.nowMs)
    if (completed?.aborted === true) {
      segments.active.indexes.transactions.append({
        producerId: completed.producerId,
        firstOffset: completed.firstOffset,
        lastOffset: completed.lastOffset,
        lastStableOffset: producers.stableOffsetAfter(completed),
      })
    }
    return completed
  }

  /** Begins a new segment at the log's end. */
  roll(config: LogConfig, nowMs: number): void {
    this.#sealed(this.#store.roll(this.#endOffset, nowMs))
    const jitterMax = Math.min(config.segmentJitterMs, config.segmentMs)
    this.#jitterMs = this.#random === undefined ? 0 : randomIndex(this.#random, jitterMax + 1)
  }

  #write(bytes: Uint8Array, batches: readonly IncomingBatch[], context: WriteContext): number {
    const { config, leaderEpoch, nowMs, isLent } = context
    const baseOffset = this.#endOffset
    const indexed: IndexedBatch[] = []
    let [offset, maxTimestamp] = [baseOffset, -1]
    for (const batch of batches) {
      setBaseOffset(bytes, batch.at, offset)
      setPartitionLeaderEpoch(bytes, batch.at, leaderEpoch)
      const lastOffset = offset + batch.lastOffsetDelta
      indexed.push({ lastOffset, maxTimestamp: batch.maxTimestamp, sizeInBytes: batch.sizeInBytes })
      maxTimestamp = Math.max(maxTimestamp, batch.maxTimestamp)
      offset = lastOffset + 1
    }
    const question = {
      appendBytes: bytes.length,
      maxTimestamp,
      lastOffset: offset - 1,
      nowMs,
      jitterMs: this.#jitterMs,
    }
    if (mustRoll(this.#store.segments.active, config, question)) this.roll(config, nowMs)
    this.#store.beginEpoch(leaderEpoch, baseOffset)
    this.#append(bytes, indexed, config)
    this.#endOffset = offset
    this.#tail.append(baseOffset, offset - 1, bytes, isLent)
    this.#unnoted?.add(bytes.length)
    return baseOffset
  }

  #append(bytes: Uint8Array, batches: readonly IndexedBatch[], config: LogConfig): void {
    const { active } = this.#store.segments
    const sizeBefore = active.sizeInBytes
    try {
      active.append(bytes, batches, config.indexIntervalBytes)
    } catch (error) {
      assert(active.sizeInBytes === sizeBefore, 'a failed write is not noted')
      try {
        active.truncateToNoted()
      } catch {
        // The caller gets the error of the write; torn bytes are left, so nothing may be written after them.
        this.#broken = true
      }
      throw error
    }
    assert(active.sizeInBytes === sizeBefore + bytes.length, 'all of an append is in batches')
  }
}
