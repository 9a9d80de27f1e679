/** What Apache Kafka 4.3 answers to requests about groups that clients seldom send, found by sending the same to both. */
import { expect, it } from 'vitest'
import { zeroUuid } from '../../../src/base/uuid.ts'
import { OffsetCommit } from '../../../src/protocol/messages/08-offset-commit.ts'
import { SyncGroup } from '../../../src/protocol/messages/14-sync-group.ts'
import { DescribeGroups } from '../../../src/protocol/messages/15-describe-groups.ts'
import { ListGroups } from '../../../src/protocol/messages/16-list-groups.ts'
import { TxnOffsetCommit } from '../../../src/protocol/messages/28-txn-offset-commit.ts'
import { DeleteGroups } from '../../../src/protocol/messages/42-delete-groups.ts'
import { OffsetDelete } from '../../../src/protocol/messages/47-offset-delete.ts'
import { settle } from '../virtual-clock.ts'
import {
  commitOffset,
  committed,
  describeGroup,
  enter,
  groupState,
  join,
  leave,
  stableGroup,
} from './group-requests.ts'
import { describeConsumers } from './consumer/consumer-member.ts'
import { endTransaction, initProducer } from './transaction-requests.ts'
import { errorName, startWorld } from './world.ts'

it('does not wait in the first rebalance for ids that were given out', async () => {
  const { connection } = await startWorld()
  await join(connection)
  const { joined } = await enter(connection)
  expect(errorName((await joined).errorCode)).toBe('NONE')
})

it('is empty and open to all once its members have left, whatever ids were given out', async () => {
  const world = await startWorld()
  const [member] = await stableGroup(world, 1)
  await join(world.connection)
  await leave(world.connection, [member!])
  expect(await groupState(world.connection)).toBe('Empty')
  const { joined } = await enter(world.connection, { protocols: ['other'] })
  expect(errorName((await joined).errorCode)).toBe('NONE')
})

it('takes a member out once that a batch names twice', async () => {
  const world = await startWorld()
  const [member] = await stableGroup(world, 1)
  expect(await leave(world.connection, [member!, member!])).toEqual(['NONE', 'UNKNOWN_MEMBER_ID'])
})

it('answers the join of a member that is taken out without an id', async () => {
  const world = await startWorld()
  const [first] = await stableGroup(world, 2)
  const parked = join(first!.connection, { memberId: first!.memberId, protocols: ['range', 'other'] })
  await settle()
  await leave(world.connection, [first!])
  const { errorCode, memberId } = await parked
  expect([errorName(errorCode), memberId]).toEqual(['UNKNOWN_MEMBER_ID', ''])
})

it.each([
  { protocolType: null, protocolName: 'range' },
  { protocolType: 'consumer', protocolName: null },
])('refuses a sync of version 5 that names $protocolType and $protocolName', async named => {
  const world = await startWorld()
  const [member] = await stableGroup(world, 1)
  const { memberId, generationId } = member!
  const request = {
    groupId: 'group',
    memberId,
    generationId,
    groupInstanceId: null,
    assignments: [],
    ...named,
  }
  const { errorCode } = await world.connection.send(SyncGroup, 5, request)
  expect(errorName(errorCode)).toBe('INCONSISTENT_GROUP_PROTOCOL')
})

it('shows the last assignments while the group is rebalanced', async () => {
  const world = await startWorld()
  const [first] = await stableGroup(world, 2)
  const assigned = async () =>
    (await describeGroup(world.connection)).members.filter(each => each.memberAssignment.length > 0).length
  void join(first!.connection, { memberId: first!.memberId, protocols: ['range', 'other'] })
  await settle()
  expect(await groupState(world.connection)).toBe('PreparingRebalance')
  expect(await assigned()).toBe(2)
})

it('tells where a member is as Java writes addresses', async () => {
  const world = await startWorld()
  await stableGroup(world, 1)
  expect((await describeGroup(world.connection)).members[0]!.clientHost).toBe('/in-process')
})

it('names no operations on a group that there is not', async () => {
  const { connection } = await startWorld()
  const request = { groups: ['none'], includeAuthorizedOperations: true }
  const { groups } = await connection.send(DescribeGroups, 6, request)
  expect(groups[0]!.authorizedOperations).toBe(-(2 ** 31))
})

it('keeps what is committed to the group without a name', async () => {
  const { connection } = await startWorld()
  expect(await commitOffset(connection, 5, { group: '' })).toBe('NONE')
  expect(await committed(connection, { group: '' })).toBe(5)
  expect(await groupState(connection, '')).toBe('Empty')
  const { groups } = await connection.send(ListGroups, 5, { statesFilter: [], typesFilter: [] })
  expect(groups.map(({ groupId }) => groupId)).toEqual([''])
})

