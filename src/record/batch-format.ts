/**
 * Record batch v2: where each field of the header lies, and how to read and rewrite it in place (semantics G20-G23).
 *
 *   offset  bytes  field
 *        0      8  baseOffset            offset of the first record as first written
 *        8      4  batchLength           bytes after this field: the whole batch is batchLength + 12
 *       12      4  partitionLeaderEpoch  -1 from producers
 *       16      1  magic                 2
 *       17      4  crc                   CRC-32C of everything from attributes to the end
 *       21      2  attributes            bits: 0-2 codec, 3 log append time, 4 transactional, 5 control, 6 delete horizon
 *       23      4  lastOffsetDelta       kept when compaction drops records (G28)
 *       27      8  baseTimestamp         what timestamp deltas add to; the delete horizon if bit 6 is set
 *       35      8  maxTimestamp
 *       43      8  producerId            -1 for none
 *       51      2  producerEpoch         -1 for none
 *       53      4  baseSequence          -1 for none
 *       57      4  recordCount
 *       61      …  records, compressed as a whole if bits 0-2 say so
 *
 * The checksum leaves out the first 17 bytes and itself, so a broker assigns offsets and leader epochs in place. Every
 * function takes the array and the position of the batch in it, and trusts that a whole header is there: see
 * `validateBatch` in batch-reader.ts for bytes of a stranger.
 */
import {
  readInt16,
  readInt32,
  readInt64,
  readUint32,
  writeInt16,
  writeInt32,
  writeInt64,
} from '../base/bytes.ts'
import { crc32c } from '../base/crc32c.ts'
import type { CodecId } from './compression.ts'

/** Bytes of the header, which is a whole batch without records. */
export const batchHeaderBytes = 61
/** Bytes up to and with batchLength: what must be read to know how long a batch is. */
export const batchPrefixBytes = 12
/** The only record format spoken. */
export const batchMagic = 2

/** Positions of the header's fields, relative to the batch. */
export const batchField = {
  baseOffset: 0,
  batchLength: 8,
  partitionLeaderEpoch: 12,
  magic: 16,
  crc: 17,
  attributes: 21,
  lastOffsetDelta: 23,
  baseTimestamp: 27,
  maxTimestamp: 35,
  producerId: 43,
  producerEpoch: 51,
  baseSequence: 53,
  recordCount: 57,
} as const

/** Bits of the attributes. */
export const batchAttribute = {
  codecMask: 0x07,
  logAppendTime: 0x08,
  transactional: 0x10,
  control: 0x20,
  deleteHorizon: 0x40,
} as const

export const noProducerId = -1
export const noProducerEpoch = -1
export const noSequence = -1
export const noTimestamp = -1
export const noLeaderEpoch = -1

export function baseOffsetOf(bytes: Uint8Array, at: number): number {
  return readInt64(bytes, at)
}

/** Bytes of the whole batch, from its first field to its last record. */
export function sizeInBytesOf(bytes: Uint8Array, at: number): number {
  return readInt32(bytes, at + batchField.batchLength) + batchPrefixBytes
}

export function partitionLeaderEpochOf(bytes: Uint8Array, at: number): number {
  return readInt32(bytes, at + batchField.partitionLeaderEpoch)
}

export function magicOf(bytes: Uint8Array, at: number): number {
  return bytes[at + batchField.magic]!
}

/** The checksum as written, unsigned. */
export function crcOf(bytes: Uint8Array, at: number): number {
  return readUint32(bytes, at + batchField.crc)
}

/** The checksum as it should be, unsigned. */
export function computedCrcOf(bytes: Uint8Array, at: number): number {
  return crc32c(bytes, at + batchField.attributes, at + sizeInBytesOf(bytes, at))
}

export function attributesOf(bytes: Uint8Array, at: number): number {
  return readInt16(bytes, at + batchField.attributes)
}

