/** The record batches in test/golden/record-batches.json, which Apache Kafka's own code wrote, and what they hold. */
import { readFileSync } from 'node:fs'
import { bytesOfHex } from '../../../src/base/bytes.ts'
import { utf8Bytes } from '../../../src/base/text.ts'
import type { Header } from '../../../src/record/record.ts'

export interface GoldenRecord {
  readonly offset: number
  readonly timestamp: number
  readonly key: Uint8Array | null
  readonly value: Uint8Array | null
  readonly headers: readonly Header[]
}

const golden = JSON.parse(
  readFileSync(new URL('../../golden/record-batches.json', import.meta.url), 'utf8'),
) as { readonly batches: readonly { readonly name: string; readonly batch: string }[] }

const time = 1_700_000_000_000

/** The bytes of a batch by its name. */
export function goldenBatch(name: string): Uint8Array {
  const found = golden.batches.find(candidate => candidate.name === name)
  if (found === undefined) throw new RangeError(`no golden batch ${name}`)
  return bytesOfHex(found.batch)
}

function record(
  offset: number,
  timestamp: number,
  key: string | null,
  value: string | null,
  headers: readonly (readonly [string, string | null])[] = [],
): GoldenRecord {
  return {
    offset,
    timestamp,
    key: key === null ? null : utf8Bytes(key),
    value: value === null ? null : utf8Bytes(value),
    headers: headers.map(([name, text]) => ({ key: name, value: text === null ? null : utf8Bytes(text) })),
  }
}

/** 300 records of JSON, the content of the compressed batches. */
export const manyRecords: readonly GoldenRecord[] = Array.from({ length: 300 }, (_, index) =>
  record(
    index,
    time + index * 37,
    `key-${index % 17}`,
    JSON.stringify({ id: index, user: `user-${index % 11}`, type: 'order' }),
  ),
)

/** What `test/golden/RecordBatches.java` puts into each uncompressed batch of ordinary records. */
export const goldenRecords: Readonly<Record<string, readonly GoldenRecord[]>> = {
  'one record': [record(0, time, 'key', 'value')],
  'null key and null value': [
    record(0, time, null, 'value'),
    record(1, time, 'key', null),
    record(2, time, null, null),
    record(3, time, '', ''),
  ],
  headers: [
    record(0, time, 'k', 'v', [
      ['trace', 'a'],
      ['trace', 'b'],
      ['empty', ''],
      ['absent', null],
      ['żółw', '\u0000'],
    ]),
  ],
  'timestamps out of order': [
    record(0, time, 'a', '1'),
    record(1, time - 86_400_000, 'b', '2'),
    record(2, 0, 'c', '3'),
    record(3, 253_402_300_799_999, 'd', '4'),
    record(4, time + 1, 'e', '5'),
  ],
  'log append time': [record(5_000_000_000, time, 'a', '1'), record(5_000_000_001, time + 5, 'b', '2')],
  transactional: [record(42, time, 'a', '1'), record(43, time, 'b', '2'), record(44, time, 'c', '3')],
  holes: [record(2, time, 'a', '1'), record(9, time, 'b', '2')],
  'delete horizon': [record(0, time, 'a', null), record(3, time + 5, 'b', null)],
  many: manyRecords,
}
