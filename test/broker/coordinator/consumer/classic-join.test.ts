/** Members of the classic protocol in a group of the consumer protocol: how they come, live and go (KIP-848). */
import { describe, expect, it } from 'vitest'
import { utf8Bytes } from '../../../../src/base/text.ts'
import { heartbeat, join, leave } from '../group-requests.ts'
import { errorName } from '../world.ts'
import { describeConsumers } from './consumer-member.ts'
import { classic, Modern, settleAll, shares, startGroup, subscription, typesOf } from './mixed-group.ts'

describe('a member of the classic protocol in a group of the other', () => {
  it('joins in two steps, is answered without a barrier and told what it has', async () => {
    const { world } = await startGroup(0)
    const modern = new Modern(world, 'modern')
    await modern.step()
    const member = classic(world)
    expect(await member.step()).toBe('NONE')
    expect(member).toMatchObject({ generation: 3, protocolName: 'range', owned: [] })
    // Its partitions are not free yet: there is nothing to join again for.
    expect(await member.step()).toBe('NONE')
    await settleAll([modern, member])
    expect(shares([modern, member])).toEqual([3, 3])
  })

  it('of the oldest JoinGroup is taken without an id', async () => {
    const { world } = await startGroup(0)
    await new Modern(world, 'modern').step()
    const member = classic(world, { joinVersion: 0 })
    expect(await member.step()).toBe('NONE')
    expect(await typesOf(world)).toEqual(['classic', 'consumer'])
  })

  it('is taken out after its own session time-out', async () => {
    const { world } = await startGroup(0)
    const [modern, member] = [new Modern(world, 'modern'), classic(world, { sessionMs: 6_000 })]
    await modern.step()
    await settleAll([modern, member])
    await world.clock.advance(5_999)
    expect(await typesOf(world)).toHaveLength(2)
    await world.clock.advance(1)
    expect(await typesOf(world)).toEqual(['consumer'])
    expect(await member.step()).toBe('UNKNOWN_MEMBER_ID')
  })

  it.each(['join', 'sync'] as const)('is taken out if it does not %s in time', async what => {
    const { world } = await startGroup(0)
    const times = { sessionMs: 100_000, rebalanceMs: 20_000 }
    const [modern, member] = [new Modern(world, 'modern'), classic(world, times)]
    await modern.step()
    if (what === 'join') {
      await settleAll([modern, member])
      await new Modern(world, 'other').step()
      expect(await heartbeat(world.connection, member.id, member.generation)).toBe('REBALANCE_IN_PROGRESS')
    } else {
      const { memberId } = await join(world.connection, { ...times, metadata: subscription })
      await join(world.connection, { ...times, memberId, metadata: subscription })
    }
    await world.clock.advance(19_999)
    expect(await typesOf(world)).toContain('classic')
    // Being told again does not put it off.
    if (what === 'join') await heartbeat(world.connection, member.id, member.generation)
    await world.clock.advance(1)
    expect(await typesOf(world)).not.toContain('classic')
  })

  it('leaves by LeaveGroup, by which an administrator also removes members of the consumer protocol', async () => {
    const { world } = await startGroup(0)
    const [modern, member] = [new Modern(world, 'modern', 'fixed'), classic(world)]
    await modern.step()
    await settleAll([modern, member])
    expect(await leave(world.connection, [{ memberId: 'nobody' }, { instanceId: 'unknown' }])).toEqual([
      'UNKNOWN_MEMBER_ID',
      'UNKNOWN_MEMBER_ID',
    ])
    expect(await member.leave()).toEqual(['NONE'])
    expect(await typesOf(world)).toEqual(['consumer'])
    expect(await leave(world.connection, [{ instanceId: 'fixed' }])).toEqual(['NONE'])
    expect((await describeConsumers(world.connection)).groupState).toBe('Empty')
  })

  it('is told of a change once a member of the consumer protocol has had the server assign, as in Kafka', async () => {
    const { world } = await startGroup(0)
    const [modern, other, member] = [new Modern(world, 'modern'), new Modern(world, 'other'), classic(world)]
    await modern.step()
    await other.step()
    await settleAll([modern, other, member])
    await other.consumer.leave()
    expect((await describeConsumers(world.connection)).groupState).toBe('Assigning')
    const beat = () => heartbeat(world.connection, member.id, member.generation)
    expect(await beat()).toBe('NONE')
    await modern.step()
    expect(await beat()).toBe('REBALANCE_IN_PROGRESS')
  })

  it('is refused where its assignors, its type, its subscription or the policy do not fit', async () => {
    const { world } = await startGroup(0, {}, { 'group.consumer.max.size': 3 })
    await new Modern(world, 'modern').step()
    const member = classic(world, { protocols: ['range', 'sticky'] })
    await member.step()
    const code = async (options: Parameters<typeof join>[1]) =>
      errorName((await join(world.connection, { metadata: subscription, ...options })).errorCode)
    expect(await code({ protocols: ['roundrobin'] })).toBe('INCONSISTENT_GROUP_PROTOCOL')
    expect(await code({ protocols: [] })).toBe('INCONSISTENT_GROUP_PROTOCOL')
    expect(await code({ type: 'connect' })).toBe('INCONSISTENT_GROUP_PROTOCOL')
    expect(await code({ memberId: 'some', metadata: utf8Bytes('x') })).toBe('INCONSISTENT_GROUP_PROTOCOL')
    expect(await code({ memberId: 'some', instanceId: 'nobody' })).toBe('UNKNOWN_MEMBER_ID')
    expect(await code({ memberId: 'third', protocols: ['sticky'] })).toBe('NONE')
    expect(await code({ memberId: 'fourth', protocols: ['sticky'] })).toBe('GROUP_MAX_SIZE_REACHED')
    const closed = await startGroup(0, {}, { 'group.consumer.migration.policy': 'disabled' })
    await new Modern(closed.world, 'modern').step()
    expect(errorName((await join(closed.world.connection)).errorCode)).toBe('INCONSISTENT_GROUP_PROTOCOL')
  })

  it('cannot be spoken for by a member of the consumer protocol, nor with another generation', async () => {
    const { world } = await startGroup(0)
    const [modern, member] = [new Modern(world, 'modern'), classic(world)]
    await modern.step()
    await settleAll([modern, member])
    expect(await heartbeat(world.connection, 'modern', modern.consumer.epoch)).toBe('UNKNOWN_MEMBER_ID')
    expect(await heartbeat(world.connection, member.id, member.generation + 1)).toBe('ILLEGAL_GENERATION')
    expect(await heartbeat(world.connection, 'nobody', 1)).toBe('UNKNOWN_MEMBER_ID')
  })
})
