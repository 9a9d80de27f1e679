/** A group of the consumer protocol becomes a classic one when its last member of that protocol goes (KIP-848). */
import { describe, expect, it } from 'vitest'
import { createTopic } from '../../broker-fixture.ts'
import { commitOffset, describeGroup } from '../group-requests.ts'
import type { ClassicOptions } from './classic-consumer.ts'
import {
  classic,
  groupType,
  Modern,
  settleAll,
  shares,
  startGroup,
  typesOf,
  type Config,
} from './mixed-group.ts'

describe('a downgrade', () => {
  async function mixed(config: Config = {}, options: ClassicOptions = {}) {
    const { world, members } = await startGroup(2, options, config)
    const modern = new Modern(world, 'modern')
    await settleAll([...members, modern])
    return { world, members, modern }
  }

  it('happens when the last member of the consumer protocol leaves: the others rebalance', async () => {
    const { world, members, modern } = await mixed()
    const { generation } = members[0]!
    expect(await modern.consumer.leave()).toBe('NONE')
    expect(await groupType(world)).toBe('classic')
    expect(await describeGroup(world.connection)).toMatchObject({
      groupState: 'PreparingRebalance',
      protocolType: 'consumer',
    })
    // What they have read since can be committed before they join again.
    const { id } = members[0]!
    const commit = { topic: 'topic', memberId: id, generationId: generation }
    expect(await commitOffset(world.connection, 3, commit)).toBe('NONE')
    await settleAll(members)
    expect(shares(members)).toEqual([3, 3])
    expect(members[0]!.generation).toBe(generation + 1)
  })

  it('happens when it is silent for a session', async () => {
    const { world, members } = await mixed()
    for (let second = 0; second < 45; second += 5) {
      for (const member of members) await member.step()
      await world.clock.advance(5_000)
    }
    expect(await groupType(world)).toBe('classic')
    await settleAll(members)
    expect(shares(members)).toEqual([3, 3])
  })

  it('does not happen while another of the consumer protocol is there, nor against the policy', async () => {
    const one = await mixed()
    const other = new Modern(one.world, 'other')
    await settleAll([...one.members, one.modern, other])
    await one.modern.consumer.leave()
    expect(await groupType(one.world)).toBe('consumer')
    await settleAll([...one.members, other])
    for (const config of [
      { 'group.consumer.migration.policy': 'upgrade' },
      { 'group.max.size': 1, 'group.consumer.max.size': 5 },
    ] as const) {
      const { world, members, modern } =
        'group.max.size' in config ? await mixedByJoining(config) : await mixed(config)
      await modern.consumer.leave()
      expect(await groupType(world)).toBe('consumer')
      await settleAll(members)
      expect(shares(members)).toEqual([3, 3])
      expect(await typesOf(world)).toEqual(['classic', 'classic'])
    }
  })

  async function mixedByJoining(config: Config) {
    const { world } = await startGroup(0, {}, config)
    const modern = new Modern(world, 'modern')
    await modern.step()
    const members = [classic(world), classic(world)]
    await settleAll([...members, modern])
    return { world, members, modern }
  }

  it('happens when the last static member of it comes back with the classic one, without a rebalance', async () => {
    const { world } = await startGroup(0)
    const modern = new Modern(world, 'modern', 'fixed')
    await modern.step()
    const other = classic(world)
    await settleAll([modern, other])
    const before = { owned: modern.owned, generation: other.generation }
    const back = classic(world, { instanceId: 'fixed' })
    expect(await back.step()).toBe('NONE')
    expect(back).toMatchObject(before)
    expect(await groupType(world)).toBe('classic')
    expect((await describeGroup(world.connection)).groupState).toBe('Stable')
    expect(await other.step()).toBe('NONE')
    expect(await modern.step()).toBe('GROUP_ID_NOT_FOUND')
  })

  it('rebalances if the one that comes back wants something else', async () => {
    const { world } = await startGroup(0)
    await createTopic(world.connection, 'more', { partitions: 2 })
    const modern = new Modern(world, 'modern', 'fixed')
    await modern.step()
    const other = classic(world)
    await settleAll([modern, other])
    const back = classic(world, {
      instanceId: 'fixed',
      topics: ['more', 'topic'],
      counts: { topic: 6, more: 2 },
    })
    expect(await back.step()).toBe('REBALANCE_IN_PROGRESS')
    expect((await describeGroup(world.connection)).groupState).toBe('PreparingRebalance')
  })
})

describe('a group that is upgraded and downgraded', () => {
  it('goes to and fro, and is upgraded again', async () => {
    const { world, members } = await startGroup(2)
    for (let turn = 0; turn < 3; turn++) {
      const modern = new Modern(world, `modern-${turn}`)
      await settleAll([...members, modern])
      expect(await groupType(world)).toBe('consumer')
      await modern.consumer.leave()
      await settleAll(members)
      expect(await groupType(world)).toBe('classic')
    }
    expect(world.faults).toEqual([])
  })
})
