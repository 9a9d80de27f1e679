/** Groups of the consumer protocol (KIP-848): joins, leaves, deaths, fencing, and who has what in between (G61, G62). */
import { describe, expect, it } from 'vitest'
import { DeleteGroups } from '../../../../src/protocol/messages/42-delete-groups.ts'
import { CreatePartitions } from '../../../../src/protocol/messages/37-create-partitions.ts'
import { ListGroups } from '../../../../src/protocol/messages/16-list-groups.ts'
import { OffsetFetch } from '../../../../src/protocol/messages/09-offset-fetch.ts'
import type { BrokerOptions } from '../../../../broker/broker.ts'
import { createTopic } from '../../broker-fixture.ts'
import { commitOffset, committed, describeGroup, join, stableGroup } from '../group-requests.ts'
import { commitInTransaction, initProducer } from '../transaction-requests.ts'
import { errorName, startWorld, type World } from '../world.ts'
import { consumerHeartbeat, converge, describeConsumers, TestConsumer } from './consumer-member.ts'

const sessionMs = 45_000

async function startGroup(
  count: number,
  partitions = 6,
  config: BrokerOptions['config'] = {},
): Promise<{ world: World; consumers: TestConsumer[] }> {
  const world = await startWorld(config)
  await createTopic(world.connection, 'topic', { partitions })
  const consumers = Array.from(
    { length: count },
    (_, index) => new TestConsumer(world.connection, `member-${index}`, { topics: ['topic'] }),
  )
  if (count > 0) await converge(world.connection, consumers)
  return { world, consumers }
}

const counts = (consumers: readonly TestConsumer[]) => consumers.map(({ count }) => count)
const everything = (consumers: readonly TestConsumer[]) =>
  consumers.flatMap(({ partitions }) => partitions).sort((one, other) => one - other)

