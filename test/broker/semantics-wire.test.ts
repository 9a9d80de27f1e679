/** The rules of the wire that break home-made brokers: one test for each of G1 to G14 (semantics 9.2). */
import { afterEach, describe, expect, it } from 'vitest'
import type { Broker } from '../../broker/broker.ts'
import { partitionForId } from '../../broker/coordinator/internal-topic.ts'
import { partitionForKey } from '../../src/base/murmur2.ts'
import { utf8Bytes } from '../../src/base/text.ts'
import { zeroUuid } from '../../src/base/uuid.ts'
import type { Connection } from '../../src/protocol/connection.ts'
import { errorByCode, kafkaErrors } from '../../src/protocol/errors.ts'
import { requestFrame } from '../../src/protocol/envelope.ts'
import { Produce } from '../../src/protocol/messages/00-produce.ts'
import { Fetch } from '../../src/protocol/messages/01-fetch.ts'
import { Metadata } from '../../src/protocol/messages/03-metadata.ts'
import { ApiVersions } from '../../src/protocol/messages/18-api-versions.ts'
import { DeleteTopics } from '../../src/protocol/messages/20-delete-topics.ts'
import { WriteTxnMarkers } from '../../src/protocol/messages/27-write-txn-markers.ts'
import { systemClock } from '../../system/clock.ts'
import {
  batch,
  createTopic,
  fetchedOf,
  fetchFrom,
  fetchRequest,
  produce,
  producedTo,
  startFixture,
  valuesOf,
} from './broker-fixture.ts'
import { commitOffset } from './coordinator/group-requests.ts'
import { addPartitions, endTransaction, initProducer, write } from './coordinator/transaction-requests.ts'
import { errorName, startWorld } from './coordinator/world.ts'
import { compact, int16, int32, RawClient, text } from './raw-client.ts'
import { settle } from './virtual-clock.ts'

const closers: (() => unknown)[] = []
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close()
})

const apiVersionsKey = int16(18)

/** A broker that listens, with the topic `t`, and a socket to it. */
async function dial(): Promise<{ broker: Broker; client: RawClient }> {
  const { broker, connection } = await startFixture({ clock: systemClock })
  closers.push(() => broker.close())
  await createTopic(connection, 't')
  const { port } = await broker.listen({ port: 0 })
  const client = await RawClient.connect(port)
  closers.push(() => client.close())
  return { broker, client }
}

/** The parts of an ApiVersions request of version 3: header 2, client id in the old style, no tags; body. */
const versions3 = (correlationId: number, tags = '00') =>
  [
    apiVersionsKey,
    int16(3),
    int32(correlationId),
    text('raw'),
    tags,
    compact('raw'),
    compact('1'),
    tags,
  ] as const

async function topicIdOf(connection: Connection, name: string): Promise<string> {
  const asked = [{ name, topicId: zeroUuid }]
  const request = Metadata.request.create({ topics: asked, allowAutoTopicCreation: false })
  return (await connection.send(Metadata, 12, request)).topics[0]!.topicId
}

/** Writes with a producer id; answers the error's name, or the offset. */
async function sequenced(
  connection: Connection,
  parts: { sequence: number; epoch?: number; count?: number },
) {
  const { sequence, epoch = 0, count = 1 } = parts
  const records = Array.from({ length: count }, () => [null, 'v'] as const)
  const bytes = batch(records, { producerId: 7, producerEpoch: epoch, baseSequence: sequence })
  const { errorCode, baseOffset } = producedTo(await produce(connection, 't', bytes))
  return errorCode === 0 ? baseOffset : errorName(errorCode)
}

