/** Record batches between Millrace and kafkajs, through kafkajs's own encoder and decoder. */
import { createRequire } from 'node:module'
import { describe, expect, it } from 'vitest'
import { utf8Bytes } from '../../../src/base/text.ts'
import { RecordCursor, validateBatch } from '../../../src/record/batch-reader.ts'
import { BatchWriter } from '../../../src/record/batch-writer.ts'
import { registerAllCodecs } from '../../../src/codecs/index.ts'
import { readRest } from './samples.ts'

/** The internals of kafkajs that are used; it has no types for them. */
interface Encoder {
  readonly buffer: Buffer
}
interface DecodedBatch {
  readonly firstOffset: string
  readonly lastOffset: string
  readonly producerId: string
  readonly records: readonly {
    readonly offset: string
    readonly timestamp: string
    readonly key: Buffer | null
    readonly value: Buffer | null
    readonly headers: Readonly<Record<string, Buffer | Buffer[]>>
  }[]
}
const load = createRequire(import.meta.url)
const { RecordBatch } = load('kafkajs/src/protocol/recordBatch/v0/index.js') as {
  RecordBatch: (batch: Readonly<Record<string, unknown>>) => Promise<Encoder>
}
const encodeRecord = load('kafkajs/src/protocol/recordBatch/record/v0/index.js') as (
  record: unknown,
) => Encoder
const decodeBatch = load('kafkajs/src/protocol/recordBatch/v0/decoder.js') as (
  decoder: unknown,
) => Promise<DecodedBatch>
const KafkaDecoder = load('kafkajs/src/protocol/decoder.js') as new (bytes: Buffer) => unknown
const Long = load('kafkajs/src/utils/long.js') as { fromNumber(value: number): unknown }

const time = 1_700_000_000_000
const samples = Array.from({ length: 100 }, (_, index) => ({
  timestamp: time + index * 13,
  key: index % 5 === 0 ? null : utf8Bytes(`key-${index}`),
  value: index % 7 === 0 ? null : utf8Bytes('v'.repeat(index * 3)),
  headers: index % 3 === 0 ? [{ key: 'trace', value: utf8Bytes(`${index}`) }] : [],
}))

/** The batch as kafkajs writes it; codec 0 or 1, the two that it has. */
async function kafkajsBatch(codec: 0 | 1): Promise<Uint8Array> {
  const { buffer } = await RecordBatch({
    compression: codec,
    firstTimestamp: time,
    maxTimestamp: samples.at(-1)!.timestamp,
    partitionLeaderEpoch: -1,
    lastOffsetDelta: samples.length - 1,
    transactional: true,
    producerId: Long.fromNumber(5_000_000_000),
    producerEpoch: 3,
    firstSequence: 77,
    records: samples.map(({ timestamp, key, value, headers }, index) =>
      encodeRecord({
        offsetDelta: index,
        timestampDelta: timestamp - time,
        key: key === null ? null : Buffer.from(key),
        value: value === null ? null : Buffer.from(value),
        headers: Object.fromEntries(headers.map(header => [header.key, Buffer.from(header.value)])),
      }),
    ),
  })
  return new Uint8Array(buffer)
}

function ownBatch(codec: 0 | 1): Uint8Array {
  const writer = new BatchWriter()
  for (const { timestamp, key, value, headers } of samples) writer.append(timestamp, key, value, headers)
  return writer.close({
    producerId: 5_000_000_000,
    producerEpoch: 3,
    baseSequence: 77,
    transactional: true,
    codec,
  })
}

describe('kafkajs', () => {
  it('writes the same bytes as the batch writer', async () => {
    expect(ownBatch(0)).toEqual(await kafkajsBatch(0))
  })

  it.each([0, 1] as const)('writes, with codec %i, what the cursor reads', async codec => {
    registerAllCodecs()
    const bytes = await kafkajsBatch(codec)
    expect(validateBatch(bytes, 0)).toBe(bytes.length)
    const cursor = new RecordCursor()
    cursor.reset(bytes, 0)
    expect(readRest(cursor)).toEqual(samples.map((sample, offset) => ({ offset, ...sample })))
  })

  it.each([0, 1] as const)('reads, with codec %i, what the batch writer wrote', async codec => {
    registerAllCodecs()
    const decoded = await decodeBatch(new KafkaDecoder(Buffer.from(ownBatch(codec))))
    expect(decoded.producerId).toBe('5000000000')
    expect(
      decoded.records.map(({ offset, timestamp, key, value }) => [offset, timestamp, key, value]),
    ).toEqual(
      samples.map(({ timestamp, key, value }, offset) => [
        `${offset}`,
        `${timestamp}`,
        key === null ? null : Buffer.from(key),
        value === null ? null : Buffer.from(value),
      ]),
    )
  })
})
