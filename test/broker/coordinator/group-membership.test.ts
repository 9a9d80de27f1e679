/** Who is in a group and how generations follow each other (semantics G60). */
import { describe, expect, it } from 'vitest'
import { utf8Bytes, utf8Slice } from '../../../src/base/text.ts'
import { FindCoordinator } from '../../../src/protocol/messages/10-find-coordinator.ts'
import { settle } from '../virtual-clock.ts'
import {
  describeGroup,
  enter,
  groupState,
  heartbeat,
  join,
  leave,
  settleGroup,
  stableGroup,
  sync,
} from './group-requests.ts'
import { errorName, startWorld } from './world.ts'

describe('joining', () => {
  it('gives a dynamic member its id first, and lets it in with that', async () => {
    const { connection } = await startWorld()
    const first = await join(connection)
    expect(errorName(first.errorCode)).toBe('MEMBER_ID_REQUIRED')
    expect(first.memberId).toMatch(/^client-/)
    const second = await join(connection, { memberId: first.memberId })
    expect(second).toMatchObject({
      errorCode: 0,
      generationId: 1,
      leader: first.memberId,
      protocolName: 'range',
      protocolType: 'consumer',
    })
    expect(second.members.map(({ memberId }) => memberId)).toEqual([first.memberId])
  })

  it('lets clients before version 4 in at once', async () => {
    const { connection } = await startWorld()
    const joined = await join(connection, { version: 3 })
    expect(joined).toMatchObject({ errorCode: 0, generationId: 1, protocolName: 'range' })
  })

  it.each([
    ['an empty group id', { group: '' }, 'INVALID_GROUP_ID'],
    ['a session that is too short', { sessionMs: 5_999 }, 'INVALID_SESSION_TIMEOUT'],
    ['a session that is too long', { sessionMs: 1_800_001 }, 'INVALID_SESSION_TIMEOUT'],
    ['no protocols', { protocols: [] }, 'INCONSISTENT_GROUP_PROTOCOL'],
    ['no protocol type', { type: '' }, 'INCONSISTENT_GROUP_PROTOCOL'],
    ['an id of a group that does not exist', { memberId: 'ghost' }, 'UNKNOWN_MEMBER_ID'],
  ])('refuses %s', async (_what, options, error) => {
    const { connection } = await startWorld()
    expect(errorName((await join(connection, options)).errorCode)).toBe(error)
  })

  it('refuses a member whose protocols the others do not have', async () => {
    const world = await startWorld()
    await stableGroup(world, 1)
    const other = world.broker.connect()
    const name = async (options: object) => errorName((await join(other, options)).errorCode)
    expect(await name({ protocols: ['sticky'] })).toBe('INCONSISTENT_GROUP_PROTOCOL')
    expect(await name({ type: 'connect' })).toBe('INCONSISTENT_GROUP_PROTOCOL')
  })

  it('refuses more members than group.max.size', async () => {
    const world = await startWorld({ 'group.max.size': 1 })
    await stableGroup(world, 1)
    const refused = await join(world.broker.connect())
    expect(errorName(refused.errorCode)).toBe('GROUP_MAX_SIZE_REACHED')
    expect(await groupState(world.connection)).toBe('Stable')
  })

  it('chooses the protocol that all support and most prefer', async () => {
    const world = await startWorld()
    const protocols = [
      ['a', 'b', 'c'],
      ['b', 'c'],
      ['c', 'b'],
    ]
    const connections = protocols.map(() => world.broker.connect())
    const entered = []
    for (const [index, connection] of connections.entries()) {
      entered.push(await enter(connection, { protocols: protocols[index]! }))
    }
    const again = await Promise.all(
      entered.map(({ memberId }, index) =>
        join(connections[index]!, { memberId, protocols: protocols[index]! }),
      ),
    )
    expect(again.map(({ protocolName }) => protocolName)).toEqual(['b', 'b', 'b'])
    expect(again[0]!.members).toHaveLength(3)
    expect(again[1]!.members).toHaveLength(0)
  })

  it('hands the metadata of each member to the leader unread', async () => {
    const world = await startWorld()
    const { joined } = await enter(world.connection, { metadata: utf8Bytes('anything') })
    expect(utf8Slice((await joined).members[0]!.metadata)).toBe('anything')
  })
})

