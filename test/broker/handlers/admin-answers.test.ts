/** What Apache Kafka 4.3 answers to administrators who ask for the unusual, request by request. */
import { describe, expect, it } from 'vitest'
import { zeroUuid } from '../../../src/base/uuid.ts'
import type { Api } from '../../../src/protocol/api.ts'
import type { Connection } from '../../../src/protocol/connection.ts'
import { errorByCode } from '../../../src/protocol/errors.ts'
import { Metadata } from '../../../src/protocol/messages/03-metadata.ts'
import { OffsetFetch } from '../../../src/protocol/messages/09-offset-fetch.ts'
import { CreateTopics } from '../../../src/protocol/messages/19-create-topics.ts'
import { DeleteTopics } from '../../../src/protocol/messages/20-delete-topics.ts'
import { CreateAcls } from '../../../src/protocol/messages/30-create-acls.ts'
import { DescribeConfigs } from '../../../src/protocol/messages/32-describe-configs.ts'
import { ElectLeaders } from '../../../src/protocol/messages/43-elect-leaders.ts'
import { IncrementalAlterConfigs } from '../../../src/protocol/messages/44-incremental-alter-configs.ts'
import { DescribeClientQuotas } from '../../../src/protocol/messages/48-describe-client-quotas.ts'
import { AlterClientQuotas } from '../../../src/protocol/messages/49-alter-client-quotas.ts'
import { UpdateFeatures } from '../../../src/protocol/messages/57-update-features.ts'
import { DescribeCluster } from '../../../src/protocol/messages/60-describe-cluster.ts'
import { DescribeTopicPartitions } from '../../../src/protocol/messages/75-describe-topic-partitions.ts'
import { operations } from '../../../broker/security/acl.ts'
import { createTopic, startFixture } from '../broker-fixture.ts'
import { fitted } from './request-samples.ts'

const name = (code: number) => errorByCode(code).name

function ask<Request, Response>(
  connection: Connection,
  api: Api<Request, Response>,
  version: number,
  sample: Readonly<Record<string, unknown>>,
): Promise<Response> {
  return connection.send(api, version, fitted(api as Api<unknown, unknown>, version, sample) as Request)
}

type Wish = Readonly<Record<string, unknown>>

const wish = (more: Wish = {}) => ({ name: 'new', numPartitions: 1, replicationFactor: 1, ...more })

async function create(connection: Connection, topic: Wish, validateOnly = true) {
  const request = { topics: [topic], timeoutMs: 1000, validateOnly }
  const { topics } = await ask(connection, CreateTopics, 7, request)
  return topics[0]!
}

describe('CreateTopics', () => {
  it.each<readonly [what: string, more: Wish, error: string]>([
    ['the metadata topic of Kafka', { name: '__cluster_metadata' }, 'INVALID_REQUEST'],
    ['too many partitions', { numPartitions: 10_001 }, 'POLICY_VIOLATION'],
    ['no partitions of too many replicas', { numPartitions: -2, replicationFactor: 3 }, 'INVALID_PARTITIONS'],
    [
      'no replicas of no partitions',
      { numPartitions: 0, replicationFactor: 0 },
      'INVALID_REPLICATION_FACTOR',
    ],
    ['replicas that are none', config('leader.replication.throttled.replicas', 'zz'), 'INVALID_CONFIG'],
    ['replicas to throttle', config('leader.replication.throttled.replicas', '0:1,1:1'), 'NONE'],
    ['a level that gzip lacks', config('compression.gzip.level', '0'), 'INVALID_CONFIG'],
    ['the level of gzip itself', config('compression.gzip.level', '-1'), 'NONE'],
    ['a number of 64 bits', config('retention.ms', '9223372036854775807'), 'NONE'],
    ['a number beyond 64 bits', config('retention.ms', '9223372036854775808'), 'INVALID_CONFIG'],
    ['a number with its sign', config('retention.ms', '+5'), 'NONE'],
  ])('of %s', async (_what, more, error) => {
    const { connection } = await startFixture()
    const answer = await create(connection, wish(more))
    expect(name(answer.errorCode)).toBe(error)
    if (error !== 'NONE') expect(answer.configs).toEqual([])
  })

  it('takes the last of two values, and tells an id where it only checks', async () => {
    const { connection } = await startFixture()
    const configs = ['1', '2'].map(value => ({ name: 'retention.ms', value }))
    const answer = await create(connection, wish({ configs }))
    expect(answer.configs!.find(each => each.name === 'retention.ms')!.value).toBe('2')
    expect(answer.topicId).not.toBe(zeroUuid)
  })
})

