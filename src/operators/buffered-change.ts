/**
 * A change of a row that waits in a buffer (`suppress`), and its bytes in the buffer's store and changelog.
 *
 *     | time: varlong | timestamp: varlong | partition: varint | offset: varlong |
 *     | topic | prior | old | new: a varint length, -1 for absent, and bytes | headers, to the end |
 *
 * Of the record that it came in with everything is kept that it must come out with (semantics P6).
 */
import { utf8Bytes, utf8Slice } from '../base/text.ts'
import { VarintReader, writeVarint, writeVarlong } from '../base/varint.ts'
import { sizeOfBytes, writeBytes } from '../record/record-fields.ts'
import { readHeaders, sizeOfHeaders, writeHeaders } from '../record/record-headers.ts'
import type { Headers } from '../record/record.ts'
import type { Serde } from '../serdes/serde.ts'

export interface BufferedChange {
  /** What it is ordered by: that of the first update that waits. */
  readonly time: number
  /** The row's value downstream: the old value of the first update that waits. */
  readonly priorValue: unknown
  readonly oldValue: unknown
  readonly newValue: unknown
  /** The place and the headers of the last update's record. */
  readonly topic: string | undefined
  readonly partition: number
  readonly offset: number
  readonly timestamp: number
  readonly headers: Headers
}

/** The most bytes that the four integers in front take. */
const integerBytesMax = 10 + 10 + 5 + 10

/** The serde of a buffer whose rows' values are written by `values`. */
export function bufferedChangeSerde(values: Serde<unknown>): Serde<BufferedChange> {
  const bytesOf = (value: unknown): Uint8Array | null =>
    value === undefined ? null : values.serialize(value)
  return Object.freeze({
    name: `buffered(${values.name})`,
    serialize: (change: BufferedChange): Uint8Array => {
      const fields = [
        change.topic === undefined ? null : utf8Bytes(change.topic),
        bytesOf(change.priorValue),
        bytesOf(change.oldValue),
        bytesOf(change.newValue),
      ]
      const fieldBytes = fields.reduce((sum, field) => sum + sizeOfBytes(field?.length ?? -1), 0)
      const bytes = new Uint8Array(integerBytesMax + fieldBytes + sizeOfHeaders(change.headers))
      let at = writeVarlong(bytes, 0, change.time)
      at = writeVarlong(bytes, at, change.timestamp)
      at = writeVarint(bytes, at, change.partition)
      at = writeVarlong(bytes, at, change.offset)
      for (const field of fields) at = writeBytes(bytes, at, field, 0, field?.length ?? -1)
      at = writeHeaders(bytes, at, change.headers)
      return bytes.slice(0, at)
    },
    deserialize: (bytes: Uint8Array): BufferedChange => {
      const reader = new VarintReader(bytes)
      const time = reader.readVarlong()
      const timestamp = reader.readVarlong()
      const partition = reader.readVarint()
      const offset = reader.readVarlong()
      const topic = fieldOf(reader)
      const valueOf = (): unknown => {
        const field = fieldOf(reader)
        return field === undefined ? undefined : values.deserialize(field)
      }
      const [priorValue, oldValue, newValue] = [valueOf(), valueOf(), valueOf()]
      // A copy: headers outlive the bytes, which may be used again.
      const rest = bytes.slice(reader.at)
      return {
        time,
        priorValue,
        oldValue,
        newValue,
        topic: topic === undefined ? undefined : utf8Slice(topic),
        partition,
        offset,
        timestamp,
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
