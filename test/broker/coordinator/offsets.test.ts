/** Committed offsets: who may commit, what is found again, and when it is forgotten (semantics G64 to G66). */
import { describe, expect, it } from 'vitest'
import { zeroUuid } from '../../../src/base/uuid.ts'
import { OffsetCommit } from '../../../src/protocol/messages/08-offset-commit.ts'
import { OffsetFetch } from '../../../src/protocol/messages/09-offset-fetch.ts'
import { Metadata } from '../../../src/protocol/messages/03-metadata.ts'
import { DeleteGroups } from '../../../src/protocol/messages/42-delete-groups.ts'
import { OffsetDelete } from '../../../src/protocol/messages/47-offset-delete.ts'
import { ListGroups } from '../../../src/protocol/messages/16-list-groups.ts'
import { DeleteTopics } from '../../../src/protocol/messages/20-delete-topics.ts'
import {
  subscriptionBytes,
  ConsumerProtocolSubscription,
} from '../../../src/protocol/messages/consumer-protocol.ts'
import { createTopic } from '../broker-fixture.ts'
import {
  commitOffset,
  committed,
  describeGroup,
  enter,
  groupState,
  leave,
  settleGroup,
  stableGroup,
} from './group-requests.ts'
import { commitInTransaction, endTransaction, initProducer } from './transaction-requests.ts'
import { errorName, startWorld, type World } from './world.ts'

const day = 24 * 60 * 60_000

describe('committing', () => {
  it('keeps offsets of a group without members, also over a restart', async () => {
    const world = await startWorld()
    expect(await commitOffset(world.connection, 7, { metadata: 'where' })).toBe('NONE')
    expect(await commitOffset(world.connection, 8, { partition: 1 })).toBe('NONE')
    await world.restart()
    expect(await committed(world.connection)).toBe(7)
    expect(await committed(world.connection, { partition: 1 })).toBe(8)
    expect(await groupState(world.connection)).toBe('Empty')
  })

  it.each([
    [
      'a group that does not exist, with a generation',
      { group: 'none', generationId: 1 },
      'GROUP_ID_NOT_FOUND',
    ],
    ['the same, before version 9', { group: 'none', generationId: 1, version: 8 }, 'ILLEGAL_GENERATION'],
    ['a stranger to a group with members', {}, 'UNKNOWN_MEMBER_ID'],
    ['a member id that is not one', { memberId: 'ghost', generationId: 1 }, 'UNKNOWN_MEMBER_ID'],
    ['an instance that is not one', { memberId: 'a', generationId: 1, instanceId: 'i' }, 'UNKNOWN_MEMBER_ID'],
    ['a topic that does not exist', { group: 'other', topic: 'nowhere' }, 'UNKNOWN_TOPIC_OR_PARTITION'],
    [
      'metadata that is too long',
      { group: 'other', metadata: 'm'.repeat(4097) },
      'OFFSET_METADATA_TOO_LARGE',
    ],
  ])('refuses %s', async (_what, options, error) => {
    const world = await startWorld()
    await stableGroup(world, 1)
    expect(await commitOffset(world.connection, 1, options)).toBe(error)
  })

  it('takes metadata of just the allowed length, in characters', async () => {
    const { connection } = await startWorld()
    expect(await commitOffset(connection, 1, { metadata: 'é'.repeat(4096) })).toBe('NONE')
  })

  it('takes a commit of a member in its generation, and not of one before', async () => {
    const world = await startWorld()
    const members = await stableGroup(world, 2)
    const { memberId, generationId } = members[0]!
    expect(await commitOffset(world.connection, 5, { memberId, generationId })).toBe('NONE')
    await leave(world.connection, [members[1]!])
    // While it rebalances a member may still commit what it has done: that is what makes it safe to let go.
    expect(await commitOffset(world.connection, 6, { memberId, generationId })).toBe('NONE')
    await settleGroup([members[0]!])
    expect(await commitOffset(world.connection, 7, { memberId, generationId })).toBe('ILLEGAL_GENERATION')
    expect(await committed(world.connection)).toBe(6)
  })

  it('refuses with REBALANCE_IN_PROGRESS while assignments are on their way', async () => {
    const { connection } = await startWorld()
    const { memberId, joined } = await enter(connection)
    const { generationId } = await joined
    expect(await commitOffset(connection, 5, { memberId, generationId })).toBe('REBALANCE_IN_PROGRESS')
  })

  it('speaks topic ids since version 10', async () => {
    const { connection } = await startWorld()
    const metadata = await connection.send(Metadata, 12, {
      topics: [{ topicId: zeroUuid, name: 'input' }],
      allowAutoTopicCreation: false,
      includeClusterAuthorizedOperations: false,
      includeTopicAuthorizedOperations: false,
    })
    const { topicId } = metadata.topics[0]!
    const commit = (id: string) =>
      connection.send(
        OffsetCommit,
        10,
        OffsetCommit.request.create({
          groupId: 'group',
          topics: [
            {
              name: '',
              topicId: id,
              partitions: [
                { partitionIndex: 0, committedOffset: 3, committedLeaderEpoch: -1, committedMetadata: null },
              ],
            },
          ],
        }),
      )
    expect((await commit(topicId)).topics[0]!.partitions[0]!.errorCode).toBe(0)
    const other = 'BBBBBBBBBBBBBBBBBBBBBA'
    expect(errorName((await commit(other)).topics[0]!.partitions[0]!.errorCode)).toBe('UNKNOWN_TOPIC_ID')
    const request = OffsetFetch.request.create({
      groups: [
        {
          groupId: 'group',
          memberId: null,
          memberEpoch: -1,
          topics: [topicId, other].map(id => ({ name: '', topicId: id, partitionIndexes: [0] })),
        },
      ],
    })
    const found = (await connection.send(OffsetFetch, 10, request)).groups[0]!.topics
    expect(found.map(({ partitions }) => partitions[0]!.committedOffset)).toEqual([3, -1])
    expect(errorName(found[1]!.partitions[0]!.errorCode)).toBe('UNKNOWN_TOPIC_ID')
  })
})

