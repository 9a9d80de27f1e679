/**
 * A record that waits in a stream-table join with grace, and its bytes in the join's buffer and changelog: Kafka's layout
 * (RocksDBTimeOrderedKeyValueBuffer).
 *
 *     key     | 0: 1 | timestamp 8 | key | number 4 |     numbers tell those of one time and key apart, in the order of arrival
 *     value   | record context (`record-context-bytes.ts`) | -1: 4 | -1: 4 | value: length 4 and bytes | 0: 8 |
 *
 * Integers are big-endian, so that the order of the keys is that of time, of the keys' bytes, and of arrival. The fields that
 * never differ are those in which a buffer of changes has what was there before, and its own time.
 */
import { assert } from '../base/assert.ts'
import { ByteSink } from '../base/byte-sink.ts'
import { readInt32, readInt64 } from '../base/bytes.ts'
import type { RecordContext } from '../processor/processor.ts'
import type { Serde } from '../serdes/serde.ts'
import type { HeldKey, HeldKeySerde, HeldValue } from '../state/held-serde.ts'
import { serializeInto } from '../state/serialize-into.ts'
import {
  appendField,
  appendInt32,
  appendInt64,
  appendRecordContext,
  FieldReader,
  readRecordContext,
} from './record-context-bytes.ts'

/** A value, with the place and the headers that it must come out with. */
export interface BufferedRecord extends RecordContext {
  readonly value: unknown
}

/** Kafka's mark of keys that begin with their time. */
const timeFirst = 0
const headBytes = 1 + 8
const numberBytes = 4
/** Numbers go round: two of one time and key are never so many records apart. */
const numberMax = 0x7fff_ffff

/** The number after another. */
export function nextNumber(number: number): number {
  return (number + 1) & numberMax
}

/** The serde of what records wait under, whose keys are written by `keys`. */
export function bufferedKeySerde(keys: Serde<unknown>): HeldKeySerde {
  const headOf = (bytes: Uint8Array) => ({ timestamp: readInt64(bytes, 1), left: true })
  return Object.freeze({
    name: `buffered-key(${keys.name})`,
    serialize: ({ timestamp, key, number = 0 }: HeldKey): Uint8Array => {
      const sink = new ByteSink(64)
      sink.append(Uint8Array.of(timeFirst))
      appendInt64(sink, timestamp)
      serializeInto(keys, key, sink)
      appendInt32(sink, number)
      return sink.toBytes()
    },
    deserialize: (bytes: Uint8Array): HeldKey => {
      const keyEnd = bytes.length - numberBytes
      if (keyEnd < headBytes) throw new RangeError(`a key of a buffer cannot have ${bytes.length} bytes`)
      return {
        ...headOf(bytes),
        key: keys.deserialize(bytes.subarray(headBytes, keyEnd)),
        number: readInt32(bytes, keyEnd),
      }
    },
    headOf,
  })
}

/** The serde of what waits under a key, one record, whose value is written by `values`. */
export function bufferedRecordSerde(values: Serde<unknown>): Serde<readonly HeldValue[]> {
  return Object.freeze({
    name: `buffered-record(${values.name})`,
    serialize: (held: readonly HeldValue[]): Uint8Array => {
      const [waiting] = held
      assert(waiting !== undefined && held.length === 1, 'one record waits under each key of a buffer')
      const record = waiting.value as BufferedRecord
      const sink = new ByteSink(128)
      appendRecordContext(sink, record)
      appendField(sink, null)
      appendField(sink, null)
      appendField(sink, values.serialize(record.value))
      appendInt64(sink, 0)
      return sink.toBytes()
    },
    deserialize: (bytes: Uint8Array): readonly HeldValue[] => {
      const reader = new FieldReader(bytes)
      const context = readRecordContext(reader)
      reader.field()
      reader.field()
      const value = reader.field()
      if (value === undefined) throw new RangeError('a record without a value does not wait')
      reader.int64()
      return [
        { left: true, value: { ...context, value: values.deserialize(value) } satisfies BufferedRecord },
      ]
    },
  })
}