/** 0 to 7, of which 5 and above mean nothing. */
export function codecIdOf(bytes: Uint8Array, at: number): number {
  return bytes[at + batchField.attributes + 1]! & batchAttribute.codecMask
}

export function isLogAppendTime(bytes: Uint8Array, at: number): boolean {
  return (bytes[at + batchField.attributes + 1]! & batchAttribute.logAppendTime) !== 0
}

export function isTransactional(bytes: Uint8Array, at: number): boolean {
  return (bytes[at + batchField.attributes + 1]! & batchAttribute.transactional) !== 0
}

export function isControl(bytes: Uint8Array, at: number): boolean {
  return (bytes[at + batchField.attributes + 1]! & batchAttribute.control) !== 0
}

export function hasDeleteHorizon(bytes: Uint8Array, at: number): boolean {
  return (bytes[at + batchField.attributes + 1]! & batchAttribute.deleteHorizon) !== 0
}

export function lastOffsetDeltaOf(bytes: Uint8Array, at: number): number {
  return readInt32(bytes, at + batchField.lastOffsetDelta)
}

/** The offset of the last record as first written, whether or not compaction kept it. */
export function lastOffsetOf(bytes: Uint8Array, at: number): number {
  return baseOffsetOf(bytes, at) + lastOffsetDeltaOf(bytes, at)
}

export function baseTimestampOf(bytes: Uint8Array, at: number): number {
  return readInt64(bytes, at + batchField.baseTimestamp)
}

export function maxTimestampOf(bytes: Uint8Array, at: number): number {
  return readInt64(bytes, at + batchField.maxTimestamp)
}

export function producerIdOf(bytes: Uint8Array, at: number): number {
  return readInt64(bytes, at + batchField.producerId)
}

export function producerEpochOf(bytes: Uint8Array, at: number): number {
  return readInt16(bytes, at + batchField.producerEpoch)
}

export function baseSequenceOf(bytes: Uint8Array, at: number): number {
  return readInt32(bytes, at + batchField.baseSequence)
}

/** The sequence of the last record: sequences wrap from 2^31-1 to 0; -1 if the batch has none. */
export function lastSequenceOf(bytes: Uint8Array, at: number): number {
  const baseSequence = baseSequenceOf(bytes, at)
  return baseSequence === noSequence ? noSequence : addToSequence(baseSequence, lastOffsetDeltaOf(bytes, at))
}

/** A producer's sequence number `count` records later. */
export function addToSequence(sequence: number, count: number): number {
  return (sequence + count) % 0x8000_0000
}

/** Records that the batch holds now; fewer than lastOffsetDelta + 1 after compaction. */
export function recordCountOf(bytes: Uint8Array, at: number): number {
  return readInt32(bytes, at + batchField.recordCount)
}

/** Not part of what the checksum covers. */
export function setBaseOffset(bytes: Uint8Array, at: number, baseOffset: number): void {
  writeInt64(bytes, at, baseOffset)
}

/** Not part of what the checksum covers. */
export function setPartitionLeaderEpoch(bytes: Uint8Array, at: number, epoch: number): void {
  writeInt32(bytes, at + batchField.partitionLeaderEpoch, epoch)
}

/** Gives every record the same time, that of its append (G27), and computes the checksum anew. */
export function setLogAppendTime(bytes: Uint8Array, at: number, timestamp: number): void {
  writeInt16(bytes, at + batchField.attributes, attributesOf(bytes, at) | batchAttribute.logAppendTime)
  writeInt64(bytes, at + batchField.maxTimestamp, timestamp)
  writeCrc(bytes, at)
}

/**
 * Writes who produced the batch, which a producer may know only when it sends it, and computes the checksum anew.
 * The attributes other than the transactional bit stay.
 */
