/** Transactions of the producer, in both versions of the protocol: all or nothing, whatever fails. */
import { describe, expect, it } from 'vitest'
import { kafkaErrors } from '../../../src/protocol/errors.ts'
import type { EndTxnRequest } from '../../../src/protocol/messages/26-end-txn.ts'
import { Fetcher } from '../../../runtime/client/fetcher.ts'
import { GroupOffsets } from '../../../runtime/client/offsets.ts'
import { Producer } from '../../../runtime/client/producer.ts'
import { createTopic } from '../../broker/broker-fixture.ts'
import { appendAll, pollValues, startClient } from './client-fixture.ts'

/** What keeps a client from speaking version 2. */
const limits = { 1: { EndTxn: 4, Produce: 11, TxnOffsetCommit: 4 }, 2: {} } as const
const outside = { groupId: 'readers', generationId: -1, memberId: '', instanceId: undefined }

async function start(version: 1 | 2, options: { readonly deliveryTimeoutMs?: number } = {}) {
  const client = await startClient({ callTimeoutMs: 20_000 })
  client.network.versionsMax = limits[version]
  await createTopic(client.connection, 'orders', { partitions: 3 })
  const newProducer = (): Producer =>
    new Producer({ cluster: client.newCluster(), transactionalId: 'app-1', ...options })
  const producer = newProducer()
  await client.until(producer.initTransactions())
  const visible = async (count = 1000): Promise<string[]> => {
    const fetcher = new Fetcher({ cluster: client.newCluster(), fetchWaitMs: 10 })
    fetcher.assign([0, 1, 2].map(partition => ({ topic: 'orders', partition, offset: 0 })))
    const values = await pollValues(client, fetcher, count)
    await fetcher.close()
    return values.map(value => value!).toSorted()
  }
  const offsets = new GroupOffsets(client.cluster, 'readers')
  const committed = async (): Promise<number | undefined> =>
    (await client.until(offsets.fetch([{ topic: 'orders', partition: 0 }])))[0]?.offset
  return { ...client, client, producer, newProducer, visible, committed }
}

