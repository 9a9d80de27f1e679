/** The same requests as kafkajs encodes them, byte for byte: two independent readings of the protocol agree. */
import { createRequire } from 'node:module'
import { describe, expect, it } from 'vitest'
import type { Api } from '../../../src/protocol/api.ts'
import { messageOf } from '../../../src/protocol/decode.ts'
import { requestFrame } from '../../../src/protocol/envelope.ts'
import { Produce } from '../../../src/protocol/messages/00-produce.ts'
import { Fetch } from '../../../src/protocol/messages/01-fetch.ts'
import { ListOffsets } from '../../../src/protocol/messages/02-list-offsets.ts'
import { Metadata } from '../../../src/protocol/messages/03-metadata.ts'
import { OffsetCommit } from '../../../src/protocol/messages/08-offset-commit.ts'
import { OffsetFetch } from '../../../src/protocol/messages/09-offset-fetch.ts'
import { FindCoordinator } from '../../../src/protocol/messages/10-find-coordinator.ts'
import { JoinGroup } from '../../../src/protocol/messages/11-join-group.ts'
import { SyncGroup } from '../../../src/protocol/messages/14-sync-group.ts'
import { CreateTopics } from '../../../src/protocol/messages/19-create-topics.ts'
import { AddPartitionsToTxn } from '../../../src/protocol/messages/24-add-partitions-to-txn.ts'
import {
  readAssignment,
  readSubscription,
  subscriptionBytes,
} from '../../../src/protocol/messages/consumer-protocol.ts'
import { zeroUuid } from '../../../src/base/uuid.ts'

interface TheirRequest {
  readonly apiKey: number
  readonly apiVersion: number
  encode(): Promise<unknown>
}
interface TheirEncoder {
  readonly buffer: Uint8Array
}

const load = createRequire(import.meta.url)
const frameOf = load('kafkajs/src/protocol/request.js') as (options: unknown) => Promise<TheirEncoder>
const Coder = load('kafkajs/src/protocol/encoder.js') as new () => { writeEncoder(o: unknown): TheirEncoder }
const { MemberMetadata, MemberAssignment } = load('kafkajs/src/consumer/assignerProtocol.js') as {
  MemberMetadata: { encode(o: unknown): Uint8Array }
  MemberAssignment: { encode(o: unknown): Uint8Array }
}

async function theirs(name: string, version: number, options: unknown): Promise<Buffer> {
  const make = load(`kafkajs/src/protocol/requests/${name}/v${version}/request.js`) as (
    o: unknown,
  ) => TheirRequest
  const frame = await frameOf({ correlationId: 42, clientId: 'judge', request: make(options) })
  return Buffer.from(new Coder().writeEncoder(frame).buffer)
}

function ours<R>(api: Api<R, unknown>, version: number, request: R): Buffer {
  return Buffer.concat(requestFrame(api, version, request, { correlationId: 42, clientId: 'judge' }))
}