describe('the wire', () => {
  it('G1: headers are of the version that the API’s flexibility says, and that of ApiVersions is always 0', async () => {
    const { client } = await dial()
    client.frame(apiVersionsKey, int16(0), int32(41), text('raw'))
    const old = await client.next()
    expect([old.readInt32BE(0), old.readInt16BE(4)]).toEqual([41, 0])
    client.frame(...versions3(42))
    const flexible = await client.next()
    // No tagged fields between correlation id and error code: 0, 0, then a compact array of APIs.
    expect([flexible.readInt32BE(0), flexible.readInt16BE(4)]).toEqual([42, 0])
    expect(flexible.readUInt8(6)).toBeGreaterThan(30)
    // DescribeCluster v0 is flexible: its response header has tagged fields, then throttle time and error code.
    client.frame(int16(60), int16(0), int32(43), 'ffff', '00', '00', '00')
    const cluster = await client.next()
    expect([cluster.readInt32BE(0), cluster.readUInt8(4)]).toEqual([43, 0])
    expect([cluster.readInt32BE(5), cluster.readInt16BE(9)]).toEqual([0, 0])
  })

  it('G2: tagged fields that nobody knows are skipped, in the header and in the body', async () => {
    const { client } = await dial()
    // Two tags: number 5 of 3 bytes, number 9 of none.
    client.frame(...versions3(1, '02 05 03 aabbcc 09 00'))
    expect((await client.next()).readInt16BE(4)).toBe(0)
    // A tagged field that claims more than there is ends the connection.
    client.frame(
      apiVersionsKey,
      int16(3),
      int32(2),
      text('raw'),
      '01 05 7f',
      compact('raw'),
      compact('1'),
      '00',
    )
    await client.closed
  })

  it('G3: answers of a connection come in the order of its requests', async () => {
    const { client } = await dial()
    const fetch = fetchRequest('t', [{ partition: 0 }], { maxWaitMs: 100 })
    client.write(...requestFrame(Fetch, 12, fetch, { correlationId: 1, clientId: null }))
    client.frame(...versions3(2))
    expect((await client.next()).readInt32BE(0)).toBe(1)
    expect((await client.next()).readInt32BE(0)).toBe(2)
  })

  it('G4: a Produce with acks 0 has no answer, and a failed one ends the connection', async () => {
    const { broker, client } = await dial()
    const send = (topic: string, correlationId: number) => {
      const topicData = [
        {
          name: topic,
          topicId: zeroUuid,
          partitionData: [{ index: 0, records: batch([['k', 'v']], { timestamp: Date.now() }) }],
        },
      ]
      const request = { transactionalId: null, acks: 0, timeoutMs: 100, topicData }
      client.write(...requestFrame(Produce, 9, request, { correlationId, clientId: null }))
    }
    send('t', 1)
    client.frame(...versions3(2))
    expect((await client.next()).readInt32BE(0)).toBe(2)
    expect(fetchedOf(await fetchFrom(broker.connect(), 't', 0)).highWatermark).toBe(1)
    send('nowhere', 3)
    await client.closed
  })
})

