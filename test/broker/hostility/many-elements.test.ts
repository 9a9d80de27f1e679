/** A request with very many tiny elements, which must not hold up anybody else. */
import { describe, expect, it } from 'vitest'
import { startBroker, type BrokerOptions } from '../../../broker/broker.ts'
import { MemoryFiles } from '../../../broker/log/memory-files.ts'
import { seededRandom } from '../../../src/base/random.ts'
import { zeroUuid } from '../../../src/base/uuid.ts'
import { apiByKey } from '../../../src/protocol/api-keys.ts'
import { Fetch } from '../../../src/protocol/messages/01-fetch.ts'
import { Metadata } from '../../../src/protocol/messages/03-metadata.ts'
import { OffsetCommit } from '../../../src/protocol/messages/08-offset-commit.ts'
import { OffsetFetch } from '../../../src/protocol/messages/09-offset-fetch.ts'
import { ApiVersions } from '../../../src/protocol/messages/18-api-versions.ts'
import { createTopic } from '../broker-fixture.ts'
import { commitOffset } from '../coordinator/group-requests.ts'
import { initProducer } from '../coordinator/transaction-requests.ts'
import { errorName, startWorld } from '../coordinator/world.ts'
import { fitted } from '../handlers/request-samples.ts'
import { settle, SteppingClock } from '../virtual-clock.ts'

const count = 40

function times<T>(make: (index: number) => T): T[] {
  return Array.from({ length: count }, (_, index) => make(index))
}

type Sample = Parameters<typeof fitted>[2]

const input = { name: 'input', topic: 'input', topicName: 'input' }
const producer = { transactionalId: 'app', producerId: 0, producerEpoch: 0 }
const rule = { resourceType: 2, principal: 'User:a', host: '*', operation: 3, permissionType: 3 }
const filter = {
  resourceTypeFilter: 2,
  patternTypeFilter: 3,
  principalFilter: null,
  hostFilter: null,
  operation: 1,
  permissionType: 1,
}
const joining = { groupId: 'g', memberId: zeroUuid, memberEpoch: 0, rebalanceTimeoutMs: 60_000 }
const value = { key: 'producer_byte_rate', value: 1, remove: false }

/** Forty elements each, in lists of every depth. */
const requests: readonly (readonly [
  api: number,
  version: number,
  what: string,
  request: Sample,
  told?: number,
])[] = [
  [2, 7, 'partitions', { topics: [{ ...input, partitions: times(index => ({ partitionIndex: index })) }] }],
  [3, 12, 'topics', { topics: times(index => ({ name: `t-${index}` })), allowAutoTopicCreation: false }],
  [9, 9, 'groups', { groups: times(index => ({ groupId: `g-${index}`, topics: null })) }],
  [15, 5, 'groups', { groups: times(index => `g-${index}`) }],
  [21, 2, 'partitions', { topics: [{ ...input, partitions: times(index => ({ partitionIndex: index })) }] }],
  [23, 4, 'partitions', { topics: [{ ...input, partitions: times(index => ({ partition: index })) }] }],
  [24, 4, 'transactions', { transactions: times(() => ({ ...producer, topics: [] })) }],
  [
    24,
    4,
    'partitions to verify',
    { transactions: [{ ...producer, verifyOnly: true, topics: [{ ...input, partitions: times(() => 0) }] }] },
  ],
  [27, 1, 'markers', { markers: times(index => ({ producerId: index, topics: [] })) }],
  [
    27,
    1,
    'partitions',
    { markers: [{ ...producer, topics: [{ ...input, partitionIndexes: times(index => index) }] }] },
  ],
  [30, 3, 'rules', { creations: times(index => ({ ...rule, resourceName: `t-${index}` })) }],
  [31, 3, 'filters', { filters: times(index => ({ ...filter, resourceNameFilter: `t-${index}` })) }],
  [32, 4, 'resources', { resources: times(index => ({ resourceType: 32, resourceName: `g-${index}` })) }],
  [33, 2, 'resources', { resources: times(index => ({ resourceType: 2, resourceName: `t-${index}` })) }],
  // Topics that are not there are left out.
  [35, 4, 'topics', { topics: times(index => ({ topic: `t-${index}` })) }, 1],
  [20, 6, 'topics', { topics: times(index => ({ name: `t-${index}` })) }],
  [43, 2, 'topics', { topicPartitions: times(index => ({ topic: `t-${index}`, partitions: [0] })) }],
  [45, 1, 'topics', { topics: times(index => ({ name: `t-${index}`, partitions: [] })) }],
  [50, 0, 'users', { users: times(index => ({ name: `u-${index}` })) }],
  [51, 0, 'deletions', { deletions: times(index => ({ name: `u-${index}`, mechanism: 1 })) }],
  [75, 0, 'topics', { topics: times(index => ({ name: `t-${index}` })) }],
  [42, 2, 'groups', { groupsNames: times(index => `g-${index}`) }],
  [44, 1, 'resources', { resources: times(index => ({ resourceType: 2, resourceName: `t-${index}` })) }],
  [
    49,
    1,
    'entries',
    {
      entries: times(index => ({ entity: [{ entityType: 'user', entityName: `u-${index}` }], ops: [value] })),
    },
  ],
  [61, 0, 'topics', { topics: times(index => ({ name: `t-${index}`, partitionIndexes: [0] })) }],
  [61, 0, 'partitions', { topics: [{ ...input, partitionIndexes: times(index => index) }] }],
  [65, 0, 'ids', { transactionalIds: times(index => `id-${index}`) }],
  // The member is told its assignment: one topic that is there.
  [
    68,
    1,
    'topics',
    { ...joining, subscribedTopicNames: ['input', ...times(index => `t-${index}`)], topicPartitions: [] },
    1,
  ],
  [69, 1, 'groups', { groupIds: times(index => `g-${index}`) }],
]

