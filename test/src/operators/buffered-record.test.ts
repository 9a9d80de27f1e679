/** The bytes of records that wait in joins with grace. */
import { describe, expect, it } from 'vitest'
import {
  bufferedKeySerde,
  bufferedRecordSerde,
  nextNumber,
  type BufferedRecord,
} from '../../../src/operators/buffered-record.ts'
import { string } from '../../../src/serdes/primitives.ts'
import type { Serde } from '../../../src/serdes/serde.ts'

const serde = bufferedRecordSerde(string() as Serde<unknown>)

const record: BufferedRecord = {
  value: 'an order',
  topic: 'orders',
  partition: 3,
  offset: 12_345_678_901,
  timestamp: 17,
  headers: [
    { key: 'n', value: Uint8Array.of(1, 2) },
    { key: 'none', value: null },
  ],
}

describe('bufferedRecordSerde', () => {
  it.each<[string, BufferedRecord]>([
    ['all that it came with', record],
    ['an empty value and no headers', { ...record, value: '', headers: [] }],
    ['no topic, as in a punctuation', { ...record, topic: undefined, partition: -1, offset: -1 }],
  ])('keeps %s', (_what, each) => {
    const held = [{ left: true, value: each }]
    expect(serde.deserialize(serde.serialize(held))).toEqual(held)
  })

  it('refuses bytes that are cut short, wherever', () => {
    const bytes = serde.serialize([{ left: true, value: { ...record, headers: [] } }])
    for (let length = 0; length < bytes.length; length++)
      expect(() => serde.deserialize(bytes.subarray(0, length))).toThrow()
  })
})

describe('bufferedKeySerde', () => {
  const keys = bufferedKeySerde(string() as Serde<unknown>)

  it('keeps time, key and number, in the order of their bytes', () => {
    const key = { timestamp: 10, left: true, key: 'k', number: 7 }
    const bytes = keys.serialize(key)
    expect(Array.from(bytes)).toEqual([0, 0, 0, 0, 0, 0, 0, 0, 10, 107, 0, 0, 0, 7])
    expect(keys.deserialize(bytes)).toEqual(key)
    expect(() => keys.deserialize(bytes.subarray(0, 12))).toThrow(/cannot have 12 bytes/)
  })

  it('counts round', () => {
    expect([nextNumber(0), nextNumber(0x7fff_ffff)]).toEqual([1, 0])
  })
})
