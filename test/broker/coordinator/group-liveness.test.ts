/** Who is dropped from a group, and when: nobody dead is waited for longer than its session. */
import { describe, expect, it } from 'vitest'
import { settle } from '../virtual-clock.ts'
import {
  describeGroup,
  enter,
  groupState,
  heartbeat,
  join,
  settleGroup,
  stableGroup,
  sync,
  type TestMember,
} from './group-requests.ts'
import { errorName, startWorld } from './world.ts'

async function memberIds(world: Awaited<ReturnType<typeof startWorld>>): Promise<string[]> {
  return (await describeGroup(world.connection)).members.map(({ memberId }) => memberId)
}

/** Moves time on by `ms` while these members send heartbeats every second. */
async function live(
  world: Awaited<ReturnType<typeof startWorld>>,
  members: readonly TestMember[],
  ms: number,
): Promise<void> {
  for (let passed = 0; passed < ms; passed += 1000) {
    await world.clock.advance(1000)
    for (const { memberId, generationId } of members)
      await heartbeat(world.connection, memberId, generationId)
  }
}

describe('sessions', () => {
  it('end after the session time-out without a heartbeat, and no sooner', async () => {
    const world = await startWorld()
    const members = await stableGroup(world, 2)
    await live(world, [members[0]!], 9_000)
    expect(await groupState(world.connection)).toBe('Stable')
    await live(world, [members[0]!], 1_000)
    expect(await groupState(world.connection)).toBe('PreparingRebalance')
    expect(await memberIds(world)).toEqual([members[0]!.memberId])
  })

  it('empty a group of which nobody is left', async () => {
    const world = await startWorld()
    await stableGroup(world, 3)
    await world.clock.advance(10_000)
    expect(await describeGroup(world.connection)).toMatchObject({ groupState: 'Empty', members: [] })
  })

  it('are prolonged by commits and by syncs as by heartbeats', async () => {
    const world = await startWorld()
    const [member] = await stableGroup(world, 1)
    await world.clock.advance(9_000)
    const { memberId, generationId } = member!
    await sync(world.connection, { memberId, generationId })
    await world.clock.advance(9_000)
    expect(await groupState(world.connection)).toBe('Stable')
  })

  it('go on after a restart of the broker, for those who come back', async () => {
    const world = await startWorld()
    const members = await stableGroup(world, 2)
    await world.restart()
    expect(await groupState(world.connection)).toBe('Stable')
    await live(world, [members[0]!], 10_000)
    expect(await memberIds(world)).toEqual([members[0]!.memberId])
  })
})

describe('rebalances', () => {
  it('drop dynamic members that live and do not join within the rebalance time-out', async () => {
    const world = await startWorld()
    const [member] = await stableGroup(world, 1, { rebalanceMs: 20_000 })
    const newcomer = world.broker.connect()
    const { memberId, joined } = await enter(newcomer, { rebalanceMs: 20_000 })
    await live(world, [member!], 19_000)
    expect(await groupState(world.connection)).toBe('PreparingRebalance')
    await live(world, [member!], 1_000)
    expect((await joined).members.map(each => each.memberId)).toEqual([memberId])
  })

  it('keep a static member that does not join until its session ends', async () => {
    const world = await startWorld()
    const first = await join(world.broker.connect(), {
      instanceId: 'i1',
      sessionMs: 60_000,
      rebalanceMs: 8_000,
    })
    await sync(world.connection, { memberId: first.memberId, generationId: 1, instanceId: 'i1' })
    const { joined } = await enter(world.broker.connect(), { sessionMs: 6_000, rebalanceMs: 8_000 })
    await world.clock.advance(8_000)
    expect((await joined).members).toHaveLength(2)
  })

  it('drop members that do not come for their assignment', async () => {
    const world = await startWorld()
    const quick = { sessionMs: 30_000, rebalanceMs: 8_000 }
    const members = await stableGroup(world, 2, quick)
    const joins = await Promise.all(
      members.map(({ connection, memberId }) => {
        return join(connection, { ...quick, memberId, metadata: new Uint8Array([1]) })
      }),
    )
    const { generationId } = joins[0]!
    const [leader, follower] = members
    await sync(leader!.connection, { memberId: leader!.memberId, generationId })
    expect(await groupState(world.connection)).toBe('Stable')
    await live(world, [{ ...leader!, generationId }], 8_000)
    expect(await memberIds(world)).toEqual([leader!.memberId])
    expect(follower).toBeDefined()
  })

  it('wait no longer than its session for an id that was given out', async () => {
    const world = await startWorld()
    const members = await stableGroup(world, 1)
    await join(world.broker.connect(), { sessionMs: 6_000 })
    const again = join(members[0]!.connection, { memberId: members[0]!.memberId })
    await settle()
    expect(await groupState(world.connection)).toBe('PreparingRebalance')
    await world.clock.advance(6_000)
    expect((await again).errorCode).toBe(0)
  })
})

