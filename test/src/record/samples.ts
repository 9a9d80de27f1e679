/** Records by chance, for properties of the writer and the reader. */
import fc from 'fast-check'
import type { RecordCursor } from '../../../src/record/batch-reader.ts'
import type { Header } from '../../../src/record/record.ts'

export interface SampleRecord {
  readonly timestamp: number
  readonly key: Uint8Array | null
  readonly value: Uint8Array | null
  readonly headers: readonly Header[]
}

/** Sizes on both sides of every threshold: one and two bytes of length, copies by loop and by `set`. */
const field = fc.option(
  fc.oneof(
    fc.uint8Array({ maxLength: 80 }),
    fc.integer({ min: 8170, max: 8200 }).map(length => new Uint8Array(length).fill(7)),
  ),
)
const header = fc.record({
  key: fc.string({ unit: 'grapheme', maxLength: 20 }),
  value: fc.option(fc.uint8Array()),
})

export const sampleRecord: fc.Arbitrary<SampleRecord> = fc.record({
  timestamp: fc.oneof(
    fc.nat(),
    fc.integer({ min: 1_600_000_000_000, max: 1_900_000_000_000 }),
    fc.maxSafeNat(),
  ),
  key: field,
  value: field,
  headers: fc.oneof({ weight: 3, arbitrary: fc.constant([]) }, fc.array(header, { maxLength: 4 })),
})

export const sampleRecords = fc.array(sampleRecord, { maxLength: 12 })

/** Everything that a cursor still has. */
export function readRest(cursor: RecordCursor): (SampleRecord & { readonly offset: number })[] {
  const records = []
  while (cursor.next()) {
    const { offset, timestamp } = cursor
    records.push({ offset, timestamp, key: cursor.key(), value: cursor.value(), headers: cursor.headers() })
  }
  return records
}
