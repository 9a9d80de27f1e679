/** The bytes of internal topics and of the consumer protocol are Kafka's own, to the last one. */
import { describe, expect, it } from 'vitest'
import {
  assignmentBytes,
  ConsumerProtocolSubscription,
  readAssignment,
  readSubscription,
  subscriptionBytes,
} from '../../../../src/protocol/messages/consumer-protocol.ts'
import {
  groupMetadataKeyBytes,
  groupMetadataValueBytes,
  readConsumerOffsetsKey,
  readGroupMetadataValue,
} from '../../../../src/protocol/messages/group-metadata-record.ts'
import {
  offsetCommitKeyBytes,
  OffsetCommitValue,
  offsetCommitValueBytes,
  readOffsetCommitValue,
} from '../../../../src/protocol/messages/offset-commit-record.ts'
import {
  readTransactionLogKey,
  readTransactionLogValue,
  transactionLogKeyBytes,
  TransactionLogValue,
  transactionLogValueBytes,
} from '../../../../src/protocol/messages/transaction-record.ts'
import { versionedBytes } from '../../../../src/protocol/versioned.ts'

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex')
}

/** Hexadecimal without the spaces that show where its fields end. */
function packed(text: string): string {
  return text.replaceAll(' ', '')
}

function unhex(text: string): Uint8Array {
  return new Uint8Array(Buffer.from(packed(text), 'hex'))
}

describe('committed offsets', () => {
  it('have the key of version 1', () => {
    const key = { group: 'g', topic: 't', partition: 3 }
    expect(hex(offsetCommitKeyBytes(key))).toBe(packed('0001 000167 000174 00000003'))
    expect(readConsumerOffsetsKey(offsetCommitKeyBytes(key))).toEqual({ kind: 'offset-commit', key })
  })

  it('have the value of version 3', () => {
    const value = OffsetCommitValue.create({
      offset: 258,
      leaderEpoch: 5,
      metadata: 'm',
      commitTimestamp: 1e12,
    })
    const bytes = offsetCommitValueBytes(value)
    expect(hex(bytes)).toBe(packed('0003 0000000000000102 00000005 00016d 000000e8d4a51000'))
    expect(readOffsetCommitValue(bytes)).toEqual(value)
  })

  it('have the value of version 1 if they expire at a time of their own', () => {
    const value = OffsetCommitValue.create({ offset: 1, commitTimestamp: 2, expireTimestamp: 3 })
    const bytes = offsetCommitValueBytes(value)
    expect(hex(bytes)).toBe(packed('0001 0000000000000001 0000 0000000000000002 0000000000000003'))
    expect(readOffsetCommitValue(bytes)).toEqual(value)
  })

  it.each([0, 1, 2, 3, 4])('are read in version %d', version => {
    const value = OffsetCommitValue.create({ offset: 7, metadata: 'x', commitTimestamp: 9 })
    expect(readOffsetCommitValue(versionedBytes(OffsetCommitValue, version, value))).toEqual(value)
  })

  it('are refused in a version of the future', () => {
    const bytes = unhex('0005 0000000000000001 00000000 01 0000000000000001 00')
    expect(() => readOffsetCommitValue(bytes)).toThrow(/MR-5010 .*version 5 is not one of 0 to 4/)
  })
})

describe('group metadata', () => {
  const member = {
    memberId: 'c-1',
    groupInstanceId: null,
    clientId: 'c',
    clientHost: '/h',
    rebalanceTimeout: 300_000,
    sessionTimeout: 45_000,
    subscription: unhex('0001'),
    assignment: unhex(''),
  }
  const value = {
    protocolType: 'consumer',
    generation: 4,
    protocol: 'range',
    leader: 'c-1',
    currentStateTimestamp: 1,
    members: [member],
  }

  it('has the key of version 2', () => {
    expect(hex(groupMetadataKeyBytes({ group: 'g' }))).toBe(packed('0002 000167'))
    expect(readConsumerOffsetsKey(unhex('0002 0001 67'))).toEqual({
      kind: 'group-metadata',
      key: { group: 'g' },
    })
  })

  it('has the value of version 3', () => {
    const bytes = groupMetadataValueBytes(value)
    const head = '0003 0008636f6e73756d6572 00000004 000572616e6765 0003632d31'
    const first = '0003632d31 ffff 000163 00022f68 000493e0 0000afc8 000000020001 00000000'
    expect(hex(bytes)).toBe(packed(head + '0000000000000001 00000001' + first))
    expect(readGroupMetadataValue(bytes)).toEqual(value)
  })

  it('tells the kinds of keys apart, and knows those of share groups as unknown', () => {
    expect(readConsumerOffsetsKey(unhex('0003 0001 67'))).toEqual({
      kind: 'consumer-group',
      version: 3,
      key: { group: 'g' },
    })
    expect(readConsumerOffsetsKey(unhex('000a 0001 67'))).toEqual({ kind: 'unknown', version: 10 })
    expect(() => readConsumerOffsetsKey(unhex('00'))).toThrow(/MR-5010/)
  })
})

