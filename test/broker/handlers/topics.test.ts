/** Topics through their requests: made, described, changed, deleted. */
import { describe, expect, it } from 'vitest'
import { zeroUuid } from '../../../src/base/uuid.ts'
import type { Connection } from '../../../src/protocol/connection.ts'
import { errorByCode } from '../../../src/protocol/errors.ts'
import { Metadata } from '../../../src/protocol/messages/03-metadata.ts'
import { DeleteTopics } from '../../../src/protocol/messages/20-delete-topics.ts'
import { DescribeConfigs } from '../../../src/protocol/messages/32-describe-configs.ts'
import { AlterConfigs } from '../../../src/protocol/messages/33-alter-configs.ts'
import { DescribeLogDirs } from '../../../src/protocol/messages/35-describe-log-dirs.ts'
import { CreatePartitions } from '../../../src/protocol/messages/37-create-partitions.ts'
import { IncrementalAlterConfigs } from '../../../src/protocol/messages/44-incremental-alter-configs.ts'
import { DescribeCluster } from '../../../src/protocol/messages/60-describe-cluster.ts'
import {
  DescribeTopicPartitions,
  type DescribeTopicPartitionsResponse,
} from '../../../src/protocol/messages/75-describe-topic-partitions.ts'
import { CreateTopics } from '../../../src/protocol/messages/19-create-topics.ts'
import { batch, createTopic, fetchedOf, fetchFrom, produce, startFixture } from '../broker-fixture.ts'

const nameOf = (code: number) => errorByCode(code).name

function metadataOf(
  connection: Connection,
  names: readonly string[] | null,
  { create = false, version = 13 }: { readonly create?: boolean; readonly version?: number } = {},
) {
  return connection.send(Metadata, version, {
    topics: names?.map(name => ({ name, topicId: zeroUuid })) ?? null,
    allowAutoTopicCreation: create,
    includeClusterAuthorizedOperations: false,
    includeTopicAuthorizedOperations: false,
  })
}

