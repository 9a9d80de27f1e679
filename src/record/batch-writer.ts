/**
 * Writes records into a batch of format v2 (semantics G20-G28), straight into one growing buffer.
 *
 * A record's length stands before it, so its size is computed first and the record is written in one pass. The header
 * is written last, by `close`, over the 61 bytes left free at the start. A writer is used again after `reset`: a
 * producer keeps one for each partition and allocates nothing per record.
 *
 * Two forms of batch need more than appending: the cleaner keeps the original offsets of the records that survive
 * (`appendAt`), and writes timestamp deltas that count from a delete horizon (`reset(baseTimestamp)`).
 */
import { assert } from '../base/assert.ts'
import {
  varintBytesMax,
  varintSize,
  varlongBytesMax,
  varlongSize,
  writeVarint,
  writeVarlong,
} from '../base/varint.ts'
import {
  batchHeaderBytes,
  noLeaderEpoch,
  noProducerEpoch,
  noProducerId,
  noSequence,
  noTimestamp,
  writeBatchHeader,
} from './batch-format.ts'
import { codecById, type CodecId } from './compression.ts'
import { sizeOfBytes, writeBytes } from './record-fields.ts'
import { sizeOfHeaders, writeHeaders } from './record-headers.ts'
import { noHeaders, type Headers } from './record.ts'

/** What `close` writes into the header; every field has Kafka's "none" as its default. */
export interface BatchOptions {
  /** Default 0: the broker assigns offsets. */
  readonly baseOffset?: number
  /** Default: the offset delta of the last record appended, or -1 of an empty batch. */
  readonly lastOffsetDelta?: number
  /** Default -1. */
  readonly partitionLeaderEpoch?: number
  readonly producerId?: number
  readonly producerEpoch?: number
  readonly baseSequence?: number
  readonly transactional?: boolean
  readonly control?: boolean
  /** Default 0, none. The codec must be registered. */
  readonly codec?: CodecId
  /** Gives every record this time and sets the timestamp type to log append time (G27). */
  readonly logAppendTime?: number
  /** Says that the base timestamp given to `reset` is a delete horizon. */
  readonly deleteHorizon?: boolean
}

export class BatchWriter {
  #bytes: Uint8Array
  #length = batchHeaderBytes
  #recordCount = 0
  #lastOffsetDelta = -1
  #baseTimestamp = noTimestamp
  #hasBaseTimestamp = false
  #maxTimestamp = noTimestamp

  constructor(bytesInitial = 1024) {
    this.#bytes = new Uint8Array(Math.max(bytesInitial, batchHeaderBytes))
  }

  get recordCount(): number {
    return this.#recordCount
  }

  /** Bytes of the batch if it were closed now without compression. */
  get sizeInBytes(): number {
    return this.#length
  }

  /** Bytes of memory that it holds, filled or not. */
  get memoryBytes(): number {
    return this.#bytes.length
  }

  get empty(): boolean {
    return this.#recordCount === 0
  }

  /** The greatest timestamp appended, -1 before the first. */
  get maxTimestamp(): number {
    return this.#maxTimestamp
  }

