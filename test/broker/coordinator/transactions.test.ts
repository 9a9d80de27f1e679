/** Transactions: who may write, what is seen of them, and how they end (semantics G70 to G78). */
import { describe, expect, it } from 'vitest'
import { InitProducerId } from '../../../src/protocol/messages/22-init-producer-id.ts'
import { AddPartitionsToTxn } from '../../../src/protocol/messages/24-add-partitions-to-txn.ts'
import {
  addOffsets,
  addPartitions,
  commitInTransaction,
  committedValues,
  describeTransaction,
  endTransaction,
  initProducer,
  write,
  type TestProducer,
} from './transaction-requests.ts'
import { errorName, startWorld, type World } from './world.ts'

const minute = 60_000

/** A producer with one record written in an open transaction, of either protocol. */
async function opened(world: World, version: 11 | 12, value = 'a'): Promise<TestProducer> {
  const producer = await initProducer(world.connection)
  if (version === 11) expect(await addPartitions(world.connection, producer)).toBe('NONE')
  expect(await write(world.connection, producer, value, { version })).toBe('NONE')
  return producer
}

describe('producer ids', () => {
  it('are given out once, also over a loss of power', async () => {
    const world = await startWorld({ durability: 'power' })
    const ids = new Set<number>()
    const take = async () => {
      const request = InitProducerId.request.create({ transactionalId: null, transactionTimeoutMs: 1 })
      const { producerId, producerEpoch } = await world.connection.send(InitProducerId, 4, request)
      expect(producerEpoch).toBe(0)
      expect(ids.has(producerId)).toBe(false)
      ids.add(producerId)
    }
    for (let count = 0; count < 1500; count++) await take()
    await world.restart('dropped')
    for (let count = 0; count < 5; count++) await take()
  })

  it.each([
    ['an empty transactional id', '', minute, 'INVALID_REQUEST'],
    ['a time-out of nothing', 'app', 0, 'INVALID_TRANSACTION_TIMEOUT'],
    ['a time-out beyond the allowed', 'app', 15 * minute + 1, 'INVALID_TRANSACTION_TIMEOUT'],
  ])('are refused for %s', async (_what, transactionalId, timeoutMs, error) => {
    const { connection } = await startWorld()
    expect((await initProducer(connection, transactionalId, { timeoutMs })).error).toBe(error)
  })

  it('stay with the transactional id, and each init takes the next epoch', async () => {
    const world = await startWorld()
    const first = await initProducer(world.connection)
    await world.restart()
    const second = await initProducer(world.connection)
    expect(second).toEqual({ ...first, producerEpoch: first.producerEpoch + 1 })
    expect((await initProducer(world.connection, 'other')).producerId).not.toBe(first.producerId)
  })

  it('know the producer that goes on after an error, its retry, and the one that was fenced (KIP-360)', async () => {
    const { connection } = await startWorld()
    const first = await initProducer(connection)
    const second = await initProducer(connection, 'app', { expected: first })
    expect(second).toMatchObject({ error: 'NONE', producerEpoch: 1 })
    expect(await initProducer(connection, 'app', { expected: first })).toEqual(second)
    const other = await initProducer(connection)
    expect(other.producerEpoch).toBe(2)
    expect((await initProducer(connection, 'app', { expected: second })).error).toBe('PRODUCER_FENCED')
    expect((await initProducer(connection, 'app', { expected: second, version: 3 })).error).toBe(
      'INVALID_PRODUCER_EPOCH',
    )
  })
})