describe('generations', () => {
  it('waits for members that start together, as group.initial.rebalance.delay.ms says', async () => {
    const world = await startWorld({ 'group.initial.rebalance.delay.ms': 3000 })
    const first = await enter(world.connection)
    const other = world.broker.connect()
    await world.clock.advance(2000)
    const second = await enter(other)
    await world.clock.advance(1000)
    expect(await groupState(world.broker.connect())).toBe('PreparingRebalance')
    await world.clock.advance(3000)
    const [one, two] = await Promise.all([first.joined, second.joined])
    expect([one.generationId, two.generationId]).toEqual([1, 1])
    expect(one.members).toHaveLength(2)
  })

  it('extends the first wait no further than the rebalance time-out', async () => {
    const world = await startWorld({ 'group.initial.rebalance.delay.ms': 3000 })
    const waiting = []
    for (let second = 0; second < 10; second++) {
      waiting.push(enter(world.broker.connect(), { rebalanceMs: 8000 }))
      await world.clock.advance(1000)
    }
    const { joined } = await waiting[0]!
    expect((await joined).generationId).toBe(1)
  })

  it('answers the followers when the leader has assigned', async () => {
    const world = await startWorld()
    const members = await stableGroup(world, 3)
    for (const { connection, memberId, generationId } of members) {
      const { assignment } = await sync(connection, { memberId, generationId })
      expect(utf8Slice(assignment)).toBe(memberId)
    }
    expect(await describeGroup(world.connection)).toMatchObject({
      groupState: 'Stable',
      protocolData: 'range',
    })
  })

  it('gives a member that the leader forgot an empty assignment', async () => {
    const world = await startWorld()
    const { memberId, joined } = await enter(world.connection)
    const { generationId } = await joined
    expect((await sync(world.connection, { memberId, generationId })).assignment).toHaveLength(0)
  })

  it('tells members of a rebalance by heartbeat', async () => {
    const world = await startWorld()
    const [member] = await stableGroup(world, 1)
    const { connection, memberId, generationId } = member!
    expect(await heartbeat(connection, memberId, generationId)).toBe('NONE')
    await enter(world.broker.connect())
    await settle()
    expect(await heartbeat(connection, memberId, generationId)).toBe('REBALANCE_IN_PROGRESS')
    expect(errorName((await sync(connection, { memberId, generationId })).errorCode)).toBe(
      'REBALANCE_IN_PROGRESS',
    )
  })

  it('answers a follower that joins again unchanged with its present generation', async () => {
    const world = await startWorld()
    const members = await stableGroup(world, 2)
    const again = await join(members[1]!.connection, { memberId: members[1]!.memberId })
    expect(again).toMatchObject({ errorCode: 0, generationId: members[1]!.generationId, members: [] })
    expect(await groupState(world.connection)).toBe('Stable')
  })

  it('rebalances when the leader joins again, or a follower with other metadata', async () => {
    const world = await startWorld()
    const members = await stableGroup(world, 2)
    void join(members[0]!.connection, { memberId: members[0]!.memberId })
    await settle()
    expect(await groupState(world.connection)).toBe('PreparingRebalance')
    const settled = await settleGroup(members)
    const changed = { memberId: settled[1]!.memberId, metadata: utf8Bytes('changed') }
    void join(settled[1]!.connection, changed)
    await settle()
    expect(await groupState(world.connection)).toBe('PreparingRebalance')
  })

  it('fences the past: another generation, another member, another protocol', async () => {
    const world = await startWorld()
    const [member] = await stableGroup(world, 1)
    const { connection, memberId, generationId } = member!
    expect(await heartbeat(connection, memberId, generationId - 1)).toBe('ILLEGAL_GENERATION')
    expect(await heartbeat(connection, 'ghost', generationId)).toBe('UNKNOWN_MEMBER_ID')
    expect(await heartbeat(connection, memberId, generationId, { group: 'none' })).toBe('UNKNOWN_MEMBER_ID')
    const wrong = await sync(connection, { memberId, generationId, protocolName: 'sticky' })
    expect(errorName(wrong.errorCode)).toBe('INCONSISTENT_GROUP_PROTOCOL')
  })
})