describe('while a request with many elements is answered, others have their turn', () => {
  const named = requests.map(each => [`${apiByKey(each[0])!.name}: ${each[2]}`, each] as const)

  it.each(named)('%s', async (_name, [key, version, , sample, told = count]) => {
    const { broker, clock } = await startSlowly({
      'authorizer.class.name': 'org.apache.kafka.metadata.authorizer.StandardAuthorizer',
      'super.users': 'User:ANONYMOUS',
    })
    const [one, other] = [broker.connect(), broker.connect()]
    const api = apiByKey(key)!
    const answered: unknown[] = []
    const answer = one.send(api, version, fitted(api, version, sample))
    void answer.then(response => answered.push(response))
    await other.send(ApiVersions, 0, ApiVersions.request.create({}))
    await settle()
    expect(answered).toEqual([])
    for (let turn = 0; turn < 300 && answered.length === 0; turn++) await clock.advance(1)
    expect(longestList(await answer)).toBe(told)
    await broker.close()
  })
})

describe('a fetch of very many partitions', () => {
  it('lets others have their turn, and tells of each', async () => {
    const { broker, clock } = await startSlowly({})
    const [one, other] = [broker.connect(), broker.connect()]
    const partitions = Array.from({ length: 20_000 }, (_, partition) => ({
      partition,
      partitionMaxBytes: 1000,
    }))
    const request = fitted(Fetch, 12, {
      sessionEpoch: -1,
      maxWaitMs: 500,
      topics: [{ topic: 'none', partitions }],
    })
    const answered: unknown[] = []
    const answer = one.send(Fetch, 12, request)
    void answer.then(response => answered.push(response))
    await other.send(ApiVersions, 0, ApiVersions.request.create({}))
    await settle()
    expect(answered).toEqual([])
    for (let turn = 0; turn < 300 && answered.length === 0; turn++) await clock.advance(1)
    const { responses } = await answer
    expect(responses[0]!.partitions).toHaveLength(20_000)
    expect(new Set(responses[0]!.partitions.map(({ errorCode }) => errorName(errorCode)))).toEqual(
      new Set(['UNKNOWN_TOPIC_OR_PARTITION']),
    )
    await broker.close()
  })
})