function config(key: string, value: string): Wish {
  return { configs: [{ name: key, value }] }
}

describe('DeleteTopics', () => {
  it('answers once for a topic that is there twice', async () => {
    const { connection } = await startFixture()
    await createTopic(connection, 'a')
    const byName = { name: 'a', topicId: zeroUuid }
    const request = { topics: [byName, byName, { ...byName, name: 'b' }], timeoutMs: 1000 }
    const { responses } = await ask(connection, DeleteTopics, 6, request)
    expect(responses.map(each => [each.name, name(each.errorCode)])).toEqual([
      ['a', 'INVALID_REQUEST'],
      ['b', 'UNKNOWN_TOPIC_OR_PARTITION'],
    ])
  })

  it('tells who may describe a topic that it is not there', async () => {
    const { alice } = await secured('DESCRIBE')
    const request = { topicNames: ['mine', 'none', 'other'], timeoutMs: 1000 }
    const { responses } = await ask(alice, DeleteTopics, 5, request)
    expect(responses.map(each => name(each.errorCode))).toEqual([
      'TOPIC_AUTHORIZATION_FAILED',
      'UNKNOWN_TOPIC_OR_PARTITION',
      'TOPIC_AUTHORIZATION_FAILED',
    ])
  })

  it('takes any topic from whoever may delete of the cluster', async () => {
    const { alice, connection } = await secured('DESCRIBE')
    const rule = { resourceType: 4, resourceName: 'kafka-cluster', resourcePatternType: 3, host: '*' }
    const allowed = { ...rule, permissionType: 3, principal: 'User:alice', operation: operations.DELETE }
    await ask(connection, CreateAcls, 3, { creations: [allowed] })
    const { responses } = await ask(alice, DeleteTopics, 5, {
      topicNames: ['mine', 'other'],
      timeoutMs: 1000,
    })
    expect(responses.map(each => name(each.errorCode))).toEqual(['NONE', 'UNKNOWN_TOPIC_OR_PARTITION'])
  })
})

/** alice may do this to the topics `mine`, which there is, and `none`, which there is not. */
async function secured(operation: keyof typeof operations) {
  const { broker, connection } = await startFixture({
    config: { 'authorizer.class.name': 'StandardAuthorizer' },
  })
  await createTopic(connection, 'mine')
  const rule = { resourceType: 2, resourcePatternType: 3, host: '*', permissionType: 3 }
  const creations = ['mine', 'none'].map(resourceName => {
    return { ...rule, resourceName, principal: 'User:alice', operation: operations[operation] }
  })
  await ask(connection, CreateAcls, 3, { creations })
  return { connection, alice: broker.connect({ principal: 'User:alice' }) }
}

describe('what a client may do', () => {
  const bits = 1 << operations.DESCRIBE
  const notAsked = -(2 ** 31)

  it('is told of topics that there are not, and not of those that it may not know of', async () => {
    const { alice } = await secured('DESCRIBE')
    const topics = ['mine', 'none', 'other'].map(each => ({ name: each, topicId: zeroUuid }))
    const request = { topics, includeTopicAuthorizedOperations: true, allowAutoTopicCreation: false }
    const told = await ask(alice, Metadata, 10, request)
    expect(told.topics.map(each => each.topicAuthorizedOperations)).toEqual([bits, bits, notAsked])
    const paged = await ask(alice, DescribeTopicPartitions, 0, { topics, responsePartitionLimit: 9 })
    expect(paged.topics.map(each => each.topicAuthorizedOperations)).toEqual([bits, bits, notAsked])
  })

  it('is told for each partition where an old OffsetFetch has no other place', async () => {
    const { alice } = await secured('DESCRIBE')
    const request = { groupId: 'g', topics: [{ name: 'mine', partitionIndexes: [0, 1] }] }
    const { topics } = await ask(alice, OffsetFetch, 1, request)
    const codes = topics[0]!.partitions.map(({ errorCode }) => name(errorCode))
    expect(codes).toEqual(['GROUP_AUTHORIZATION_FAILED', 'GROUP_AUTHORIZATION_FAILED'])
  })
})