describe('CreateTopics and Metadata', () => {
  it('makes a topic whose partitions this broker leads', async () => {
    const { broker, connection } = await startFixture()
    const created = await createTopic(connection, 'orders', {
      partitions: 3,
      configs: { 'retention.ms': '10' },
    })
    expect(created.topics[0]).toMatchObject({
      name: 'orders',
      errorCode: 0,
      numPartitions: 3,
      replicationFactor: 1,
    })
    expect(created.topics[0]!.configs).toContainEqual(
      expect.objectContaining({ name: 'retention.ms', value: '10', configSource: 1 }),
    )
    const metadata = await metadataOf(connection, ['orders'])
    expect(metadata).toMatchObject({
      clusterId: broker.clusterId,
      controllerId: 1,
      brokers: [{ nodeId: 1, host: 'localhost', port: 9092 }],
    })
    expect(metadata.topics[0]).toMatchObject({
      name: 'orders',
      topicId: created.topics[0]!.topicId,
      isInternal: false,
    })
    expect(
      metadata.topics[0]!.partitions.map(each => [each.partitionIndex, each.leaderId, each.isrNodes]),
    ).toEqual([
      [0, 1, [1]],
      [1, 1, [1]],
      [2, 1, [1]],
    ])
  })

  it('gives the default count and factor to clients that ask for them before version 4, as kafkajs does', async () => {
    const { connection } = await startFixture()
    const topic = { name: 'orders', numPartitions: -1, replicationFactor: -1, assignments: [], configs: [] }
    const answer = await connection.send(CreateTopics, 3, {
      topics: [topic],
      timeoutMs: 1000,
      validateOnly: false,
    })
    expect(nameOf(answer.topics[0]!.errorCode)).toBe('NONE')
    expect((await metadataOf(connection, ['orders'])).topics[0]!.partitions).toHaveLength(1)
  })

  it('only says so with validateOnly', async () => {
    const { connection } = await startFixture()
    expect((await createTopic(connection, 'orders', { validateOnly: true })).topics[0]!.errorCode).toBe(0)
    expect((await metadataOf(connection, null)).topics).toEqual([])
  })

  it('refuses a second replica, a topic that exists, and a name that a request has twice', async () => {
    const { connection } = await startFixture()
    const refused = (await createTopic(connection, 'orders', { replicas: 3 })).topics[0]!
    expect(nameOf(refused.errorCode)).toBe('INVALID_REPLICATION_FACTOR')
    expect(refused.errorMessage).toMatch(/only 1 broker is registered/)
    await createTopic(connection, 'orders')
    expect(nameOf((await createTopic(connection, 'orders')).topics[0]!.errorCode)).toBe(
      'TOPIC_ALREADY_EXISTS',
    )
    const topic = { name: 'twice', numPartitions: 1, replicationFactor: 1, assignments: [], configs: [] }
    const answer = await connection.send(CreateTopics, 7, {
      topics: [topic, topic],
      timeoutMs: 1,
      validateOnly: false,
    })
    expect(answer.topics.map(each => nameOf(each.errorCode))).toEqual(['INVALID_REQUEST'])
  })

  it('makes an unknown topic on demand if both sides allow it', async () => {
    const { connection } = await startFixture({ config: { 'num.partitions': 2 } })
    const kept = await metadataOf(connection, ['orders'])
    expect(nameOf(kept.topics[0]!.errorCode)).toBe('UNKNOWN_TOPIC_OR_PARTITION')
    const made = await metadataOf(connection, ['orders', 'bad/name'], { create: true })
    expect(made.topics[0]).toMatchObject({ errorCode: 0, name: 'orders' })
    expect(made.topics[0]!.partitions).toHaveLength(2)
    expect(nameOf(made.topics[1]!.errorCode)).toBe('INVALID_TOPIC_EXCEPTION')
    const strict = await startFixture({ config: { 'auto.create.topics.enable': false } })
    const refused = await metadataOf(strict.connection, ['orders'], { create: true })
    expect(nameOf(refused.topics[0]!.errorCode)).toBe('UNKNOWN_TOPIC_OR_PARTITION')
  })

  it('finds topics by id since version 12', async () => {
    const { connection } = await startFixture()
    const { topicId } = (await createTopic(connection, 'orders')).topics[0]!
    const ask = (version: number, id: string) =>
      connection.send(Metadata, version, {
        topics: [{ name: null, topicId: id }],
        allowAutoTopicCreation: true,
        includeClusterAuthorizedOperations: false,
        includeTopicAuthorizedOperations: false,
      })
    expect((await ask(12, topicId)).topics[0]).toMatchObject({ errorCode: 0, name: 'orders' })
    const other = topicId.replace(/^./, first => (first === 'x' ? 'y' : 'x'))
    expect(nameOf((await ask(12, other)).topics[0]!.errorCode)).toBe('UNKNOWN_TOPIC_ID')
    expect(nameOf((await ask(11, topicId)).topics[0]!.errorCode)).toBe('INVALID_REQUEST')
  })

  it('makes the broker’s own topics as they are first asked for', async () => {
    const { connection } = await startFixture({ config: { 'offsets.topic.num.partitions': 3 } })
    const { topics } = await metadataOf(connection, ['__consumer_offsets'], { create: true })
    expect(topics[0]).toMatchObject({ errorCode: 0, isInternal: true })
    expect(topics[0]!.partitions).toHaveLength(3)
  })
})