describe('fetching', () => {
  it('G5: a fetch session answers with what is new', async () => {
    const { connection, broker } = await startFixture()
    await createTopic(connection, 't', { partitions: 2 })
    const ask = (partitions: number[], rest: { sessionId?: number; sessionEpoch: number }) =>
      connection.send(
        Fetch,
        12,
        fetchRequest(
          't',
          partitions.map(partition => ({ partition })),
          rest,
        ),
      )
    expect(await ask([0, 1], { sessionEpoch: -1 })).toMatchObject({ sessionId: 0 })
    const { sessionId } = await ask([0, 1], { sessionEpoch: 0 })
    expect(sessionId).toBeGreaterThan(0)
    expect((await ask([], { sessionId, sessionEpoch: 1 })).responses).toEqual([])
    await produce(broker.connect(), 't', batch([['k', 'v']]), { partition: 1 })
    const news = await ask([], { sessionId, sessionEpoch: 2 })
    expect(news.responses[0]!.partitions.map(each => each.partitionIndex)).toEqual([1])
    expect(errorName((await ask([], { sessionId: sessionId + 1, sessionEpoch: 1 })).errorCode)).toBe(
      'FETCH_SESSION_ID_NOT_FOUND',
    )
  })

  it('G6: whole batches are answered, one at least, also from an offset within it', async () => {
    const { connection } = await startFixture()
    await createTopic(connection, 't')
    await produce(
      connection,
      't',
      batch([
        [null, 'a'],
        [null, 'b'],
        [null, 'c'.repeat(500)],
      ]),
    )
    await produce(connection, 't', batch([[null, 'd']]))
    const request = fetchRequest('t', [{ partition: 0, fetchOffset: 1, partitionMaxBytes: 1 }], {
      maxBytes: 1,
    })
    const { records } = fetchedOf(await connection.send(Fetch, 12, request))
    expect(valuesOf(records)).toEqual(['a', 'b', 'c'.repeat(500)])
  })

  it('G7: readers of what is committed get what is stable, and a list of what was aborted', async () => {
    const world = await startWorld()
    const { connection } = world
    let producer = await initProducer(connection)
    await write(connection, producer, 'aborted')
    producer = await endTransaction(connection, producer, 'abort')
    await write(connection, producer, 'open')
    await produce(connection, 'input', batch([[null, 'plain']]))
    const read = async (isolationLevel: number) =>
      fetchedOf(await fetchFrom(connection, 'input', 0, { isolationLevel }))
    const committed = await read(1)
    // The aborted record and its marker; the open transaction begins at 2.
    expect(committed).toMatchObject({ lastStableOffset: 2, highWatermark: 4 })
    expect(committed.abortedTransactions).toMatchObject([{ producerId: producer.producerId, firstOffset: 0 }])
    expect(valuesOf(committed.records)[0]).toBe('aborted')
    const all = await read(0)
    expect(all.abortedTransactions).toBeNull()
    expect(valuesOf(all.records)).toEqual(expect.arrayContaining(['aborted', 'open', 'plain']))
  })

  it('G8: a fetch waits for min.bytes until max.wait.ms, and an append ends the wait', async () => {
    const { connection, broker, clock } = await startFixture()
    await createTopic(connection, 't')
    const answers: number[] = []
    const wait = () =>
      fetchFrom(connection, 't', 0, { maxWaitMs: 500, minBytes: 1 }).then(response =>
        answers.push(valuesOf(fetchedOf(response).records).length),
      )
    const first = wait()
    await clock.advance(499)
    expect(answers).toEqual([])
    await clock.advance(1)
    await first
    const second = wait()
    await settle()
    await produce(broker.connect(), 't', batch([['k', 'v']]))
    await second
    expect(answers).toEqual([0, 1])
  })

  it('G9: a topic that was made anew has another id, and requests for the old one do not reach it', async () => {
    const { connection } = await startFixture()
    await createTopic(connection, 't')
    const old = await topicIdOf(connection, 't')
    await connection.send(DeleteTopics, 5, { topics: [], topicNames: ['t'], timeoutMs: 100 })
    await createTopic(connection, 't')
    const topicId = await topicIdOf(connection, 't')
    expect(topicId).not.toBe(old)
    const fetchAs = async (id: string) =>
      errorName(
        fetchedOf(await connection.send(Fetch, 13, fetchRequest('', [{ partition: 0 }], { topicId: id })))
          .errorCode,
      )
    const produceAs = async (id: string) =>
      errorName(
        producedTo(await produce(connection, '', batch([['k', 'v']]), { version: 13, topicId: id }))
          .errorCode,
      )
    expect([await fetchAs(old), await produceAs(old)]).toEqual(['UNKNOWN_TOPIC_ID', 'UNKNOWN_TOPIC_ID'])
    expect([await fetchAs(topicId), await produceAs(topicId)]).toEqual(['NONE', 'NONE'])
  })
})

describe('idempotence', () => {
  it('G10: sequences follow each other, and each of the last five batches may come again', async () => {
    const { connection } = await startFixture()
    await createTopic(connection, 't')
    for (let sequence = 0; sequence < 6; sequence++)
      expect(await sequenced(connection, { sequence })).toBe(sequence)
    for (let sequence = 1; sequence < 6; sequence++)
      expect(await sequenced(connection, { sequence })).toBe(sequence)
    expect(await sequenced(connection, { sequence: 0 })).toBe('OUT_OF_ORDER_SEQUENCE_NUMBER')
    expect(await sequenced(connection, { sequence: 8 })).toBe('OUT_OF_ORDER_SEQUENCE_NUMBER')
    expect(await sequenced(connection, { sequence: 3, epoch: 1 })).toBe('OUT_OF_ORDER_SEQUENCE_NUMBER')
    expect(await sequenced(connection, { sequence: 0, epoch: 1 })).toBe(6)
    expect(await sequenced(connection, { sequence: 6 })).toBe('INVALID_PRODUCER_EPOCH')
  })

  it('G10: a producer that the log does not know may begin anywhere, and the sequence after the largest is 0', async () => {
    const { connection } = await startFixture()
    await createTopic(connection, 't')
    expect(await sequenced(connection, { sequence: 2 ** 31 - 2, count: 2 })).toBe(0)
    expect(await sequenced(connection, { sequence: 0 })).toBe(2)
  })

  it('G10b: the marker of a transaction of version 2 has a later epoch; of older ones also the same', async () => {
    const { connection } = await startWorld()
    const mark = async (
      producer: { producerId: number; producerEpoch: number },
      by: number,
      transactionVersion: number,
    ) => {
      const { producerId, producerEpoch } = producer
      const response = await connection.send(WriteTxnMarkers, 2, {
        markers: [
          {
            producerId,
            producerEpoch: producerEpoch + by,
            transactionResult: true,
            topics: [{ name: 'input', partitionIndexes: [0] }],
            coordinatorEpoch: 0,
            transactionVersion,
          },
        ],
      })
      return errorName(response.markers[0]!.topics[0]!.partitions[0]!.errorCode)
    }
    const second = await initProducer(connection, 'two')
    await write(connection, second, 'v')
    expect(await mark(second, 0, 2)).toBe('INVALID_PRODUCER_EPOCH')
    expect(await mark(second, 1, 2)).toBe('NONE')
    expect(await mark(second, 1, 2)).toBe('NONE')
    const first = await initProducer(connection, 'one')
    await addPartitions(connection, first)
    await write(connection, first, 'v', { version: 11 })
    expect(await mark(first, 0, 1)).toBe('NONE')
    expect(await mark(first, -1, 1)).toBe('INVALID_PRODUCER_EPOCH')
  })
})

