/** A client that speaks only the oldest version of each API that Kafka 4 accepts: it writes, reads and is in a group. */
import { afterEach, describe, expect, it } from 'vitest'
import { zeroUuid } from '../../../src/base/uuid.ts'
import type { Connection } from '../../../src/protocol/connection.ts'
import { Produce } from '../../../src/protocol/messages/00-produce.ts'
import { Fetch } from '../../../src/protocol/messages/01-fetch.ts'
import { ListOffsets } from '../../../src/protocol/messages/02-list-offsets.ts'
import { Metadata } from '../../../src/protocol/messages/03-metadata.ts'
import { OffsetCommit } from '../../../src/protocol/messages/08-offset-commit.ts'
import { OffsetFetch } from '../../../src/protocol/messages/09-offset-fetch.ts'
import { FindCoordinator } from '../../../src/protocol/messages/10-find-coordinator.ts'
import { JoinGroup } from '../../../src/protocol/messages/11-join-group.ts'
import { Heartbeat } from '../../../src/protocol/messages/12-heartbeat.ts'
import { LeaveGroup } from '../../../src/protocol/messages/13-leave-group.ts'
import { SyncGroup } from '../../../src/protocol/messages/14-sync-group.ts'
import { DescribeGroups } from '../../../src/protocol/messages/15-describe-groups.ts'
import { ListGroups } from '../../../src/protocol/messages/16-list-groups.ts'
import { ApiVersions } from '../../../src/protocol/messages/18-api-versions.ts'
import { CreateTopics } from '../../../src/protocol/messages/19-create-topics.ts'
import { systemClock } from '../../../system/clock.ts'
import { TcpNetwork } from '../../../runtime/client/tcp-network.ts'
import { batch, fetchedOf, startFixture, valuesOf } from '../broker-fixture.ts'

const closers: (() => unknown)[] = []
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close()
})

async function connected(): Promise<Connection> {
  const { broker } = await startFixture({ clock: systemClock })
  closers.push(() => broker.close())
  const { port } = await broker.listen({ port: 0 })
  const network = new TcpNetwork({ software: { name: 'old', version: '1' } })
  const connection = await network.connect('127.0.0.1', port)
  closers.push(() => connection.close())
  const topic = { name: 'orders', numPartitions: 1, replicationFactor: 1, assignments: [], configs: [] }
  await connection.send(CreateTopics, 2, CreateTopics.request.create({ topics: [topic], timeoutMs: 1000 }))
  return connection
}

describe('the oldest versions', () => {
  it('of ApiVersions, Metadata and FindCoordinator find the broker', async () => {
    const connection = await connected()
    const versions = await connection.send(ApiVersions, 0, ApiVersions.request.create({}))
    expect(versions.apiKeys.find(({ apiKey }) => apiKey === 0)).toMatchObject({ minVersion: 0 })
    const named = Metadata.request.create({ topics: [{ topicId: zeroUuid, name: 'orders' }] })
    expect((await connection.send(Metadata, 0, named)).topics).toMatchObject([
      { errorCode: 0, name: 'orders' },
    ])
    const all = Metadata.request.create({ topics: [] })
    expect((await connection.send(Metadata, 0, all)).topics).toMatchObject([{ name: 'orders' }])
    expect((await connection.send(Metadata, 1, all)).topics).toEqual([])
    const coordinator = FindCoordinator.request.create({ key: 'readers' })
    expect(await connection.send(FindCoordinator, 0, coordinator)).toMatchObject({ errorCode: 0, nodeId: 1 })
  })

  it('of Produce, Fetch and ListOffsets write, read and find records', async () => {
    const connection = await connected()
    const records = batch([
      ['k', 'a'],
      ['k', 'b'],
    ])
    const written = await connection.send(
      Produce,
      3,
      Produce.request.create({
        acks: -1,
        timeoutMs: 1000,
        topicData: [{ name: 'orders', topicId: zeroUuid, partitionData: [{ index: 0, records }] }],
      }),
    )
    expect(written.responses[0]!.partitionResponses[0]).toMatchObject({ errorCode: 0, baseOffset: 0 })
    const partition = {
      partition: 0,
      currentLeaderEpoch: -1,
      fetchOffset: 0,
      lastFetchedEpoch: -1,
      logStartOffset: -1,
      partitionMaxBytes: 1 << 20,
      replicaDirectoryId: zeroUuid,
      highWatermark: 0,
    }
    const fetched = await connection.send(
      Fetch,
      4,
      Fetch.request.create({
        maxWaitMs: 100,
        minBytes: 1,
        maxBytes: 1 << 20,
        topics: [{ topic: 'orders', topicId: zeroUuid, partitions: [partition] }],
      }),
    )
    expect(valuesOf(fetchedOf(fetched).records)).toEqual(['a', 'b'])
    const listed = await connection.send(
      ListOffsets,
      1,
      ListOffsets.request.create({
        topics: [
          { name: 'orders', partitions: [{ partitionIndex: 0, currentLeaderEpoch: -1, timestamp: -1 }] },
        ],
      }),
    )
    expect(listed.topics[0]!.partitions[0]).toMatchObject({ errorCode: 0, offset: 2 })
  })

  it('of the group protocol join, are given an assignment, commit and leave', async () => {
    const connection = await connected()
    const metadata = Uint8Array.of(1)
    const joined = await connection.send(
      JoinGroup,
      0,
      JoinGroup.request.create({
        groupId: 'readers',
        sessionTimeoutMs: 10_000,
        protocolType: 'consumer',
        protocols: [{ name: 'range', metadata }],
      }),
    )
    expect(joined).toMatchObject({ errorCode: 0, generationId: 1, protocolName: 'range' })
    expect(joined.members.map(each => [each.memberId, ...each.metadata])).toEqual([[joined.leader, 1]])
    const { generationId, memberId } = joined
    const member = { groupId: 'readers', generationId, memberId }
    const assignments = [{ memberId, assignment: Uint8Array.of(2) }]
    const synced = await connection.send(SyncGroup, 0, SyncGroup.request.create({ ...member, assignments }))
    expect([synced.errorCode, ...synced.assignment]).toEqual([0, 2])
    expect((await connection.send(Heartbeat, 0, Heartbeat.request.create(member))).errorCode).toBe(0)
    const offset = {
      partitionIndex: 0,
      committedOffset: 5,
      committedLeaderEpoch: -1,
      committedMetadata: 'note',
    }
    await connection.send(
      OffsetCommit,
      2,
      OffsetCommit.request.create({
        groupId: 'readers',
        generationIdOrMemberEpoch: generationId,
        memberId,
        topics: [{ name: 'orders', topicId: zeroUuid, partitions: [offset] }],
      }),
    )
    const topics = [{ name: 'orders', partitionIndexes: [0] }]
    const wanted = OffsetFetch.request.create({ groupId: 'readers', topics })
    const found = await connection.send(OffsetFetch, 1, wanted)
    expect(found.topics[0]!.partitions[0]).toMatchObject({ committedOffset: 5, metadata: 'note' })
    const described = await connection.send(
      DescribeGroups,
      0,
      DescribeGroups.request.create({ groups: ['readers'] }),
    )
    expect(described.groups[0]).toMatchObject({ groupState: 'Stable', members: [{ memberId }] })
    const listed = await connection.send(ListGroups, 0, ListGroups.request.create({}))
    expect(listed.groups).toMatchObject([{ groupId: 'readers', protocolType: 'consumer' }])
    expect((await connection.send(LeaveGroup, 0, LeaveGroup.request.create(member))).errorCode).toBe(0)
  })
})