describe('membership', () => {
  it('gives everything to the only member with its first heartbeat', async () => {
    const { world } = await startGroup(0)
    const consumer = new TestConsumer(world.connection, 'member', { topics: ['topic'] })
    expect(await consumer.beat()).toBe('NONE')
    expect(consumer).toMatchObject({ epoch: 2, partitions: [0, 1, 2, 3, 4, 5] })
    expect((await describeConsumers(world.connection)).groupState).toBe('Stable')
  })

  it('gives a newcomer its part only when the others have given it up', async () => {
    const { world, consumers } = await startGroup(2)
    expect(counts(consumers)).toEqual([3, 3])
    const third = new TestConsumer(world.connection, 'member-2', { topics: ['topic'] })
    expect(await third.beat()).toBe('NONE')
    expect(third).toMatchObject({ epoch: 4, count: 0 })
    const [first] = consumers
    await first!.beat()
    // Told to give one up, it still has it until it names the rest.
    expect(first).toMatchObject({ epoch: 3, count: 2 })
    await third.beat()
    expect(third.count).toBe(0)
    await first!.beat()
    await third.beat()
    expect(third.count).toBe(1)
    await converge(world.connection, [...consumers, third])
    expect(counts([...consumers, third])).toEqual([2, 2, 2])
    expect(everything([...consumers, third])).toEqual([0, 1, 2, 3, 4, 5])
  })

  it('keeps what members have as far as balance allows', async () => {
    const { world, consumers } = await startGroup(3)
    const before = consumers.map(({ partitions }) => partitions)
    expect(await consumers[1]!.leave()).toBe('NONE')
    const rest = [consumers[0]!, consumers[2]!]
    await converge(world.connection, rest)
    expect(counts(rest)).toEqual([3, 3])
    for (const [index, own] of [before[0]!, before[2]!].entries()) {
      expect(rest[index]!.partitions).toEqual(expect.arrayContaining(own))
    }
  })

  it('takes a member out that was silent for a session, and gives its partitions to the others', async () => {
    const { world, consumers } = await startGroup(3)
    await world.clock.advance(sessionMs - 1)
    await consumers[0]!.beat()
    await consumers[1]!.beat()
    await world.clock.advance(1)
    expect((await describeConsumers(world.connection)).groupState).toBe('Assigning')
    const rest = consumers.slice(0, 2)
    await converge(world.connection, rest)
    expect(counts(rest)).toEqual([3, 3])
    expect(await consumers[2]!.beat()).toBe('UNKNOWN_MEMBER_ID')
  })

  it('takes a member out that does not give up in time what it was told to', async () => {
    const { world, consumers } = await startGroup(1)
    const [first] = consumers
    const second = new TestConsumer(world.connection, 'second', { topics: ['topic'] })
    await second.beat()
    const stubborn = {
      memberId: first!.id,
      memberEpoch: first!.epoch,
      topicPartitions: first!.owned,
    }
    for (let beat = 0; beat < 6; beat++) {
      expect((await consumerHeartbeat(world.connection, stubborn)).errorCode).toBe(0)
      await second.beat()
      await world.clock.advance(10_000)
    }
    expect(errorName((await consumerHeartbeat(world.connection, stubborn)).errorCode)).toBe(
      'UNKNOWN_MEMBER_ID',
    )
    await converge(world.connection, [second])
    expect(second.count).toBe(6)
  })

  it('gives new partitions and new topics to whoever subscribes to them', async () => {
    const { world, consumers } = await startGroup(2, 2)
    await world.connection.send(CreatePartitions, 3, {
      topics: [{ name: 'topic', count: 4, assignments: null }],
      timeoutMs: 1000,
      validateOnly: false,
    })
    await converge(world.connection, consumers)
    expect(counts(consumers)).toEqual([2, 2])
  })

  it('matches regular expressions on the broker, also with topics that come later', async () => {
    const { world } = await startGroup(0)
    const consumer = new TestConsumer(world.connection, 'member', { topics: null, regex: 'top.*' })
    await consumer.beat()
    expect(consumer.count).toBe(6)
    await createTopic(world.connection, 'topaz', { partitions: 2 })
    await createTopic(world.connection, 'other', { partitions: 2 })
    await converge(world.connection, [consumer])
    expect(consumer.count).toBe(8)
    const bad = { memberId: 'b', rebalanceTimeoutMs: 1000, topicPartitions: [], subscribedTopicRegex: '(' }
    const refused = await consumerHeartbeat(world.connection, { ...bad, memberEpoch: 0 })
    expect(errorName(refused.errorCode)).toBe('INVALID_REGULAR_EXPRESSION')
    const large = { ...bad, memberEpoch: 0, subscribedTopicRegex: '(a?){600}' }
    expect(errorName((await consumerHeartbeat(world.connection, large)).errorCode)).toBe(
      'INVALID_REGULAR_EXPRESSION',
    )
  })

  it('takes a topic that is named twice as one, and sees what is not named any more', async () => {
    const { world } = await startGroup(0)
    const base = { memberId: 'm', rebalanceTimeoutMs: 1000 }
    const joined = await consumerHeartbeat(world.connection, {
      ...base,
      memberEpoch: 0,
      topicPartitions: [],
      subscribedTopicNames: ['topic', 'input'],
    })
    expect(joined.assignment!.topicPartitions).toHaveLength(2)
    const changed = { ...base, memberEpoch: 2, subscribedTopicNames: ['topic', 'topic'] }
    const told = await consumerHeartbeat(world.connection, changed)
    expect(told.assignment!.topicPartitions).toHaveLength(1)
    expect((await describeConsumers(world.connection)).groupEpoch).toBe(3)
  })

  it('begins in its first epoch, which a member without topics leaves it in', async () => {
    const { world } = await startGroup(0)
    const consumer = new TestConsumer(world.connection, 'm', { topics: [] })
    await consumer.beat()
    expect(consumer.epoch).toBe(1)
  })

  it('uses the assignor that most members ask for, and refuses one that there is not', async () => {
    const { world } = await startGroup(0)
    const options = { topics: ['topic', 'input'], assignor: 'range' }
    const consumers = [1, 2].map(n => new TestConsumer(world.connection, `m${n}`, options))
    await converge(world.connection, consumers)
    expect(consumers.map(({ partitions }) => partitions)).toEqual([
      [0, 0, 1, 2],
      [1, 3, 4, 5],
    ])
    expect((await describeConsumers(world.connection)).assignorName).toBe('range')
    const odd = new TestConsumer(world.connection, 'odd', { topics: ['topic'], assignor: 'fair' })
    expect(await odd.beat()).toBe('UNSUPPORTED_ASSIGNOR')
  })
})

