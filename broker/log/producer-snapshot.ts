/**
 * `.snapshot`: the state of all producers at an offset, in Kafka's format (semantics G34) with an addition after it.
 *
 *   version int16 = 1 | crc uint32 of all that follows | count int32, then for each producer:
 *     producerId int64 | epoch int16 | lastSequence int32 | lastOffset int64 | offsetDelta int32 | timestamp int64 |
 *     coordinatorEpoch int32 | currentTransactionFirstOffset int64
 *   addition:  tag int32 = 'MRB1' | count int32, then for each earlier batch that is remembered, oldest first:
 *     producerId int64 | lastSequence int32 | lastOffset int64 | offsetDelta int32
 *
 * Kafka keeps one batch of each producer in its snapshots, so that after a restart a producer with several requests in
 * flight may be told that its retry is out of order. The addition holds the other four; Kafka reads the first part
 * and ignores what follows. The state of a file without it is that of Kafka.
 */
import {
  readInt16,
  readInt32,
  readInt64,
  readUint32,
  writeInt16,
  writeInt32,
  writeInt64,
} from '../../src/base/bytes.ts'
import { crc32c } from '../../src/base/crc32c.ts'
import { noSequence } from '../../src/record/batch-format.ts'
import { ProducerStates, type ProducerEntry, type RememberedBatch } from './producer-state.ts'

const version = 1
const crcAt = 2
const checkedFrom = 6
const entriesAt = 10
const entryBytes = 46
const additionTag = 0x4d524231
const earlierBytes = 24
/** Of a producer that has written nothing in its epoch. */
const noOffset = -1

export function writeProducerSnapshot(states: ProducerStates): Uint8Array {
  const entries = [...states.entries.values()]
  const earlier = entries.flatMap(({ producerId, batches }) =>
    batches.slice(0, -1).map(batch => ({ producerId, batch })),
  )
  const additionAt = entriesAt + entries.length * entryBytes
  const bytes = new Uint8Array(additionAt + 8 + earlier.length * earlierBytes)
  writeInt16(bytes, 0, version)
  writeInt32(bytes, checkedFrom, entries.length)
  entries.forEach((entry, index) => writeEntry(bytes, entriesAt + index * entryBytes, entry))
  writeInt32(bytes, additionAt, additionTag)
  writeInt32(bytes, additionAt + 4, earlier.length)
  earlier.forEach(({ producerId, batch }, index) => {
    const at = additionAt + 8 + index * earlierBytes
    writeInt64(bytes, at, producerId)
    writeBatch(bytes, at + 8, batch)
  })
  writeInt32(bytes, crcAt, crc32c(bytes, checkedFrom))
  return bytes
}

/** The states of a snapshot, or undefined if the bytes are not a whole one. */
export function readProducerSnapshot(bytes: Uint8Array): ProducerStates | undefined {
  if (bytes.length < entriesAt || readInt16(bytes, 0) !== version) return undefined
  if (readUint32(bytes, crcAt) !== crc32c(bytes, checkedFrom)) return undefined
  const count = readInt32(bytes, checkedFrom)
  const additionAt = entriesAt + count * entryBytes
  if (count < 0 || additionAt > bytes.length) return undefined
  const earlier = readEarlier(bytes, additionAt)
  const entries: ProducerEntry[] = []
  for (let at = entriesAt; at < additionAt; at += entryBytes) entries.push(readEntry(bytes, at, earlier))
  // The oldest open transaction first: that is what ProducerStates reads the stable offset from.
  entries.sort((left, right) => left.transactionFirstOffset - right.transactionFirstOffset)
  const states = new ProducerStates()
  for (const entry of entries) states.restore(entry)
  return states
}

function writeEntry(bytes: Uint8Array, at: number, entry: ProducerEntry): void {
  const last = entry.batches.at(-1)
  writeInt64(bytes, at, entry.producerId)
  writeInt16(bytes, at + 8, entry.producerEpoch)
  if (last !== undefined) {
    writeBatch(bytes, at + 10, last)
  } else {
    writeInt32(bytes, at + 10, noSequence)
    // Not what an older epoch wrote: Kafka's cleaner would keep that, and drop the marker that tells the epoch.
    writeInt64(bytes, at + 14, noOffset)
    writeInt32(bytes, at + 22, 0)
  }
  writeInt64(bytes, at + 26, entry.lastSeenMs)
  writeInt32(bytes, at + 34, entry.coordinatorEpoch)
  writeInt64(bytes, at + 38, entry.transactionFirstOffset)
}

function readEntry(
  bytes: Uint8Array,
  at: number,
  earlier: ReadonlyMap<number, readonly RememberedBatch[]>,
): ProducerEntry {
  const producerId = readInt64(bytes, at)
  const last = readInt32(bytes, at + 10) === noSequence ? [] : [readBatch(bytes, at + 10)]
  return {
    producerId,
    producerEpoch: readInt16(bytes, at + 8),
    coordinatorEpoch: readInt32(bytes, at + 34),
    batches: [...(earlier.get(producerId) ?? []), ...last],
    transactionFirstOffset: readInt64(bytes, at + 38),
    lastSeenMs: readInt64(bytes, at + 26),
  }
}

function readEarlier(bytes: Uint8Array, at: number): Map<number, RememberedBatch[]> {
  const earlier = new Map<number, RememberedBatch[]>()
  if (at + 8 > bytes.length || readInt32(bytes, at) !== additionTag) return earlier
  const end = Math.min(bytes.length - earlierBytes, at + 8 + (readInt32(bytes, at + 4) - 1) * earlierBytes)
  for (let each = at + 8; each <= end; each += earlierBytes) {
    const producerId = readInt64(bytes, each)
    const batches = earlier.get(producerId)
    if (batches === undefined) earlier.set(producerId, [readBatch(bytes, each + 8)])
    else batches.push(readBatch(bytes, each + 8))
  }
  return earlier
}

/** lastSequence int32 | lastOffset int64 | offsetDelta int32 */
function writeBatch(bytes: Uint8Array, at: number, batch: RememberedBatch): void {
  writeInt32(bytes, at, batch.lastSequence)
  writeInt64(bytes, at + 4, batch.lastOffset)
  writeInt32(bytes, at + 12, batch.lastOffset - batch.baseOffset)
}

function readBatch(bytes: Uint8Array, at: number): RememberedBatch {
  const lastSequence = readInt32(bytes, at)
  const lastOffset = readInt64(bytes, at + 4)
  const delta = readInt32(bytes, at + 12)
  // Sequences run modulo 2^31.
  const baseSequence = (lastSequence - delta + 0x8000_0000) % 0x8000_0000
  return { baseSequence, lastSequence, baseOffset: lastOffset - delta, lastOffset }
}
