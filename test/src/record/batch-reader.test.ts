/** The reader on what a network and a disk may hold: cut off, damaged, hostile. */
import fc from 'fast-check'
import { beforeAll, describe, expect, it } from 'vitest'
import { bytesOfHex, concatBytes, writeInt32, writeInt64 } from '../../../src/base/bytes.ts'
import { StreamsError } from '../../../src/base/errors.ts'
import { utf8Bytes } from '../../../src/base/text.ts'
import { registerAllCodecs } from '../../../src/codecs/index.ts'
import {
  batchField,
  recordCountOf,
  setBaseOffset,
  setLogAppendTime,
  setPartitionLeaderEpoch,
  setProducer,
  sizeInBytesOf,
  readBatchHeader,
  lastSequenceOf,
  writeBatchHeader,
} from '../../../src/record/batch-format.ts'
import { batches, RecordCursor, validateBatch } from '../../../src/record/batch-reader.ts'
import { BatchWriter } from '../../../src/record/batch-writer.ts'
import { readRest, sampleRecords } from './samples.ts'

beforeAll(registerAllCodecs)

function batchOf(count: number, codec: 0 | 1 | 2 | 3 | 4 = 0, baseOffset = 0): Uint8Array {
  const writer = new BatchWriter()
  for (let index = 0; index < count; index++) {
    writer.append(1000 + index, utf8Bytes(`key-${index}`), utf8Bytes(`value-${index}`))
  }
  return writer.close({ codec, baseOffset })
}

/** A batch whose records are `hex`, everything about it right but for them. */
function batchWithRecords(hex: string, recordCount: number): Uint8Array {
  const records = bytesOfHex(hex)
  const bytes = concatBytes(batchOf(1).slice(0, 61), records)
  const header = readBatchHeader(bytes, 0)
  writeBatchHeader(bytes, 0, {
    ...header,
    sizeInBytes: bytes.length,
    recordCount,
    lastOffsetDelta: recordCount - 1,
  })
  return bytes
}

function readAll(bytes: Uint8Array): unknown[] {
  const cursor = new RecordCursor()
  cursor.reset(bytes, 0)
  return readRest(cursor)
}

/** The code of the `StreamsError` that `act` throws; anything else thrown passes through. */
function codeOf(act: () => unknown): string | undefined {
  try {
    act()
  } catch (error) {
    if (error instanceof StreamsError) return error.code
    throw error
  }
  return undefined
}

describe('batches', () => {
  it('walks over whole batches and leaves out one that is cut off, wherever the cut', () => {
    const parts = [batchOf(2, 0, 10), batchOf(3, 3, 12), batchOf(1, 0, 15)]
    const all = concatBytes(...parts)
    for (let length = 0; length <= all.length; length++) {
      let [count, left] = [0, length]
      for (const part of parts) if ((left -= part.length) >= 0) count++
      const offsets = [...batches(all, 0, length)].map(cursor => cursor.baseOffset)
      expect(offsets).toEqual([10, 12, 15].slice(0, count))
    }
  })

  it('reads a batch in the middle of an array', () => {
    const [before, batch] = [new Uint8Array(7), batchOf(2, 0, 4)]
    const [cursor] = [...batches(concatBytes(before, batch, before), 7, 7 + batch.length)]
    expect(readRest(cursor!).map(record => record.offset)).toEqual([4, 5])
  })

  it('refuses a size that no batch has', () => {
    const bytes = batchOf(1)
    writeInt32(bytes, batchField.batchLength, 3)
    expect(codeOf(() => [...batches(bytes)])).toBe('MR-3101')
  })
})

