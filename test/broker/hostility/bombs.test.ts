/** Records that are small on the wire and large in memory (CVE-2026-111073, trap 8), and batches that lie about themselves. */
import { gzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { writeInt32 } from '../../../src/base/bytes.ts'
import { registerAllCodecs } from '../../../src/codecs/index.ts'
import {
  batchField,
  batchHeaderBytes,
  computedCrcOf,
  lastOffsetDeltaOf,
} from '../../../src/record/batch-format.ts'
import { decompressedBytesMaxDefault } from '../../../src/record/batch-reader.ts'
import { BatchWriter } from '../../../src/record/batch-writer.ts'
import { batch, createTopic, produce, producedTo, startFixture } from '../broker-fixture.ts'
import { errorName } from '../coordinator/world.ts'
import { memoryHeld } from './raw-client.ts'

const mebibyte = 1 << 20

/** A batch of one record in `codec` whose records are replaced by `packed`, with sizes and checksum that are right. */
function withRecords(packed: Uint8Array, codec: 0 | 1 | 2 | 3 | 4, recordCount = 1): Uint8Array {
  const bytes = new Uint8Array(batchHeaderBytes + packed.length)
  bytes.set(batch([['k', 'v']], { codec }).subarray(0, batchHeaderBytes))
  bytes.set(packed, batchHeaderBytes)
  writeInt32(bytes, batchField.batchLength, bytes.length - 12)
  writeInt32(bytes, batchField.lastOffsetDelta, recordCount - 1)
  writeInt32(bytes, batchField.recordCount, recordCount)
  writeInt32(bytes, batchField.crc, computedCrcOf(bytes, 0))
  expect(lastOffsetDeltaOf(bytes, 0)).toBe(recordCount - 1)
  return bytes
}

/** An LZ4 frame of one block that repeats a byte for ever. */
function lz4Bomb(): Uint8Array {
  const block = new Uint8Array(200_000).fill(255)
  // One literal, then a match of distance 1 whose length goes on in bytes of 255.
  block.set([0x1f, 0x00, 0x01, 0x00])
  block[block.length - 1] = 0
  const frame = new Uint8Array(11 + block.length)
  frame.set([0x04, 0x22, 0x4d, 0x18, 0x60, 0x70, 0x73])
  new DataView(frame.buffer).setUint32(7, block.length, true)
  frame.set(block, 11)
  return frame
}

/** A Snappy block that declares 2^31 bytes. */
const snappyBomb = Uint8Array.of(0xff, 0xff, 0xff, 0xff, 0x07, 0x00, 0x00, 0xfe, 0x01, 0x00, 0xfe, 0x01, 0x00)

/** A Zstandard frame of repeated blocks, 128 KiB each for four bytes. */
function zstdBomb(): Uint8Array {
  const blocks = 8000
  const frame = new Uint8Array(6 + blocks * 4)
  // Magic, no content size, a window of 128 KiB.
  frame.set([0x28, 0xb5, 0x2f, 0xfd, 0x00, 0x38])
  for (let block = 0; block < blocks; block++) {
    const header = (131_072 << 3) | (1 << 1) | (block === blocks - 1 ? 1 : 0)
    frame.set([header & 255, (header >>> 8) & 255, (header >>> 16) & 255, 0], 6 + block * 4)
  }
  return frame
}

describe('decompression', () => {
  it.each([
    ['gzip, 300 MiB', 1, () => gzipSync(new Uint8Array(300 * mebibyte), { level: 1 })],
    ['snappy that declares 2 GiB', 2, () => snappyBomb],
    ['lz4, one match without end', 3, lz4Bomb],
    ['zstd, 1 GiB in 32 KiB', 4, zstdBomb],
  ] as const)('ends at its bound: %s', async (_what, codec, make) => {
    registerAllCodecs()
    const { connection, faults } = await startFixture()
    await createTopic(connection, 't', { configs: { 'max.message.bytes': '5000000' } })
    const bomb = withRecords(make(), codec)
    const before = memoryHeld()
    const started = performance.now()
    const { errorCode } = producedTo(await produce(connection, 't', bomb))
    expect(performance.now() - started).toBeLessThan(10_000)
    expect(['INVALID_RECORD', 'CORRUPT_MESSAGE']).toContain(errorName(errorCode))
    expect(memoryHeld() - before).toBeLessThan(400 * mebibyte)
    expect(faults).toEqual([])
  })
})

describe('a batch that is whole', () => {
  it.each([
    ['gzip', 1],
    ['snappy', 2],
    ['lz4', 3],
    ['zstd', 4],
  ] as const)('is refused for what it comes to, and for nothing else: %s', async (_codec, codec) => {
    registerAllCodecs()
    const { connection } = await startFixture()
    await createTopic(connection, 't', { configs: { 'max.message.bytes': '20000000' } })
    const answer = async (valueBytes: number) => {
      const writer = new BatchWriter(valueBytes + 1000)
      writer.append(1_700_000_000_000, null, new Uint8Array(valueBytes))
      return errorName(producedTo(await produce(connection, 't', writer.close({ codec }))).errorCode)
    }
    expect(await answer(mebibyte)).toBe('NONE')
    expect(await answer(decompressedBytesMaxDefault)).toBe('INVALID_RECORD')
  })
})

describe('a batch that lies', () => {
  it.each([
    ['two billion records in ten bytes', () => withRecords(new Uint8Array(10), 0, 2 ** 31 - 1)],
    [
      'two billion records in ten compressed bytes',
      () => withRecords(gzipSync(new Uint8Array(10)), 1, 2 ** 31 - 1),
    ],
    [
      'a record longer than the batch',
      () => withRecords(Uint8Array.of(0xfe, 0xff, 0xff, 0xff, 0x0f, 0, 0, 0), 0),
    ],
    ['a record of a negative length', () => withRecords(Uint8Array.of(0x01, 0, 0, 0, 0, 0, 0, 0), 0)],
    [
      'a header count of two billion',
      () => withRecords(Uint8Array.of(0x12, 0, 0, 0, 1, 1, 0xfe, 0xff, 0xff, 0x0f), 0),
    ],
    ['garbage as gzip', () => withRecords(new Uint8Array(50).fill(7), 1)],
  ])('is refused: %s', async (_what, make) => {
    registerAllCodecs()
    const { connection, faults } = await startFixture()
    await createTopic(connection, 't')
    const { errorCode } = producedTo(await produce(connection, 't', make()))
    expect(['INVALID_RECORD', 'CORRUPT_MESSAGE']).toContain(errorName(errorCode))
    expect(faults).toEqual([])
  })
})
