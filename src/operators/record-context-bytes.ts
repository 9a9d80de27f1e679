/**
 * Where a buffered record came from, as bytes: Kafka's layout (ProcessorRecordContext).
 *
 *     | timestamp 8 | offset 8 | topic length 4 | topic | partition 4 | number of headers 4 |
 *     | for each header: key length 4 | key | value length 4, -1 for null | value |
 *
 * Integers are big-endian, texts UTF-8. A record without a topic, made by a punctuation, has the length -1 there, which
 * Kafka cannot write.
 */
import type { ByteSink } from '../base/byte-sink.ts'
import { readInt32, readInt64, writeInt32, writeInt64 } from '../base/bytes.ts'
import { utf8Bytes, utf8Slice } from '../base/text.ts'
import type { RecordContext } from '../processor/processor.ts'
import type { Header } from '../record/record.ts'

export function appendInt64(sink: ByteSink, value: number): void {
  sink.reserve(8)
  writeInt64(sink.bytes, sink.length, value)
  sink.length += 8
}

export function appendInt32(sink: ByteSink, value: number): void {
  sink.reserve(4)
  writeInt32(sink.bytes, sink.length, value)
  sink.length += 4
}

/** A length and bytes; -1 for nothing. */
export function appendField(sink: ByteSink, bytes: Uint8Array | null): void {
  appendInt32(sink, bytes === null ? -1 : bytes.length)
  if (bytes !== null) sink.append(bytes)
}

export function appendRecordContext(sink: ByteSink, context: RecordContext): void {
  const { timestamp, offset, topic, partition, headers } = context
  appendInt64(sink, timestamp)
  appendInt64(sink, offset)
  appendField(sink, topic === undefined ? null : utf8Bytes(topic))
  appendInt32(sink, partition)
  appendInt32(sink, headers.length)
  for (const { key, value } of headers) {
    appendField(sink, utf8Bytes(key))
    appendField(sink, value)
  }
}

/** Reads what stands one after another in an array; a `RangeError` where bytes are missing. */
export class FieldReader {
  readonly bytes: Uint8Array
  at = 0

  constructor(bytes: Uint8Array) {
    this.bytes = bytes
  }

  int64(): number {
    return readInt64(this.bytes, this.take(8))
  }

  int32(): number {
    return readInt32(this.bytes, this.take(4))
  }

  /** A length and a view of as many bytes; `undefined` for a length of -1. */
  field(): Uint8Array | undefined {
    const length = this.int32()
    return length === -1 ? undefined : this.view(length)
  }

  /** A view of the next `length` bytes. */
  view(length: number): Uint8Array {
    const start = this.take(length)
    return this.bytes.subarray(start, start + length)
  }

  private take(length: number): number {
    const start = this.at
    const left = this.bytes.length - start
    if (length < 0 || length > left) {
      throw new RangeError(`a field has a length of ${length} where ${left} bytes are left`)
    }
    this.at += length
    return start
  }
}

/** Headers are copies: they outlive the bytes, which may be used again. */
export function readRecordContext(reader: FieldReader): RecordContext {
  const timestamp = reader.int64()
  const offset = reader.int64()
  const topic = reader.field()
  const partition = reader.int32()
  const headerCount = reader.int32()
  const headers: Header[] = []
  for (let index = 0; index < headerCount; index++) {
    const key = reader.field()
    if (key === undefined) throw new RangeError('a header has no key')
    headers.push({ key: utf8Slice(key), value: reader.field()?.slice() ?? null })
  }
  return {
    topic: topic === undefined ? undefined : utf8Slice(topic),
    partition,
    offset,
    timestamp,
    headers,
  }
}
