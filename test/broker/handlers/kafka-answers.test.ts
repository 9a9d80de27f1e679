/** What Apache Kafka 4.3.1 answers to requests that are wrong in small ways, asked of it over its own protocol. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { TcpNetwork } from '../../../runtime/client/tcp-network.ts'
import type { Connection } from '../../../src/protocol/connection.ts'
import { zeroUuid } from '../../../src/base/uuid.ts'
import { Produce } from '../../../src/protocol/messages/00-produce.ts'
import { Metadata } from '../../../src/protocol/messages/03-metadata.ts'
import { ApiVersions } from '../../../src/protocol/messages/18-api-versions.ts'
import { InitProducerId, InitProducerIdRequest } from '../../../src/protocol/messages/22-init-producer-id.ts'
import { AddPartitionsToTxn } from '../../../src/protocol/messages/24-add-partitions-to-txn.ts'
import { WriteTxnMarkers } from '../../../src/protocol/messages/27-write-txn-markers.ts'
import { DescribeProducers } from '../../../src/protocol/messages/61-describe-producers.ts'
import { ListTransactions } from '../../../src/protocol/messages/66-list-transactions.ts'
import {
  batch,
  createTopic,
  fetchedOf,
  fetchFrom,
  produce,
  producedTo,
  startFixture,
} from '../broker-fixture.ts'
import {
  addOffsets,
  commitInTransaction,
  describeTransaction,
  endTransaction,
  initProducer,
  write,
} from '../coordinator/transaction-requests.ts'
import { errorName } from '../coordinator/world.ts'

let connection: Connection
let onEnd = async (): Promise<void> => undefined

beforeAll(async () => {
  // Over a socket, where answers are encoded.
  const { broker } = await startFixture()
  const { port } = await broker.listen({ port: 0 })
  connection = await new TcpNetwork({ software: { name: 'test', version: '1' } }).connect(
    '127.0.0.1',
    port,
    'test',
  )
  onEnd = () => broker.close()
  await createTopic(connection, 'input')
})

afterAll(() => onEnd())

describe('ApiVersions', () => {
  it.each([
    [3, []],
    [4, ['group.version', 'transaction.version']],
  ])('tells in version %i the features %j', async (version, names) => {
    const own = { clientSoftwareName: 't', clientSoftwareVersion: '1', clusterId: null, nodeId: -1 }
    const told = await connection.send(ApiVersions, version, own)
    expect(told.supportedFeatures.map(({ name }) => name)).toEqual(names)
    expect(told.finalizedFeatures.map(({ maxVersionLevel }) => maxVersionLevel)).toEqual([1, 2])
  })
})

describe('Metadata', () => {
  it.each([10, 11])('refuses topics without names in version %i, and keeps the connection', async version => {
    const topics = [{ name: null, topicId: 'BBBBBBBBBBBBBBBBBBBBBA' }]
    const request = Metadata.request.create({ topics, allowAutoTopicCreation: true })
    const told = (await connection.send(Metadata, version, request)).topics
    expect(told.map(({ errorCode, name }) => [errorName(errorCode), name])).toEqual([['INVALID_REQUEST', '']])
  })
})

describe('Produce', () => {
  const whole = batch([['k', 'v']])
  const edited = (edit: (view: DataView) => void) => {
    const bytes = whole.slice()
    edit(new DataView(bytes.buffer))
    return bytes
  }
  it.each([
    ['that end within their batch', whole.subarray(0, 65), 'INVALID_RECORD'],
    ['of a batch that claims to be longer', edited(view => view.setInt32(8, 5000)), 'INVALID_RECORD'],
    [
      'of a batch that claims to be shorter than a header',
      edited(view => view.setInt32(8, 40)),
      'CORRUPT_MESSAGE',
    ],
    ['of a batch of no length', edited(view => view.setInt32(8, 0)), 'CORRUPT_MESSAGE'],
    ['of a batch of a negative length', edited(view => view.setInt32(8, -1)), 'CORRUPT_MESSAGE'],
    ['of an old format', edited(view => view.setInt8(16, 1)), 'INVALID_RECORD'],
    ['of a format to come', edited(view => view.setInt8(16, 3)), 'CORRUPT_MESSAGE'],
    ['that were changed', edited(view => view.setInt8(20, 3)), 'CORRUPT_MESSAGE'],
    ['of two batches', new Uint8Array([...whole, ...whole]), 'INVALID_RECORD'],
  ])('refuses bytes %s', async (_what, records, error) => {
    const { errorCode, baseOffset } = producedTo(await produce(connection, 'input', records))
    expect([errorName(errorCode), baseOffset]).toEqual([error, -1])
  })

  it.each([5, 20, whole.length - 1])('leaves %i bytes after its batch that are no whole one', async rest => {
    const records = new Uint8Array([...whole, ...whole.subarray(0, rest)])
    const { errorCode, baseOffset } = producedTo(await produce(connection, 'input', records))
    expect(errorName(errorCode)).toBe('NONE')
    const fetched = fetchedOf(await fetchFrom(connection, 'input', baseOffset))
    expect(fetched.records).toHaveLength(whole.length)
  })
})

describe('transactional requests', () => {
  it.each([
    [7, -1],
    [-1, 3],
  ])('refuse a producer that names itself by half: id %i, epoch %i', async (producerId, producerEpoch) => {
    for (const transactionalId of [null, 'half']) {
      const named = { transactionalId, transactionTimeoutMs: 1000, producerId, producerEpoch }
      const answer = await connection.send(InitProducerId, 5, InitProducerIdRequest.create(named))
      expect(errorName(answer.errorCode)).toBe('INVALID_REQUEST')
    }
  })

  it('verify no partitions of which one is not there', async () => {
    const producer = await initProducer(connection, 'verified')
    await write(connection, producer, 'a')
    const { transactionalId, producerId, producerEpoch } = producer
    const verified = async (partitions: readonly number[]) => {
      const topics = [{ name: 'input', partitions }]
      const transactions = [{ transactionalId, producerId, producerEpoch, verifyOnly: true, topics }]
      const answer = await connection.send(
        AddPartitionsToTxn,
        5,
        AddPartitionsToTxn.request.create({ transactions }),
      )
      return answer.resultsByTransaction[0]!.topicResults[0]!.resultsByPartition.map(each =>
        errorName(each.partitionErrorCode),
      )
    }
    expect(await verified([0])).toEqual(['NONE'])
    expect(await verified([0, 5])).toEqual(['OPERATION_NOT_ATTEMPTED', 'UNKNOWN_TOPIC_OR_PARTITION'])
  })

  it.each([
    ['__consumer_offsets', 3, 'TOPIC_AUTHORIZATION_FAILED'],
    ['__consumer_offsets', 5, 'NONE'],
    ['__transaction_state', 3, 'TOPIC_AUTHORIZATION_FAILED'],
    // Apache Kafka adds it, and cannot read its log any more once the marker is there.
    ['__transaction_state', 5, 'TOPIC_AUTHORIZATION_FAILED'],
  ])('add %s in version %i: %s', async (name, version, error) => {
    const producer = await initProducer(connection, 'internal')
    await addOffsets(connection, producer)
    await commitInTransaction(connection, producer, 1)
    const { transactionalId, producerId, producerEpoch } = producer
    const topics = [{ name, partitions: [0] }]
    const request =
      version < 4
        ? {
            v3AndBelowTransactionalId: transactionalId,
            v3AndBelowProducerId: producerId,
            v3AndBelowProducerEpoch: producerEpoch,
            v3AndBelowTopics: topics,
          }
        : { transactions: [{ transactionalId, producerId, producerEpoch, verifyOnly: false, topics }] }
    const answer = await connection.send(
      AddPartitionsToTxn,
      version,
      AddPartitionsToTxn.request.create(request),
    )
    const told = version < 4 ? answer.resultsByTopicV3AndBelow : answer.resultsByTransaction[0]!.topicResults
    expect(errorName(told[0]!.resultsByPartition[0]!.partitionErrorCode)).toBe(error)
    expect((await endTransaction(connection, producer)).error).toBe('NONE')
    expect((await describeTransaction(connection, 'internal')).transactionState).toBe('CompleteCommit')
  })

  it('write nothing where they are of more than one producer id or epoch', async () => {
    await createTopic(connection, 'owned', { partitions: 2 })
    const { producerId } = await initProducer(connection, 'owner')
    const [first, second] = [0, 1].map(producerEpoch =>
      batch([[null, 'a']], { producerId, producerEpoch, baseSequence: 0, transactional: true }),
    )
    const partitionData = [first!, second!].map((records, index) => ({ index, records }))
    const topicData = [{ name: 'owned', topicId: zeroUuid, partitionData }]
    const request = { transactionalId: 'owner', acks: -1, timeoutMs: 1000, topicData }
    const { responses } = await connection.send(Produce, 12, request)
    expect(responses[0]!.partitionResponses.map(each => errorName(each.errorCode))).toEqual([
      'INVALID_PRODUCER_ID_MAPPING',
      'INVALID_PRODUCER_ID_MAPPING',
    ])
    expect((await describeTransaction(connection, 'owner')).transactionState).toBe('Empty')
  })

  it.each([
    [-1, 0, 'INVALID_PRODUCER_ID_MAPPING'],
    [77, -1, 'INVALID_PRODUCER_EPOCH'],
  ])('mark no end of producer %i and epoch %i', async (producerId, producerEpoch, error) => {
    const topics = [{ name: 'input', partitionIndexes: [0] }]
    const marker = { producerId, producerEpoch, transactionResult: true, topics }
    const markers = [{ ...marker, coordinatorEpoch: 0, transactionVersion: 0 }]
    const answer = await connection.send(WriteTxnMarkers, 1, { markers })
    expect(errorName(answer.markers[0]!.topics[0]!.partitions[0]!.errorCode)).toBe(error)
  })

  it('add the partitions of a topic that is there twice', async () => {
    await createTopic(connection, 'wide', { partitions: 2 })
    const producer = await initProducer(connection, 'adding')
    const request = AddPartitionsToTxn.request.create({
      v3AndBelowTransactionalId: 'adding',
      v3AndBelowProducerId: producer.producerId,
      v3AndBelowTopics: [0, 1].map(partition => ({ name: 'wide', partitions: [partition] })),
    })
    await connection.send(AddPartitionsToTxn, 3, request)
    const written = [0, 1].map(partition =>
      write(connection, producer, 'a', { version: 11, topic: 'wide', partition }),
    )
    expect(await Promise.all(written)).toEqual(['NONE', 'NONE'])
  })

  it('list transactions by an empty pattern as by none, and describe none without a name', async () => {
    await initProducer(connection, 'listed')
    const filters = { stateFilters: [], producerIdFilters: [], durationFilter: -1 }
    const listed = await connection.send(ListTransactions, 2, { ...filters, transactionalIdPattern: '' })
    expect(listed.transactionStates.map(each => each.transactionalId)).toContain('listed')
    expect(errorName((await describeTransaction(connection, '')).errorCode)).toBe('INVALID_REQUEST')
  })

  it('name each state once that they do not know', async () => {
    const stateFilters = ['Ongoing', 'ongoing', 'Other', 'ongoing']
    const filters = { stateFilters, producerIdFilters: [], durationFilter: -1, transactionalIdPattern: null }
    const listed = await connection.send(ListTransactions, 2, filters)
    expect(listed.unknownStateFilters).toEqual(['ongoing', 'Other'])
  })

  it.each([9, 11, 12])('write nothing under an empty transactional id, in Produce %i', async version => {
    const producer = await initProducer(connection, `named-${version}`)
    expect(await write(connection, { ...producer, transactionalId: '' }, 'a', { version })).toBe(
      'INVALID_REQUEST',
    )
  })

  it('describe no producers of a topic that cannot be', async () => {
    const topics = [{ name: 'a b', partitionIndexes: [0] }]
    const { errorCode } = (await connection.send(DescribeProducers, 0, { topics })).topics[0]!.partitions[0]!
    expect(errorName(errorCode)).toBe('INVALID_TOPIC_EXCEPTION')
  })
})
