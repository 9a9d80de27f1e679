/**
 * Changes of rows as bytes, for the repartition topics of grouped tables; the layout is Kafka's (KIP-904).
 *
 *     | old value | 0 |                                       a row leaves a group
 *     | new value | 1 |                                       a row joins a group
 *     | varint length of new | new value | old value | 2 |    a row changes within its group
 */
import { ByteSink } from '../base/byte-sink.ts'
import { VarintReader, varintBytesMax, writeVarint } from '../base/varint.ts'
import type { Serde } from '../serdes/serde.ts'
import { Change } from './change.ts'

const leaves = 0
const joins = 1
const staysIn = 2

/** Writes and reads changes whose values `inner` writes and reads. A change from nothing to nothing is refused. */
export function changeSerde(inner: Serde<unknown>): Serde<Change> {
  const deserializeRange = (bytes: Uint8Array, start: number, end: number): Change =>
    readChange(inner, bytes, start, end)
  return Object.freeze({
    name: `change(${inner.name})`,
    serialize: change => bytesOf(inner, change),
    deserialize: bytes => deserializeRange(bytes, 0, bytes.length),
    deserializeRange,
  } satisfies Serde<Change>)
}

function bytesOf(inner: Serde<unknown>, { newValue, oldValue }: Change): Uint8Array {
  const sink = new ByteSink(64)
  if (newValue === undefined) {
    if (oldValue === undefined) throw new RangeError('a change has neither an old nor a new value')
    sink.append(inner.serialize(oldValue))
    return withFlag(sink, leaves)
  }
  const newBytes = inner.serialize(newValue)
  if (oldValue === undefined) {
    sink.append(newBytes)
    return withFlag(sink, joins)
  }
  sink.reserve(varintBytesMax)
  sink.length = writeVarint(sink.bytes, 0, newBytes.length)
  sink.append(newBytes)
  sink.append(inner.serialize(oldValue))
  return withFlag(sink, staysIn)
}

function withFlag(sink: ByteSink, flag: number): Uint8Array {
  sink.reserve(1)
  sink.bytes[sink.length++] = flag
  return sink.toBytes()
}

function readChange(inner: Serde<unknown>, bytes: Uint8Array, start: number, end: number): Change {
  if (end <= start) throw new RangeError('a change has at least one byte')
  const valuesEnd = end - 1
  const read = (from: number, to: number): unknown => inner.deserialize(bytes.subarray(from, to))
  switch (bytes[valuesEnd]) {
    case leaves:
      return new Change(undefined, read(start, valuesEnd))
    case joins:
      return new Change(read(start, valuesEnd), undefined)
    case staysIn: {
      const reader = new VarintReader(bytes, start, valuesEnd)
      const newBytes = reader.readVarint()
      const newEnd = reader.at + newBytes
      if (newBytes < 0 || newEnd > valuesEnd)
        throw new RangeError(`a new value cannot have ${newBytes} bytes`)
      return new Change(read(reader.at, newEnd), read(newEnd, valuesEnd))
    }
    default:
      throw new RangeError(`no change ends with ${bytes[valuesEnd]}`)
  }
}
