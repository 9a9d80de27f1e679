/** Encoding by version: what is left out, what is refused, and the bytes that come of it. */
import { describe, expect, it } from 'vitest'
import { messageOf } from '../../../src/protocol/decode.ts'
import { messageBytes, writeMessage } from '../../../src/protocol/encode.ts'
import { Produce, ProduceRequest } from '../../../src/protocol/messages/00-produce.ts'
import { FetchRequest, FetchResponse } from '../../../src/protocol/messages/01-fetch.ts'
import { MetadataRequest } from '../../../src/protocol/messages/03-metadata.ts'
import { OffsetFetchRequest } from '../../../src/protocol/messages/09-offset-fetch.ts'
import { HeartbeatRequest } from '../../../src/protocol/messages/12-heartbeat.ts'
import { ApiVersionsRequest } from '../../../src/protocol/messages/18-api-versions.ts'
import { ConsumerGroupHeartbeatResponse } from '../../../src/protocol/messages/68-consumer-group-heartbeat.ts'
import { array, between, int32, message, since, string, tagged } from '../../../src/protocol/schema.ts'
import { Writer } from '../../../src/protocol/writer.ts'

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex')
}

/** Hexadecimal without the spaces that show where its fields end. */
function packed(text: string): string {
  return text.replaceAll(' ', '')
}

describe('writeMessage', () => {
  it('lays out a plain version', () => {
    const request = HeartbeatRequest.create({ groupId: 'g', generationId: 2, memberId: 'me' })
    expect(hex(messageBytes(HeartbeatRequest, 0, request))).toBe(packed('000167 00000002 00026d65'))
    expect(hex(messageBytes(HeartbeatRequest, 3, request))).toBe(packed('000167 00000002 00026d65 ffff'))
  })

  it('lays out a flexible version', () => {
    const request = HeartbeatRequest.create({ groupId: 'g', generationId: 2, memberId: 'me' })
    expect(hex(messageBytes(HeartbeatRequest, 4, request))).toBe(packed('0267 00000002 036d65 00 00'))
    const named = ApiVersionsRequest.create({ clientSoftwareName: 'mill', clientSoftwareVersion: '1' })
    expect(hex(messageBytes(ApiVersionsRequest, 3, named))).toBe(packed('056d696c6c 0231 00'))
  })

  it('writes tagged fields by their number, with their size, and only where they differ from the default', () => {
    const request = FetchRequest.create({ replicaState: { replicaId: 3, replicaEpoch: -1 }, clusterId: 'c' })
    const bytes = hex(messageBytes(FetchRequest, 15, request))
    const clusterId = '00 02 0263'
    const replicaState = '01 0d 00000003 ffffffffffffffff 00'
    expect(bytes.endsWith(packed('02' + clusterId + replicaState))).toBe(true)
    expect(hex(messageBytes(FetchRequest, 15, FetchRequest.create())).endsWith(packed('0100'))).toBe(true)
  })

  it('says null for a struct by a byte', () => {
    const response = ConsumerGroupHeartbeatResponse.create({ assignment: { topicPartitions: [] } })
    expect(
      hex(messageBytes(ConsumerGroupHeartbeatResponse, 0, response)).endsWith(packed('01 01 00 00')),
    ).toBe(true)
    const none = ConsumerGroupHeartbeatResponse.create()
    expect(hex(messageBytes(ConsumerGroupHeartbeatResponse, 0, none)).endsWith(packed('ff 00'))).toBe(true)
  })

  it('keeps the largest int64, which a number cannot hold exactly', () => {
    const type = FetchResponse
    const partition = { ...defaultPartition(), highWatermark: 2 ** 63, lastStableOffset: -(2 ** 63) }
    const response = type.create({ responses: [{ topic: 't', topicId: zero, partitions: [partition] }] })
    const bytes = messageBytes(type, 4, response)
    expect(hex(bytes)).toContain(packed('7fffffffffffffff 8000000000000000'))
    expect(messageOf(type, 4, bytes)).toEqual(response)
  })

  it('drops what a version lacks if it may be dropped', () => {
    const request = FetchRequest.create({ rackId: 'r', maxBytes: 5 })
    expect(messageOf(FetchRequest, 4, messageBytes(FetchRequest, 4, request)).rackId).toBe('')
  })

  it('refuses what a version lacks and may not be dropped', () => {
    const request = OffsetFetchRequest.create({ groupId: 'g', requireStable: true })
    expect(() => messageBytes(OffsetFetchRequest, 6, request)).toThrow(
      expect.objectContaining({ code: 'MR-5012' }),
    )
    expect(() => messageBytes(OffsetFetchRequest, 6, request)).toThrow(
      'OffsetFetchRequest.requireStable cannot be expressed in version 6',
    )
    expect(messageBytes(OffsetFetchRequest, 7, request).length).toBeGreaterThan(0)
  })

  it.each([
    [
      'a number outside of its type',
      { generationId: 2 ** 31 },
      'generationId cannot be written in version 0: 2147483648',
    ],
    ['a fraction', { generationId: 0.5 }, 'generationId'],
    ['a missing field', { memberId: undefined as unknown as string }, 'memberId'],
    [
      'null where there is none',
      { memberId: null as unknown as string },
      'memberId cannot be written in version 0: null',
    ],
    ['a string that is too long', { groupId: 'x'.repeat(0x8000) }, 'a string of 32768 bytes exceeds 32767'],
  ])('refuses %s', (_, fields, complaint) => {
    const request = { ...HeartbeatRequest.create({ groupId: 'g', memberId: 'm' }), ...fields }
    expect(() => messageBytes(HeartbeatRequest, 0, request)).toThrow(RangeError)
    expect(() => messageBytes(HeartbeatRequest, 0, request)).toThrow(complaint)
  })

  it('names the position in a list', () => {
    const request = MetadataRequest.create({
      topics: [
        { name: 'a', topicId: zero },
        { name: null, topicId: zero },
      ],
    })
    expect(() => messageBytes(MetadataRequest, 4, request)).toThrow('MetadataRequest.topics[1].name')
  })

  it('refuses a version that the message does not have', () => {
    expect(() => messageBytes(HeartbeatRequest, 5, HeartbeatRequest.create())).toThrow(
      'HeartbeatRequest has the versions 0 to 4, not 5',
    )
    expect(() => messageOf(HeartbeatRequest, -1, new Uint8Array(9))).toThrow(RangeError)
  })

  it('refers to large byte strings instead of copying them', () => {
    const records = new Uint8Array(100_000).fill(1)
    const topicData = [
      {
        name: 't',
        topicId: zero,
        partitionData: [
          { index: 0, records },
          { index: 1, records: null },
        ],
      },
    ]
    const request = ProduceRequest.create({ acks: -1, topicData })
    const writer = new Writer()
    writeMessage(writer, Produce.request, 9, request)
    expect(writer.chunks()[1]).toBe(records)
    expect(writer.size).toBe(writer.toBytes().length)
    expect(messageOf(ProduceRequest, 9, writer.toBytes())).toEqual(request)
  })
})