describe('transaction state', () => {
  const value = TransactionLogValue.create({
    producerId: 7,
    producerEpoch: 1,
    transactionTimeoutMs: 60_000,
    transactionStatus: 1,
    transactionPartitions: [{ topic: 't', partitionIds: [0] }],
    transactionLastUpdateTimestampMs: 3,
    transactionStartTimestampMs: 2,
  })

  it('has the key of version 0', () => {
    expect(hex(transactionLogKeyBytes({ transactionalId: 'tx' }))).toBe(packed('0000 00027478'))
    expect(readTransactionLogKey(unhex('0000 0002 7478'))).toEqual({ transactionalId: 'tx' })
    expect(() => readTransactionLogKey(unhex('0001 0002 7478'))).toThrow(/MR-5010/)
  })

  it('has the value of version 1, with its tagged fields', () => {
    const body = '0000000000000007 0001 0000ea60 01 02 0274 02 00000000 00'
    const times = '0000000000000003 0000000000000002'
    expect(hex(transactionLogValueBytes(value))).toBe(packed('0001' + body + times + '00'))
    const newer = { ...value, previousProducerId: 6, clientTransactionVersion: 2 }
    const tags = '02 00 08 0000000000000006 02 02 0002'
    expect(hex(transactionLogValueBytes(newer))).toBe(packed('0001' + body + times + tags))
    expect(readTransactionLogValue(transactionLogValueBytes(newer))).toEqual(newer)
  })

  it('has a value of version 0, which cannot say everything', () => {
    expect(readTransactionLogValue(transactionLogValueBytes(value, 0))).toEqual(value)
    expect(() => transactionLogValueBytes({ ...value, nextProducerId: 3 }, 0)).toThrow('MR-5012')
  })
})

describe('consumer protocol', () => {
  const subscription = ConsumerProtocolSubscription.create({
    topics: ['a'],
    ownedPartitions: [{ topic: 'a', partitions: [1, 2] }],
    generationId: 4,
    rackId: 'r',
  })

  it('has subscriptions in each version', () => {
    const version0 = '00000001 000161 ffffffff'
    const version1 = version0 + '00000001 000161 00000002 00000001 00000002'
    expect(hex(subscriptionBytes(subscription, 0))).toBe(packed('0000' + version0))
    expect(hex(subscriptionBytes(subscription, 1))).toBe(packed('0001' + version1))
    expect(hex(subscriptionBytes(subscription, 2))).toBe(packed('0002' + version1 + '00000004'))
    expect(hex(subscriptionBytes(subscription))).toBe(packed('0003' + version1 + '00000004 000172'))
    expect(readSubscription(subscriptionBytes(subscription))).toEqual(subscription)
  })

  it('reads a version of the future as the latest that it knows', () => {
    const bytes = subscriptionBytes(subscription)
    const future = new Uint8Array([0, 9, ...bytes.subarray(2), 1, 2, 3])
    expect(readSubscription(future)).toEqual(subscription)
  })

  it('has assignments, and reads no bytes as no partitions', () => {
    const assignment = { assignedPartitions: [{ topic: 'a', partitions: [0] }], userData: unhex('09') }
    const bytes = assignmentBytes(assignment, 1)
    expect(hex(bytes)).toBe(packed('0001 00000001 000161 00000001 00000000 0000000109'))
    expect(readAssignment(bytes)).toEqual(assignment)
    expect(readAssignment(unhex(''))).toEqual({ assignedPartitions: [], userData: null })
  })
})