describe.each([11, 12] as const)('a transaction of Produce version %i', version => {
  const endVersion = version === 12 ? 5 : 4
  // Since EndTxn version 5 the producer learns that it was ended otherwise, and may go on.
  const afterItsTime = version === 12 ? 'INVALID_TXN_STATE' : 'PRODUCER_FENCED'

  it('is invisible until it commits, and then all of it is seen', async () => {
    const world = await startWorld()
    const producer = await opened(world, version)
    if (version === 11) await addPartitions(world.connection, producer, [1])
    expect(await write(world.connection, producer, 'b', { partition: 1, version })).toBe('NONE')
    expect(await committedValues(world.connection)).toEqual({ values: [], open: 1 })
    const ended = await endTransaction(world.connection, producer, 'commit', { version: endVersion })
    expect(ended.error).toBe('NONE')
    expect(ended.producerEpoch).toBe(version === 12 ? 1 : 0)
    expect(await committedValues(world.connection)).toEqual({ values: ['a'], open: 0 })
    expect(await committedValues(world.connection, 1)).toEqual({ values: ['b'], open: 0 })
    expect((await describeTransaction(world.connection)).transactionState).toBe('CompleteCommit')
  })

  it('is never seen if it aborts', async () => {
    const world = await startWorld()
    const producer = await opened(world, version)
    const ended = await endTransaction(world.connection, producer, 'abort', { version: endVersion })
    expect(ended.error).toBe('NONE')
    expect(await committedValues(world.connection)).toEqual({ values: [], open: 0 })
    expect((await describeTransaction(world.connection)).transactionState).toBe('CompleteAbort')
  })

  it('is followed by another one of the same producer', async () => {
    const world = await startWorld()
    let producer = await opened(world, version)
    producer = await endTransaction(world.connection, producer, 'abort', { version: endVersion })
    if (version === 11) await addPartitions(world.connection, producer)
    const sequence = version === 11 ? 1 : 0
    expect(await write(world.connection, producer, 'b', { version, sequence })).toBe('NONE')
    await endTransaction(world.connection, producer, 'commit', { version: endVersion })
    expect((await committedValues(world.connection)).values).toEqual(['b'])
  })

  it('answers a repeated end as the first time, and refuses the opposite', async () => {
    const world = await startWorld()
    const producer = await opened(world, version)
    const first = await endTransaction(world.connection, producer, 'commit', { version: endVersion })
    expect(await endTransaction(world.connection, producer, 'commit', { version: endVersion })).toEqual(first)
    const opposite = await endTransaction(world.connection, producer, 'abort', { version: endVersion })
    expect(opposite.error).toBe('INVALID_TXN_STATE')
  })

  it('is aborted when another producer takes the transactional id over (trap 1)', async () => {
    const world = await startWorld()
    const old = await opened(world, version, 'old')
    const successor = await initProducer(world.connection)
    expect(successor).toMatchObject({ error: 'NONE', producerEpoch: old.producerEpoch + 2 })
    expect(await committedValues(world.connection)).toEqual({ values: [], open: 0 })
    if (version === 11) await addPartitions(world.connection, successor)
    expect(await write(world.connection, successor, 'new', { version })).toBe('NONE')
    await endTransaction(world.connection, successor, 'commit', { version: endVersion })
    expect(await committedValues(world.connection)).toEqual({ values: ['new'], open: 0 })
  })

  it('tells the old producer that it is fenced, whatever it tries (trap 7)', async () => {
    const world = await startWorld()
    const old = await opened(world, version, 'old')
    const { connection } = world
    await initProducer(connection)
    expect(await write(connection, old, 'late', { version, sequence: 1 })).toBe('INVALID_PRODUCER_EPOCH')
    expect(await write(connection, old, 'late', { version, partition: 1 })).toBe('INVALID_PRODUCER_EPOCH')
    expect(await addPartitions(connection, old)).toBe('PRODUCER_FENCED')
    expect(await addOffsets(connection, old)).toBe('PRODUCER_FENCED')
    expect(await commitInTransaction(connection, old, 1)).toBe('INVALID_PRODUCER_EPOCH')
    for (const outcome of ['commit', 'abort'] as const) {
      const ended = await endTransaction(connection, old, outcome, { version: endVersion })
      expect(ended.error).toBe('PRODUCER_FENCED')
    }
    expect(await committedValues(connection)).toEqual({ values: [], open: 0 })
  })

  it('is aborted when its time is up, and its producer fenced', async () => {
    const world = await startWorld()
    const producer = await opened(world, version)
    await world.clock.advance(minute - 1)
    expect((await describeTransaction(world.connection)).transactionState).toBe('Ongoing')
    await world.clock.advance(10_000)
    expect(await committedValues(world.connection)).toEqual({ values: [], open: 0 })
    const ended = await endTransaction(world.connection, producer, 'commit', { version: endVersion })
    expect(ended.error).toBe(afterItsTime)
    expect(await write(world.connection, producer, 'late', { version, sequence: 1 })).toBe(
      'INVALID_PRODUCER_EPOCH',
    )
  })

  it('counts its time from its first record, over a restart too', async () => {
    const world = await startWorld()
    await initProducer(world.connection)
    await world.clock.advance(5 * minute)
    const producer = await opened(world, version)
    await world.clock.advance(50_000)
    await world.restart()
    expect((await describeTransaction(world.connection)).transactionState).toBe('Ongoing')
    await world.clock.advance(20_000)
    expect((await describeTransaction(world.connection)).transactionState).toBe('CompleteAbort')
    expect((await endTransaction(world.connection, producer, 'commit', { version: endVersion })).error).toBe(
      afterItsTime,
    )
  })
})