it('says of partitions that there are not that they are not, whoever commits or deletes', async () => {
  const world = await startWorld()
  await stableGroup(world, 1)
  const partitions = [0, 99].map(partitionIndex => ({
    partitionIndex,
    committedOffset: 1,
    committedLeaderEpoch: -1,
    committedMetadata: '',
  }))
  const commit = OffsetCommit.request.create({
    groupId: 'group',
    memberId: 'stranger',
    generationIdOrMemberEpoch: 1,
    topics: [{ name: 'input', topicId: zeroUuid, partitions }],
  })
  const codes = (await world.connection.send(OffsetCommit, 9, commit)).topics[0]!.partitions
  expect(codes.map(({ errorCode }) => errorName(errorCode))).toEqual([
    'UNKNOWN_MEMBER_ID',
    'UNKNOWN_TOPIC_OR_PARTITION',
  ])
  await commitOffset(world.connection, 1, { group: 'simple' })
  const topics = [{ name: 'nowhere', partitions: [{ partitionIndex: 0 }] }]
  const deleted = await world.connection.send(OffsetDelete, 0, { groupId: 'simple', topics })
  expect(errorName(deleted.topics[0]!.partitions[0]!.errorCode)).toBe('UNKNOWN_TOPIC_OR_PARTITION')
})

it('does not join a transaction for partitions that there are not', async () => {
  const { connection } = await startWorld()
  const producer = await initProducer(connection)
  const commit = (partition: number, more = {}) =>
    connection.send(TxnOffsetCommit, 5, {
      transactionalId: producer.transactionalId,
      producerId: producer.producerId,
      producerEpoch: producer.producerEpoch,
      groupId: 'group',
      generationIdOrMemberEpoch: -1,
      memberId: '',
      groupInstanceId: null,
      topics: [
        {
          name: 'input',
          topicId: zeroUuid,
          partitions: [
            {
              partitionIndex: partition,
              committedOffset: 1,
              committedLeaderEpoch: -1,
              committedMetadata: '',
            },
          ],
        },
      ],
      ...more,
    })
  const codeOf = async (answer: ReturnType<typeof commit>) =>
    errorName((await answer).topics[0]!.partitions[0]!.errorCode)
  expect(await codeOf(commit(99))).toBe('UNKNOWN_TOPIC_OR_PARTITION')
  expect(await codeOf(commit(99, { producerEpoch: 7 }))).toBe('UNKNOWN_TOPIC_OR_PARTITION')
  expect((await endTransaction(connection, producer, 'commit')).error).toBe('INVALID_TXN_STATE')
})

it('refuses to describe a group without a name as one of consumers', async () => {
  const { connection } = await startWorld()
  expect(errorName((await describeConsumers(connection, '')).errorCode)).toBe('INVALID_GROUP_ID')
})

it('says that something is forgotten once power may be lost without it, and not before', async () => {
  const world = await startWorld({ durability: 'power' })
  for (const group of ['one', 'other']) await commitOffset(world.connection, 5, { group })
  const topics = [{ name: 'input', partitions: [{ partitionIndex: 0 }] }]
  world.files.faults = ({ kind }) => (kind === 'sync' ? { errno: 'EIO' } : undefined)
  const forgotten = await world.connection.send(OffsetDelete, 0, { groupId: 'one', topics })
  expect(errorName(forgotten.errorCode)).toBe('COORDINATOR_NOT_AVAILABLE')
  const deleted = await world.connection.send(DeleteGroups, 2, { groupsNames: ['other'] })
  expect(errorName(deleted.results[0]!.errorCode)).toBe('COORDINATOR_NOT_AVAILABLE')
})

it.each([
  ['-1', -1, 'NONE'],
  ['a generation', 0, 'UNKNOWN_MEMBER_ID'],
])('knows a group by its offsets alone: a commit with %s', async (_what, generationId, error) => {
  const { connection } = await startWorld()
  await commitOffset(connection, 1)
  for (const version of [8, 9])
    expect(await commitOffset(connection, 2, { generationId, version })).toBe(error)
  const producer = await initProducer(connection)
  const request = { groupId: 'group', transactionalId: 'app', memberId: '', groupInstanceId: null }
  const partitions = [
    { partitionIndex: 0, committedOffset: 3, committedLeaderEpoch: -1, committedMetadata: '' },
  ]
  const topics = [{ name: 'input', topicId: zeroUuid, partitions }]
  const { producerId, producerEpoch } = producer
  const named = { producerId, producerEpoch, generationIdOrMemberEpoch: generationId }
  const answer = await connection.send(TxnOffsetCommit, 5, { ...request, ...named, topics })
  expect(errorName(answer.topics[0]!.partitions[0]!.errorCode)).toBe(error)
})
