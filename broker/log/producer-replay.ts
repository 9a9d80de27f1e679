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
import { joinPath, readWholeFile, writeNewFile } from './files.ts'
import { ProducerStates, type CompletedTransaction } from './producer-state.ts'
import { readProducerSnapshot, writeProducerSnapshot } from './producer-snapshot.ts'
import { snapshotFileName } from './segment-names.ts'
import type { Segment, SegmentHome } from './segment.ts'
import type { Settling } from './settling.ts'

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
    if (!cursor.next()) {
      producers.applyEmptied({ producerId, producerEpoch }, seenMs)
      return undefined
    }
    const marker = readTransactionMarker(cursor)
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

/** Under durability 'power' its bytes are synced, or `settling` sees to that; its name is left to the caller. */
export function writeSnapshot(
  home: SegmentHome,
  offset: number,
  producers: ProducerStates,
  settling?: Settling,
): void {
  const path = joinPath(home.directory, snapshotFileName(offset))
  const contents = writeProducerSnapshot(producers)
  if (settling === undefined) writeNewFile(home.files, path, contents, home.syncsNames)
  else settling.write(path, contents)
}

/** The state that a snapshot holds; undefined if it is damaged. */
export function readSnapshot(home: SegmentHome, offset: number): ProducerStates | undefined {
  const bytes = readWholeFile(home.files, joinPath(home.directory, snapshotFileName(offset)))
  return bytes === undefined ? undefined : readProducerSnapshot(bytes)
}

/**
 * The state as it was at `offset`, the end of a batch: the newest snapshot at or before it (-1 if none), brought on over
 * the trusted segments in between. Snapshots that are damaged or lie past the offset are removed, and so are older ones
 * that are of no segment's start.
 */
export function loadProducers(
  home: SegmentHome,
  segments: readonly Segment[],
  snapshotOffsets: readonly number[],
  offset: number,
  nowMs: number,
): { readonly producers: ProducerStates; readonly snapshotOffset: number } {
  let found: ProducerStates | undefined
  let from = -1
  for (const snapshotOffset of snapshotOffsets.toSorted((left, right) => right - left)) {
    if (found === undefined && snapshotOffset <= offset) {
      found = readSnapshot(home, snapshotOffset)
      if (found !== undefined) {
        from = snapshotOffset
        continue
      }
    } else if (found !== undefined && segments.some(each => each.baseOffset === snapshotOffset)) continue
    home.files.remove(joinPath(home.directory, snapshotFileName(snapshotOffset)))
  }
  const producers = found ?? new ProducerStates()
  for (const [index, segment] of segments.entries()) {
    const end = segments[index + 1]?.baseOffset ?? Infinity
    if (from < offset && end > from && segment.baseOffset < offset)
      replay(producers, segment, { from, upTo: offset, nowMs })
  }
  return { producers, snapshotOffset: from }
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