describe.each([1, 2] as const)('a transaction (version %s)', version => {
  it('makes records and offsets visible together, when it commits', async () => {
    const { producer, until, visible, committed } = await start(version)
    producer.beginTransaction()
    appendAll(producer, 'orders', 0, ['a', 'b'])
    appendAll(producer, 'orders', 2, ['c'])
    await until(producer.sendOffsets([{ topic: 'orders', partition: 0, offset: 7 }], outside))
    expect(await visible()).toEqual([])
    await until(producer.commitTransaction())
    expect(await visible(3)).toEqual(['a', 'b', 'c'])
    expect(await committed()).toBe(7)
    expect(producer.transactionState).toBe('ready')
  })

  it('leaves nothing behind when it aborts, sent or not', async () => {
    const { producer, until, visible, committed, clock } = await start(version)
    producer.beginTransaction()
    appendAll(producer, 'orders', 0, ['sent'])
    await until(producer.sendOffsets([{ topic: 'orders', partition: 0, offset: 7 }], outside))
    await clock.advance(20)
    appendAll(producer, 'orders', 1, ['buffered'])
    await until(producer.abortTransaction())
    expect(producer.bufferedBytes).toBe(0)
    producer.beginTransaction()
    appendAll(producer, 'orders', 0, ['kept'])
    await until(producer.commitTransaction())
    expect(await visible(1)).toEqual(['kept'])
    expect(await committed()).toBeUndefined()
  })

  it('goes on, one after another', async () => {
    const { producer, until, visible, network } = await start(version)
    for (let round = 0; round < 5; round++) {
      producer.beginTransaction()
      appendAll(producer, 'orders', round % 3, [`r${round}`])
      await until(producer.commitTransaction())
    }
    expect(await visible(5)).toEqual(['r0', 'r1', 'r2', 'r3', 'r4'])
    const epochs = network.of<EndTxnRequest>('EndTxn').map(({ request }) => request.producerEpoch)
    expect(epochs).toEqual(version === 1 ? [0, 0, 0, 0, 0] : [0, 1, 2, 3, 4])
    expect(network.of('AddPartitionsToTxn').length > 0).toBe(version === 1)
  })

  it('tells the coordinator nothing of a transaction without records', async () => {
    const { producer, until, network } = await start(version)
    producer.beginTransaction()
    await until(producer.commitTransaction())
    producer.beginTransaction()
    await until(producer.abortTransaction())
    expect(network.of('EndTxn')).toEqual([])
  })

  it('is fenced by a newer producer of the same id, which ends what was left open', async () => {
    const { producer, newProducer, until, visible } = await start(version)
    producer.beginTransaction()
    appendAll(producer, 'orders', 0, ['zombie'])
    await until(producer.sendOffsets([], outside))
    const successor = newProducer()
    await until(successor.initTransactions())
    successor.beginTransaction()
    appendAll(successor, 'orders', 0, ['successor'])
    await until(successor.commitTransaction())
    appendAll(producer, 'orders', 0, ['zombie'])
    await expect(until(producer.commitTransaction())).rejects.toMatchObject({ code: 'MR-5040' })
    await expect(until(producer.abortTransaction())).rejects.toMatchObject({ code: 'MR-5040' })
    appendAll(producer, 'orders', 0, ['dropped'])
    await until(producer.close())
    expect(await visible()).toEqual(['successor'])
  })

  it('can only be aborted once its group has moved on, and the next one commits', async () => {
    const { producer, until, visible } = await start(version)
    producer.beginTransaction()
    appendAll(producer, 'orders', 0, ['lost'])
    const stale = { ...outside, generationId: 3, memberId: 'gone' }
    const offsets = [{ topic: 'orders', partition: 0, offset: 1 }]
    await expect(until(producer.sendOffsets(offsets, stale))).rejects.toMatchObject({ code: 'MR-5046' })
    expect(producer.transactionState).toBe('abortable')
    appendAll(producer, 'orders', 0, ['dropped'])
    await expect(until(producer.commitTransaction())).rejects.toMatchObject({ code: 'MR-5046' })
    await until(producer.abortTransaction())
    producer.beginTransaction()
    appendAll(producer, 'orders', 0, ['kept'])
    await until(producer.commitTransaction())
    expect(await visible(1)).toEqual(['kept'])
  })

  it.each(['Produce', 'AddPartitionsToTxn', 'AddOffsetsToTxn', 'TxnOffsetCommit', 'EndTxn'])(
    'commits once although answers to %s are lost',
    async api => {
      const { producer, until, visible, committed, network } = await start(version)
      for (const fate of ['lost-before', 'lost-after'] as const) {
        network.lose(api, fate, 2)
        producer.beginTransaction()
        appendAll(producer, 'orders', 0, [`${fate}-0`])
        appendAll(producer, 'orders', 1, [`${fate}-1`])
        const sending = producer.sendOffsets([{ topic: 'orders', partition: 0, offset: 9 }], outside)
        await until(Promise.all([sending, producer.commitTransaction()]))
      }
      expect(await visible(4)).toEqual(['lost-after-0', 'lost-after-1', 'lost-before-0', 'lost-before-1'])
      expect(await committed()).toBe(9)
    },
  )

  it('does not let an aborted record in doubt into the next transaction', async () => {
    const { producer, until, visible, network } = await start(version, { deliveryTimeoutMs: 500 })
    network.fate = ({ api }) => (api === 'Produce' ? 'lost-after' : 'pass')
    producer.beginTransaction()
    appendAll(producer, 'orders', 0, ['in doubt'])
    await expect(until(producer.commitTransaction())).rejects.toMatchObject({ code: 'MR-5042' })
    network.fate = () => 'pass'
    await until(producer.abortTransaction())
    producer.beginTransaction()
    appendAll(producer, 'orders', 0, ['kept'])
    await until(producer.commitTransaction())
    expect(await visible(1)).toEqual(['kept'])
  })

  it('fails for good when nobody can say whether it has committed', async () => {
    const { producer, newProducer, until, visible, network } = await start(version)
    producer.beginTransaction()
    appendAll(producer, 'orders', 0, ['a'])
    network.fate = ({ api }) => (api === 'EndTxn' ? 'lost-after' : 'pass')
    await expect(until(producer.commitTransaction())).rejects.toMatchObject({ code: 'MR-5043' })
    await expect(until(producer.abortTransaction())).rejects.toMatchObject({ code: 'MR-5043' })
    network.fate = () => 'pass'
    await until(newProducer().initTransactions())
    expect(await visible(1)).toEqual(['a'])
  })

  it('waits, and not for long, while the one before it is still being completed', async () => {
    const { producer, until, network, clock } = await start(version)
    const api = version === 1 ? 'AddPartitionsToTxn' : 'TxnOffsetCommit'
    const before = clock.monotonic()
    let refusals = 3
    network.answers.set(api, answer => (refusals-- > 0 ? concurrent(answer) : answer))
    producer.beginTransaction()
    appendAll(producer, 'orders', 0, ['a'])
    const sending = producer.sendOffsets([{ topic: 'orders', partition: 0, offset: 9 }], outside)
    await until(Promise.all([sending, producer.commitTransaction()]))
    expect(network.of(api)).toHaveLength(4)
    expect(clock.monotonic() - before).toBeLessThan(100)
  })

  it('refuses calls out of turn', async () => {
    const { producer, newProducer, until } = await start(version)
    const fresh = newProducer()
    expect(() => fresh.beginTransaction()).toThrow(TypeError)
    expect(() => appendAll(producer, 'orders', 0, ['a'])).toThrow(TypeError)
    await expect(producer.commitTransaction()).rejects.toThrow(TypeError)
    await expect(producer.initTransactions()).rejects.toThrow(TypeError)
    producer.beginTransaction()
    expect(() => producer.beginTransaction()).toThrow(TypeError)
    const committing = producer.commitTransaction()
    expect(() => appendAll(producer, 'orders', 0, ['a'])).toThrow(TypeError)
    await until(committing)
  })
})

/** The same answer with every partition refused, because the transaction before is still being completed. */
function concurrent(answer: unknown): unknown {
  return JSON.parse(JSON.stringify(answer), (key, value: unknown) =>
    key === 'errorCode' || key === 'partitionErrorCode' ? kafkaErrors.CONCURRENT_TRANSACTIONS.code : value,
  )
}