describe('any other declaration', () => {
  interface Lease {
    readonly owner: string
    readonly untilMs: number
    readonly rooms: readonly number[]
  }
  const Lease = message<Lease>(
    'Lease',
    { versions: [0, 2], flexibleSince: 2 },
    {
      owner: string,
      untilMs: between(0, 1, int32),
      rooms: since(2, tagged(7, array(int32))),
    },
  )

  it('follow their versions', () => {
    expect(hex(messageBytes(Lease, 1, Lease.create({ owner: 'a', untilMs: 9 })))).toBe(
      packed('000161 00000009'),
    )
    const rooms = '01 07 05 02 00000003'
    expect(hex(messageBytes(Lease, 2, Lease.create({ owner: 'a', rooms: [3] })))).toBe(packed('0261' + rooms))
    expect(() => messageBytes(Lease, 1, Lease.create({ rooms: [3] }))).toThrow('MR-5012')
    expect(() => messageBytes(Lease, 2, Lease.create({ untilMs: 3 }))).toThrow('MR-5012')
  })

  it('give every message the same shape', () => {
    const keys = Object.keys(Lease.create({ rooms: [1] }))
    expect(keys).toEqual(['owner', 'untilMs', 'rooms'])
    expect(Object.keys(messageOf(Lease, 0, messageBytes(Lease, 0, Lease.create())))).toEqual(keys)
  })
})

const zero = 'AAAAAAAAAAAAAAAAAAAAAA'

function defaultPartition(): FetchResponse['responses'][number]['partitions'][number] {
  const unknown = { leaderId: -1, leaderEpoch: -1 }
  return {
    partitionIndex: 0,
    errorCode: 0,
    highWatermark: 0,
    lastStableOffset: -1,
    logStartOffset: -1,
    divergingEpoch: { epoch: -1, endOffset: -1 },
    currentLeader: unknown,
    snapshotId: { endOffset: -1, epoch: -1 },
    abortedTransactions: [],
    preferredReadReplica: -1,
    records: null,
  }
}
