/** What a member says of itself is kept in one record, and no such record is larger than the log of groups takes. */
import { expect, it } from 'vitest'
import { SyncGroup } from '../../../src/protocol/messages/14-sync-group.ts'
import { ConsumerGroupHeartbeat } from '../../../src/protocol/messages/68-consumer-group-heartbeat.ts'
import { enter, join } from '../coordinator/group-requests.ts'
import { errorName, startWorld, type World } from '../coordinator/world.ts'
import { settle } from '../virtual-clock.ts'

/** Two members whose metadata is so long come together; what the leader is told when it has assigned. */
async function synced(world: World, metadata: Uint8Array): Promise<readonly string[]> {
  const connections = [world.broker.connect(), world.broker.connect()]
  const entered = []
  for (const connection of connections) entered.push(await enter(connection, { metadata }))
  for (let wait = 0; wait < 3; wait++) await world.clock.advance(3000)
  const joined = await Promise.all(entered.map(each => each.joined))
  // Whoever came first leads, and asks last.
  connections.reverse()
  const answers = joined.reverse().map((each, index) =>
    connections[index]!.send(SyncGroup, 5, {
      groupId: 'group',
      generationId: each.generationId,
      memberId: each.memberId,
      groupInstanceId: null,
      protocolType: 'consumer',
      protocolName: 'range',
      assignments: each.memberId === each.leader ? [{ memberId: each.memberId, assignment: metadata }] : [],
    }),
  )
  await settle()
  return (await Promise.all(answers)).map(({ errorCode }) => errorName(errorCode))
}

it('a generation of members with long metadata is not written, and all members are told', async () => {
  const world = await startWorld({ 'group.initial.rebalance.delay.ms': 3000 })
  expect(await synced(world, new Uint8Array(600_000))).toEqual(Array(2).fill('UNKNOWN_SERVER_ERROR'))
  await world.restart('clean')
  expect(await synced(world, new Uint8Array(1000))).toEqual(['NONE', 'NONE'])
  expect(world.faults).toEqual([])
})

it('message.max.bytes raises the bound', async () => {
  const world = await startWorld({
    'group.initial.rebalance.delay.ms': 3000,
    'message.max.bytes': 3_000_000,
  })
  expect(await synced(world, new Uint8Array(600_000))).toEqual(['NONE', 'NONE'])
})

it('a member of a consumer group does not join with more names than a record takes', async () => {
  const { connection } = await startWorld()
  const come = async (memberId: string, count: number) => {
    const request = ConsumerGroupHeartbeat.request.create({
      groupId: 'names',
      memberId,
      memberEpoch: 0,
      rebalanceTimeoutMs: 1000,
      subscribedTopicNames: Array.from({ length: count }, (_, index) => `${index}`.padStart(20)),
      topicPartitions: [],
    })
    return errorName((await connection.send(ConsumerGroupHeartbeat, 1, request)).errorCode)
  }
  expect(await come('many', 100_000)).toBe('UNKNOWN_SERVER_ERROR')
  expect(await come('some', 1000)).toBe('NONE')
})

it('ids that are given out are short, however long the name of the client: thousands of long ones collide', async () => {
  const { broker } = await startWorld()
  const connection = broker.connect({ clientId: 'c'.repeat(32_000) })
  const { memberId, errorCode } = await join(connection, { group: 'long' })
  expect([errorName(errorCode), memberId.length < 2000]).toEqual(['MEMBER_ID_REQUIRED', true])
  expect(memberId.startsWith('c'.repeat(1000))).toBe(true)
  // Half a letter would not come back as it was sent.
  const letters = await join(broker.connect({ clientId: `x${'😀'.repeat(10_000)}` }), { group: 'letters' })
  expect(letters.memberId).toMatch(/^x(😀){499}-[^😀\ufffd]+$/u)
})
