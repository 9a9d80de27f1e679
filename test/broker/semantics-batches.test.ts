/** Record batches on their way through the broker: one test for each of G20 to G29 (semantics 9.3). */
import { gunzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { crc32c } from '../../src/base/crc32c.ts'
import { utf8Bytes, utf8Slice } from '../../src/base/text.ts'
import type { Connection } from '../../src/protocol/connection.ts'
import { batches } from '../../src/record/batch-reader.ts'
import { BatchWriter, type BatchOptions } from '../../src/record/batch-writer.ts'
import {
  batch,
  createTopic,
  fetchedOf,
  fetchFrom,
  produce,
  producedTo,
  startFixture,
} from './broker-fixture.ts'
import { endTransaction, initProducer, write } from './coordinator/transaction-requests.ts'
import { errorName, startWorld } from './coordinator/world.ts'

const startMs = 1_700_000_000_000

async function arrange(configs: Readonly<Record<string, string>> = {}) {
  const fixture = await startFixture()
  await createTopic(fixture.connection, 't', { configs })
  return fixture
}

/** All batches of a partition from an offset on, as they stand in the log. */
async function stored(connection: Connection, offset = 0, topic = 't'): Promise<Buffer> {
  return Buffer.from(fetchedOf(await fetchFrom(connection, topic, offset)).records!)
}

const append = async (connection: Connection, records: Uint8Array) =>
  errorName(producedTo(await produce(connection, 't', records)).errorCode)

/** Two records 5 ms apart. */
function pair(options: BatchOptions = {}): Uint8Array {
  const writer = new BatchWriter()
  writer.append(startMs, utf8Bytes('k'), utf8Bytes('a'))
  writer.append(startMs + 5, null, utf8Bytes('b'))
  return writer.close(options)
}

describe('the header', () => {
  it('G20: its fields stand where Kafka has them', async () => {
    const { connection } = await arrange()
    await append(connection, batch([['x', 'y']]))
    await append(connection, pair({ producerId: 9, producerEpoch: 3, baseSequence: 40 }))
    const all = await stored(connection, 1)
    const at = all.readInt32BE(8) + 12 < all.length ? all.readInt32BE(8) + 12 : 0
    const header = all.subarray(at)
    expect({
      baseOffset: Number(header.readBigInt64BE(0)),
      batchLength: header.readInt32BE(8),
      magic: header.readInt8(16),
      attributes: header.readInt16BE(21),
      lastOffsetDelta: header.readInt32BE(23),
      baseTimestamp: Number(header.readBigInt64BE(27)),
      maxTimestamp: Number(header.readBigInt64BE(35)),
      producerId: Number(header.readBigInt64BE(43)),
      producerEpoch: header.readInt16BE(51),
      baseSequence: header.readInt32BE(53),
      recordsCount: header.readInt32BE(57),
    }).toEqual({
      baseOffset: 1,
      batchLength: header.length - 12,
      magic: 2,
      attributes: 0,
      lastOffsetDelta: 1,
      baseTimestamp: startMs,
      maxTimestamp: startMs + 5,
      producerId: 9,
      producerEpoch: 3,
      baseSequence: 40,
      recordsCount: 2,
    })
  })

  it('G21: the checksum is CRC-32C from the attributes on, so offsets are given without computing it anew', async () => {
    const { connection } = await arrange()
    await append(connection, pair())
    const sent = pair()
    const original = Buffer.from(sent)
    await append(connection, sent)
    const second = (await stored(connection, 2)).subarray(-original.length)
    expect(Number(second.readBigInt64BE(0))).toBe(2)
    expect(second.readUInt32BE(17)).toBe(original.readUInt32BE(17))
    expect(second.readUInt32BE(17)).toBe(crc32c(second, 21, second.length) >>> 0)
    expect(second.subarray(17)).toEqual(original.subarray(17))
  })

  it('G22: the attributes tell codec, kind of time, transactions and control records', async () => {
    const world = await startWorld()
    const { connection } = world
    await createTopic(connection, 'stamped', { configs: { 'message.timestamp.type': 'LogAppendTime' } })
    const attributesOf = async (topic: string, offset: number) =>
      (await stored(connection, offset, topic)).readInt16BE(21)
    for (const [codec, id] of [
      ['gzip', 1],
      ['snappy', 2],
      ['lz4', 3],
      ['zstd', 4],
    ] as const) {
      await createTopic(connection, codec)
      await produce(connection, codec, pair({ codec: id }))
      expect(await attributesOf(codec, 0)).toBe(id)
    }
    await produce(connection, 'stamped', pair())
    expect(await attributesOf('stamped', 0)).toBe(1 << 3)
    const producer = await initProducer(connection)
    await write(connection, producer, 'v')
    await endTransaction(connection, producer)
    expect(await attributesOf('input', 0)).toBe(1 << 4)
    expect(await attributesOf('input', 1)).toBe((1 << 4) | (1 << 5))
  })

  it('G23: compression covers the records and nothing before them', async () => {
    const { connection } = await arrange()
    await append(connection, pair({ codec: 1 }))
    await append(connection, pair())
    const all = await stored(connection)
    const size = all.readInt32BE(8) + 12
    expect(gunzipSync(all.subarray(61, size))).toEqual(all.subarray(size + 61))
  })
})

describe('records', () => {
  it('G24: lengths, deltas and fields are zigzag varints in Kafka’s order', async () => {
    const { connection } = await arrange()
    await append(connection, pair())
    const records = (await stored(connection)).subarray(61)
    // length, attributes, timestamp delta, offset delta, key, value, headers: each number doubled by zigzag, -1 as 1.
    const first = [16, 0, 0, 0, 2, 'k'.charCodeAt(0), 2, 'a'.charCodeAt(0), 0]
    const second = [14, 0, 10, 2, 1, 2, 'b'.charCodeAt(0), 0]
    expect([...records]).toEqual([...first, ...second])
  })

  it('G25: headers keep their order, may repeat, and may be null', async () => {
    const { connection } = await arrange()
    const headers = [
      { key: 'b', value: utf8Bytes('1') },
      { key: 'a', value: null },
      { key: 'b', value: utf8Bytes('2') },
      { key: '', value: new Uint8Array(0) },
    ]
    const writer = new BatchWriter()
    writer.append(startMs, null, utf8Bytes('v'), headers)
    await append(connection, writer.close())
    const [cursor] = [...batches(await stored(connection))]
    cursor!.next()
    expect(
      cursor!.headers().map(({ key, value }) => [key, value && utf8Slice(value, 0, value.length)]),
    ).toEqual([
      ['b', '1'],
      ['a', null],
      ['b', '2'],
      ['', ''],
    ])
  })

  it.each([
    ['commit', 1],
    ['abort', 0],
  ] as const)('G26: the marker of %s is one record of type %i', async (outcome, type) => {
    const { connection } = await startWorld()
    const producer = await initProducer(connection)
    await write(connection, producer, 'v')
    await endTransaction(connection, producer, outcome)
    const marker = await stored(connection, 1, 'input')
    expect(marker.readInt32BE(57)).toBe(1)
    const [cursor] = [...batches(marker)]
    cursor!.next()
    const [key, value] = [Buffer.from(cursor!.key()!), Buffer.from(cursor!.value()!)]
    expect([key.readInt16BE(0), key.readInt16BE(2), key.length]).toEqual([0, type, 4])
    expect([value.readInt16BE(0), value.readInt32BE(2), value.length]).toEqual([0, 0, 6])
  })

  it('G27: with LogAppendTime the markers of transactions say so too', async () => {
    const world = await startWorld()
    const { connection } = world
    await createTopic(connection, 't', { configs: { 'message.timestamp.type': 'LogAppendTime' } })
    const producer = await initProducer(connection, 'tx')
    await write(connection, producer, 'v', { topic: 't' })
    await endTransaction(connection, producer)
    expect((await stored(connection, 1)).readInt16BE(21)).toBe((1 << 3) | (1 << 4) | (1 << 5))
  })

  it('G27: with LogAppendTime every record has the time of the append', async () => {
    const { connection, clock } = await arrange({ 'message.timestamp.type': 'LogAppendTime' })
    const answer = producedTo(await produce(connection, 't', pair()))
    const bytes = await stored(connection)
    expect([answer.logAppendTimeMs, Number(bytes.readBigInt64BE(35))]).toEqual([clock.now(), clock.now()])
    const times: number[] = []
    for (const cursor of batches(bytes)) while (cursor.next()) times.push(cursor.timestamp)
    expect(times).toEqual([clock.now(), clock.now()])
  })

  it('G28: compaction leaves first and last offset, producer and sequence of a batch as they were', async () => {
    const { connection, clock } = await arrange({
      'cleanup.policy': 'compact',
      'segment.ms': '1000',
      'min.cleanable.dirty.ratio': '0',
    })
    const keyed = (key: string, value: string, timestamp: number) => [key, value, timestamp] as const
    const of = (records: readonly (readonly [string, string, number])[], options: BatchOptions = {}) => {
      const writer = new BatchWriter()
      for (const [key, value, at] of records) writer.append(at, utf8Bytes(key), utf8Bytes(value))
      return writer.close(options)
    }
    const at = clock.now()
    const producer = { producerId: 5, producerEpoch: 2, baseSequence: 7 }
    await append(connection, of([keyed('a', '1', at), keyed('b', '2', at), keyed('c', '3', at)], producer))
    await append(connection, of([keyed('a', '4', at), keyed('c', '5', at)]))
    await clock.advance(2000)
    await append(connection, of([keyed('d', '6', clock.now())]))
    await clock.advance(60_000)
    const bytes = await stored(connection)
    const offsets: number[] = []
    for (const cursor of batches(bytes)) while (cursor.next()) offsets.push(cursor.offset)
    // An answer ends with its segment.
    expect(offsets).toEqual([1, 3, 4])
    expect({
      baseOffset: Number(bytes.readBigInt64BE(0)),
      lastOffsetDelta: bytes.readInt32BE(23),
      producerId: Number(bytes.readBigInt64BE(43)),
      producerEpoch: bytes.readInt16BE(51),
      baseSequence: bytes.readInt32BE(53),
      recordsCount: bytes.readInt32BE(57),
    }).toEqual({ baseOffset: 0, lastOffsetDelta: 2, ...producer, recordsCount: 1 })
  })

  const two = () => Buffer.concat([pair(), pair()])
  const holed = () => {
    const writer = new BatchWriter()
    writer.appendAt(0, startMs, utf8Bytes('k'), utf8Bytes('a'))
    writer.appendAt(2, startMs, utf8Bytes('k'), utf8Bytes('b'))
    return writer.close()
  }
  const miscounted = () => {
    const bytes = Buffer.from(pair())
    bytes.writeInt32BE(3, 57)
    bytes.writeUInt32BE(crc32c(bytes, 21, bytes.length) >>> 0, 17)
    return bytes
  }
  const damaged = () => {
    const bytes = Buffer.from(pair())
    bytes[bytes.length - 2]! ^= 1
    return bytes
  }
  it.each<[what: string, records: () => Uint8Array, configs: Record<string, string>, error: string]>([
    ['offsets with a hole', holed, {}, 'INVALID_RECORD'],
    ['a count that is not right', miscounted, {}, 'INVALID_RECORD'],
    ['a flipped bit', damaged, {}, 'CORRUPT_MESSAGE'],
    ['two batches', two, {}, 'INVALID_RECORD'],
    ['more than max.message.bytes', pair, { 'max.message.bytes': '70' }, 'MESSAGE_TOO_LARGE'],
    [
      'a time too far back',
      () => batch([['k', 'v']], { timestamp: startMs - 10_000 }),
      { 'message.timestamp.before.max.ms': '1000' },
      'INVALID_TIMESTAMP',
    ],
    [
      'a time too far ahead',
      () => batch([['k', 'v']], { timestamp: startMs + 10_000 }),
      { 'message.timestamp.after.max.ms': '1000' },
      'INVALID_TIMESTAMP',
    ],
    ['no key where the topic is compacted', pair, { 'cleanup.policy': 'compact' }, 'INVALID_RECORD'],
  ])('G29: refuses %s', async (_what, records, configs, error) => {
    const { connection } = await arrange(configs)
    expect(await append(connection, records())).toBe(error)
    expect(fetchedOf(await fetchFrom(connection, 't', 0)).highWatermark).toBe(0)
  })

  it('G29: says which records a batch is refused for, and which code decides (KIP-467)', async () => {
    const { connection } = await arrange({
      'cleanup.policy': 'compact',
      'message.timestamp.after.max.ms': '1000',
    })
    const answer = async (records: readonly (readonly [key: string | null, timestamp: number])[]) => {
      const writer = new BatchWriter()
      for (const [key, timestamp] of records)
        writer.append(timestamp, key === null ? null : utf8Bytes(key), null)
      const told = producedTo(await produce(connection, 't', writer.close()))
      return [
        errorName(told.errorCode),
        told.recordErrors.map(each => each.batchIndex),
        told.logStartOffset,
        told.recordErrors[0]?.batchIndexErrorMessage?.includes('needs a key'),
      ]
    }
    const late = startMs + 10_000
    const keyless = await answer([
      ['k', startMs],
      [null, startMs],
      ['k', startMs],
      [null, late],
    ])
    expect(keyless).toEqual(['INVALID_RECORD', [1, 3], 0, true])
    const both = await answer([
      [null, startMs],
      ['k', late],
    ])
    expect(both).toEqual(['INVALID_TIMESTAMP', [0, 1], 0, true])
    const many = await answer(Array.from({ length: 3000 }, () => [null, startMs]))
    expect((many[1] as number[]).length).toBe(1000)
    const large = producedTo(await produce(connection, 't', batch([['k', 'x'.repeat(2_000_000)]])))
    expect([errorName(large.errorCode), large.logStartOffset]).toEqual(['MESSAGE_TOO_LARGE', -1])
  })
})
