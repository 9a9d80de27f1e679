/** What a stranger could make without end, and the bound of each; what is asked for twice, and what takes long. */
import { describe, expect, it } from 'vitest'
import { startBroker } from '../../../broker/broker.ts'
import { MemoryFiles } from '../../../broker/log/memory-files.ts'
import { DelayedRequests } from '../../../broker/net/delayed.ts'
import { FetchSessions } from '../../../broker/net/fetch-sessions.ts'
import { sliced } from '../../../broker/handlers/sliced.ts'
import type { Clock } from '../../../src/base/clock.ts'
import { seededRandom } from '../../../src/base/random.ts'
import { zeroUuid } from '../../../src/base/uuid.ts'
import { Metadata } from '../../../src/protocol/messages/03-metadata.ts'
import { OffsetFetch } from '../../../src/protocol/messages/09-offset-fetch.ts'
import { DescribeGroups } from '../../../src/protocol/messages/15-describe-groups.ts'
import { DescribeConfigs } from '../../../src/protocol/messages/32-describe-configs.ts'
import { DescribeLogDirs } from '../../../src/protocol/messages/35-describe-log-dirs.ts'
import { CreateTopics } from '../../../src/protocol/messages/19-create-topics.ts'
import { DeleteTopics } from '../../../src/protocol/messages/20-delete-topics.ts'
import { CreatePartitions } from '../../../src/protocol/messages/37-create-partitions.ts'
import { IncrementalAlterConfigs } from '../../../src/protocol/messages/44-incremental-alter-configs.ts'
import { DescribeProducers } from '../../../src/protocol/messages/61-describe-producers.ts'
import { DescribeTransactions } from '../../../src/protocol/messages/65-describe-transactions.ts'
import { createTopic, fetchRequest } from '../broker-fixture.ts'
import { commitOffset, join } from '../coordinator/group-requests.ts'
import { initProducer } from '../coordinator/transaction-requests.ts'
import { errorName, startWorld } from '../coordinator/world.ts'
import { SteppingClock, VirtualClock } from '../virtual-clock.ts'

