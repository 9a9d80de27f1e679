/**
 * Groups of the consumer protocol under random joins, deaths, slow members, changes of topics and restarts: no partition is ever
 * two members', and those who live come to rest with all of them.
 */
import { expect, it } from 'vitest'
import { seededRandom } from '../../../../src/base/random.ts'
import type { ConsumerGroupHeartbeatTopicPartitions } from '../../../../src/protocol/messages/68-consumer-group-heartbeat.ts'
import { CreatePartitions } from '../../../../src/protocol/messages/37-create-partitions.ts'
import { createTopic } from '../../broker-fixture.ts'
import { errorName, startWorld, type World } from '../world.ts'
import { consumerHeartbeat, describeConsumers } from './consumer-member.ts'

const topics = ['t1', 't2', 't3']
const keysOf = (owned: readonly ConsumerGroupHeartbeatTopicPartitions[]) =>
  owned.flatMap(({ topicId, partitions }) => partitions.map(partition => `${topicId}/${partition}`))

/** A member that gives up partitions with a delay, as one that is still at work with them. */
class SlowConsumer {
  readonly id: string
  readonly instanceId: string | null
  epoch = 0
  told: readonly ConsumerGroupHeartbeatTopicPartitions[] = []
  owned: readonly ConsumerGroupHeartbeatTopicPartitions[] = []
  dead = false

  constructor(id: string, instanceId: string | null) {
    this.id = id
    this.instanceId = instanceId
  }

  /** Does what it was told last. */
  settle(): void {
    this.owned = this.told
  }

  async beat({ connection }: World): Promise<string> {
    const joins = this.epoch === 0
    if (joins) this.owned = this.told = []
    const response = await consumerHeartbeat(connection, {
      memberId: this.id,
      memberEpoch: this.epoch,
      instanceId: this.instanceId,
      topicPartitions: this.owned,
      ...(joins ? { rebalanceTimeoutMs: 60_000, subscribedTopicNames: topics } : {}),
    })
    const error = errorName(response.errorCode)
    if (error === 'NONE') {
      this.epoch = response.memberEpoch
      if (response.assignment !== null) {
        this.told = response.assignment.topicPartitions
        // What is new can be had at once; what is to go is still in use.
        if (this.owned.length === 0) this.settle()
      }
    } else if (error === 'FENCED_MEMBER_EPOCH' || error === 'UNKNOWN_MEMBER_ID') {
      this.epoch = 0
      this.owned = this.told = []
    } else if (error !== 'UNRELEASED_INSTANCE_ID') this.dead = true
    return error
  }
}

it.each([1, 2, 3, 4, 5, 6])('comes to rest, seed %i', { timeout: 60_000 }, async seed => {
  const random = seededRandom(seed)
  const below = (n: number) => Math.floor(random.next() * n)
  const world = await startWorld({}, seed)
  for (const topic of topics.slice(0, 2))
    await createTopic(world.connection, topic, { partitions: 2 + below(4) })
  let consumers: SlowConsumer[] = []
  let made = 0
  const check = async () => {
    const { members } = await describeConsumers(world.connection)
    const holders = new Map<string, string>()
    for (const { memberId, assignment } of members) {
      const client = consumers.find(({ id }) => id === memberId)
      const held = new Set([...keysOf(assignment.topicPartitions), ...keysOf(client?.owned ?? [])])
      for (const key of held) {
        expect(holders.get(key), `${key} is of ${memberId} too`).toBeUndefined()
        holders.set(key, memberId)
      }
    }
  }
  const act = async () => {
    const roll = random.next()
    const one = consumers[below(consumers.length)]
    if (one === undefined || (roll < 0.08 && consumers.length < 8)) {
      const name = `m${made++}`
      consumers.push(new SlowConsumer(name, random.next() < 0.3 ? `i-${name}` : null))
    } else if (roll < 0.65) {
      if (random.next() < 0.7) one.settle()
      await one.beat(world)
    } else if (roll < 0.72) {
      consumers = consumers.filter(each => each !== one)
    } else if (roll < 0.78) {
      const gone = { memberId: one.id, memberEpoch: -1, instanceId: one.instanceId }
      await consumerHeartbeat(world.connection, gone)
      consumers = consumers.filter(each => each !== one)
    } else if (roll < 0.81 && one.instanceId !== null) {
      await consumerHeartbeat(world.connection, {
        memberId: one.id,
        memberEpoch: -2,
        instanceId: one.instanceId,
      })
      consumers = consumers.filter(each => each !== one)
      consumers.push(new SlowConsumer(`m${made++}`, one.instanceId))
    } else if (roll < 0.84) {
      if (made % 2 === 0) await createTopic(world.connection, 't3', { partitions: 3 })
      else {
        const grown = { name: 't1', count: 6 + below(4), assignments: null }
        await world.connection.send(CreatePartitions, 3, {
          topics: [grown],
          timeoutMs: 100,
          validateOnly: false,
        })
      }
    } else if (roll < 0.86) {
      await world.restart(random.next() < 0.5 ? 'clean' : 'kept')
    } else {
      await world.clock.advance(below(12_000))
      for (const each of consumers) if (random.next() < 0.8) await each.beat(world)
    }
  }
  for (let step = 0; step < 250; step++) {
    await act()
    await check()
  }
  // Who is gone without a word is forgotten; the others go on.
  for (let round = 0; round < 40; round++) {
    await world.clock.advance(5_000)
    for (const each of consumers) {
      each.settle()
      await each.beat(world)
      await check()
    }
  }
  const { members, groupState } = await describeConsumers(world.connection)
  const live = consumers.filter(({ dead }) => !dead)
  expect(groupState).toBe(live.length === 0 ? 'Empty' : 'Stable')
  expect(members.map(({ memberId }) => memberId).sort()).toEqual(live.map(({ id }) => id).sort())
  const counts = live.map(({ told }) => keysOf(told).length)
  if (live.length > 0) expect(Math.max(...counts) - Math.min(...counts)).toBeLessThan(2)
  expect(world.faults).toEqual([])
})