describe('before KIP-890', () => {
  it('refuses a record for a partition that was not added (G73)', async () => {
    const { connection } = await startWorld()
    const producer = await initProducer(connection)
    expect(await write(connection, producer, 'a', { version: 11 })).toBe('TRANSACTION_ABORTABLE')
    expect(await write(connection, producer, 'a', { version: 10 })).toBe('INVALID_TXN_STATE')
    await addPartitions(connection, producer, [1])
    expect(await write(connection, producer, 'a', { version: 10 })).toBe('INVALID_TXN_STATE')
    expect(await write(connection, producer, 'a', { version: 10, partition: 1 })).toBe('NONE')
  })

  it('adds all partitions or none', async () => {
    const { connection } = await startWorld()
    const { producerId, producerEpoch } = await initProducer(connection)
    const response = await connection.send(AddPartitionsToTxn, 3, {
      transactions: [],
      v3AndBelowTransactionalId: 'app',
      v3AndBelowProducerId: producerId,
      v3AndBelowProducerEpoch: producerEpoch,
      v3AndBelowTopics: [
        { name: 'input', partitions: [0, 7] },
        { name: '__consumer_offsets', partitions: [0] },
      ],
    })
    const codes = response.resultsByTopicV3AndBelow.flatMap(({ resultsByPartition }) =>
      resultsByPartition.map(({ partitionErrorCode }) => errorName(partitionErrorCode)),
    )
    expect(codes.slice(0, 2)).toEqual(['OPERATION_NOT_ATTEMPTED', 'UNKNOWN_TOPIC_OR_PARTITION'])
    expect((await describeTransaction(connection)).topics).toEqual([])
  })

  it('refuses strangers and the end of nothing', async () => {
    const { connection } = await startWorld()
    const producer = await initProducer(connection)
    const stranger = { ...producer, producerId: producer.producerId + 1 }
    expect(await addPartitions(connection, stranger)).toBe('INVALID_PRODUCER_ID_MAPPING')
    expect(await addPartitions(connection, { ...producer, transactionalId: 'none' })).toBe(
      'INVALID_PRODUCER_ID_MAPPING',
    )
    const end = async (from: TestProducer) =>
      (await endTransaction(connection, from, 'abort', { version: 4 })).error
    expect(await end(stranger)).toBe('INVALID_PRODUCER_ID_MAPPING')
    expect(await end(producer)).toBe('INVALID_TXN_STATE')
  })
})

