/** The producer: what reaches the log, in what order, and how often, whatever the network does. */
import { describe, expect, it } from 'vitest'
import type { StreamsError } from '../../../src/base/errors.ts'
import { utf8Bytes } from '../../../src/base/text.ts'
import type { ProduceRequest, ProduceResponse } from '../../../src/protocol/messages/00-produce.ts'
import { batches, type RecordCursor } from '../../../src/record/batch-reader.ts'
import { noHeaders } from '../../../src/record/record.ts'
import { kafkaErrors } from '../../../src/protocol/errors.ts'
import { Producer, type ProducerOptions } from '../../../runtime/client/producer.ts'
import { createTopic, fetchedOf, fetchFrom, valuesOf } from '../../broker/broker-fixture.ts'
import { appendAll, startClient, text, type ClientFixture } from './client-fixture.ts'

async function start(options: Partial<ProducerOptions> = {}) {
  const client = await startClient()
  await createTopic(client.connection, 'orders', { partitions: 2 })
  const acked: [topic: string, partition: number, baseOffset: number, count: number][] = []
  const failed: string[] = []
  const producer = new Producer({
    cluster: client.cluster,
    onBatchAcked: (...args) => acked.push(args),
    onBatchFailed: (_topic, _partition, error) => failed.push(error.code),
    ...options,
  })
  return { ...client, client, producer, acked, failed }
}

async function logOf({ connection }: ClientFixture): Promise<string[]> {
  return valuesOf(fetchedOf(await fetchFrom(connection, 'orders', 0)).records)
}

/** The batches of a partition as the log has them. */
async function batchesOf({ connection }: ClientFixture): Promise<RecordCursor[]> {
  return [...batches(fetchedOf(await fetchFrom(connection, 'orders', 0)).records!)]
}

function numbered(from: number, count: number): string[] {
  return Array.from({ length: count }, (_, index) => String(from + index))
}

