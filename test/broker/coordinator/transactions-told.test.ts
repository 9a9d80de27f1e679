/** What administrators are told of transactions, and what they can do about them. */
import { describe, expect, it } from 'vitest'
import { WriteTxnMarkers } from '../../../src/protocol/messages/27-write-txn-markers.ts'
import { DescribeProducers } from '../../../src/protocol/messages/61-describe-producers.ts'
import { ListTransactions } from '../../../src/protocol/messages/66-list-transactions.ts'
import {
  addPartitions,
  committedValues,
  describeTransaction,
  initProducer,
  write,
} from './transaction-requests.ts'
import { errorName, startWorld } from './world.ts'

const minute = 60_000

describe('telling of transactions', () => {
  it('describes the open one and lists by state, producer, age and name', async () => {
    const world = await startWorld()
    const producer = await initProducer(world.connection)
    await write(world.connection, producer, 'a')
    await initProducer(world.connection, 'other')
    await world.clock.advance(5000)
    expect(await describeTransaction(world.connection)).toMatchObject({
      transactionState: 'Ongoing',
      producerId: producer.producerId,
      topics: [{ topic: 'input', partitions: [0] }],
    })
    expect(errorName((await describeTransaction(world.connection, 'none')).errorCode)).toBe(
      'TRANSACTIONAL_ID_NOT_FOUND',
    )
    const list = async (filters: object) => {
      const request = ListTransactions.request.create(filters)
      const response = await world.connection.send(ListTransactions, 2, request)
      expect(response.unknownStateFilters).toEqual('stateFilters' in filters ? ['Strange'] : [])
      return response.transactionStates.map(({ transactionalId }) => transactionalId).sort()
    }
    expect(await list({})).toEqual(['app', 'other'])
    expect(await list({ stateFilters: ['Ongoing', 'Strange'] })).toEqual(['app'])
    expect(await list({ producerIdFilters: [producer.producerId] })).toEqual(['app'])
    expect(await list({ durationFilter: 4000, producerIdFilters: [producer.producerId] })).toEqual(['app'])
    expect(await list({ durationFilter: 6000, producerIdFilters: [producer.producerId] })).toEqual([])
    expect(await list({ transactionalIdPattern: 'ot.*' })).toEqual(['other'])
    const bad = ListTransactions.request.create({ transactionalIdPattern: '(' })
    const { errorCode } = await world.connection.send(ListTransactions, 2, bad)
    expect(errorName(errorCode)).toBe('INVALID_REGULAR_EXPRESSION')
  })

  it('shows the producers of a partition and lets an administrator end what hangs', async () => {
    const world = await startWorld()
    const producer = await initProducer(world.connection)
    await write(world.connection, producer, 'a')
    const { producerId, producerEpoch } = producer
    const topics = [{ name: 'input', partitionIndexes: [0, 9] }]
    const describeAll = async () =>
      (await world.connection.send(DescribeProducers, 0, { topics })).topics[0]!.partitions
    const [found, missing] = await describeAll()
    expect(found!.activeProducers).toMatchObject([{ producerId, producerEpoch, currentTxnStartOffset: 0 }])
    expect(errorName(missing!.errorCode)).toBe('UNKNOWN_TOPIC_OR_PARTITION')
    const marker = {
      producerId,
      producerEpoch: producerEpoch + 1,
      transactionResult: false,
      topics,
      coordinatorEpoch: 0,
      transactionVersion: 2,
    }
    const written = await world.connection.send(WriteTxnMarkers, 2, { markers: [marker] })
    const codes = written.markers[0]!.topics[0]!.partitions.map(({ errorCode }) => errorName(errorCode))
    expect(codes).toEqual(['NONE', 'UNKNOWN_TOPIC_OR_PARTITION'])
    expect(await committedValues(world.connection)).toEqual({ values: [], open: 0 })
    expect((await describeAll())[0]!.activeProducers).toMatchObject([{ currentTxnStartOffset: -1 }])
  })

  it('forgets transactional ids that nobody has used for seven days', async () => {
    const world = await startWorld()
    const producer = await initProducer(world.connection)
    await world.clock.advance(7 * 24 * 60 * minute + 60 * minute)
    expect(errorName((await describeTransaction(world.connection)).errorCode)).toBe(
      'TRANSACTIONAL_ID_NOT_FOUND',
    )
    await world.restart()
    expect(await addPartitions(world.connection, producer)).toBe('INVALID_PRODUCER_ID_MAPPING')
  })
})