describe('what is one decision is not taken apart, and is bounded', () => {
  it('a commit is written whole, and refused where its records are more than a batch takes, as in Kafka', async () => {
    const world = await startWorld()
    const commit = async (version: number, commits: number) => {
      const partitions = Array.from({ length: commits }, (_, offset) => ({
        partitionIndex: 0,
        committedOffset: offset,
        committedLeaderEpoch: -1,
        committedMetadata: 'm'.repeat(100),
      }))
      const { topics } = await world.connection.send(
        OffsetCommit,
        version,
        OffsetCommit.request.create({
          groupId: 'group',
          generationIdOrMemberEpoch: -1,
          topics: [{ name: 'input', topicId: zeroUuid, partitions }],
        }),
      )
      return [...new Set(topics[0]!.partitions.map(({ errorCode }) => errorName(errorCode)))]
    }
    expect(await commit(8, 5000)).toEqual(['NONE'])
    expect(await commit(8, 10_000)).toEqual(['UNKNOWN_SERVER_ERROR'])
    expect(await commitOffset(world.connection, 7, { group: 'other' })).toBe('NONE')
    await world.restart()
    const groups = [{ groupId: 'group', memberId: null, memberEpoch: -1, topics: null }]
    const fetched = await world.connection.send(OffsetFetch, 8, OffsetFetch.request.create({ groups }))
    expect(fetched.groups[0]!.topics[0]!.partitions[0]).toMatchObject({ committedOffset: 4999 })
    expect(world.faults).toEqual([])
  })

  it('what is wrong with very many settings is told in a message that an answer can hold', async () => {
    const { connection } = await startWorld()
    const names = Array.from({ length: 5000 }, (_, index) => `no-such-setting-${index}`)
    const configs = Object.fromEntries(names.map(name => [name, '1']))
    const [created] = (await createTopic(connection, 'odd', { configs })).topics
    expect(created).toMatchObject({
      errorMessage: expect.stringMatching(/no-such-setting-1 .* and 49\d\d more$/),
    })
    expect(created!.errorMessage!.length).toBeLessThan(32_767)
  })

  it('topics by asking for them: a thousand partitions by one request, and the others when it is asked again', async () => {
    const { connection } = await startWorld({ 'num.partitions': 400 })
    const topics = ['a', 'b', 'c', 'd'].map(name => ({ name, topicId: zeroUuid }))
    const ask = async () => {
      const request = Metadata.request.create({ topics, allowAutoTopicCreation: true })
      const answer = await connection.send(Metadata, 12, request)
      return answer.topics.map(({ errorCode }) => errorName(errorCode))
    }
    expect(await ask()).toEqual(['NONE', 'NONE', 'NONE', 'LEADER_NOT_AVAILABLE'])
    expect(await ask()).toEqual(['NONE', 'NONE', 'NONE', 'NONE'])
  })

  it('a topic that is being made has no leader yet, and is not made twice', async () => {
    const { broker, clock } = await startSlowly({ 'num.partitions': 50 })
    const ask = (allowAutoTopicCreation: boolean) =>
      broker
        .connect()
        .send(
          Metadata,
          12,
          Metadata.request.create({ topics: [{ name: 'slow', topicId: zeroUuid }], allowAutoTopicCreation }),
        )
    const made = ask(true)
    const told = [await ask(true), await ask(false)]
    for (let turn = 0; turn < 300; turn++) await clock.advance(1)
    expect((await made).topics[0]).toMatchObject({ errorCode: 0, partitions: { length: 50 } })
    const codes = told.map(({ topics }) => errorName(topics[0]!.errorCode))
    expect(codes).toEqual(['LEADER_NOT_AVAILABLE', 'UNKNOWN_TOPIC_OR_PARTITION'])
    await broker.close()
  })
})

/** A broker on which everything takes long, with the topic `input` and the producer `app`. */
async function startSlowly(config: BrokerOptions['config']) {
  const clock = new SteppingClock()
  const broker = await startBroker({
    directory: '/data',
    files: new MemoryFiles(),
    clock,
    random: seededRandom(1),
    config,
  })
  const connection = broker.connect()
  const [made, begun] = [createTopic(connection, 'input'), initProducer(connection)]
  for (let turn = 0; turn < 300; turn++) await clock.advance(1)
  await Promise.all([made, begun])
  return { broker, clock }
}

/** How many elements the longest list of an answer has, however deep. */
function longestList(answer: unknown): number {
  if (typeof answer !== 'object' || answer === null) return 0
  const own = Array.isArray(answer) ? answer.length : 0
  // Brokers, versions and configurations are lists of the answer's own.
  return Math.max(own, ...Object.values(answer).map(each => longestList(each)))
}