describe('what a stranger could make without end', () => {
  it('partitions: created, added, or made by asking for a topic (partitions.max)', async () => {
    // __consumer_offsets and __transaction_state are not there yet; input has 2 of the 5.
    const { connection } = await startWorld({ 'partitions.max': 5 })
    const created = async (name: string, partitions: number) =>
      errorName((await createTopic(connection, name, { partitions })).topics[0]!.errorCode)
    expect([await created('a', 4), await created('b', 2)]).toEqual(['POLICY_VIOLATION', 'NONE'])
    const grown = await connection.send(CreatePartitions, 3, {
      topics: [{ name: 'b', count: 4, assignments: null }],
      timeoutMs: 1000,
      validateOnly: false,
    })
    expect(errorName(grown.results[0]!.errorCode)).toBe('POLICY_VIOLATION')
    const topics = ['c', 'd'].map(name => ({ name, topicId: zeroUuid }))
    const asked = await connection.send(
      Metadata,
      12,
      Metadata.request.create({ topics, allowAutoTopicCreation: true }),
    )
    expect(asked.topics.map(({ errorCode }) => errorName(errorCode))).toEqual(['NONE', 'POLICY_VIOLATION'])
  })

  it.each([
    ['6,000 and 6,000 partitions', [6000, 6000], 'POLICY_VIOLATION'],
    ['6,000 and 3,000 partitions', [6000, 3000], 'NONE'],
    ['10,001 topics of one partition', Array.from({ length: 10_001 }, () => 1), 'POLICY_VIOLATION'],
  ])('topics by one request, which Kafka refuses as a whole: %s', async (_what, counts, answer) => {
    const { connection } = await startWorld()
    const rest = { replicationFactor: 1, assignments: [], configs: [] }
    const topics = counts.map((numPartitions, index) => ({ name: `topic-${index}`, numPartitions, ...rest }))
    const created = await connection.send(CreateTopics, 7, { topics, timeoutMs: 1000, validateOnly: true })
    expect(new Set(created.topics.map(({ errorCode }) => errorName(errorCode)))).toEqual(new Set([answer]))
    expect(created.topics).toHaveLength(counts.length)
  })

  it.each([
    [10_000, 'NONE'],
    [10_001, 'POLICY_VIOLATION'],
  ])('settings of topics by one request: %i', async (settings, answer) => {
    const { connection } = await startWorld()
    const configs = Array.from({ length: settings }, () => ({ name: 'retention.ms', value: '1000' }))
    const topic = { name: 'set', numPartitions: 1, replicationFactor: 1, assignments: [], configs }
    const request = { topics: [topic], timeoutMs: 1000, validateOnly: true }
    const { topics } = await connection.send(CreateTopics, 7, request)
    expect(topics.map(({ errorCode }) => errorName(errorCode))).toEqual([answer])
  })

  it('settings, by one request and by appending to a list', async () => {
    const { connection } = await startWorld()
    const alter = async (resourceType: number, names: readonly string[], name: string, value: string) => {
      const configs = [{ name, configOperation: resourceType === 2 ? 2 : 0, value }]
      const resources = names.map(resourceName => ({ resourceType, resourceName, configs }))
      const { responses } = await connection.send(IncrementalAlterConfigs, 1, {
        resources,
        validateOnly: false,
      })
      return errorName(responses.at(-1)!.errorCode)
    }
    const groups = Array.from({ length: 10_001 }, (_, index) => `group-${index}`)
    const timeout = ['consumer.session.timeout.ms', '50000'] as const
    expect(await alter(32, groups, ...timeout)).toBe('POLICY_VIOLATION')
    expect(await alter(32, groups.slice(0, 100), ...timeout)).toBe('NONE')
    const replicas = (from: number) => Array.from({ length: 3000 }, (_, index) => `${from + index}:1`).join()
    const key = 'leader.replication.throttled.replicas'
    expect(await alter(2, ['input'], key, replicas(1000))).toBe('NONE')
    expect(await alter(2, ['input'], key, replicas(1000))).toBe('NONE')
    expect(await alter(2, ['input'], key, replicas(4000))).toBe('INVALID_CONFIG')
  })

  it('groups, by joining and by committing; those that there are go on (groups.max)', async () => {
    const { connection, broker } = await startWorld({ 'groups.max': 2 })
    expect(await commitOffset(connection, 1, { group: 'first' })).toBe('NONE')
    const joined = await join(broker.connect(), { group: 'second' })
    expect(errorName(joined.errorCode)).toBe('MEMBER_ID_REQUIRED')
    expect(await commitOffset(connection, 1, { group: 'third' })).toBe('GROUP_MAX_SIZE_REACHED')
    const refused = await join(broker.connect(), { group: 'third' })
    expect(errorName(refused.errorCode)).toBe('GROUP_MAX_SIZE_REACHED')
    expect(await commitOffset(connection, 2, { group: 'first' })).toBe('NONE')
  })

  it('offsets, of partitions that do not exist', async () => {
    const { connection } = await startWorld()
    const commits = [0, 1, 2, 2 ** 31 - 1, -1].map(partition => commitOffset(connection, 1, { partition }))
    const unknown = 'UNKNOWN_TOPIC_OR_PARTITION'
    expect(await Promise.all(commits)).toEqual(['NONE', 'NONE', unknown, unknown, unknown])
  })

  it('transactional ids (transactional.ids.max)', async () => {
    const { connection } = await startWorld({ 'transactional.ids.max': 1 })
    expect((await initProducer(connection, 'one')).error).toBe('NONE')
    expect((await initProducer(connection, 'two')).error).toBe('POLICY_VIOLATION')
    expect((await initProducer(connection, 'one')).error).toBe('NONE')
  })

  it('partitions in fetch sessions, which are not begun or begin anew', () => {
    const clock = new VirtualClock()
    const sessions = new FetchSessions({ clock, random: seededRandom(1), slots: 100, partitionsMax: 5 })
    const plan = (count: number, rest: Parameters<typeof fetchRequest>[2]) => {
      const partitions = Array.from({ length: count }, (_, partition) => ({ partition }))
      return sessions.plan(fetchRequest('t', partitions, rest), false)
    }
    expect(plan(6, { sessionEpoch: 0 })).toMatchObject({ sessionId: 0, partitions: { length: 6 } })
    const { sessionId } = plan(3, { sessionEpoch: 0 })
    expect(sessionId).not.toBe(0)
    expect(plan(3, { sessionEpoch: 0 }).sessionId).toBe(0)
    expect(() => plan(6, { sessionId, sessionEpoch: 1 })).toThrow(/has grown too large/)
    expect(plan(5, { sessionEpoch: 0 }).sessionId).not.toBe(0)
  })
})