describe('trap 4: dead members in PreparingRebalance', () => {
  it('does not wait for a member that died before it joined again', async () => {
    const world = await startWorld()
    const [alive] = await stableGroup(world, 2, { sessionMs: 6_000, rebalanceMs: 300_000 })
    const joined = join(alive!.connection, {
      memberId: alive!.memberId,
      sessionMs: 6_000,
      rebalanceMs: 300_000,
      metadata: new Uint8Array([1]),
    })
    await world.clock.advance(6_000)
    expect((await joined).members.map(({ memberId }) => memberId)).toEqual([alive!.memberId])
  })

  it('does not count a parked join whose connection is gone', async () => {
    const world = await startWorld()
    const options = { sessionMs: 6_000, rebalanceMs: 300_000 }
    const [alive] = await stableGroup(world, 1, options)
    const doomed = world.broker.connect()
    const ghost = await enter(doomed, options)
    ghost.joined.catch(() => {})
    await settle()
    await doomed.close()
    const joined = join(alive!.connection, { ...options, memberId: alive!.memberId })
    await world.clock.advance(6_000)
    expect((await joined).members.map(({ memberId }) => memberId)).toEqual([alive!.memberId])
  })

  it('forgets at once a ghost that never learned its id', async () => {
    const world = await startWorld()
    const [alive] = await stableGroup(world, 1)
    const doomed = world.broker.connect()
    join(doomed, { version: 3 }).catch(() => {})
    await settle()
    expect((await describeGroup(world.connection)).members).toHaveLength(2)
    await doomed.close()
    expect(await memberIds(world)).toEqual([alive!.memberId])
  })

  it('lets a member that lost its connection join again over another', async () => {
    const world = await startWorld()
    const [alive] = await stableGroup(world, 1)
    const lost = world.broker.connect()
    const { memberId, joined } = await enter(lost)
    joined.catch(() => {})
    await settle()
    await lost.close()
    const [settled] = await settleGroup([
      alive!,
      { connection: world.broker.connect(), memberId, generationId: -1 },
    ])
    expect(settled!.generationId).toBe(alive!.generationId + 1)
  })

  it('shrinks the wait when the most patient member is removed', async () => {
    const world = await startWorld()
    const slow = world.broker.connect()
    const hasty = { sessionMs: 60_000, rebalanceMs: 10_000 }
    const { memberId, joined } = await enter(slow, hasty)
    await joined
    const patient = { sessionMs: 6_000, rebalanceMs: 300_000 }
    const other = await enter(world.broker.connect(), patient)
    await join(slow, { ...hasty, memberId })
    await other.joined
    // The patient one is dead, the slow one lives and does not join.
    const newcomer = await enter(world.broker.connect(), hasty)
    await world.clock.advance(9_000)
    expect(await groupState(world.connection)).toBe('PreparingRebalance')
    await world.clock.advance(1_000)
    expect((await newcomer.joined).members.map(each => each.memberId)).toEqual([newcomer.memberId])
  })

  it('forgets after five minutes a newcomer that nobody let in', async () => {
    const world = await startWorld()
    const options = { rebalanceMs: 600_000 }
    const [member] = await stableGroup(world, 1, options)
    const newcomer = await enter(world.broker.connect(), options)
    await live(world, [member!], 299_000)
    expect(await memberIds(world)).toContain(newcomer.memberId)
    await live(world, [member!], 1_000)
    expect(errorName((await newcomer.joined).errorCode)).toBe('UNKNOWN_MEMBER_ID')
  })

  it('ends a storm of joins and deaths in time', async () => {
    const world = await startWorld()
    const options = { sessionMs: 6_000, rebalanceMs: 300_000 }
    for (let round = 0; round < 20; round++) {
      const connection = world.broker.connect()
      const { joined } = await enter(connection, options)
      joined.catch(() => {})
      await world.clock.advance(500)
      if (round % 2 === 0) await connection.close()
    }
    const survivor = world.broker.connect()
    const { memberId, joined } = await enter(survivor, options)
    await world.clock.advance(8_000)
    const { errorCode, generationId } = await joined
    expect(errorName(errorCode)).toBe('NONE')
    expect(await heartbeat(world.connection, memberId, generationId)).not.toBe('UNKNOWN_MEMBER_ID')
    expect(world.faults).toEqual([])
  })
})