describe('DeleteTopics', () => {
  it('makes the topic unknown, and one of the same name another', async () => {
    const { connection } = await startFixture()
    const first = (await createTopic(connection, 'orders')).topics[0]!.topicId
    await produce(connection, 'orders', batch([['a', '1']]))
    const request = { topics: [{ name: 'orders', topicId: zeroUuid }], topicNames: [], timeoutMs: 1 }
    const deleted = await connection.send(DeleteTopics, 6, request)
    expect(deleted.responses[0]).toMatchObject({ name: 'orders', topicId: first, errorCode: 0 })
    const gone = await connection.send(DeleteTopics, 6, request)
    expect(nameOf(gone.responses[0]!.errorCode)).toBe('UNKNOWN_TOPIC_OR_PARTITION')
    const second = (await createTopic(connection, 'orders')).topics[0]!.topicId
    expect(second).not.toBe(first)
    expect(fetchedOf(await fetchFrom(connection, 'orders', 0)).highWatermark).toBe(0)
  })

  it('is seen by the first who asks for the topic, even if he would make it; the second makes it', async () => {
    const { connection } = await startFixture()
    const request = { topics: [], topicNames: ['orders'], timeoutMs: 1 }
    const ask = async () => {
      const { topics } = await metadataOf(connection, ['orders'], { create: true, version: 1 })
      return nameOf(topics[0]!.errorCode)
    }
    expect(await ask()).toBe('NONE')
    await connection.send(DeleteTopics, 5, request)
    expect(await ask()).toBe('UNKNOWN_TOPIC_OR_PARTITION')
    expect((await metadataOf(connection, null)).topics).toEqual([])
    expect(await ask()).toBe('NONE')
    await connection.send(DeleteTopics, 5, request)
    // Who is not to make it does not count.
    await metadataOf(connection, ['orders'])
    expect(await ask()).toBe('UNKNOWN_TOPIC_OR_PARTITION')
    expect(await ask()).toBe('NONE')
    // A topic that was made again by request is there.
    await connection.send(DeleteTopics, 5, request)
    await createTopic(connection, 'orders')
    expect(await ask()).toBe('NONE')
  })

  it('lets a fetch that waits for the topic know', async () => {
    const { broker, connection } = await startFixture()
    await createTopic(connection, 'orders')
    const fetching = fetchFrom(broker.connect(), 'orders', 0, { maxWaitMs: 60_000 })
    const request = { topics: [], topicNames: ['orders'], timeoutMs: 1 }
    await connection.send(DeleteTopics, 5, request)
    expect(nameOf(fetchedOf(await fetching).errorCode)).toBe('UNKNOWN_TOPIC_OR_PARTITION')
  })

  it('refuses the broker’s own topics, and all if the configuration says so', async () => {
    const { connection } = await startFixture()
    await metadataOf(connection, ['__consumer_offsets'], { create: true })
    const request = { topics: [], topicNames: ['__consumer_offsets'], timeoutMs: 1 }
    const kept = await connection.send(DeleteTopics, 5, request)
    expect(nameOf(kept.responses[0]!.errorCode)).toBe('INVALID_REQUEST')
    const strict = await startFixture({ config: { 'delete.topic.enable': false } })
    await createTopic(strict.connection, 'orders')
    const refused = await strict.connection.send(DeleteTopics, 5, { ...request, topicNames: ['orders'] })
    expect(nameOf(refused.responses[0]!.errorCode)).toBe('TOPIC_DELETION_DISABLED')
  })
})

describe('CreatePartitions', () => {
  const grow = (connection: Connection, count: number, validateOnly = false) =>
    connection
      .send(CreatePartitions, 3, {
        topics: [{ name: 'orders', count, assignments: null }],
        timeoutMs: 1,
        validateOnly,
      })
      .then(answer => nameOf(answer.results[0]!.errorCode))

  it('adds partitions and keeps the records of those there are', async () => {
    const { connection } = await startFixture()
    await createTopic(connection, 'orders')
    await produce(connection, 'orders', batch([['a', '1']]))
    expect(await grow(connection, 3)).toBe('NONE')
    expect((await metadataOf(connection, ['orders'])).topics[0]!.partitions).toHaveLength(3)
    expect(fetchedOf(await fetchFrom(connection, 'orders', 0)).highWatermark).toBe(1)
  })

  it('only ever adds', async () => {
    const { connection } = await startFixture()
    expect(await grow(connection, 2)).toBe('UNKNOWN_TOPIC_OR_PARTITION')
    await createTopic(connection, 'orders', { partitions: 2 })
    expect(await grow(connection, 3, true)).toBe('NONE')
    expect(await grow(connection, 2)).toBe('INVALID_PARTITIONS')
    expect(await grow(connection, 1)).toBe('INVALID_PARTITIONS')
  })
})