describe('a producer', () => {
  it('delivers keys, values, timestamps and headers, null and empty apart', async () => {
    const { producer, client, acked } = await start()
    const headers = [{ key: 'h', value: utf8Bytes('1') }]
    producer.append('orders', 0, utf8Bytes('k'), null, 5, headers)
    producer.append('orders', 0, null, new Uint8Array(0), 6, noHeaders)
    await producer.flush()
    const [batch] = await batchesOf(client)
    expect(batch!.next()).toBe(true)
    expect([text(batch!.key()), batch!.value(), batch!.timestamp]).toEqual(['k', null, 5])
    expect(batch!.headers()).toEqual(headers)
    expect(batch!.next()).toBe(true)
    expect([batch!.key(), batch!.value()?.length, batch!.timestamp]).toEqual([null, 0, 6])
    expect(acked).toEqual([['orders', 0, 0, 2]])
    expect(producer.bufferedBytes).toBe(0)
  })

  it('sends a batch that has lingered, without a flush', async () => {
    const { producer, client, clock } = await start({ lingerMs: 20 })
    appendAll(producer, 'orders', 0, ['a'])
    await clock.advance(19)
    expect(await logOf(client)).toEqual([])
    await clock.advance(1)
    expect(await logOf(client)).toEqual(['a'])
  })

  it('closes a batch before the record that would make it too large', async () => {
    const { producer, client } = await start({ batchBytesMax: 300 })
    appendAll(producer, 'orders', 0, numbered(0, 60))
    await producer.flush()
    const sizes = (await batchesOf(client)).map(batch => batch.sizeInBytes)
    expect(sizes.length).toBeGreaterThan(1)
    expect(Math.max(...sizes)).toBeLessThanOrEqual(300)
    expect(await logOf(client)).toEqual(numbered(0, 60))
  })

  it('sends requests of a bounded size, however many partitions wait', async () => {
    const { producer, client, acked } = await start({ requestBytesMax: 10_000 })
    await createTopic(client.connection, 'wide', { partitions: 60 })
    for (let round = 0; round < 3; round++) {
      for (let partition = 0; partition < 60; partition++) {
        appendAll(producer, 'wide', partition, ['x'.repeat(partition === 30 ? 20_000 : 1000)])
      }
    }
    await producer.flush()
    const batchesSent = client.network
      .of<ProduceRequest>('Produce')
      .map(({ request }) => request.topicData.flatMap(({ partitionData }) => partitionData))
    const sizes = batchesSent.map(sent => sent.reduce((sum, { records }) => sum + records!.length, 0))
    // A batch that is larger than that goes alone; the others are together, with a header of 61 bytes each.
    expect(sizes.filter(size => size > 10_000 + 10 * 61)).toEqual([expect.any(Number)])
    expect(sizes.length).toBeLessThan(25)
    expect(acked.reduce((sum, [, , , count]) => sum + count, 0)).toBe(180)
    expect(producer.bufferedBytes).toBe(0)
  })

  it('lets all partitions have their turn where requests have no room for all of them', async () => {
    const { producer, client } = await start({ requestBytesMax: 2_200, batchBytesMax: 1_100 })
    await createTopic(client.connection, 'wide', { partitions: 6 })
    for (let partition = 0; partition < 6; partition++) {
      appendAll(producer, 'wide', partition, Array(10).fill('x'.repeat(900)))
    }
    await producer.flush()
    const sent = [0, 0, 0, 0, 0, 0]
    for (const { request } of client.network.of<ProduceRequest>('Produce')) {
      for (const { index } of request.topicData.flatMap(({ partitionData }) => partitionData)) sent[index]!++
      expect(Math.max(...sent) - Math.min(...sent)).toBeLessThanOrEqual(1)
    }
    expect(sent).toEqual([10, 10, 10, 10, 10, 10])
  })

  it('has one appender for each partition, for those that keep it', async () => {
    const { producer, client } = await start()
    const appender = producer.partition('orders', 0)
    appender.append(null, utf8Bytes('a'), 1, noHeaders)
    producer.append('orders', 0, null, utf8Bytes('b'), 1, noHeaders)
    expect(producer.partition('orders', 0)).toBe(appender)
    await producer.flush()
    expect(await logOf(client)).toEqual(['a', 'b'])
    expect(() => producer.partition('orders', -1)).toThrow(RangeError)
  })

  it('asks its callers to wait while the buffer is full, and takes what they append all the same', async () => {
    const { producer, client } = await start({ bufferBytesMax: 2_000, batchBytesMax: 500 })
    expect(producer.whenWritable()).toBeUndefined()
    appendAll(producer, 'orders', 0, numbered(0, 300))
    const full = producer.whenWritable()
    expect(full).toBeInstanceOf(Promise)
    appendAll(producer, 'orders', 0, ['300'])
    await full
    expect(producer.whenWritable()).toBeUndefined()
    await producer.flush()
    expect(await logOf(client)).toEqual(numbered(0, 301))
  })

  it('flushes what was appended before, and is not held up by what comes after', async () => {
    const { producer, network, until } = await start({ batchBytesMax: 100 })
    appendAll(producer, 'orders', 0, ['a'])
    const flushed = producer.flush()
    await Promise.resolve()
    network.fate = ({ api, request }) =>
      api === 'Produce' && (request as ProduceRequest).topicData[0]!.partitionData[0]!.index === 1
        ? 'hangs'
        : 'pass'
    appendAll(producer, 'orders', 1, ['later'])
    await until(flushed)
    expect(producer.bufferedBytes).toBeGreaterThan(0)
  })

  it('learns the leaders of its topics, and waits for a topic that is created later', async () => {
    const { producer, connection, until, acked } = await start()
    producer.append('late', 0, null, utf8Bytes('a'), 1, noHeaders)
    const flushed = producer.flush()
    await createTopic(connection, 'late')
    await until(flushed)
    expect(acked).toEqual([['late', 0, 0, 1]])
  })

  it('refuses options that contradict each other, and appends after close', async () => {
    const { cluster, producer } = await start()
    expect(() => new Producer({ cluster, idempotent: false, transactionalId: 't' })).toThrow(TypeError)
    expect(() => new Producer({ cluster, maxInFlight: 6 })).toThrow(RangeError)
    expect(() => new Producer({ cluster, batchBytesMax: 0 })).toThrow(RangeError)
    expect(() => producer.beginTransaction()).toThrow(TypeError)
    await producer.close()
    await producer.close()
    expect(() => appendAll(producer, 'orders', 0, ['a'])).toThrow('MR-5049')
  })

  it('sends what is buffered before it closes', async () => {
    const { producer, client } = await start()
    appendAll(producer, 'orders', 0, ['a', 'b'])
    await producer.close()
    expect(await logOf(client)).toEqual(['a', 'b'])
  })
})

