/**
 * The bytes of records that a left or outer stream-stream join holds until a match comes or can come no more.
 *
 *     key     | timestamp 8 | side 1 | key |                           side: 1 left, 0 right (semantics J4)
 *     values  | 1 | count 4 | repeated: length 4 | side 1 | value |    in the order of arrival
 *
 * Integers are big-endian, so that the order of the keys is that of time, then right before left. This is what Kafka
 * has in the changelog: its list serde around values that say their side.
 */
import { ByteSink } from '../base/byte-sink.ts'
import { readInt32, readInt64, writeInt32, writeInt64 } from '../base/bytes.ts'
import type { Serde } from '../serdes/serde.ts'
import { serializeInto } from './serialize-into.ts'

/** What records are held under; those with equal keys, times and sides are together, unless they have numbers. */
export interface HeldKey<K = unknown> {
  readonly timestamp: number
  readonly left: boolean
  readonly key: K
  /** Tells them apart, where the layout of the key has it. */
  readonly number?: number | undefined
}

/** Also reads what stands before a key, without the key itself. */
export interface HeldKeySerde<K = unknown> extends Serde<HeldKey<K>> {
  readonly headOf: (bytes: Uint8Array) => Pick<HeldKey, 'timestamp' | 'left'>
}

/** A value of one side. */
export interface HeldValue {
  readonly left: boolean
  readonly value: unknown
}

const keyHeaderBytes = 9
/** Kafka's mark of a list whose entries have lengths of their own. */
const variableSize = 1

export function heldKeySerde<K>(serde: Serde<K>): HeldKeySerde<K> {
  const headOf = (bytes: Uint8Array) => ({ timestamp: readInt64(bytes, 0), left: bytes[8] === 1 })
  return {
    name: `held(${serde.name})`,
    serialize({ timestamp, left, key }) {
      const sink = new ByteSink(64)
      sink.reserve(keyHeaderBytes)
      writeInt64(sink.bytes, 0, timestamp)
      sink.bytes[8] = left ? 1 : 0
      sink.length = keyHeaderBytes
      serializeInto(serde, key, sink)
      return sink.toBytes()
    },
    deserialize: bytes => ({ ...headOf(bytes), key: serde.deserialize(bytes.subarray(keyHeaderBytes)) }),
    headOf,
  }
}

export function heldValuesSerde(
  leftSerde: Serde<unknown>,
  rightSerde: Serde<unknown>,
): Serde<readonly HeldValue[]> {
  return {
    name: `held(${leftSerde.name}, ${rightSerde.name})`,
    serialize(values) {
      const sink = new ByteSink(64)
      sink.reserve(5)
      sink.bytes[0] = variableSize
      writeInt32(sink.bytes, 1, values.length)
      sink.length = 5
      for (const { left, value } of values) {
        const start = sink.length
        sink.reserve(5)
        sink.bytes[start + 4] = left ? 1 : 0
        sink.length = start + 5
        serializeInto(left ? leftSerde : rightSerde, value, sink)
        writeInt32(sink.bytes, start, sink.length - start - 4)
      }
      return sink.toBytes()
    },
    deserialize(bytes) {
      const values: HeldValue[] = []
      let at = 5
      while (at < bytes.length) {
        const length = at + 5 <= bytes.length ? readInt32(bytes, at) : -1
        const end = at + 4 + length
        if (length < 1 || end > bytes.length) {
          throw new RangeError(`a list of held records of ${bytes.length} bytes is cut short at byte ${at}`)
        }
        const left = bytes[at + 4] === 1
        values.push({ left, value: (left ? leftSerde : rightSerde).deserialize(bytes.subarray(at + 5, end)) })
        at = end
      }
      return values
    },
  }
}
