/**
 * Rewrites one batch for compaction: which of its records stay, and in what form (semantics G28, G53-G55).
 *
 * A batch of which all stays is kept as it is, byte for byte. One that loses records is written anew with the offsets,
 * producer and sequence that it had. One that loses all of them is dropped, or kept as a bare header where that header
 * still says something: the last sequence of a live producer, or where the log ends.
 *
 * The delete horizon (KIP-534): a tombstone, or a marker that is not needed any more, stays for `delete.retention.ms` after
 * the first pass that met it, so that every reader who is on the way sees it. That first pass writes the
 * moment into the batch, in the place of the base timestamp.
 */
import {
  baseOffsetOf,
  baseSequenceOf,
  baseTimestampOf,
  batchHeaderBytes,
  codecIdOf,
  hasDeleteHorizon,
  isControl,
  isLogAppendTime,
  isTransactional,
  lastOffsetDeltaOf,
  maxTimestampOf,
  noTimestamp,
  partitionLeaderEpochOf,
  producerEpochOf,
  producerIdOf,
  readBatchHeader,
  sizeInBytesOf,
  writeBatchHeader,
} from '../../src/record/batch-format.ts'
import { RecordCursor } from '../../src/record/batch-reader.ts'
import { BatchWriter } from '../../src/record/batch-writer.ts'
import type { CodecId } from '../../src/record/compression.ts'

export interface BatchVerdict {
  /** Nobody may read its records any more: an aborted batch, or a marker that ends nothing. */
  readonly discardable: boolean
  /** What is left of it stays as a bare header. */
  readonly keepEmpty: boolean
  /** Whether a record with this key at this offset is the newest of its key. */
  readonly isNewest: (cursor: RecordCursor) => boolean
  readonly nowMs: number
  readonly deleteRetentionMs: number
}

export class BatchFilter {
  readonly #cursor = new RecordCursor()
  readonly #writer = new BatchWriter(64 * 1024)

  /** What stays of the batch; undefined if nothing does. */
  filter(bytes: Uint8Array, at: number, verdict: BatchVerdict): Uint8Array | undefined {
    const control = isControl(bytes, at)
    const horizon = hasDeleteHorizon(bytes, at) ? baseTimestampOf(bytes, at) : undefined
    const pastHorizon = horizon !== undefined && horizon <= verdict.nowMs
    const dropAll = verdict.discardable && (!control || pastHorizon)
    const kept = dropAll ? noneKept : this.#choose(bytes, at, verdict, { control, pastHorizon })
    if (kept.count === 0) return verdict.keepEmpty ? bareHeader(bytes, at) : undefined
    const expiring = control ? verdict.discardable : kept.tombstones
    const newHorizon =
      expiring && horizon === undefined ? verdict.nowMs + verdict.deleteRetentionMs : undefined
    if (kept.all && newHorizon === undefined) return bytes.subarray(at, at + sizeInBytesOf(bytes, at))
    return this.#rewrite(bytes, at, kept.offsets, newHorizon ?? horizon)
  }

  /** The offsets of the records that stay. */
  #choose(
    bytes: Uint8Array,
    at: number,
    verdict: BatchVerdict,
    { control, pastHorizon }: { readonly control: boolean; readonly pastHorizon: boolean },
  ): KeptRecords {
    const cursor = this.#cursor
    const offsets = new Set<number>()
    let [count, tombstones] = [0, false]
    cursor.reset(bytes, at)
    while (cursor.next()) {
      count++
      const tombstone = cursor.valueEnd < cursor.valueStart
      if (!control && ((tombstone && pastHorizon) || !verdict.isNewest(cursor))) continue
      offsets.add(cursor.offset)
      tombstones ||= tombstone
    }
    return { offsets, count: offsets.size, all: offsets.size === count, tombstones }
  }

  #rewrite(
    bytes: Uint8Array,
    at: number,
    offsets: ReadonlySet<number>,
    horizon: number | undefined,
  ): Uint8Array {
    const [cursor, writer] = [this.#cursor, this.#writer]
    const baseOffset = baseOffsetOf(bytes, at)
    writer.reset(horizon)
    cursor.reset(bytes, at)
    while (cursor.next()) {
      if (!offsets.has(cursor.offset)) continue
      writer.appendAt(
        cursor.offset - baseOffset,
        cursor.timestamp,
        cursor.key(),
        cursor.value(),
        cursor.headers(),
      )
    }
    return writer.close({
      baseOffset,
      lastOffsetDelta: lastOffsetDeltaOf(bytes, at),
      partitionLeaderEpoch: partitionLeaderEpochOf(bytes, at),
      producerId: producerIdOf(bytes, at),
      producerEpoch: producerEpochOf(bytes, at),
      baseSequence: baseSequenceOf(bytes, at),
      transactional: isTransactional(bytes, at),
      control: isControl(bytes, at),
      codec: codecIdOf(bytes, at) as CodecId,
      deleteHorizon: horizon !== undefined,
      ...(isLogAppendTime(bytes, at) ? { logAppendTime: maxTimestampOf(bytes, at) } : {}),
    })
  }
}

interface KeptRecords {
  readonly offsets: ReadonlySet<number>
  readonly count: number
  readonly all: boolean
  readonly tombstones: boolean
}

const noneKept: KeptRecords = { offsets: new Set(), count: 0, all: false, tombstones: false }

/** The batch without records. Nothing is compressed, so that no reader has to decompress nothing. */
function bareHeader(bytes: Uint8Array, at: number): Uint8Array {
  const header = new Uint8Array(batchHeaderBytes)
  writeBatchHeader(header, 0, {
    ...readBatchHeader(bytes, at),
    sizeInBytes: batchHeaderBytes,
    codec: 0,
    baseTimestamp: noTimestamp,
    deleteHorizon: false,
    recordCount: 0,
  })
  return header
}
