/** The batch writer: what goes in comes out, its memory is used again, ranges are like arrays. */
import fc from 'fast-check'
import { beforeAll, describe, expect, it } from 'vitest'
import { AssertionError } from '../../../src/base/assert.ts'
import { StreamsError } from '../../../src/base/errors.ts'
import { utf8Bytes } from '../../../src/base/text.ts'
import { registerAllCodecs } from '../../../src/codecs/index.ts'
import { readBatchHeader } from '../../../src/record/batch-format.ts'
import { RecordCursor, validateBatch } from '../../../src/record/batch-reader.ts'
import { BatchWriter, recordBytesMax } from '../../../src/record/batch-writer.ts'
import { type CodecId, registerCodec } from '../../../src/record/compression.ts'
import { readRest, sampleRecords, type SampleRecord } from './samples.ts'

beforeAll(registerAllCodecs)

function write(writer: BatchWriter, records: readonly SampleRecord[]): void {
  for (const { timestamp, key, value, headers } of records) writer.append(timestamp, key, value, headers)
}

function read(batch: Uint8Array): ReturnType<typeof readRest> {
  validateBatch(batch, 0)
  const cursor = new RecordCursor()
  cursor.reset(batch, 0)
  return readRest(cursor)
}

describe('BatchWriter', () => {
  const writer = new BatchWriter(0)

  it('gives back every record, with every codec, from memory used before', () => {
    fc.assert(
      fc.property(sampleRecords, fc.integer({ min: 0, max: 4 }), (records, codec) => {
        writer.reset()
        write(writer, records)
        expect([writer.recordCount, writer.empty]).toEqual([records.length, records.length === 0])
        const batch = writer.close({ codec: codec as CodecId })
        if (codec === 0) expect(batch.length).toBe(writer.sizeInBytes)
        expect(read(batch)).toEqual(records.map((record, offset) => ({ offset, ...record })))
        expect(readBatchHeader(batch, 0)).toMatchObject({
          recordCount: records.length,
          lastOffsetDelta: records.length - 1,
          baseTimestamp: records[0]?.timestamp ?? -1,
          maxTimestamp: Math.max(-1, ...records.map(record => record.timestamp)),
        })
      }),
      { numRuns: 60 },
    )
  })

  it('announces no less than a record takes', () => {
    fc.assert(
      fc.property(sampleRecords, records => {
        writer.reset()
        for (const record of records) {
          const before = writer.sizeInBytes
          write(writer, [record])
          const { key, value, headers } = record
          expect(writer.sizeInBytes - before).toBeLessThanOrEqual(recordBytesMax(key, value, headers))
        }
      }),
      { numRuns: 30 },
    )
  })

  it('writes ranges of other arrays as it writes arrays', () => {
    const source = Uint8Array.from({ length: 300 }, (_, index) => index)
    for (const length of [-1, 0, 1, 7, 39, 40, 200, 300]) {
      const start = Math.min(50, 300 - Math.max(length, 0))
      const field = length < 0 ? null : source.slice(start, start + length)
      const [ranges, arrays] = [new BatchWriter(), new BatchWriter()]
      ranges.appendRange(5, source, start, start + length, source, start, start + length)
      arrays.append(5, field, field)
      expect(ranges.close()).toEqual(arrays.close())
    }
  })

  it('hands out batches that later records do not touch', () => {
    writer.reset()
    writer.append(1, utf8Bytes('a'), utf8Bytes('1'))
    const first = writer.close()
    const kept = first.slice()
    writer.reset()
    writer.append(2, utf8Bytes('b'), utf8Bytes('2'))
    writer.close()
    expect(first).toEqual(kept)
  })

  it('refuses offsets that do not ascend', () => {
    writer.reset()
    writer.appendAt(3, 1, null, null)
    expect(() => writer.appendAt(3, 1, null, null)).toThrow(AssertionError)
  })

  it('names the codec that is missing', () => {
    writer.reset()
    writer.append(1, null, null)
    const lost = () => writer.close({ codec: 5 as CodecId })
    expect(lost).toThrow(StreamsError)
    expect(lost).toThrow(/MR-3102 .*codec 5/)
  })

  it('uses the codec registered last', () => {
    const reversing = {
      id: 4 as const,
      name: 'zstd' as const,
      compress: (bytes: Uint8Array) => bytes.toReversed(),
      decompress: (bytes: Uint8Array) => bytes.toReversed(),
    }
    registerCodec(reversing)
    writer.reset()
    writer.append(1, utf8Bytes('k'), utf8Bytes('v'))
    const batch = writer.close({ codec: 4 })
    expect(batch.slice(61)).toEqual(writer.close().slice(61).toReversed())
    expect(read(batch)).toHaveLength(1)
    registerAllCodecs()
  })
})