describe('a producer on a network that fails', () => {
  it.each(['lost-before', 'lost-after'] as const)(
    'delivers each record once, in order, when connections are %s the broker acts',
    async fate => {
      const { producer, client, network, until, acked } = await start({ batchBytesMax: 100 })
      network.lose('Produce', fate, 7)
      appendAll(producer, 'orders', 0, numbered(0, 100))
      await until(producer.flush())
      expect(await logOf(client)).toEqual(numbered(0, 100))
      const offsets = acked.map(([, , baseOffset]) => baseOffset)
      expect(offsets).toEqual(offsets.toSorted((left, right) => left - right))
      expect(acked.reduce((sum, [, , , count]) => sum + count, 0)).toBe(100)
    },
  )

  it('sends again what arrives out of order because the batch before it was refused for now', async () => {
    const { producer, client, network, until } = await start({ batchBytesMax: 100 })
    let refused = false
    network.answers.set('Produce', answer => answer)
    network.fate = ({ api, request }) => {
      if (api !== 'Produce' || refused) return 'pass'
      refused = true
      return { answer: answering(request as ProduceRequest, kafkaErrors.NOT_LEADER_OR_FOLLOWER.code) }
    }
    appendAll(producer, 'orders', 0, numbered(0, 50))
    await until(producer.flush())
    expect(await logOf(client)).toEqual(numbered(0, 50))
  })

  it('never uses a sequence number again whose batch may have been written', async () => {
    const { producer, client, network, until, failed } = await start({ deliveryTimeoutMs: 1_000 })
    appendAll(producer, 'orders', 0, ['first'])
    await producer.flush()
    network.fate = ({ api }) => (api === 'Produce' ? 'lost-after' : 'pass')
    appendAll(producer, 'orders', 0, ['in doubt'])
    await expect(until(producer.flush())).rejects.toMatchObject({ code: 'MR-5051', retriable: true })
    network.fate = () => 'pass'
    appendAll(producer, 'orders', 0, ['after'])
    await until(producer.flush())
    expect(failed).toEqual(['MR-5051'])
    expect(await logOf(client)).toEqual(['first', 'in doubt', 'after'])
    const numbers = (await batchesOf(client)).map(batch => [batch.producerEpoch, batch.baseSequence])
    expect(numbers).toEqual([
      [0, 0],
      [0, 1],
      [1, 0],
    ])
  })

  it('goes on under a new epoch when the broker has lost track of it', async () => {
    const { producer, client, network, until } = await start()
    appendAll(producer, 'orders', 0, ['a'])
    await producer.flush()
    let refused = false
    network.fate = ({ api, request }) => {
      if (api !== 'Produce' || refused) return 'pass'
      refused = true
      return { answer: answering(request as ProduceRequest, kafkaErrors.OUT_OF_ORDER_SEQUENCE_NUMBER.code) }
    }
    appendAll(producer, 'orders', 0, ['b'])
    await until(producer.flush())
    expect(await logOf(client)).toEqual(['a', 'b'])
    expect((await batchesOf(client)).map(batch => batch.producerEpoch)).toEqual([0, 1])
  })

  it('keeps to one batch under way for each partition without sequences', async () => {
    const { producer, client, network, until } = await start({ idempotent: false, batchBytesMax: 100 })
    network.lose('Produce', 'lost-before', 3)
    appendAll(producer, 'orders', 0, numbered(0, 50))
    await until(producer.flush())
    expect(await logOf(client)).toEqual(numbered(0, 50))
    expect((await batchesOf(client))[0]!.producerId).toBe(-1)
  })

  it('reports a record that its topic does not take, once, and delivers the others', async () => {
    const { producer, client, connection, until, failed } = await start()
    await createTopic(connection, 'small', { configs: { 'max.message.bytes': '200' } })
    producer.append('small', 0, null, new Uint8Array(500), 1, noHeaders)
    appendAll(producer, 'orders', 0, ['a'])
    const error: StreamsError = await until(producer.flush()).then(
      () => expect.unreachable(),
      (thrown: unknown) => thrown as StreamsError,
    )
    expect(error).toMatchObject({ code: 'MR-5045', where: 'small-0' })
    expect(error.fix).toContain('max.message.bytes')
    producer.append('small', 0, null, new Uint8Array(50), 1, noHeaders)
    await until(producer.flush())
    expect(failed).toEqual(['MR-5045'])
    expect(await logOf(client)).toEqual(['a'])
  })

  it('fails a batch whose request is never answered, once its time is over', async () => {
    const { producer, network, until } = await start({ deliveryTimeoutMs: 50_000 })
    network.lose('Produce', 'hangs', 100)
    appendAll(producer, 'orders', 0, ['a'])
    await expect(until(producer.flush())).rejects.toMatchObject({ code: 'MR-5051' })
    expect(network.of('Produce').length).toBeGreaterThan(1)
    expect(producer.bufferedBytes).toBe(0)
  })
})

/** An answer that refuses every partition of a request. */
function answering({ topicData }: ProduceRequest, errorCode: number): Partial<ProduceResponse> {
  return {
    throttleTimeMs: 0,
    nodeEndpoints: [],
    responses: topicData.map(({ name, topicId, partitionData }) => ({
      name,
      topicId,
      partitionResponses: partitionData.map(({ index }) => ({
        index,
        errorCode,
        baseOffset: -1,
        logAppendTimeMs: -1,
        logStartOffset: -1,
        recordErrors: [],
        errorMessage: null,
        currentLeader: { leaderId: -1, leaderEpoch: -1 },
      })),
    })),
  }
}