describe('fencing', () => {
  it('refuses epochs that the member was not told', async () => {
    const { world, consumers } = await startGroup(1)
    const [first] = consumers
    const ask = async (memberEpoch: number, rest = {}) =>
      errorName(
        (await consumerHeartbeat(world.connection, { memberId: first!.id, memberEpoch, ...rest })).errorCode,
      )
    expect(await ask(first!.epoch + 1)).toBe('FENCED_MEMBER_EPOCH')
    expect(await ask(first!.epoch)).toBe('NONE')
    const second = new TestConsumer(world.connection, 'second', { topics: ['topic'] })
    await converge(world.connection, [first!, second])
    expect(await ask(1)).toBe('FENCED_MEMBER_EPOCH')
    expect(await ask(5, { memberId: 'nobody' })).toBe('UNKNOWN_MEMBER_ID')
    expect(await ask(5, { groupId: 'nothing' })).toBe('GROUP_ID_NOT_FOUND')
    expect(await ask(0)).toBe('INVALID_REQUEST')
    expect(await ask(-3)).toBe('INVALID_REQUEST')
  })

  it('takes the epoch before from a member that lost the answer with the new one', async () => {
    const { world, consumers } = await startGroup(2)
    const [first, second] = consumers
    await second!.leave()
    const lost = { memberId: first!.id, memberEpoch: first!.epoch, topicPartitions: first!.owned }
    const answer = await consumerHeartbeat(world.connection, lost)
    expect(answer).toMatchObject({ errorCode: 0, memberEpoch: 4 })
    expect(await consumerHeartbeat(world.connection, lost)).toMatchObject({ errorCode: 0, memberEpoch: 4 })
  })

  it('keeps the partitions of a static member that is away, for whoever comes with its instance id', async () => {
    const { world } = await startGroup(0)
    const options = { topics: ['topic'], instanceId: 'one' }
    const consumer = new TestConsumer(world.connection, 'first', options)
    const other = new TestConsumer(world.connection, 'other', { topics: ['topic'] })
    await converge(world.connection, [consumer, other])
    const had = consumer.partitions
    const early = new TestConsumer(world.connection, 'early', options)
    expect(await early.beat()).toBe('UNRELEASED_INSTANCE_ID')
    expect(await consumer.leave(-2)).toBe('NONE')
    const epoch = (await describeConsumers(world.connection)).groupEpoch
    const again = new TestConsumer(world.connection, 'again', options)
    expect(await again.beat()).toBe('NONE')
    expect(again.partitions).toEqual(had)
    expect(await describeConsumers(world.connection)).toMatchObject({
      groupEpoch: epoch,
      groupState: 'Stable',
    })
    expect(await consumer.beat()).toBe('FENCED_INSTANCE_ID')
  })

  it('takes a static member out that stays away for a session', async () => {
    const { world } = await startGroup(0)
    const consumer = new TestConsumer(world.connection, 'one', { topics: ['topic'], instanceId: 'one' })
    await consumer.beat()
    await consumer.leave(-2)
    await world.clock.advance(sessionMs)
    expect((await describeConsumers(world.connection)).groupState).toBe('Empty')
  })
})

describe('offsets', () => {
  const fetchAs = async ({ connection }: World, memberId: string | null, memberEpoch: number) => {
    const groups = [{ groupId: 'group', memberId, memberEpoch, topics: null }]
    const request = { groupId: '', topics: null, groups, requireStable: false }
    return errorName((await connection.send(OffsetFetch, 9, request)).groups[0]!.errorCode)
  }

  it('are taken from members in their epoch, and in an earlier one for what was theirs by then (KIP-1251)', async () => {
    const { world, consumers } = await startGroup(1)
    const [first] = consumers
    const second = new TestConsumer(world.connection, 'second', { topics: ['topic'] })
    await converge(world.connection, [first!, second])
    const commit = (consumer: TestConsumer, generationId: number, partition: number) =>
      commitOffset(world.connection, 7, { topic: 'topic', partition, memberId: consumer.id, generationId })
    expect(await commit(first!, first!.epoch, first!.partitions[0]!)).toBe('NONE')
    expect(await commit(first!, 2, first!.partitions[0]!)).toBe('NONE')
    expect(await commit(second, 1, second.partitions[0]!)).toBe('STALE_MEMBER_EPOCH')
    expect(await commit(first!, first!.epoch + 1, 0)).toBe('STALE_MEMBER_EPOCH')
    expect(await commit(new TestConsumer(world.connection, 'x'), 1, 0)).toBe('UNKNOWN_MEMBER_ID')
    expect(await commitOffset(world.connection, 9, { topic: 'topic' })).toBe('UNKNOWN_MEMBER_ID')
    expect(await committed(world.connection, { topic: 'topic', partition: first!.partitions[0]! })).toBe(7)
    expect(await commitOffset(world.connection, 7, { group: 'none', generationId: 3, memberId: 'x' })).toBe(
      'GROUP_ID_NOT_FOUND',
    )
  })

  it('are taken in transactions from members in their epoch, and from producers that name none', async () => {
    const { world, consumers } = await startGroup(1)
    const { id: memberId, epoch: generationId } = consumers[0]!
    const commit = async (claim: { memberId?: string; generationId?: number }) =>
      commitInTransaction(world.connection, await initProducer(world.connection), 5, claim)
    expect(await commit({ memberId, generationId })).toBe('NONE')
    expect(await commit({})).toBe('NONE')
    expect(await commit({ memberId, generationId: generationId + 1 })).toBe('ILLEGAL_GENERATION')
    expect(await commit({ memberId: 'nobody', generationId })).toBe('UNKNOWN_MEMBER_ID')
  })

  it('are told to members in their epoch and to administrators', async () => {
    const { world, consumers } = await startGroup(1)
    expect(await fetchAs(world, null, -1)).toBe('NONE')
    expect(await fetchAs(world, consumers[0]!.id, consumers[0]!.epoch)).toBe('NONE')
    expect(await fetchAs(world, consumers[0]!.id, consumers[0]!.epoch + 1)).toBe('STALE_MEMBER_EPOCH')
    expect(await fetchAs(world, 'nobody', 1)).toBe('UNKNOWN_MEMBER_ID')
  })

  it('expire with the group once nobody is left', async () => {
    const { world, consumers } = await startGroup(1)
    const [{ id: memberId, epoch: generationId }] = consumers as [TestConsumer]
    await commitOffset(world.connection, 3, { topic: 'topic', memberId, generationId })
    await consumers[0]!.leave()
    await world.clock.advance(8 * 24 * 3_600_000)
    expect(await describeConsumers(world.connection)).toMatchObject({ errorCode: 69 })
    expect(await committed(world.connection, { topic: 'topic' })).toBe(-1)
  })
})