describe('what is asked for a thousand times', () => {
  it('is answered once, so that no answer grows beyond what there is', async () => {
    const { connection } = await startWorld()
    await commitOffset(connection, 1)
    const times = <T>(value: T): T[] => Array.from({ length: 1000 }, () => value)
    const topic = { name: 'input', topicId: zeroUuid }
    const { topics } = await connection.send(Metadata, 12, Metadata.request.create({ topics: times(topic) }))
    expect(topics).toHaveLength(1)
    const group = { groupId: 'group', memberId: null, memberEpoch: -1, topics: null }
    const offsets = await connection.send(OffsetFetch, 9, {
      groupId: '',
      topics: null,
      groups: times(group),
      requireStable: false,
    })
    expect(offsets.groups).toHaveLength(1)
    const groups = { groups: times('group'), includeAuthorizedOperations: false }
    expect((await connection.send(DescribeGroups, 5, groups)).groups).toHaveLength(1)
    const resource = { resourceType: 2, resourceName: 'input', configurationKeys: null }
    const configs = { resources: times(resource), includeSynonyms: true, includeDocumentation: true }
    expect((await connection.send(DescribeConfigs, 4, configs)).results).toHaveLength(1)
    const directories = await connection.send(DescribeLogDirs, 4, {
      topics: times({ topic: 'input', partitions: times(0) }),
    })
    expect(directories.results[0]!.topics).toMatchObject([{ partitions: [{ partitionIndex: 0 }] }])
    const producers = await connection.send(DescribeProducers, 0, {
      topics: times({ name: 'input', partitionIndexes: times(1) }),
    })
    expect(producers.topics).toMatchObject([{ partitions: [{ partitionIndex: 1 }] }])
    const transactions = await connection.send(DescribeTransactions, 0, { transactionalIds: times('x') })
    expect(transactions.transactionStates).toHaveLength(1)
  })
})

describe('a request that takes long', () => {
  /** Ten steps of so many milliseconds each, on a clock that only the steps move, and a broker for them. */
  function arrange(stepMs: number) {
    const clock = new VirtualClock()
    const delayed = new DelayedRequests({ clock, parkedMax: 1 })
    let workedMs = 0
    const working: Clock = {
      now: () => clock.now(),
      monotonic: () => clock.monotonic() + workedMs,
      setTimer: (delayMs, fire) => clock.setTimer(delayMs, fire),
    }
    function* steps(): Generator<void, string, void> {
      for (let step = 0; step < 10; step++) {
        workedMs += stepMs
        yield
      }
      return 'done'
    }
    return { clock, delayed, outcome: sliced({ clock: working, delayed }, steps()), worked: () => workedMs }
  }

  it('is not put off where it is quick', () => expect(arrange(1).outcome).toBe('done'))

  it('gives others a turn between its steps', async () => {
    const { clock, outcome, worked } = arrange(10)
    expect([clock.timerCount, worked()]).toEqual([1, 30])
    await clock.advance(0)
    expect([await outcome, worked()]).toEqual(['done', 100])
  })

  it('ends where it is when the broker closes', async () => {
    const { clock, delayed, outcome, worked } = arrange(10)
    const refused = expect(outcome).rejects.toThrow('the broker is closing')
    delayed.close()
    await clock.advance(0)
    await refused
    expect(worked()).toBe(30)
  })

  it('may be the making of a topic: nobody else makes it, adds to it or deletes it meanwhile', async () => {
    const clock = new SteppingClock()
    const broker = await startBroker({
      directory: '/data',
      files: new MemoryFiles(),
      clock,
      random: seededRandom(1),
      config: { 'partitions.max': 300 },
    })
    const [one, other] = [broker.connect(), broker.connect()]
    const made = createTopic(one, 'large', { partitions: 100 })
    const errorOf = async (name: string, partitions: number) =>
      errorName((await createTopic(other, name, { partitions })).topics[0]!.errorCode)
    expect(await errorOf('large', 1)).toBe('TOPIC_ALREADY_EXISTS')
    // Its hundred are counted before they are there.
    const racing = errorOf('another', 250)
    for (let turn = 0; turn < 300; turn++) await clock.advance(1)
    expect([errorName((await made).topics[0]!.errorCode), await racing]).toEqual(['NONE', 'POLICY_VIOLATION'])
    const grown = other.send(CreatePartitions, 3, {
      topics: [{ name: 'large', count: 200, assignments: null }],
      timeoutMs: 1000,
      validateOnly: false,
    })
    const doomed = { topics: [{ name: 'large', topicId: zeroUuid }], topicNames: [], timeoutMs: 1000 }
    const refused = await one.send(DeleteTopics, 6, doomed)
    expect(errorName(refused.responses[0]!.errorCode)).toBe('INVALID_REQUEST')
    for (let turn = 0; turn < 300; turn++) await clock.advance(1)
    expect((await grown).results[0]).toMatchObject({ errorCode: 0 })
    const deleted = one.send(DeleteTopics, 6, doomed)
    for (let turn = 0; turn < 300; turn++) await clock.advance(1)
    expect((await deleted).responses[0]!.errorCode).toBe(0)
    const again = errorOf('large', 1)
    await clock.advance(1)
    expect(await again).toBe('NONE')
    await broker.close()
  })
})