export function setProducer(
  bytes: Uint8Array,
  at: number,
  producer: {
    readonly producerId: number
    readonly producerEpoch: number
    readonly baseSequence: number
    readonly transactional: boolean
  },
): void {
  const attributes = attributesOf(bytes, at) & ~batchAttribute.transactional
  const transactional = producer.transactional ? batchAttribute.transactional : 0
  writeInt16(bytes, at + batchField.attributes, attributes | transactional)
  writeInt64(bytes, at + batchField.producerId, producer.producerId)
  writeInt16(bytes, at + batchField.producerEpoch, producer.producerEpoch)
  writeInt32(bytes, at + batchField.baseSequence, producer.baseSequence)
  writeCrc(bytes, at)
}

/** Every field of a header. */
export interface BatchHeader {
  readonly baseOffset: number
  readonly sizeInBytes: number
  readonly partitionLeaderEpoch: number
  readonly codec: CodecId
  readonly logAppendTime: boolean
  readonly transactional: boolean
  readonly control: boolean
  readonly deleteHorizon: boolean
  readonly lastOffsetDelta: number
  readonly baseTimestamp: number
  readonly maxTimestamp: number
  readonly producerId: number
  readonly producerEpoch: number
  readonly baseSequence: number
  readonly recordCount: number
}

/** Writes a header over the first 61 bytes at `at`. The records must be in place: the checksum covers them. */
export function writeBatchHeader(bytes: Uint8Array, at: number, header: BatchHeader): void {
  const attributes =
    header.codec |
    (header.logAppendTime ? batchAttribute.logAppendTime : 0) |
    (header.transactional ? batchAttribute.transactional : 0) |
    (header.control ? batchAttribute.control : 0) |
    (header.deleteHorizon ? batchAttribute.deleteHorizon : 0)
  writeInt64(bytes, at, header.baseOffset)
  writeInt32(bytes, at + batchField.batchLength, header.sizeInBytes - batchPrefixBytes)
  writeInt32(bytes, at + batchField.partitionLeaderEpoch, header.partitionLeaderEpoch)
  bytes[at + batchField.magic] = batchMagic
  writeInt16(bytes, at + batchField.attributes, attributes)
  writeInt32(bytes, at + batchField.lastOffsetDelta, header.lastOffsetDelta)
  writeInt64(bytes, at + batchField.baseTimestamp, header.baseTimestamp)
  writeInt64(bytes, at + batchField.maxTimestamp, header.maxTimestamp)
  writeInt64(bytes, at + batchField.producerId, header.producerId)
  writeInt16(bytes, at + batchField.producerEpoch, header.producerEpoch)
  writeInt32(bytes, at + batchField.baseSequence, header.baseSequence)
  writeInt32(bytes, at + batchField.recordCount, header.recordCount)
  writeCrc(bytes, at)
}

/** Reads every field of a header: for tools and tests; hot paths read the one they need. */
export function readBatchHeader(bytes: Uint8Array, at: number): BatchHeader {
  return {
    baseOffset: baseOffsetOf(bytes, at),
    sizeInBytes: sizeInBytesOf(bytes, at),
    partitionLeaderEpoch: partitionLeaderEpochOf(bytes, at),
    codec: codecIdOf(bytes, at) as CodecId,
    logAppendTime: isLogAppendTime(bytes, at),
    transactional: isTransactional(bytes, at),
    control: isControl(bytes, at),
    deleteHorizon: hasDeleteHorizon(bytes, at),
    lastOffsetDelta: lastOffsetDeltaOf(bytes, at),
    baseTimestamp: baseTimestampOf(bytes, at),
    maxTimestamp: maxTimestampOf(bytes, at),
    producerId: producerIdOf(bytes, at),
    producerEpoch: producerEpochOf(bytes, at),
    baseSequence: baseSequenceOf(bytes, at),
    recordCount: recordCountOf(bytes, at),
  }
}

function writeCrc(bytes: Uint8Array, at: number): void {
  writeInt32(bytes, at + batchField.crc, computedCrcOf(bytes, at))
}
