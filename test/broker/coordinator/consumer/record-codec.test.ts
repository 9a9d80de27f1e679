/** The records of consumer protocol groups, byte for byte as Apache Kafka 4.3 writes them (semantics G64). */
import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import type { ConsumerGroupRecord } from '../../../../broker/coordinator/group/consumer/records.ts'
import { groupRecordCodec } from '../../../../broker/coordinator/group/record-codec.ts'

type Kind = ConsumerGroupRecord['kind']

/** Made by ConsumerGroupRecords.java beside it. */
const golden = JSON.parse(readFileSync('test/golden/consumer-group-records.json', 'utf8')) as Readonly<
  Record<Kind | 'classic-member', { readonly key: string; readonly value: string }>
>

const groupId = 'group'
const memberId = 'member'
const topic = 'AAAAAAAAAAEAAAAAAAAAAg'

const records: readonly ConsumerGroupRecord[] = [
  { kind: 'consumer-epoch', groupId, value: { epoch: 7, metadataHash: 123_456_789 } },
  {
    kind: 'consumer-member',
    groupId,
    memberId,
    value: {
      instanceId: 'instance',
      rackId: null,
      clientId: 'client',
      clientHost: '/127.0.0.1',
      topicNames: ['a', 'b'],
      topicRegex: 'c.*',
      rebalanceTimeoutMs: 300_000,
      serverAssignor: 'range',
      classic: null,
    },
  },
  { kind: 'consumer-target-epoch', groupId, value: { epoch: 7, timestampMs: 1_700_000_000_000 } },
  { kind: 'consumer-target', groupId, memberId, value: new Map([[topic, [0, 2]]]) },
  {
    kind: 'consumer-position',
    groupId,
    memberId,
    value: {
      epoch: 7,
      previousEpoch: 6,
      state: 'unrevoked',
      assigned: new Map([
        [
          topic,
          new Map([
            [0, 5],
            [2, 7],
          ]),
        ],
      ]),
      revoking: new Map([[topic, new Map([[1, 5]])]]),
    },
  },
  {
    kind: 'consumer-regex',
    groupId,
    regex: 'c.*',
    value: { topics: ['c1', 'c2'], version: 9, timestampMs: 1_700_000_000_000 },
  },
]

/** A consumer of the classic protocol in a group of this one. */
const classicMember: ConsumerGroupRecord = {
  kind: 'consumer-member',
  groupId,
  memberId,
  value: {
    instanceId: null,
    rackId: 'rack',
    clientId: 'client',
    clientHost: '/127.0.0.1',
    topicNames: ['a'],
    topicRegex: null,
    rebalanceTimeoutMs: 60_000,
    serverAssignor: null,
    classic: {
      sessionTimeoutMs: 45_000,
      protocols: [
        { name: 'range', metadata: Uint8Array.of(0, 3, 1) },
        { name: 'sticky', metadata: Uint8Array.of(0, 3, 2) },
      ],
    },
  },
}

const named = [
  ...records.map(record => [record.kind, record] as const),
  ['classic-member', classicMember] as const,
]

describe.each(named)('%s', (kind, record) => {
  it('is written as Kafka does', () => {
    const { key, value } = groupRecordCodec.encode(record)
    expect({ key: Buffer.from(key).toString('hex'), value: Buffer.from(value!).toString('hex') }).toEqual(
      golden[kind],
    )
  })

  it('is read back, and so is its tombstone', () => {
    const { key, value } = golden[kind]
    const keyBytes = Uint8Array.from(Buffer.from(key, 'hex'))
    const valueBytes = Uint8Array.from(Buffer.from(value, 'hex'))
    expect(groupRecordCodec.decode(keyBytes, valueBytes)).toEqual(record)
    expect(groupRecordCodec.decode(keyBytes, null)).toEqual({ ...record, value: undefined })
  })
})