describe('validateBatch', () => {
  it('finds every flipped bit that the checksum covers', () => {
    const bytes = batchOf(2)
    for (let at = batchField.magic; at < bytes.length; at++) {
      const damaged = bytes.slice()
      damaged[at]! ^= 1 << (at % 8)
      expect([at, codeOf(() => validateBatch(damaged, 0))]).toEqual([at, 'MR-3101'])
    }
  })

  it('says where', () => {
    const bytes = concatBytes(new Uint8Array(5), batchOf(1))
    bytes[bytes.length - 1]! ^= 1
    expect(() => validateBatch(bytes, 5, bytes.length, 'orders-3@120')).toThrow(/at orders-3@120, byte 5/)
  })

  it('stays content when offset and leader epoch are rewritten (G21)', () => {
    const bytes = batchOf(2)
    setBaseOffset(bytes, 0, 2 ** 40)
    setPartitionLeaderEpoch(bytes, 0, 9)
    expect(validateBatch(bytes, 0)).toBe(bytes.length)
    expect(readBatchHeader(bytes, 0)).toMatchObject({ baseOffset: 2 ** 40, partitionLeaderEpoch: 9 })
  })

  it('stays content when producer and append time are rewritten with the checksum', () => {
    const bytes = batchOf(3)
    setProducer(bytes, 0, { producerId: 7, producerEpoch: 2, baseSequence: 2 ** 31 - 2, transactional: true })
    setLogAppendTime(bytes, 0, 5555)
    expect(validateBatch(bytes, 0)).toBe(bytes.length)
    expect(readBatchHeader(bytes, 0)).toMatchObject({
      producerId: 7,
      transactional: true,
      logAppendTime: true,
    })
    expect(lastSequenceOf(bytes, 0)).toBe(0)
    expect(readAll(bytes)).toMatchObject([{ timestamp: 5555 }, { timestamp: 5555 }, { timestamp: 5555 }])
  })

  it.each([
    ['a cut-off header', (bytes: Uint8Array) => bytes.slice(0, 60)],
    ['a cut-off record', (bytes: Uint8Array) => bytes.slice(0, -1)],
    ['another format', (bytes: Uint8Array) => bytes.with(batchField.magic, 1)],
    ['a negative size', (bytes: Uint8Array) => bytes.with(batchField.batchLength, 0x80)],
  ])('refuses %s', (_, damage) => {
    expect(codeOf(() => validateBatch(damage(batchOf(1)), 0))).toBe('MR-3101')
  })

  it('refuses an offset beyond what a number holds', () => {
    const bytes = batchOf(1)
    writeInt64(bytes, 0, 2 ** 53)
    expect(codeOf(() => validateBatch(bytes, 0))).toBe('MR-3101')
  })
})