describe('DescribeTopicPartitions', () => {
  it('answers a partition at least', async () => {
    const { connection } = await startFixture()
    await createTopic(connection, 'a', { partitions: 2 })
    const request = { topics: [{ name: 'a' }], responsePartitionLimit: 0 }
    const { topics, nextCursor } = await ask(connection, DescribeTopicPartitions, 0, request)
    expect(topics[0]!.partitions.length).toBe(1)
    expect(nextCursor).toEqual({ topicName: 'a', partitionIndex: 1 })
  })

  it('refuses a cursor in a topic that is not asked for', async () => {
    const { connection } = await startFixture()
    await createTopic(connection, 'b')
    const cursor = { topicName: 'a', partitionIndex: 0 }
    const request = { topics: [{ name: 'b' }], responsePartitionLimit: 9, cursor }
    const { topics } = await ask(connection, DescribeTopicPartitions, 0, request)
    expect(topics.map(each => name(each.errorCode))).toEqual(['INVALID_REQUEST'])
  })
})

describe('the cluster', () => {
  it.each([
    [2, 'MISMATCHED_ENDPOINT_TYPE'],
    [3, 'UNSUPPORTED_ENDPOINT_TYPE'],
  ])('has no endpoints of type %i', async (endpointType, error) => {
    const { connection } = await startFixture()
    const answer = await ask(connection, DescribeCluster, 1, { endpointType })
    expect([name(answer.errorCode), answer.endpointType]).toEqual([error, 1])
  })

  it.each([
    [0, { feature: 'none', maxVersionLevel: 1 }],
    [1, { feature: 'none', maxVersionLevel: 1, upgradeType: 1 }],
    [2, { feature: 'group.version', maxVersionLevel: 1, upgradeType: 0 }],
  ])('refuses an update of features as a whole in version %i', async (version, update) => {
    const { connection } = await startFixture()
    const { errorCode, results } = await ask(connection, UpdateFeatures, version, {
      featureUpdates: [update],
    })
    expect([name(errorCode), results]).toEqual(['INVALID_UPDATE_VERSION', []])
  })

  it('tells each partition that it has no such election', async () => {
    const { connection } = await startFixture()
    const request = { electionType: 2, topicPartitions: [{ topic: 'a', partitions: [0] }] }
    const { errorCode, replicaElectionResults } = await ask(connection, ElectLeaders, 1, request)
    const codes = replicaElectionResults.flatMap(each => each.partitionResult.map(one => one.errorCode))
    expect([errorCode, ...codes].map(name)).toEqual(['INVALID_REQUEST', 'INVALID_REQUEST'])
  })
})

