/**
 * A record that waits in a stream-table join with grace, and its bytes in the join's buffer and changelog.
 *
 *     | partition: varint | offset: varlong | topic | value: a varint length, -1 for absent, and bytes | headers, to the end |
 *
 * Its time and its key are those that it waits under. Everything is kept that it must come out with.
 */
import { utf8Bytes, utf8Slice } from '../base/text.ts'
import { VarintReader, writeVarint, writeVarlong } from '../base/varint.ts'
import { sizeOfBytes, writeBytes } from '../record/record-fields.ts'
import { readHeaders, sizeOfHeaders, writeHeaders } from '../record/record-headers.ts'
import type { Headers } from '../record/record.ts'
import type { Serde } from '../serdes/serde.ts'

export interface BufferedRecord {
  readonly value: unknown
  /** Where it came from. */
  readonly topic: string | undefined
  readonly partition: number
  readonly offset: number
  readonly headers: Headers
}

/** The most bytes that the two integers in front take. */
const integerBytesMax = 5 + 10

/** The serde of a buffer of records whose values are written by `values`. */
export function bufferedRecordSerde(values: Serde<unknown>): Serde<BufferedRecord> {
  return Object.freeze({
    name: `buffered-record(${values.name})`,
    serialize: ({ topic, partition, offset, value, headers }: BufferedRecord): Uint8Array => {
      const topicBytes = topic === undefined ? null : utf8Bytes(topic)
      const valueBytes = values.serialize(value)
      const sizeMax =
        integerBytesMax +
        sizeOfBytes(topicBytes?.length ?? -1) +
        sizeOfBytes(valueBytes.length) +
        sizeOfHeaders(headers)
      const bytes = new Uint8Array(sizeMax)
      let at = writeVarint(bytes, 0, partition)
      at = writeVarlong(bytes, at, offset)
      at = writeBytes(bytes, at, topicBytes, 0, topicBytes?.length ?? -1)
      at = writeBytes(bytes, at, valueBytes, 0, valueBytes.length)
      at = writeHeaders(bytes, at, headers)
      return bytes.slice(0, at)
    },
    deserialize: (bytes: Uint8Array): BufferedRecord => {
      const reader = new VarintReader(bytes)
      const partition = reader.readVarint()
      const offset = reader.readVarlong()
      const topic = fieldOf(reader)
      const value = fieldOf(reader)
      if (value === undefined) throw new RangeError('a record without a value does not wait')
      // A copy: headers outlive the bytes, which may be used again.
      const rest = bytes.slice(reader.at)
      return {
        value: values.deserialize(value),
        topic: topic === undefined ? undefined : utf8Slice(topic),
        partition,
        offset,
        headers: readHeaders(rest, 0, rest.length),
      }
    },
  })
}

function fieldOf(reader: VarintReader): Uint8Array | undefined {
  const length = reader.readVarint()
  if (length > reader.end - reader.at) {
    throw new RangeError(`a field has a length of ${length} where ${reader.end - reader.at} bytes are left`)
  }
  if (length < 0) return undefined
  const start = reader.at
  reader.at += length
  return reader.bytes.subarray(start, reader.at)
}