describe('leaving', () => {
  it('rebalances those who stay, once for all who go', async () => {
    const world = await startWorld()
    const members = await stableGroup(world, 3)
    const [, second, third] = members
    const answers = await leave(world.connection, [second!, third!, { memberId: 'ghost' }])
    expect(answers).toEqual(['NONE', 'NONE', 'UNKNOWN_MEMBER_ID'])
    expect(await groupState(world.connection)).toBe('PreparingRebalance')
    const [settled] = await settleGroup([members[0]!])
    expect(settled!.generationId).toBe(members[0]!.generationId + 1)
  })

  it('empties the group with its last member', async () => {
    const world = await startWorld()
    const [member] = await stableGroup(world, 1)
    expect(await leave(world.connection, [member!])).toEqual(['NONE'])
    expect(await describeGroup(world.connection)).toMatchObject({ groupState: 'Empty', members: [] })
    expect(await heartbeat(world.connection, member!.memberId, member!.generationId)).toBe(
      'UNKNOWN_MEMBER_ID',
    )
  })

  it('frees an id that was given out and not used', async () => {
    const { connection } = await startWorld()
    const { memberId } = await join(connection)
    expect(await leave(connection, [{ memberId }])).toEqual(['NONE'])
    expect(errorName((await join(connection, { memberId })).errorCode)).toBe('UNKNOWN_MEMBER_ID')
  })

  it('answers UNKNOWN_MEMBER_ID in a group that does not exist', async () => {
    const { connection } = await startWorld()
    expect(await leave(connection, [{ memberId: 'a' }], 'none')).toEqual(['UNKNOWN_MEMBER_ID'])
  })
})

describe('static members', () => {
  it('come back under a new id without a rebalance, with the same assignment', async () => {
    const world = await startWorld()
    const first = await join(world.connection, { instanceId: 'i1' })
    const { memberId, generationId } = first
    await sync(world.connection, { memberId, generationId, instanceId: 'i1', assignments: [memberId] })
    const back = await join(world.broker.connect(), { instanceId: 'i1' })
    expect(back).toMatchObject({ errorCode: 0, generationId, skipAssignment: true, leader: back.memberId })
    expect(back.memberId).not.toBe(memberId)
    const { assignment } = await sync(world.connection, {
      memberId: back.memberId,
      generationId,
      instanceId: 'i1',
    })
    expect(utf8Slice(assignment)).toBe(memberId)
    expect(await heartbeat(world.connection, memberId, generationId, { instanceId: 'i1' })).toBe(
      'FENCED_INSTANCE_ID',
    )
  })

  it('are told the old leader before version 9, so that nobody assigns anew', async () => {
    const world = await startWorld()
    const { memberId, generationId } = await join(world.connection, { instanceId: 'i1' })
    await sync(world.connection, { memberId, generationId, instanceId: 'i1' })
    const back = await join(world.connection, { instanceId: 'i1', version: 8 })
    expect(back).toMatchObject({ leader: memberId, members: [], skipAssignment: false })
  })

  it('fence a join of the member before that still waits', async () => {
    const world = await startWorld()
    const [member] = await stableGroup(world, 1)
    const waiting = join(world.broker.connect(), { instanceId: 'i1' })
    await settle()
    void join(world.broker.connect(), { instanceId: 'i1' })
    expect(errorName((await waiting).errorCode)).toBe('FENCED_INSTANCE_ID')
    expect(member).toBeDefined()
  })

  it('keep the lead when they come back in a rebalance', async () => {
    const world = await startWorld()
    const [leader, follower] = [world.broker.connect(), world.broker.connect()]
    await join(leader, { instanceId: 'i1' })
    const waiting = join(follower, { instanceId: 'i2' })
    await settle()
    const back = await join(world.broker.connect(), { instanceId: 'i1' })
    expect(back.leader).toBe(back.memberId)
    expect((await waiting).leader).toBe(back.memberId)
  })

  it('rebalance if their return changes the protocol', async () => {
    const world = await startWorld()
    const { memberId, generationId } = await join(world.connection, {
      instanceId: 'i1',
      protocols: ['a', 'b'],
    })
    await sync(world.connection, { memberId, generationId, instanceId: 'i1' })
    const back = await join(world.connection, { instanceId: 'i1', protocols: ['b', 'a'] })
    expect(back).toMatchObject({ generationId: generationId + 1, protocolName: 'b' })
  })

  it('leave by their instance id alone', async () => {
    const world = await startWorld()
    await join(world.connection, { instanceId: 'i1' })
    expect(await leave(world.connection, [{ instanceId: 'i2' }, { instanceId: 'i1' }])).toEqual([
      'UNKNOWN_MEMBER_ID',
      'NONE',
    ])
    expect(await groupState(world.connection)).toBe('Empty')
  })
})

describe('finding the coordinator', () => {
  it.each([
    [0, 'NONE'],
    [1, 'NONE'],
    [2, 'INVALID_REQUEST'],
  ])('answers itself for keys of type %i: %s', async (keyType, error) => {
    const { connection } = await startWorld()
    const request = { key: '', keyType, coordinatorKeys: ['a', 'b'] }
    const { coordinators } = await connection.send(FindCoordinator, 4, request)
    expect(coordinators.map(({ errorCode }) => errorName(errorCode))).toEqual([error, error])
  })
})