describe('places and codes', () => {
  it('G11: a key’s partition is its murmur2 hash, made positive, modulo the partitions', () => {
    // From org.apache.kafka.common.utils.Utils.murmur2, masked with 0x7fffffff.
    const hashes = { '21': -973932308, foobar: -790332482, 'a-little-bit-long-string': -985981536 }
    for (const [key, hash] of Object.entries(hashes)) {
      for (const count of [1, 6, 12, 1000]) {
        expect(partitionForKey(utf8Bytes(key), count)).toBe((hash & 0x7fffffff) % count)
      }
    }
  })

  it('G12: a group’s offsets are in the partition of its id’s Java hash', async () => {
    const { connection } = await startWorld({ 'offsets.topic.num.partitions': 50 })
    // "group".hashCode() is 98629247 and "abc".hashCode() is 96354.
    expect([partitionForId('group', 50), partitionForId('abc', 50)]).toEqual([47, 4])
    await commitOffset(connection, 1)
    const request = fetchRequest(
      '__consumer_offsets',
      Array.from({ length: 50 }, (_, partition) => ({ partition })),
    )
    const { partitions } = (await connection.send(Fetch, 12, request)).responses[0]!
    expect(partitions.filter(each => each.highWatermark > 0).map(each => each.partitionIndex)).toEqual([47])
  })

  it('G13: every error code from -1 to 136 is known, once', () => {
    const codes = Object.values(kafkaErrors).map(({ code }) => code)
    expect(codes.toSorted((one, other) => one - other)).toEqual(
      Array.from({ length: 138 }, (_, index) => index - 1),
    )
    expect(errorByCode(136).name).toBe('CONTROLLER_ID_NOT_REGISTERED')
    expect(errorByCode(-1).name).toBe('UNKNOWN_SERVER_ERROR')
  })

  it('G14: what Kafka 4 has taken away is not taken: old versions, and record batches before version 2', async () => {
    const { connection } = await startFixture()
    await createTopic(connection, 't')
    const told = await connection.send(ApiVersions, 3, {
      clientSoftwareName: 'c',
      clientSoftwareVersion: '1',
      clusterId: null,
      nodeId: -1,
    })
    const oldest = new Map(told.apiKeys.map(({ apiKey, minVersion }) => [apiKey, minVersion]))
    // Produce is told from 0 for old librdkafka's sake (KAFKA-18659), and spoken from 3.
    expect([0, 1, 2, 8, 9, 19, 20, 23, 27].map(key => oldest.get(key))).toEqual([0, 4, 1, 2, 1, 2, 1, 2, 1])
    const old = batch([['k', 'v']])
    old[16] = 1
    expect(errorName(producedTo(await produce(connection, 't', old)).errorCode)).toMatch(/^INVALID_RECORD$/)
    await expect(produce(connection, 't', batch([['k', 'v']]), { version: 2 })).rejects.toMatchObject({
      code: 'MR-5020',
    })
  })
})
