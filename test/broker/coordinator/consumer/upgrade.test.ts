/** A classic group with members becomes one of the consumer protocol when the first member of that comes (KIP-848). */
import { describe, expect, it } from 'vitest'
import { utf8Bytes } from '../../../../src/base/text.ts'
import { createTopic } from '../../broker-fixture.ts'
import { commitOffset, committed, describeGroup, heartbeat, join } from '../group-requests.ts'
import { errorName, startWorld } from '../world.ts'
import type { ClassicOptions } from './classic-consumer.ts'
import { consumerHeartbeat, describeConsumers, TestConsumer } from './consumer-member.ts'
import {
  classic,
  groupType,
  Modern,
  partitions,
  settleAll,
  shares,
  startGroup,
  typesOf,
  type Config,
} from './mixed-group.ts'

describe('an upgrade', () => {
  it.each([
    ['eager', {}],
    ['cooperative', { cooperative: true, protocols: ['cooperative-sticky'] }],
    ['oldest', { subscriptionVersion: 0 }],
  ])('takes the %s members of a classic group over, with what they have', async (_kind, options) => {
    const { world, members } = await startGroup(2, options)
    const before = members.map(({ owned, generation }) => ({ owned, generation }))
    const modern = new Modern(world, 'modern')
    expect(await modern.step()).toBe('NONE')
    expect(await groupType(world)).toBe('consumer')
    expect(await typesOf(world)).toEqual(['classic', 'classic', 'consumer'])
    expect(members.map(({ owned, generation }) => ({ owned, generation }))).toEqual(before)
    // What they have is theirs until they say otherwise.
    expect(modern.owned).toEqual([])
    const { members: described, groupEpoch } = await describeConsumers(world.connection)
    expect(groupEpoch).toBe(before[0]!.generation + 1)
    for (const { id, generation } of members) {
      const found = described.find(({ memberId }) => memberId === id)!
      expect(found).toMatchObject({ memberEpoch: generation, subscribedTopicNames: ['topic'] })
    }
    await settleAll([...members, modern])
    expect(shares([...members, modern])).toEqual([2, 2, 2])
    expect((await describeConsumers(world.connection)).groupState).toBe('Stable')
  })

  it('lets members commit with the generation they have until they have joined again', async () => {
    const { world, members } = await startGroup(2)
    const [first] = members
    const commit = (generationId: number) =>
      commitOffset(world.connection, 7, { topic: 'topic', memberId: first!.id, generationId, version: 8 })
    await new Modern(world, 'modern').step()
    expect(await commit(first!.generation)).toBe('NONE')
    expect(await commit(first!.generation + 1)).toBe('ILLEGAL_GENERATION')
    expect(await committed(world.connection, { topic: 'topic' })).toBe(7)
  })

  it('tells who waits at the barrier to join again, and gives partitions to who had none yet', async () => {
    const { world, members } = await startGroup(1)
    const late = classic(world)
    expect(await late.step()).toBe('WAITS')
    const modern = new Modern(world, 'modern')
    await modern.step()
    expect(await late.step()).toBe('REBALANCE_IN_PROGRESS')
    await settleAll([...members, late, modern])
    expect(shares([...members, late, modern])).toEqual([2, 2, 2])
  })

  it('counts the epoch up for a group in a rebalance, whoever comes', async () => {
    const { world, members } = await startGroup(2, { instanceId: null })
    const fixed = classic(world, { instanceId: 'fixed' })
    const stepped = [...members, fixed]
    await settleAll(stepped)
    const late = classic(world)
    await late.step()
    // The same instance with the other protocol wants what the one before it did.
    const modern = new Modern(world, 'modern', 'fixed')
    expect(await modern.step()).toBe('NONE')
    const all = [...members, late, modern]
    await settleAll(all)
    expect(shares(all).toSorted((one, other) => one - other)).toEqual([1, 1, 2, 2])
  })

  it('lets a static member come back with the other protocol and keep what it had', async () => {
    const world = await startWorld()
    await createTopic(world.connection, 'topic', { partitions })
    const members = [0, 1].map(index => classic(world, { instanceId: `i${index}` }))
    await settleAll(members)
    const before = members[0]!.owned
    const { generation } = members[1]!
    const modern = new Modern(world, 'modern', 'i0')
    expect(await modern.step()).toBe('NONE')
    expect(modern.owned).toEqual(before)
    // Nothing changed for the other one.
    expect(await members[1]!.step()).toBe('NONE')
    expect(members[1]!).toMatchObject({ generation, isDue: false })
    expect(await heartbeat(world.connection, members[0]!.id, generation, { instanceId: 'i0' })).toBe(
      'FENCED_INSTANCE_ID',
    )
  })

  const refusals: [string, ClassicOptions, Config, RegExp][] = [
    ['the policy forbids it', {}, { 'group.consumer.migration.policy': 'downgrade' }, /upgrade is disabled/],
    ['migration is disabled', {}, { 'group.consumer.migration.policy': 'disabled' }, /upgrade is disabled/],
    ['it is too large', {}, { 'group.consumer.max.size': 1 }, /exceeds the consumer group maximum size/],
    ['its assignor has bytes of its own', { userData: utf8Bytes('mine') }, {}, /custom assignor is in use/],
  ]
  it.each(refusals)('is refused where %s', async (_why, options, config, message) => {
    const { world, members } = await startGroup(2, options, config)
    const { errorCode, errorMessage } = await consumerHeartbeat(world.connection, {
      memberId: 'modern',
      rebalanceTimeoutMs: 60_000,
      topicPartitions: [],
      subscribedTopicNames: ['topic'],
    })
    expect(errorName(errorCode)).toBe('GROUP_ID_NOT_FOUND')
    expect(errorMessage).toMatch(message)
    expect(await groupType(world)).toBe('classic')
    for (const member of members) expect(await member.step()).toBe('NONE')
  })

  it('is refused for a group of another type, and for subscriptions that cannot be read', async () => {
    const { world } = await startGroup(0)
    for (const [group, type] of [
      ['connect', 'connect'],
      ['odd', 'consumer'],
    ] as const) {
      const { memberId } = await join(world.connection, { group, type })
      void join(world.broker.connect(), { group, type, memberId })
      const consumer = new TestConsumer(world.connection, 'modern', { topics: ['topic'], group })
      expect(await consumer.beat()).toBe('GROUP_ID_NOT_FOUND')
      expect((await describeGroup(world.connection, group)).groupState).toBe('CompletingRebalance')
    }
  })
})
