/** What a member is told that changes its subscription, or its target, while it is giving partitions up: Kafka 4.3.1's answers. */
import { expect, it } from 'vitest'
import type { ConsumerGroupHeartbeatRequest } from '../../../../src/protocol/messages/68-consumer-group-heartbeat.ts'
import { createTopic } from '../../broker-fixture.ts'
import { errorName, startWorld, type World } from '../world.ts'
import { consumerHeartbeat } from './consumer-member.ts'

type Owned = Readonly<Record<string, readonly number[]>>

/** Sends heartbeats that name topics by their names, and answers in them. */
async function startTopics(topics: Readonly<Record<string, number>>) {
  const world = await startWorld()
  const ids = new Map<string, string>()
  for (const [name, partitions] of Object.entries(topics)) {
    const { topics: created } = await createTopic(world.connection, name, { partitions })
    ids.set(name, created[0]!.topicId)
  }
  return { world, beat: beatWith(world, ids) }
}

function beatWith({ connection }: World, ids: ReadonlyMap<string, string>) {
  const names = new Map(Array.from(ids, ([name, id]) => [id, name]))
  return async (
    memberId: string,
    memberEpoch: number,
    owned: Owned,
    more: Partial<ConsumerGroupHeartbeatRequest> = {},
  ) => {
    const { errorCode, ...answer } = await consumerHeartbeat(connection, {
      memberId,
      memberEpoch,
      rebalanceTimeoutMs: memberEpoch === 0 ? 60_000 : -1,
      topicPartitions: Object.entries(owned).map(([name, partitions]) => ({
        topicId: ids.get(name)!,
        partitions,
      })),
      ...more,
    })
    if (errorCode !== 0) return errorName(errorCode)
    const told = answer.assignment?.topicPartitions.map(each => [names.get(each.topicId), each.partitions])
    return { epoch: answer.memberEpoch, told: told === undefined ? null : Object.fromEntries(told) }
  }
}

const both = { subscribedTopicNames: ['a', 'b'] }
const onlyA = { subscribedTopicNames: ['a'] }
const onlyB = { subscribedTopicNames: ['b'] }

it('is told at once to give up what it does not subscribe to any more, though it is giving up others', async () => {
  const { beat } = await startTopics({ a: 4, b: 2 })
  const all = { a: [0, 1, 2, 3], b: [0, 1] }
  expect(await beat('1', 0, {}, both)).toEqual({ epoch: 2, told: all })
  expect(await beat('2', 0, {}, both)).toEqual({ epoch: 3, told: {} })
  const half = { a: [0, 1, 2] }
  expect(await beat('1', 2, all)).toEqual({ epoch: 2, told: half })
  expect(await beat('1', 2, all, onlyB)).toEqual({ epoch: 2, told: {} })
  expect(await beat('1', 2, all)).toEqual({ epoch: 2, told: null })
  expect(await beat('1', 2, {})).toEqual({ epoch: 4, told: { b: [0, 1] } })
})

it('is given nothing of what it has just stopped to subscribe to', async () => {
  const { beat } = await startTopics({ a: 2, b: 2 })
  expect(await beat('1', 0, {}, onlyA)).toEqual({ epoch: 2, told: { a: [0, 1] } })
  expect(await beat('1', 2, { a: [0, 1] }, onlyB)).toEqual({ epoch: 2, told: {} })
  expect(await beat('1', 2, {})).toEqual({ epoch: 3, told: { b: [0, 1] } })
})

it('stays in its epoch while there is more to give up, though it has given up what it was told', async () => {
  const { beat } = await startTopics({ a: 6 })
  const all = { a: [0, 1, 2, 3, 4, 5] }
  expect(await beat('1', 0, {}, onlyA)).toEqual({ epoch: 2, told: all })
  await beat('2', 0, {}, onlyA)
  const half = { a: [0, 1, 2] }
  expect(await beat('1', 2, all)).toEqual({ epoch: 2, told: half })
  await beat('3', 0, {}, onlyA)
  expect(await beat('1', 2, half)).toEqual({ epoch: 2, told: { a: [0, 1] } })
  expect(await beat('1', 2, { a: [0, 1] })).toEqual({ epoch: 4, told: null })
})

it('may name the epoch before until it is heard in the new one, where it waits for partitions', async () => {
  const { beat } = await startTopics({ a: 2 })
  await beat('1', 0, {}, onlyA)
  expect(await beat('2', 0, {}, onlyA)).toEqual({ epoch: 3, told: {} })
  await beat('3', 0, {}, onlyA)
  expect(await beat('2', 3, {})).toEqual({ epoch: 4, told: null })
  expect(await beat('2', 3, {})).toEqual({ epoch: 4, told: null })
  expect(await beat('2', 3, {})).toBe('FENCED_MEMBER_EPOCH')
})