describe('kafkajs agrees', () => {
  it('on Metadata', async () => {
    const request = Metadata.request.create({
      topics: [
        { name: 'a', topicId: zeroUuid },
        { name: 'Straße', topicId: zeroUuid },
      ],
      allowAutoTopicCreation: false,
    })
    const expected = await theirs('metadata', 6, { topics: ['a', 'Straße'], allowAutoTopicCreation: false })
    expect(ours(Metadata, 6, request)).toEqual(expected)
  })

  it.each([4, 11])('on Fetch version %d', async version => {
    const partition = { partition: 3, fetchOffset: 2 ** 40 + 1, partitionMaxBytes: 1048576 }
    const defaults = { currentLeaderEpoch: -1, lastFetchedEpoch: -1, logStartOffset: -1 }
    const follower = { replicaDirectoryId: zeroUuid, highWatermark: 2 ** 63 }
    const request = Fetch.request.create({
      maxWaitMs: 500,
      minBytes: 1,
      maxBytes: 10_485_760,
      isolationLevel: 1,
      topics: [{ topic: 't', topicId: zeroUuid, partitions: [{ ...partition, ...defaults, ...follower }] }],
    })
    const expected = await theirs('fetch', version, {
      replicaId: -1,
      maxWaitTime: 500,
      minBytes: 1,
      maxBytes: 10_485_760,
      isolationLevel: 1,
      topics: [
        { topic: 't', partitions: [{ partition: 3, fetchOffset: String(2 ** 40 + 1), maxBytes: 1048576 }] },
      ],
    })
    expect(ours(Fetch, version, request)).toEqual(expected)
  })

  it('on ListOffsets', async () => {
    const partitions = [{ partitionIndex: 1, currentLeaderEpoch: -1, timestamp: -2 }]
    const request = ListOffsets.request.create({
      replicaId: -1,
      isolationLevel: 1,
      topics: [{ name: 't', partitions }],
    })
    const topics = [{ topic: 't', partitions: [{ partition: 1, timestamp: -2 }] }]
    const expected = await theirs('listOffsets', 3, { replicaId: -1, isolationLevel: 1, topics })
    expect(ours(ListOffsets, 3, request)).toEqual(expected)
  })

  it('on OffsetCommit', async () => {
    const partition = {
      partitionIndex: 0,
      committedOffset: 17,
      committedLeaderEpoch: -1,
      committedMetadata: null,
    }
    const request = OffsetCommit.request.create({
      groupId: 'g',
      generationIdOrMemberEpoch: 3,
      memberId: 'm',
      topics: [{ name: 't', topicId: zeroUuid, partitions: [partition] }],
    })
    const topics = [{ topic: 't', partitions: [{ partition: 0, offset: '17' }] }]
    const expected = await theirs('offsetCommit', 5, {
      groupId: 'g',
      groupGenerationId: 3,
      memberId: 'm',
      topics,
    })
    expect(ours(OffsetCommit, 5, request)).toEqual(expected)
  })

  it('on OffsetFetch', async () => {
    const request = OffsetFetch.request.create({
      groupId: 'g',
      topics: [{ name: 't', partitionIndexes: [0, 1] }],
    })
    const topics = [{ topic: 't', partitions: [{ partition: 0 }, { partition: 1 }] }]
    expect(ours(OffsetFetch, 4, request)).toEqual(await theirs('offsetFetch', 4, { groupId: 'g', topics }))
  })

  it('on FindCoordinator', async () => {
    const request = FindCoordinator.request.create({ key: 'tx', keyType: 1 })
    const expected = await theirs('findCoordinator', 2, { coordinatorKey: 'tx', coordinatorType: 1 })
    expect(ours(FindCoordinator, 2, request)).toEqual(expected)
  })

  it('on JoinGroup and SyncGroup', async () => {
    const metadata = new Uint8Array([1, 2, 3])
    const join = JoinGroup.request.create({
      groupId: 'g',
      sessionTimeoutMs: 45_000,
      rebalanceTimeoutMs: 60_000,
      groupInstanceId: 'static',
      protocolType: 'consumer',
      protocols: [{ name: 'range', metadata }],
    })
    const theirJoin = await theirs('joinGroup', 5, {
      groupId: 'g',
      sessionTimeout: 45_000,
      rebalanceTimeout: 60_000,
      memberId: '',
      groupInstanceId: 'static',
      protocolType: 'consumer',
      groupProtocols: [{ name: 'range', metadata: Buffer.from(metadata) }],
    })
    expect(ours(JoinGroup, 5, join)).toEqual(theirJoin)
    const member = { groupId: 'g', generationId: 1, memberId: 'm' }
    const sync = SyncGroup.request.create({
      ...member,
      assignments: [{ memberId: 'm', assignment: metadata }],
    })
    const groupAssignment = [{ memberId: 'm', memberAssignment: Buffer.from(metadata) }]
    expect(ours(SyncGroup, 3, sync)).toEqual(await theirs('syncGroup', 3, { ...member, groupAssignment }))
  })

  it('on CreateTopics', async () => {
    const request = CreateTopics.request.create({
      topics: [
        {
          name: 't',
          numPartitions: 4,
          replicationFactor: 1,
          assignments: [],
          configs: [{ name: 'cleanup.policy', value: 'compact' }],
        },
      ],
      timeoutMs: 5000,
      validateOnly: true,
    })
    const configEntries = [{ name: 'cleanup.policy', value: 'compact' }]
    const topics = [{ topic: 't', numPartitions: 4, replicationFactor: 1, configEntries }]
    const expected = await theirs('createTopics', 3, { topics, validateOnly: true, timeout: 5000 })
    expect(ours(CreateTopics, 3, request)).toEqual(expected)
  })

  it('on AddPartitionsToTxn', async () => {
    const request = AddPartitionsToTxn.request.create({
      v3AndBelowTransactionalId: 'tx',
      v3AndBelowProducerId: 1001,
      v3AndBelowProducerEpoch: 2,
      v3AndBelowTopics: [{ name: 't', partitions: [0, 3] }],
    })
    const producer = { transactionalId: 'tx', producerId: 1001, producerEpoch: 2 }
    const topics = [{ topic: 't', partitions: [0, 3] }]
    expect(ours(AddPartitionsToTxn, 1, request)).toEqual(
      await theirs('addPartitionsToTxn', 1, { ...producer, topics }),
    )
  })

  it('on Produce, around the record batch', async () => {
    const messages = [{ key: 'k', value: 'v', timestamp: 5 }]
    const topicData = [{ topic: 't', partitions: [{ partition: 2, firstSequence: 0, messages }] }]
    const producer = { transactionalId: 'tx', producerId: 1, producerEpoch: 0, acks: -1, timeout: 30_000 }
    const expected = await theirs('produce', 7, { ...producer, compression: 0, topicData })
    // 4 length, 15 header: what follows is the body.
    const request = messageOf(Produce.request, 7, expected.subarray(4 + 8 + 2 + 5))
    expect(request).toMatchObject({ transactionalId: 'tx', acks: -1, timeoutMs: 30_000 })
    expect(request.topicData[0]!.partitionData[0]!.records![16]).toBe(2)
    expect(ours(Produce, 7, request)).toEqual(expected)
  })

  it('on the consumer protocol', () => {
    const metadata = MemberMetadata.encode({ version: 0, topics: ['a', 'b'], userData: Buffer.from('u') })
    const subscription = readSubscription(metadata)
    expect(subscription).toMatchObject({ topics: ['a', 'b'], userData: Buffer.from('u') })
    expect(Buffer.from(subscriptionBytes(subscription, 0))).toEqual(metadata)
    const assignment = MemberAssignment.encode({
      version: 1,
      assignment: { a: [0, 2] },
      userData: Buffer.alloc(0),
    })
    expect(readAssignment(assignment).assignedPartitions).toEqual([{ topic: 'a', partitions: [0, 2] }])
  })
})