describe('KIP-890', () => {
  it('never lets a late end or write of one transaction touch the next (Jepsen)', async () => {
    const { connection } = await startWorld()
    const first = await initProducer(connection)
    await write(connection, first, 'a')
    const second = await endTransaction(connection, first, 'commit')
    await write(connection, second, 'b')
    // The first commit arrives again, much too late: it is not an end of the second transaction.
    expect((await endTransaction(connection, first, 'commit')).error).toBe('PRODUCER_FENCED')
    expect((await endTransaction(connection, first, 'abort')).error).toBe('PRODUCER_FENCED')
    expect(await write(connection, first, 'late', { sequence: 1 })).toBe('INVALID_PRODUCER_EPOCH')
    expect(await write(connection, first, 'late', { partition: 1 })).toBe('INVALID_PRODUCER_EPOCH')
    expect(await committedValues(connection)).toEqual({ values: ['a'], open: 1 })
    await endTransaction(connection, second, 'abort')
    expect(await committedValues(connection)).toEqual({ values: ['a'], open: 0 })
  })

  it('aborts nothing with a new epoch, and does not commit nothing', async () => {
    const { connection } = await startWorld()
    const producer = await initProducer(connection)
    expect((await endTransaction(connection, producer, 'commit')).error).toBe('INVALID_TXN_STATE')
    const aborted = await endTransaction(connection, producer, 'abort')
    expect(aborted).toEqual({ ...producer, producerEpoch: 1 })
    const again = await endTransaction(connection, aborted, 'abort')
    expect(again).toEqual({ ...producer, producerEpoch: 2 })
    expect((await endTransaction(connection, again, 'commit')).error).toBe('INVALID_TXN_STATE')
  })

  it('gives a new producer id when the epochs have run out, and knows the retry', async () => {
    const world = await startWorld()
    const { connection } = world
    let producer = await initProducer(connection)
    while (producer.producerEpoch < 32_765) producer = await endTransaction(connection, producer, 'abort')
    await write(connection, producer, 'a')
    const last = await endTransaction(connection, producer, 'commit')
    expect(last).toMatchObject({ producerId: producer.producerId, producerEpoch: 32_766 })
    await write(connection, last, 'b')
    const rotated = await endTransaction(connection, last, 'commit')
    expect(rotated).toMatchObject({ error: 'NONE', producerEpoch: 0 })
    expect(rotated.producerId).not.toBe(last.producerId)
    expect(await endTransaction(connection, last, 'commit')).toEqual(rotated)
    expect((await endTransaction(connection, last, 'abort')).error).toBe('INVALID_TXN_STATE')
    await world.restart()
    const after = world.connection
    expect(await endTransaction(after, last, 'commit')).toEqual(rotated)
    expect(await initProducer(after, 'app', { expected: last })).toEqual(rotated)
    expect((await endTransaction(after, last, 'abort')).error).toBe('PRODUCER_FENCED')
    await write(after, rotated, 'c')
    await endTransaction(after, rotated, 'commit')
    expect(await committedValues(after)).toEqual({ values: ['a', 'b', 'c'], open: 0 })
  })

  it('takes over where the epochs of the predecessor have run out', async () => {
    const { connection } = await startWorld()
    let producer = await initProducer(connection)
    while (producer.producerEpoch < 32_766) producer = await endTransaction(connection, producer, 'abort')
    await write(connection, producer, 'a')
    const successor = await initProducer(connection)
    // Epoch 0 of the new id ended the transaction.
    expect(successor).toMatchObject({ error: 'NONE', producerEpoch: 1 })
    expect(successor.producerId).not.toBe(producer.producerId)
    expect(await write(connection, producer, 'late', { sequence: 1 })).toBe('INVALID_PRODUCER_EPOCH')
    expect((await endTransaction(connection, producer, 'commit')).error).toBe('INVALID_PRODUCER_ID_MAPPING')
    expect((await initProducer(connection, 'app', { expected: producer })).error).toBe('PRODUCER_FENCED')
    expect(
      (await endTransaction(connection, { ...producer, producerEpoch: 32_767 }, 'abort')).error,
    ).not.toBe('NONE')
    expect(await committedValues(connection)).toEqual({ values: [], open: 0 })
  })

  it('goes on under a new producer id where its own epochs have run out', async () => {
    const { connection } = await startWorld()
    let producer = await initProducer(connection)
    while (producer.producerEpoch < 32_766) producer = await endTransaction(connection, producer, 'abort')
    await write(connection, producer, 'a')
    const itself = await initProducer(connection, 'app', { expected: producer })
    expect(itself).toMatchObject({ error: 'NONE', producerEpoch: 0 })
    expect(itself.producerId).not.toBe(producer.producerId)
    expect(await initProducer(connection, 'app', { expected: producer })).toEqual(itself)
    expect(await committedValues(connection)).toEqual({ values: [], open: 0 })
  })

  it('takes the time-out of a repetition', async () => {
    const { connection } = await startWorld()
    const producer = await initProducer(connection)
    const first = await initProducer(connection, 'app', { expected: producer, timeoutMs: 50_000 })
    expect(await initProducer(connection, 'app', { expected: producer, timeoutMs: 40_000 })).toEqual(first)
    expect((await describeTransaction(connection)).transactionTimeoutMs).toBe(40_000)
  })

  it('goes on with the next epoch after its own open transaction, which is aborted', async () => {
    const { connection } = await startWorld()
    const producer = await initProducer(connection)
    await write(connection, producer, 'a')
    const itself = await initProducer(connection, 'app', { expected: producer })
    expect(itself).toEqual({ ...producer, producerEpoch: 1 })
    expect(await write(connection, itself, 'b')).toBe('NONE')
    await endTransaction(connection, itself, 'commit')
    expect(await committedValues(connection)).toEqual({ values: ['b'], open: 0 })
  })

  it('lets a client move to it with its next transaction', async () => {
    const world = await startWorld()
    const producer = await opened(world, 11)
    const ended = await endTransaction(world.connection, producer, 'commit', { version: 4 })
    expect(await write(world.connection, ended, 'b', { sequence: 1 })).toBe('NONE')
    const next = await endTransaction(world.connection, ended, 'commit')
    expect(next).toMatchObject({ error: 'NONE', producerEpoch: 1 })
    expect((await committedValues(world.connection)).values).toEqual(['a', 'b'])
  })
})