describe('configurations', () => {
  const resource = (resourceType: number, resourceName: string, more: Wish = {}) => ({
    resources: [{ resourceType, resourceName, ...more }],
  })
  const change = (key: string, value: string, configOperation = 0) => ({
    configs: [{ name: key, configOperation, value }],
  })

  it.each<readonly [what: string, request: Wish, error: string]>([
    ['a topic that cannot be', resource(2, 'a b', change('retention.ms', '1')), 'INVALID_TOPIC_EXCEPTION'],
    ['no topic', resource(2, '', change('retention.ms', '1')), 'INVALID_REQUEST'],
    ['nothing more', resource(2, 'a', change('cleanup.policy', '', 2)), 'INVALID_CONFIG'],
    ['a broker’s bad value', resource(4, '', change('log.retention.ms', 'x')), 'INVALID_REQUEST'],
    ['replicas', resource(2, 'a', change('leader.replication.throttled.replicas', '0:1', 2)), 'NONE'],
    ['threads', resource(4, '', change('log.cleaner.threads', '2')), 'NONE'],
    ['threads that are none', resource(4, '', change('num.io.threads', 'x')), 'INVALID_REQUEST'],
    ['connections', resource(4, '', change('max.connections', '10')), 'NONE'],
    ['Kerberos', resource(4, '1', change('sasl.kerberos.min.time.before.relogin', '58000')), 'NONE'],
    ['what is fixed', resource(4, '', change('node.id', '2')), 'INVALID_REQUEST'],
  ])('are changed of %s', async (_what, request, error) => {
    const { connection } = await startFixture()
    await createTopic(connection, 'a')
    const { responses } = await ask(connection, IncrementalAlterConfigs, 1, request)
    expect(name(responses[0]!.errorCode)).toBe(error)
  })

  it('tell where a broker is and keeps its data, under the names that tools ask for', async () => {
    const { connection } = await startFixture()
    const asked = ['broker.id', 'node.id', 'log.dirs', 'advertised.listeners', 'sasl.kerberos.kinit.cmd']
    const request = resource(4, '1', { configurationKeys: asked })
    const { results } = await ask(connection, DescribeConfigs, 4, { ...request, includeSynonyms: true })
    const told = results[0]!.configs.map(config => [config.name, config.value, config.readOnly])
    expect(new Set(told.map(String))).toEqual(
      new Set([
        'broker.id,1,true',
        'node.id,1,true',
        'log.dirs,/data,true',
        'advertised.listeners,PLAINTEXT://localhost:9092,true',
        'sasl.kerberos.kinit.cmd,/usr/bin/kinit,false',
      ]),
    )
  })

  it('are told for each list of keys that a resource is asked for with', async () => {
    const { connection } = await startFixture()
    await createTopic(connection, 'a')
    const asked = (key: string) => ({ resourceType: 2, resourceName: 'a', configurationKeys: [key] })
    const resources = [asked('segment.ms'), asked('retention.ms'), asked('segment.ms')]
    const { results } = await ask(connection, DescribeConfigs, 4, { resources })
    expect(results.map(({ configs }) => configs[0]!.name)).toEqual(['segment.ms', 'retention.ms'])
  })

  it('are not there for a group without a name', async () => {
    const { connection } = await startFixture()
    const { results } = await ask(connection, DescribeConfigs, 4, resource(32, ''))
    expect(name(results[0]!.errorCode)).toBe('INVALID_REQUEST')
  })
})

describe('quotas', () => {
  const entry = (value: number, entityName = 'u') => ({
    entity: [{ entityType: 'user', entityName }],
    ops: [{ key: 'producer_byte_rate', value, remove: false }],
  })

  it('are not changed twice in a request, nor beyond 64 bits', async () => {
    const { connection } = await startFixture()
    const request = { entries: [entry(1), entry(2), entry(1e30, 'v')] }
    const { entries } = await ask(connection, AlterClientQuotas, 1, request)
    expect(entries.map(each => name(each.errorCode))).toEqual([
      'INVALID_REQUEST',
      'INVALID_REQUEST',
      'INVALID_REQUEST',
    ])
    const found = await ask(connection, DescribeClientQuotas, 1, { components: [] })
    expect(found.entries).toEqual([])
  })

  it('are told in the order of Apache Kafka, which clients compare with', async () => {
    const { connection } = await startFixture()
    const client = { entityType: 'client-id', entityName: 'c' }
    const user = { entityType: 'user', entityName: 'u' }
    const rates = ['producer_byte_rate', 'request_percentage', 'consumer_byte_rate']
    const ops = rates.map(key => ({ key, value: 1, remove: false }))
    const altered = await ask(connection, AlterClientQuotas, 1, {
      entries: [{ entity: [user, client], ops }],
    })
    expect(altered.entries[0]!.entity).toEqual([client, user])
    const { entries } = await ask(connection, DescribeClientQuotas, 1, { components: [] })
    expect(entries![0]!.entity).toEqual([client, user])
    const keys = entries![0]!.values.map(({ key }) => key)
    expect(keys).toEqual(['consumer_byte_rate', 'request_percentage', 'producer_byte_rate'])
  })

  it('are not described of an entity of no type', async () => {
    const { connection } = await startFixture()
    const components = [{ entityType: '', matchType: 2, match: null }]
    const { errorCode } = await ask(connection, DescribeClientQuotas, 1, { components })
    expect(name(errorCode)).toBe('INVALID_REQUEST')
  })
})
