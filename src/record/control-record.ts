/**
 * Control batches: the markers that end a transaction on a partition (semantics G26).
 *
 * One record, in a batch that is both transactional and control and has no sequence:
 *
 *   key    version int16 = 0, type int16: 0 abort, 1 commit (2 to 6 are KRaft's and are skipped)
 *   value  version int16 = 0, coordinatorEpoch int32
 *
 * Control batches take offsets like any other and are never shown to applications.
 */
import { readInt16, readInt32, writeInt16, writeInt32 } from '../base/bytes.ts'
import { noLeaderEpoch } from './batch-format.ts'
import type { RecordCursor } from './batch-reader.ts'
import { BatchWriter } from './batch-writer.ts'

export interface TransactionMarker {
  readonly outcome: 'commit' | 'abort'
  readonly coordinatorEpoch: number
}

const keyBytes = 4
const valueBytes = 6
const typeAbort = 0
const typeCommit = 1

/** A whole control batch that ends the open transaction of a producer. Base offset 0 unless given. */
export function writeTransactionMarker(
  marker: TransactionMarker & {
    readonly producerId: number
    readonly producerEpoch: number
    readonly timestamp: number
    readonly baseOffset?: number
    readonly partitionLeaderEpoch?: number
  },
): Uint8Array {
  const key = new Uint8Array(keyBytes)
  writeInt16(key, 2, marker.outcome === 'commit' ? typeCommit : typeAbort)
  const value = new Uint8Array(valueBytes)
  writeInt32(value, 2, marker.coordinatorEpoch)
  const writer = new BatchWriter(128)
  writer.append(marker.timestamp, key, value)
  return writer.close({
    baseOffset: marker.baseOffset ?? 0,
    partitionLeaderEpoch: marker.partitionLeaderEpoch ?? noLeaderEpoch,
    producerId: marker.producerId,
    producerEpoch: marker.producerEpoch,
    transactional: true,
    control: true,
  })
}

/**
 * The marker at a cursor that stands on a record of a control batch; `undefined` for control records of other types.
 * Versions above 0 may only add fields, so they are read alike.
 */
export function readTransactionMarker(cursor: RecordCursor): TransactionMarker | undefined {
  const { bytes, keyStart, keyEnd, valueStart, valueEnd } = cursor
  if (keyEnd - keyStart < keyBytes) return undefined
  const type = readInt16(bytes, keyStart + 2)
  if (type !== typeAbort && type !== typeCommit) return undefined
  const coordinatorEpoch = valueEnd - valueStart < valueBytes ? -1 : readInt32(bytes, valueStart + 2)
  return { outcome: type === typeCommit ? 'commit' : 'abort', coordinatorEpoch }
}