  /** Appends a record with the next offset. The bytes are copied. */
  append(
    timestamp: number,
    key: Uint8Array | null,
    value: Uint8Array | null,
    headers: Headers = noHeaders,
  ): void {
    this.#write(
      this.#lastOffsetDelta + 1,
      timestamp,
      key,
      0,
      key === null ? -1 : key.length,
      value,
      0,
      value === null ? -1 : value.length,
      headers,
    )
  }

  /**
   * Appends a record whose key is `keyBytes[keyStart, keyEnd)` and whose value is a range likewise; an end before its
   * start means null, as a `RecordCursor` has it.
   */
  appendRange(
    timestamp: number,
    keyBytes: Uint8Array,
    keyStart: number,
    keyEnd: number,
    valueBytes: Uint8Array,
    valueStart: number,
    valueEnd: number,
    headers: Headers = noHeaders,
  ): void {
    this.#write(
      this.#lastOffsetDelta + 1,
      timestamp,
      keyBytes,
      keyStart,
      keyEnd - keyStart,
      valueBytes,
      valueStart,
      valueEnd - valueStart,
      headers,
    )
  }

  /** Appends a record that keeps its offset: `offsetDelta` exceeds the last one's, and may leave a hole. */
  appendAt(
    offsetDelta: number,
    timestamp: number,
    key: Uint8Array | null,
    value: Uint8Array | null,
    headers: Headers = noHeaders,
  ): void {
    assert(offsetDelta > this.#lastOffsetDelta, 'offsets of a batch ascend')
    this.#write(
      offsetDelta,
      timestamp,
      key,
      0,
      key === null ? -1 : key.length,
      value,
      0,
      value === null ? -1 : value.length,
      headers,
    )
  }

  /** The whole batch, checksum done, in an array of its own. The writer still holds the records: `reset` it. */
  close(options: BatchOptions = {}): Uint8Array {
    const batch = this.#body(options.codec ?? 0)
    writeBatchHeader(batch, 0, {
      baseOffset: options.baseOffset ?? 0,
      sizeInBytes: batch.length,
      partitionLeaderEpoch: options.partitionLeaderEpoch ?? noLeaderEpoch,
      codec: options.codec ?? 0,
      logAppendTime: options.logAppendTime !== undefined,
      transactional: options.transactional ?? false,
      control: options.control ?? false,
      deleteHorizon: options.deleteHorizon ?? false,
      lastOffsetDelta: options.lastOffsetDelta ?? this.#lastOffsetDelta,
      baseTimestamp: this.#baseTimestamp,
      maxTimestamp: options.logAppendTime ?? this.#maxTimestamp,
      producerId: options.producerId ?? noProducerId,
      producerEpoch: options.producerEpoch ?? noProducerEpoch,
      baseSequence: options.baseSequence ?? noSequence,
      recordCount: this.#recordCount,
    })
    return batch
  }

  /** Forgets the records and keeps the memory. `baseTimestamp` is for delete horizons; else the first record's. */
  reset(baseTimestamp?: number): void {
    this.#length = batchHeaderBytes
    this.#recordCount = 0
    this.#lastOffsetDelta = -1
    this.#hasBaseTimestamp = baseTimestamp !== undefined
    this.#baseTimestamp = baseTimestamp ?? noTimestamp
    this.#maxTimestamp = noTimestamp
  }

  /** Header space and records, compressed or not. */
  #body(codec: CodecId): Uint8Array {
    if (codec === 0) return this.#bytes.slice(0, this.#length)
    const compressed = codecById(codec).compress(this.#bytes.subarray(batchHeaderBytes, this.#length))
    const batch = new Uint8Array(batchHeaderBytes + compressed.length)
    batch.set(compressed, batchHeaderBytes)
    return batch
  }

  #write(
    offsetDelta: number,
    timestamp: number,
    key: Uint8Array | null,
    keyStart: number,
    keyLength: number,
    value: Uint8Array | null,
    valueStart: number,
    valueLength: number,
    headers: Headers,
  ): void {
    if (!this.#hasBaseTimestamp) {
      this.#hasBaseTimestamp = true
      this.#baseTimestamp = timestamp
    }
    const timestampDelta = timestamp - this.#baseTimestamp
    const bodySize =
      1 + // attributes, unused
      varlongSize(timestampDelta) +
      varintSize(offsetDelta) +
      sizeOfBytes(keyLength) +
      sizeOfBytes(valueLength) +
      (headers.length === 0 ? 1 : sizeOfHeaders(headers))
    this.#reserve(varintBytesMax + bodySize)
    const bytes = this.#bytes
    let at = writeVarint(bytes, this.#length, bodySize)
    const bodyStart = at
    bytes[at++] = 0
    at = writeVarlong(bytes, at, timestampDelta)
    at = writeVarint(bytes, at, offsetDelta)
    at = writeBytes(bytes, at, key, keyStart, keyLength)
    at = writeBytes(bytes, at, value, valueStart, valueLength)
    if (headers.length === 0) bytes[at++] = 0
    else at = writeHeaders(bytes, at, headers)
    assert(at === bodyStart + bodySize, 'a record takes the bytes that were computed for it')
    this.#length = at
    this.#recordCount++
    this.#lastOffsetDelta = offsetDelta
    if (timestamp > this.#maxTimestamp) this.#maxTimestamp = timestamp
  }

  #reserve(count: number): void {
    const needed = this.#length + count
    if (needed <= this.#bytes.length) return
    assert(needed < 0x8000_0000, 'the length of a batch fits its int32')
    const grown = new Uint8Array(Math.max(needed, this.#bytes.length * 2))
    grown.set(this.#bytes.subarray(0, this.#length))
    this.#bytes = grown
  }
}

/** The most bytes that a record takes in any batch: what a producer adds up to know that a batch is full. */
export function recordBytesMax(
  key: Uint8Array | null,
  value: Uint8Array | null,
  headers: Headers = noHeaders,
): number {
  const lengths = (key === null ? 0 : key.length) + (value === null ? 0 : value.length)
  // Length, attributes, timestamp delta, offset delta, the lengths of key and value; then the headers.
  return lengths + 1 + varlongBytesMax + 4 * varintBytesMax + sizeOfHeaders(headers)
}
