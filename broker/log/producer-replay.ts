/** Builds the producers' state of a log from its newest whole snapshot and the batches after it (semantics G34, G39). */
import {
  baseOffsetOf,
  baseSequenceOf,
  isControl,
  isTransactional,
  lastOffsetOf,
  lastSequenceOf,
  noProducerId,
  producerEpochOf,
  producerIdOf,
} from '../../src/record/batch-format.ts'
import { RecordCursor } from '../../src/record/batch-reader.ts'
import { readTransactionMarker } from '../../src/record/control-record.ts'
import { joinPath, readWholeFile } from './files.ts'
import { ProducerStates, type CompletedTransaction } from './producer-state.ts'
import { readProducerSnapshot } from './producer-snapshot.ts'
import { snapshotFileName } from './segment-names.ts'
import type { Segment, SegmentHome } from './segment.ts'

const cursor = new RecordCursor()

/** Takes a batch of the log into the state; answers the transaction that it ended, if it is a marker that did. */
export function applyBatch(
  producers: ProducerStates,
  bytes: Uint8Array,
  at: number,
  seenMs: number,
): CompletedTransaction | undefined {
  const producerId = producerIdOf(bytes, at)
  if (producerId === noProducerId) return undefined
  const producerEpoch = producerEpochOf(bytes, at)
  if (isControl(bytes, at)) {
    cursor.reset(bytes, at)
    const marker = cursor.next() ? readTransactionMarker(cursor) : undefined
    if (marker === undefined) return undefined
    const { outcome, coordinatorEpoch } = marker
    return producers.applyMarker(
      { producerId, producerEpoch, coordinatorEpoch, commit: outcome === 'commit' },
      cursor.offset,
      seenMs,
    )
  }
  producers.apply(
    {
      producerId,
      producerEpoch,
      baseSequence: baseSequenceOf(bytes, at),
      lastSequence: lastSequenceOf(bytes, at),
      transactional: isTransactional(bytes, at),
    },
    { baseOffset: baseOffsetOf(bytes, at), lastOffset: lastOffsetOf(bytes, at), seenMs },
  )
  return undefined
}

/**
 * The state as it was at `offset`, the end of a batch: the newest snapshot at or before it, brought on over the trusted
 * segments in between. Snapshots that are damaged or lie past the offset are removed.
 */
export function loadProducers(
  home: SegmentHome,
  segments: readonly Segment[],
  snapshotOffsets: readonly number[],
  offset: number,
  nowMs: number,
): ProducerStates {
  let [producers, from] = [new ProducerStates(), 0]
  for (const snapshotOffset of snapshotOffsets.toSorted((left, right) => right - left)) {
    const path = joinPath(home.directory, snapshotFileName(snapshotOffset))
    const bytes = snapshotOffset > offset ? undefined : readWholeFile(home.files, path)
    const read = bytes === undefined ? undefined : readProducerSnapshot(bytes)
    if (read !== undefined) {
      ;[producers, from] = [read, snapshotOffset]
      break
    }
    home.files.remove(path)
  }
  for (const [index, segment] of segments.entries()) {
    const end = segments[index + 1]?.baseOffset ?? Infinity
    if (end > from && segment.baseOffset < offset) replay(producers, segment, { from, upTo: offset, nowMs })
  }
  return producers
}

function replay(
  producers: ProducerStates,
  segment: Segment,
  range: { from: number; upTo: number; nowMs: number },
): void {
  const scanner = segment.scan(segment.baseOffset >= range.from ? 0 : segment.positionOf(range.from))
  while (scanner.next()) {
    const { bytes, at } = scanner
    if (baseOffsetOf(bytes, at) >= range.upTo) return
    if (baseOffsetOf(bytes, at) >= range.from) applyBatch(producers, bytes, at, range.nowMs)
  }
}
