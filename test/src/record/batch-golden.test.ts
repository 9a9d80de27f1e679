/** The writer and the reader against bytes of Apache Kafka itself: the same bytes out, the same records in. */
import { beforeAll, describe, expect, it } from 'vitest'
import { registerAllCodecs } from '../../../src/codecs/index.ts'
import {
  baseOffsetOf,
  baseTimestampOf,
  hasDeleteHorizon,
  readBatchHeader,
  writeBatchHeader,
} from '../../../src/record/batch-format.ts'
import { batches, validateBatch } from '../../../src/record/batch-reader.ts'
import { BatchWriter, type BatchOptions } from '../../../src/record/batch-writer.ts'
import { readTransactionMarker, writeTransactionMarker } from '../../../src/record/control-record.ts'
import { goldenBatch, goldenRecords, manyRecords, type GoldenRecord } from './golden.ts'

const time = 1_700_000_000_000

beforeAll(registerAllCodecs)

/** What the header of each batch says beyond the defaults of `close`. */
const options: Readonly<Record<string, BatchOptions>> = {
  'log append time': { baseOffset: 5_000_000_000, logAppendTime: time + 999, partitionLeaderEpoch: 7 },
  transactional: {
    baseOffset: 42,
    producerId: Number.MAX_SAFE_INTEGER,
    producerEpoch: 32_767,
    baseSequence: 2_147_483_646,
    transactional: true,
    partitionLeaderEpoch: 3,
  },
  'delete horizon': { deleteHorizon: true },
}

function readAll(bytes: Uint8Array): GoldenRecord[] {
  const records: GoldenRecord[] = []
  for (const cursor of batches(bytes)) {
    while (cursor.next()) {
      const { offset, timestamp } = cursor
      records.push({ offset, timestamp, key: cursor.key(), value: cursor.value(), headers: cursor.headers() })
    }
  }
  return records
}

describe.each(Object.keys(goldenRecords))('a batch of Apache Kafka with %s', name => {
  const records = goldenRecords[name]!
  const bytes = goldenBatch(name)

  it('is valid and read as what was put in', () => {
    expect(validateBatch(bytes, 0)).toBe(bytes.length)
    const appendTime = options[name]?.logAppendTime
    // Log append time overrides every record's own (G27).
    expect(readAll(bytes)).toEqual(
      appendTime === undefined ? records : records.map(record => ({ ...record, timestamp: appendTime })),
    )
  })

  it('is written byte for byte', () => {
    const writer = new BatchWriter(0)
    if (hasDeleteHorizon(bytes, 0)) writer.reset(baseTimestampOf(bytes, 0))
    for (const { offset, timestamp, key, value, headers } of records) {
      writer.appendAt(offset - baseOffsetOf(bytes, 0), timestamp, key, value, headers)
    }
    expect(writer.sizeInBytes).toBe(bytes.length)
    expect(writer.close(options[name])).toEqual(bytes)
  })

  it('has a header that survives being read and written', () => {
    const copy = bytes.slice()
    copy.fill(0, 0, 61)
    writeBatchHeader(copy, 0, readBatchHeader(bytes, 0))
    expect(copy).toEqual(bytes)
  })
})

describe('compressed batches of Apache Kafka', () => {
  it.each(['gzip', 'snappy', 'lz4', 'zstd'])('are read: %s', name => {
    const bytes = goldenBatch(name)
    expect(validateBatch(bytes, 0)).toBe(bytes.length)
    expect(readAll(bytes)).toEqual(manyRecords)
  })
})

describe('control batches of Apache Kafka (G26)', () => {
  it.each([
    { name: 'commit marker', outcome: 'commit', coordinatorEpoch: 11, offset: 17 },
    { name: 'abort marker', outcome: 'abort', coordinatorEpoch: 12, offset: 18 },
  ] as const)('are read and written: $name', ({ name, outcome, coordinatorEpoch, offset }) => {
    const bytes = goldenBatch(name)
    const [cursor] = [...batches(bytes)]
    expect(cursor!.next()).toBe(true)
    expect([cursor!.control, cursor!.transactional, cursor!.offset]).toEqual([true, true, offset])
    expect(readTransactionMarker(cursor!)).toEqual({ outcome, coordinatorEpoch })
    expect(cursor!.next()).toBe(false)
    expect(
      writeTransactionMarker({
        outcome,
        coordinatorEpoch,
        producerId: 1234,
        producerEpoch: 5,
        timestamp: time,
        baseOffset: offset,
        partitionLeaderEpoch: 4,
      }),
    ).toEqual(bytes)
  })
})

describe('an empty batch, as compaction leaves it (G28)', () => {
  it('keeps offsets and sequences, and has no records', () => {
    const bytes = goldenBatch('empty')
    expect(validateBatch(bytes, 0)).toBe(61)
    const [cursor] = [...batches(bytes)]
    expect(cursor!.next()).toBe(false)
    expect([cursor!.baseOffset, cursor!.lastOffset, cursor!.recordCount]).toEqual([20, 29, 0])
    const header = readBatchHeader(bytes, 0)
    const rewritten = new Uint8Array(61)
    writeBatchHeader(rewritten, 0, header)
    expect(rewritten).toEqual(bytes)
    expect(header).toMatchObject({
      producerId: 1234,
      producerEpoch: 5,
      baseSequence: 100,
      transactional: true,
    })
  })
})
