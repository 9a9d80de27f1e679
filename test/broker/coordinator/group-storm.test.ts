/**
 * A storm of joins, leaves and deaths: nobody owns what another owns, and soon after the last of them the group is stable with
 * exactly those who live (reliability.md section 5, item 8).
 */
import { expect, it } from 'vitest'
import { randomIndex, seededRandom, type Random } from '../../../src/base/random.ts'
import { utf8Bytes, utf8Slice } from '../../../src/base/text.ts'
import type { Connection } from '../../../src/protocol/connection.ts'
import type { JoinGroupResponse } from '../../../src/protocol/messages/11-join-group.ts'
import { SyncGroup } from '../../../src/protocol/messages/14-sync-group.ts'
import { describeGroup, heartbeat, join, leave } from './group-requests.ts'
import { errorName, startWorld, type World } from './world.ts'

const tokens = Array.from({ length: 20 }, (_, index) => index)
const sessionMs = 6_000
const options = { sessionMs, rebalanceMs: 60_000 }

/** A member as clients are: joins, syncs, sends heartbeats, and gives up what it owns before it joins again. */
class StormMember {
  readonly connection: Connection
  readonly #world: World
  readonly #instanceId: string | null
  memberId = ''
  generation = -1
  owned: readonly number[] = []
  alive = true

  constructor(world: World, instanceId: string | null) {
    this.#world = world
    this.#instanceId = instanceId
    this.connection = world.broker.connect({ clientId: 'storm' })
  }

  async run(): Promise<void> {
    try {
      while (this.alive) {
        const joined = await this.#join()
        if (joined === undefined || !(await this.#sync(joined))) continue
        await this.#live()
        this.owned = []
      }
    } catch (error) {
      // The connection was closed under it: it is dead.
      if (this.alive) throw error
    }
  }

  async leave(): Promise<void> {
    this.alive = false
    this.owned = []
    await leave(this.#world.connection, [{ memberId: this.memberId, instanceId: this.#instanceId }])
    await this.connection.close()
  }

  async die(): Promise<void> {
    this.alive = false
    this.owned = []
    await this.connection.close()
  }

  async #join(): Promise<JoinGroupResponse | undefined> {
    const identity = { memberId: this.memberId, instanceId: this.#instanceId }
    const joined = await join(this.connection, { ...options, ...identity })
    const error = errorName(joined.errorCode)
    if (error === 'MEMBER_ID_REQUIRED' || error === 'NONE') this.memberId = joined.memberId
    if (error === 'UNKNOWN_MEMBER_ID' || error === 'FENCED_INSTANCE_ID') this.memberId = ''
    return error === 'NONE' ? joined : undefined
  }

  async #sync(joined: JoinGroupResponse): Promise<boolean> {
    const leads = joined.leader === joined.memberId && !joined.skipAssignment
    const assignments = leads ? assign(joined.members.map(({ memberId }) => memberId)) : []
    const { errorCode, assignment } = await this.connection.send(SyncGroup, 4, {
      groupId: 'group',
      generationId: joined.generationId,
      memberId: this.memberId,
      groupInstanceId: this.#instanceId,
      protocolType: null,
      protocolName: null,
      assignments,
    })
    if (errorCode !== 0 || !this.alive) return false
    this.generation = joined.generationId
    this.owned = utf8Slice(assignment).split(',').filter(Boolean).map(Number)
    return true
  }

  async #live(): Promise<void> {
    while (this.alive) {
      await new Promise<void>(resolve => void this.#world.clock.setTimer(1500, resolve))
      if (!this.alive) return
      const more = { instanceId: this.#instanceId }
      if ((await heartbeat(this.connection, this.memberId, this.generation, more)) !== 'NONE') return
    }
  }
}

function assign(memberIds: readonly string[]) {
  return memberIds.map((memberId, index) => ({
    memberId,
    assignment: utf8Bytes(tokens.filter(token => token % memberIds.length === index).join(',')),
  }))
}

class Storm {
  readonly #world: World
  readonly #random: Random
  readonly #runs: Promise<void>[] = []
  members: StormMember[] = []
  #count = 0

  constructor(world: World, random: Random) {
    this.#world = world
    this.#random = random
  }

  async step(): Promise<void> {
    const roll = this.#random.next()
    const chosen = this.members[randomIndex(this.#random, this.members.length)]
    if (chosen === undefined || (roll < 0.5 && this.members.length < 12)) this.#enter()
    else if (roll < 0.7) await this.#drop(chosen, () => chosen.leave())
    else await this.#drop(chosen, () => chosen.die())
    await this.#world.clock.advance(randomIndex(this.#random, 4000))
    this.checkOwners()
  }

  /** No two that live own the same token. */
  checkOwners(): void {
    const owned = this.members.flatMap(member => member.owned)
    expect(new Set(owned).size).toBe(owned.length)
  }

  #enter(): void {
    const instanceId = this.#random.next() < 0.3 ? `instance-${this.#count++}` : null
    const member = new StormMember(this.#world, instanceId)
    this.members.push(member)
    this.#runs.push(member.run())
  }

  async #drop(member: StormMember, how: () => Promise<void>): Promise<void> {
    this.members = this.members.filter(each => each !== member)
    await how()
  }

  async end(): Promise<void> {
    for (const member of this.members) await member.die()
    await this.#world.clock.advance(10_000)
    await Promise.all(this.#runs)
  }
}

it.each([1, 2, 3, 4, 5, 6])('settles with those who live, seed %i', async seed => {
  const world = await startWorld({}, seed)
  const storm = new Storm(world, seededRandom(seed))
  for (let step = 0; step < 60; step++) await storm.step()
  // The dead are found after their session; then one rebalance, learned of by the next heartbeat.
  await world.clock.advance(sessionMs + 2000)
  storm.checkOwners()
  const described = await describeGroup(world.connection)
  expect(described.groupState).toBe(storm.members.length === 0 ? 'Empty' : 'Stable')
  const alive = storm.members.map(({ memberId }) => memberId).sort()
  expect(described.members.map(({ memberId }) => memberId).sort()).toEqual(alive)
  const owned = storm.members.flatMap(member => member.owned).sort((one, other) => one - other)
  expect(owned).toEqual(alive.length === 0 ? [] : tokens)
  await storm.end()
  expect(world.faults).toEqual([])
})