describe('beside classic groups', () => {
  it('a group is of one kind, and changes it only while it is empty where migration is disabled', async () => {
    const { world, consumers } = await startGroup(1, 6, { 'group.consumer.migration.policy': 'disabled' })
    const { connection } = world
    expect(errorName((await join(connection)).errorCode)).toBe('INCONSISTENT_GROUP_PROTOCOL')
    await consumers[0]!.leave()
    await stableGroup(world, 1)
    const late = new TestConsumer(connection, 'late', { topics: ['topic'] })
    expect(await late.beat()).toBe('GROUP_ID_NOT_FOUND')
    await world.clock.advance(60_000)
    expect(await late.beat()).toBe('NONE')
    expect((await describeConsumers(connection)).groupState).toBe('Stable')
  })

  it('lists, describes and deletes both kinds by what they are', async () => {
    const { world, consumers } = await startGroup(1)
    const { connection } = world
    await stableGroup(world, 1, { group: 'classic' })
    const list = async (typesFilter: readonly string[]) => {
      const { groups } = await connection.send(ListGroups, 5, { statesFilter: [], typesFilter })
      return groups
        .map(({ groupId, groupState, groupType }) => `${groupId} ${groupState} ${groupType}`)
        .sort()
    }
    expect(await list([])).toEqual(['classic Stable classic', 'group Stable consumer'])
    expect(await list(['Consumer'])).toEqual(['group Stable consumer'])
    expect(await describeConsumers(connection, 'classic')).toMatchObject({ errorCode: 69 })
    expect(await describeGroup(connection, 'group')).toMatchObject({ errorCode: 69, groupState: 'Dead' })
    const remove = async () => {
      const response = await connection.send(DeleteGroups, 2, { groupsNames: ['group'] })
      return errorName(response.results[0]!.errorCode)
    }
    expect(await remove()).toBe('NON_EMPTY_GROUP')
    await consumers[0]!.leave()
    expect(await remove()).toBe('NONE')
    expect(await list(['consumer'])).toEqual([])
  })
})

describe('a disk that is full', () => {
  it('refuses changes until it is not, and takes nobody out meanwhile', async () => {
    const { world, consumers } = await startGroup(2)
    world.files.faults = ({ kind }) => (kind === 'write' ? { errno: 'ENOSPC' } : undefined)
    expect(await consumers[0]!.beat()).toBe('NONE')
    const third = new TestConsumer(world.connection, 'third', { topics: ['topic'] })
    expect(await third.beat()).toBe('COORDINATOR_NOT_AVAILABLE')
    expect(await consumers[1]!.leave()).toBe('COORDINATOR_NOT_AVAILABLE')
    await world.clock.advance(sessionMs)
    expect((await describeConsumers(world.connection)).members).toHaveLength(2)
    world.files.faults = undefined
    // Their sessions are looked at anew one session later.
    await consumers[0]!.beat()
    await world.clock.advance(sessionMs - 1)
    await consumers[0]!.beat()
    await world.clock.advance(1)
    await converge(world.connection, [consumers[0]!])
    expect(consumers[0]!.count).toBe(6)
  })
})

describe('restart', () => {
  it.each(['clean', 'kept'] as const)('goes on as if nothing had happened (%s)', async mode => {
    const { world, consumers } = await startGroup(3)
    const before = await describeConsumers(world.connection)
    await world.restart(mode)
    expect(await describeConsumers(world.connection)).toEqual(before)
    const again = consumers.map(({ id, epoch, owned }) =>
      Object.assign(new TestConsumer(world.connection, id, { topics: ['topic'] }), { epoch, owned }),
    )
    await again[0]!.beat()
    await again[1]!.beat()
    await world.clock.advance(sessionMs - 1)
    await again[0]!.beat()
    await again[1]!.beat()
    await world.clock.advance(1)
    await converge(world.connection, again.slice(0, 2))
    expect(counts(again.slice(0, 2))).toEqual([3, 3])
  })
})