describe('RecordCursor on records that break the format', () => {
  // Body: attributes, timestamp delta, offset delta, key length, key, value length, value, header count.
  it.each([
    ['a length past the end of the batch', '7e 00000002610262 00', 1],
    ['a negative length', '01 000000026102620000', 1],
    ['a length that does not end', 'ffffffffff', 1],
    ['a length beyond 32 bits', 'ffffffff7f 00000002610262', 1],
    ['a key past the end of its record', '10 000000 7e 61 02 62 00', 1],
    ['a key of more bytes than there are', '10 000000 feffff0f 00', 1],
    ['a key length below -1', '10 000000 03 0261 62 00 00', 1],
    ['a value past the end of its record', '10 000000 0261 7e 62 00', 1],
    ['a value length below -1', '10 000000 0261 03 62 00 ', 1],
    ['no header count', '0e 000000 0261 0262', 1],
    ['bytes after its last field', '12 000000 0261 0262 00 00', 1],
    ['a timestamp beyond 2^53', '22 00 feffffffffffffffff01 00 0101 00 00 00 00', 1],
    ['fewer records than declared', '10 000000 0261 0262 00', 2],
    ['more records than declared', '10 000000 0261 0262 00 10 000002 0261 0262 00', 1],
    ['an absurd count', '10 000000 0261 0262 00', 2_000_000_000],
  ])('refuses %s', (_, hex, count) => {
    const bytes = batchWithRecords(hex, count)
    expect(validateBatch(bytes, 0)).toBe(bytes.length)
    expect(codeOf(() => readAll(bytes))).toBe('MR-3101')
  })

  it.each([
    ['a negative count', '12 000000 0261 0262 01 00'],
    ['a count without headers', '10 000000 0261 0262 02'],
    ['a null key', '14 000000 0261 0262 02 01 01'],
    ['a key past the end', '14 000000 0261 0262 02 10 01'],
    ['a value past the end', '16 000000 0261 0262 02 0261 10'],
    ['bytes after the last', '18 000000 0261 0262 02 0261 01 00'],
  ])('refuses headers with %s', (_, hex) => {
    const cursor = new RecordCursor()
    cursor.reset(batchWithRecords(hex, 1), 0)
    expect(codeOf(() => cursor.next() && cursor.headers())).toBe('MR-3101')
  })

  it('does nothing but refuse, whatever bytes follow a sound header', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ maxLength: 80 }),
        fc.integer({ min: 0, max: 5 }),
        fc.nat(7),
        (body, count, codec) => {
          const bytes = concatBytes(batchOf(1).slice(0, 61), body)
          const header = readBatchHeader(bytes, 0)
          writeBatchHeader(bytes, 0, { ...header, sizeInBytes: bytes.length, recordCount: count })
          bytes[batchField.attributes + 1] = codec
          expect([undefined, 'MR-3101', 'MR-3102', 'MR-3103']).toContain(codeOf(() => readAll(bytes)))
        },
      ),
      { numRuns: 2000 },
    )
  })

  it('does nothing but refuse, whichever byte of a sound batch changes', () => {
    fc.assert(
      fc.property(sampleRecords, fc.nat(), fc.nat(255), (records, position, byte) => {
        const writer = new BatchWriter()
        for (const { timestamp, key, value, headers } of records)
          writer.append(timestamp, key, value, headers)
        const bytes = writer.close()
        bytes[position % bytes.length] = byte
        expect([undefined, 'MR-3101', 'MR-3102', 'MR-3103']).toContain(codeOf(() => readAll(bytes)))
      }),
      { numRuns: 200 },
    )
  })
})

describe('RecordCursor on compressed batches', () => {
  it.each([1, 2, 3, 4] as const)('bounds what codec %i decompresses to, and says where', codec => {
    const writer = new BatchWriter()
    writer.append(0, null, new Uint8Array(4 * 1024 * 1024))
    const bytes = writer.close({ codec })
    const cursor = new RecordCursor()
    const bounded = () =>
      cursor.reset(bytes, 0, { decompressedBytesMax: 2 * 1024 * 1024, place: 'orders-3@120' })
    expect(codeOf(bounded)).toBe('MR-3103')
    expect(bounded).toThrow(/orders-3@120/)
    cursor.reset(bytes, 0)
    expect(readRest(cursor)).toHaveLength(1)
  })

  it('names a codec that means nothing', () => {
    const bytes = batchOf(1)
    bytes[batchField.attributes + 1]! |= 6
    expect(codeOf(() => readAll(bytes))).toBe('MR-3102')
  })
})

describe('RecordCursor', () => {
  it('is used again, from a longer batch to a shorter', () => {
    const cursor = new RecordCursor()
    cursor.reset(batchOf(5), 0)
    cursor.next()
    const second = batchOf(2, 0, 100)
    cursor.reset(second, 0)
    expect([cursor.key(), cursor.value(), cursor.headers()]).toEqual([null, null, []])
    expect(readRest(cursor).map(record => record.offset)).toEqual([100, 101])
    expect(cursor.next()).toBe(false)
    expect([cursor.recordCount, cursor.sizeInBytes, cursor.lastOffset]).toEqual([
      recordCountOf(second, 0),
      sizeInBytesOf(second, 0),
      101,
    ])
  })
})