describe('DescribeConfigs and IncrementalAlterConfigs', () => {
  const alter = (connection: Connection, name: string, configOperation: number, value: string | null) =>
    connection
      .send(IncrementalAlterConfigs, 1, {
        resources: [{ resourceType: 2, resourceName: 'orders', configs: [{ name, configOperation, value }] }],
        validateOnly: false,
      })
      .then(answer => nameOf(answer.responses[0]!.errorCode))
  const describeOf = async (connection: Connection, key: string) => {
    const answer = await connection.send(DescribeConfigs, 4, {
      resources: [{ resourceType: 2, resourceName: 'orders', configurationKeys: [key] }],
      includeSynonyms: true,
      includeDocumentation: false,
    })
    return answer.results[0]!.configs.map(({ value, configSource }) => [value, configSource])
  }

  it('sets, removes, appends and subtracts', async () => {
    const { connection } = await startFixture()
    await createTopic(connection, 'orders')
    expect(await describeOf(connection, 'retention.ms')).toEqual([['604800000', 5]])
    expect(await alter(connection, 'retention.ms', 0, '10')).toBe('NONE')
    expect(await describeOf(connection, 'retention.ms')).toEqual([['10', 1]])
    expect(await alter(connection, 'retention.ms', 1, null)).toBe('NONE')
    expect(await describeOf(connection, 'retention.ms')).toEqual([['604800000', 5]])
    expect(await alter(connection, 'cleanup.policy', 2, 'compact')).toBe('NONE')
    expect(await describeOf(connection, 'cleanup.policy')).toEqual([['delete,compact', 1]])
    expect(await alter(connection, 'cleanup.policy', 3, 'delete')).toBe('NONE')
    expect(await describeOf(connection, 'cleanup.policy')).toEqual([['compact', 1]])
  })

  it('refuses what is not known or not allowed, and leaves everything as it was', async () => {
    const { connection } = await startFixture()
    expect(await alter(connection, 'retention.ms', 0, '10')).toBe('UNKNOWN_TOPIC_OR_PARTITION')
    await createTopic(connection, 'orders')
    expect(await alter(connection, 'retention.ms', 0, 'long')).toBe('INVALID_CONFIG')
    expect(await alter(connection, 'retention.days', 0, '1')).toBe('INVALID_CONFIG')
    expect(await alter(connection, 'retention.ms', 2, '1')).toBe('INVALID_CONFIG')
    expect(await alter(connection, 'retention.ms', 0, null)).toBe('INVALID_REQUEST')
    expect(await describeOf(connection, 'retention.ms')).toEqual([['604800000', 5]])
  })

  it('replaces all keys of a topic for clients that send AlterConfigs', async () => {
    const { connection } = await startFixture()
    await createTopic(connection, 'orders', { configs: { 'segment.ms': '1000' } })
    const replace = async (name: string, value: string | null, validateOnly = false) => {
      const configs = [{ name, value }]
      const resources = [{ resourceType: 2, resourceName: 'orders', configs }]
      const answer = await connection.send(AlterConfigs, 2, { resources, validateOnly })
      return nameOf(answer.responses[0]!.errorCode)
    }
    expect(await replace('retention.ms', '10', true)).toBe('NONE')
    expect(await replace('retention.ms', null)).toBe('INVALID_REQUEST')
    expect(await replace('retention.ms', 'long')).toBe('INVALID_CONFIG')
    expect(await describeOf(connection, 'segment.ms')).toEqual([['1000', 1]])
    expect(await replace('retention.ms', '10')).toBe('NONE')
    expect(await describeOf(connection, 'retention.ms')).toEqual([['10', 1]])
    expect(await describeOf(connection, 'segment.ms')).toEqual([['604800000', 5]])
  })

  it('is in force at once', async () => {
    const { connection } = await startFixture()
    await createTopic(connection, 'orders')
    await alter(connection, 'max.message.bytes', 0, '100')
    const answer = await produce(connection, 'orders', batch([['a', 'x'.repeat(100)]]))
    expect(nameOf(answer.responses[0]!.partitionResponses[0]!.errorCode)).toBe('MESSAGE_TOO_LARGE')
  })
})

describe('the cluster, its pages and its sizes', () => {
  it('describes itself', async () => {
    const { broker, connection } = await startFixture()
    const request = { includeClusterAuthorizedOperations: true, endpointType: 1, includeFencedBrokers: false }
    const answer = await connection.send(DescribeCluster, 2, request)
    expect(answer).toMatchObject({
      errorCode: 0,
      clusterId: broker.clusterId,
      controllerId: 1,
      clusterAuthorizedOperations: 8096,
    })
  })

  it('pages through partitions', async () => {
    const { connection } = await startFixture()
    await createTopic(connection, 'b', { partitions: 2 })
    await createTopic(connection, 'a', { partitions: 3 })
    const seen: string[] = []
    let cursor: { topicName: string; partitionIndex: number } | null = null
    do {
      const page: DescribeTopicPartitionsResponse = await connection.send(DescribeTopicPartitions, 0, {
        topics: [],
        responsePartitionLimit: 2,
        cursor,
      })
      for (const topic of page.topics) {
        for (const { partitionIndex } of topic.partitions) seen.push(`${topic.name}-${partitionIndex}`)
      }
      cursor = page.nextCursor
    } while (cursor !== null)
    expect(seen).toEqual(['a-0', 'a-1', 'a-2', 'b-0', 'b-1'])
  })

  it('tells the sizes of partitions', async () => {
    const { connection } = await startFixture()
    await createTopic(connection, 'orders')
    const records = batch([['a', '1']])
    const size = records.length
    await produce(connection, 'orders', records)
    const { results } = await connection.send(DescribeLogDirs, 4, { topics: null })
    expect(results[0]).toMatchObject({
      errorCode: 0,
      logDir: '/data',
      topics: [{ name: 'orders', partitions: [{ partitionIndex: 0, partitionSize: size }] }],
    })
  })
})