describe('fetching', () => {
  it.each([1, 2, 5, 7])(
    'answers -1 without an error for a group that does not exist, version %i (trap 5)',
    async version => {
      const { connection } = await startWorld()
      const topics = [{ name: 'input', partitionIndexes: [0, 1] }]
      const request = OffsetFetch.request.create({ groupId: 'none', topics })
      const response = await connection.send(OffsetFetch, version, request)
      expect(response.errorCode).toBe(0)
      const found = response.topics[0]!.partitions
      expect(found.map(each => [each.committedOffset, each.errorCode, each.metadata])).toEqual([
        [-1, 0, ''],
        [-1, 0, ''],
      ])
    },
  )

  it('answers -1 without an error for a group that does not exist, several groups (trap 5)', async () => {
    const { connection } = await startWorld()
    expect(await committed(connection, { group: 'none' })).toBe(-1)
    expect(await committed(connection, { topic: 'nowhere' })).toBe(-1)
  })

  it('answers all offsets where no topics are named', async () => {
    const { connection } = await startWorld()
    await commitOffset(connection, 4, { metadata: 'm' })
    await commitOffset(connection, 5, { partition: 1 })
    const request = OffsetFetch.request.create({ groupId: 'group', topics: null })
    const { topics } = await connection.send(OffsetFetch, 2, request)
    expect(topics).toHaveLength(1)
    expect(topics[0]!.partitions.map(each => [each.partitionIndex, each.committedOffset])).toEqual([
      [0, 4],
      [1, 5],
    ])
    expect(topics[0]!.partitions[0]!.metadata).toBe('m')
  })
})

/** A group with offsets of `input` whose only member has left. */
async function emptiedGroup(world: World): Promise<void> {
  const [member] = await stableGroup(world, 1)
  await commitOffset(world.connection, 5, member)
  await leave(world.connection, [member!])
}

describe('expiry', () => {
  it('forgets the offsets of an empty group seven days after it became empty, and then the group', async () => {
    const world = await startWorld()
    await emptiedGroup(world)
    await world.clock.advance(7 * day - 1000)
    expect(await committed(world.connection)).toBe(5)
    await world.clock.advance(1000 + 10 * 60_000)
    expect(await committed(world.connection)).toBe(-1)
    expect(errorName((await describeGroup(world.connection)).errorCode)).toBe('GROUP_ID_NOT_FOUND')
    await world.restart()
    expect(await committed(world.connection)).toBe(-1)
    expect(errorName((await describeGroup(world.connection)).errorCode)).toBe('GROUP_ID_NOT_FOUND')
  })

  it('counts from the commit in a group that never had members', async () => {
    const world = await startWorld({ 'offsets.retention.minutes': 60 })
    await commitOffset(world.connection, 5)
    await world.clock.advance(30 * 60_000)
    await commitOffset(world.connection, 6, { partition: 1 })
    await world.clock.advance(40 * 60_000)
    expect(await committed(world.connection)).toBe(-1)
    expect(await committed(world.connection, { partition: 1 })).toBe(6)
  })

  it('goes by the retention time that old clients name', async () => {
    const world = await startWorld()
    await commitOffset(world.connection, 5, { version: 4, retentionMs: 60_000 })
    await commitOffset(world.connection, 6, { partition: 1, version: 4 })
    await world.restart()
    await world.clock.advance(11 * 60_000)
    expect(await committed(world.connection)).toBe(-1)
    expect(await committed(world.connection, { partition: 1 })).toBe(6)
  })

  it('keeps the offsets of topics that a stable group subscribes to, and forgets others', async () => {
    const world = await startWorld({
      'offsets.retention.minutes': 1,
      'offsets.retention.check.interval.ms': 1000,
    })
    await createTopic(world.connection, 'other')
    const metadata = subscriptionBytes(ConsumerProtocolSubscription.create({ topics: ['input'] }))
    const options = { metadata, sessionMs: 600_000 }
    const [member] = await stableGroup(world, 1, options)
    await commitOffset(world.connection, 5, member)
    await commitOffset(world.connection, 6, { ...member!, topic: 'other' })
    await world.clock.advance(70_000)
    expect(await committed(world.connection)).toBe(5)
    expect(await committed(world.connection, { topic: 'other' })).toBe(-1)
  })
})

