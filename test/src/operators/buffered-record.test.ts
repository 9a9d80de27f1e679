/** The bytes of records that wait in joins with grace. */
import { describe, expect, it } from 'vitest'
import { bufferedRecordSerde, type BufferedRecord } from '../../../src/operators/buffered-record.ts'
import { string } from '../../../src/serdes/primitives.ts'
import type { Serde } from '../../../src/serdes/serde.ts'

const serde = bufferedRecordSerde(string() as Serde<unknown>)

const record: BufferedRecord = {
  value: 'an order',
  topic: 'orders',
  partition: 3,
  offset: 12_345_678_901,
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
    expect(serde.deserialize(serde.serialize(each))).toEqual(each)
  })

  it('refuses bytes that are cut short, wherever', () => {
    const bytes = serde.serialize({ ...record, headers: [] })
    for (let length = 0; length < bytes.length - 1; length++)
      expect(() => serde.deserialize(bytes.subarray(0, length))).toThrow()
  })
})