describe('deleting', () => {
  const deleteGroup = async ({ connection }: World, group = 'group') => {
    const { results } = await connection.send(DeleteGroups, 2, { groupsNames: [group] })
    return errorName(results[0]!.errorCode)
  }

  it('forgets a group without members, and only that', async () => {
    const world = await startWorld()
    expect(await deleteGroup(world)).toBe('GROUP_ID_NOT_FOUND')
    expect(await deleteGroup(world, '')).toBe('GROUP_ID_NOT_FOUND')
    const [member] = await stableGroup(world, 1)
    await commitOffset(world.connection, 5, member)
    expect(await deleteGroup(world)).toBe('NON_EMPTY_GROUP')
    await leave(world.connection, [member!])
    expect(await deleteGroup(world)).toBe('NONE')
    await world.restart()
    expect(await committed(world.connection)).toBe(-1)
    expect(await deleteGroup(world)).toBe('GROUP_ID_NOT_FOUND')
  })

  it.each([
    ['there are offsets already', 3],
    ['there are none', undefined],
  ])('forgets what a transaction was about to commit, where %s', async (_where, before) => {
    const world = await startWorld()
    if (before !== undefined) await commitOffset(world.connection, before)
    const producer = await initProducer(world.connection)
    await commitInTransaction(world.connection, producer, 7)
    expect(await deleteGroup(world)).toBe('NONE')
    expect((await endTransaction(world.connection, producer, 'commit')).error).toBe('NONE')
    expect(await committed(world.connection)).toBe(-1)
    await world.restart()
    expect(await committed(world.connection)).toBe(-1)
  })

  it('forgets single offsets of topics that nobody subscribes to', async () => {
    const world = await startWorld()
    const metadata = subscriptionBytes(ConsumerProtocolSubscription.create({ topics: ['input'] }))
    await createTopic(world.connection, 'other')
    const [member] = await stableGroup(world, 1, { metadata })
    await commitOffset(world.connection, 5, member)
    await commitOffset(world.connection, 6, { ...member!, topic: 'other' })
    const response = await world.connection.send(OffsetDelete, 0, {
      groupId: 'group',
      topics: ['input', 'other'].map(name => ({ name, partitions: [{ partitionIndex: 0 }] })),
    })
    const codes = response.topics.map(({ partitions }) => errorName(partitions[0]!.errorCode))
    expect(codes).toEqual(['GROUP_SUBSCRIBED_TO_TOPIC', 'NONE'])
    expect(await committed(world.connection)).toBe(5)
    expect(await committed(world.connection, { topic: 'other' })).toBe(-1)
  })

  it('knows the topics of a member that says version 1 and writes version 0', async () => {
    const world = await startWorld()
    const metadata = subscriptionBytes(ConsumerProtocolSubscription.create({ topics: ['other'] }), 0)
    metadata[1] = 1
    const [member] = await stableGroup(world, 1, { metadata })
    await commitOffset(world.connection, 5, member)
    const topics = [{ name: 'input', partitions: [{ partitionIndex: 0 }] }]
    const response = await world.connection.send(OffsetDelete, 0, { groupId: 'group', topics })
    expect(errorName(response.errorCode)).toBe('NONE')
    expect(await committed(world.connection)).toBe(-1)
  })

  it.each([
    ['none', 'GROUP_ID_NOT_FOUND'],
    ['group', 'NON_EMPTY_GROUP'],
  ])('refuses to forget offsets of "%s": %s', async (groupId, error) => {
    const world = await startWorld()
    await stableGroup(world, 1, { type: 'connect' })
    const topics = [{ name: 'input', partitions: [{ partitionIndex: 0 }] }]
    const response = await world.connection.send(OffsetDelete, 0, { groupId, topics })
    expect(errorName(response.errorCode)).toBe(error)
  })

  it('forgets what was committed of a topic that is deleted', async () => {
    const world = await startWorld()
    await commitOffset(world.connection, 5)
    const topics = [{ name: 'input', topicId: zeroUuid }]
    await world.connection.send(DeleteTopics, 6, { topics, topicNames: [], timeoutMs: 1000 })
    await createTopic(world.connection, 'input', { partitions: 2 })
    expect(await committed(world.connection)).toBe(-1)
  })
})

describe('listing', () => {
  it('filters by state and type, in any case', async () => {
    const world = await startWorld()
    await stableGroup(world, 1, { group: 'busy' })
    await commitOffset(world.connection, 1, { group: 'offsets-only' })
    const list = async (statesFilter: string[], typesFilter: string[] = []) => {
      const { groups } = await world.connection.send(ListGroups, 5, { statesFilter, typesFilter })
      return groups.map(({ groupId, groupState: state }) => `${groupId} ${state}`).sort()
    }
    expect(await list([])).toEqual(['busy Stable', 'offsets-only Empty'])
    expect(await list(['stable'])).toEqual(['busy Stable'])
    expect(await list([], ['Classic'])).toHaveLength(2)
    expect(await list([], ['consumer'])).toEqual([])
  })
})
