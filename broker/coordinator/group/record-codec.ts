/** Group records as the keys and values of `__consumer_offsets` that Kafka writes (semantics G64, G66). */
import {
  groupMetadataKeyBytes,
  groupMetadataValueBytes,
  readConsumerOffsetsKey,
  readGroupMetadataValue,
  type GroupMetadataValue,
} from '../../../src/protocol/messages/group-metadata-record.ts'
import {
  offsetCommitKeyBytes,
  offsetCommitValueBytes,
  readOffsetCommitValue,
  type OffsetCommitValue,
} from '../../../src/protocol/messages/offset-commit-record.ts'
import type { RecordCodec } from '../runtime.ts'
import { decodeConsumerRecord, encodeConsumerRecord } from './consumer/record-codec.ts'
import type { CommittedOffset, GroupRecord, Membership } from './records.ts'

export const groupRecordCodec: RecordCodec<GroupRecord> = {
  encode(record) {
    if (record.kind === 'offset') {
      const { groupId: group, topic, partition, committed } = record
      const value = committed === undefined ? null : offsetCommitValueBytes(offsetValue(committed))
      return { key: offsetCommitKeyBytes({ group, topic, partition }), value }
    }
    if (record.kind !== 'membership') return encodeConsumerRecord(record)
    const { groupId: group, membership } = record
    const value = membership === undefined ? null : groupMetadataValueBytes(membershipValue(membership))
    return { key: groupMetadataKeyBytes({ group }), value }
  },

  decode(key, value) {
    const read = readConsumerOffsetsKey(key)
    // Share and streams groups leave records in the same topic.
    if (read.kind === 'unknown') return undefined
    if (read.kind === 'offset-commit') {
      const { group: groupId, topic, partition } = read.key
      const committed = value === null ? undefined : committedOf(readOffsetCommitValue(value))
      return { kind: 'offset', groupId, topic, partition, committed }
    }
    if (read.kind !== 'group-metadata') return decodeConsumerRecord(read, value)
    const membership = value === null ? undefined : membershipOf(readGroupMetadataValue(value))
    return { kind: 'membership', groupId: read.key.group, membership }
  },

  // What the broker makes of members that it has taken is not refused: nobody could make it smaller.
  isBounded: ({ kind }, isWhole) => kind === 'consumer-member' || (kind === 'membership' && !isWhole),
}

function offsetValue(committed: CommittedOffset): OffsetCommitValue {
  return {
    offset: committed.offset,
    leaderEpoch: committed.leaderEpoch,
    metadata: committed.metadata,
    commitTimestamp: committed.commitTimestampMs,
    expireTimestamp: committed.expireTimestampMs,
  }
}

function committedOf(value: OffsetCommitValue): CommittedOffset {
  return {
    offset: value.offset,
    leaderEpoch: value.leaderEpoch,
    metadata: value.metadata,
    commitTimestampMs: value.commitTimestamp,
    expireTimestampMs: value.expireTimestamp,
  }
}

function membershipValue(membership: Membership): GroupMetadataValue {
  return {
    protocolType: membership.protocolType,
    generation: membership.generation,
    protocol: membership.protocolName,
    leader: membership.leaderId,
    currentStateTimestamp: membership.stateTimestampMs,
    members: membership.members.map(each => ({
      memberId: each.memberId,
      groupInstanceId: each.instanceId,
      clientId: each.clientId,
      clientHost: each.clientHost,
      rebalanceTimeout: each.rebalanceTimeoutMs,
      sessionTimeout: each.sessionTimeoutMs,
      subscription: each.subscription,
      assignment: each.assignment,
    })),
  }
}

function membershipOf(value: GroupMetadataValue): Membership {
  return {
    protocolType: value.protocolType,
    generation: value.generation,
    protocolName: value.protocol,
    leaderId: value.leader,
    stateTimestampMs: value.currentStateTimestamp,
    members: value.members.map(each => ({
      memberId: each.memberId,
      instanceId: each.groupInstanceId,
      clientId: each.clientId,
      clientHost: each.clientHost,
      rebalanceTimeoutMs: each.rebalanceTimeout < 0 ? each.sessionTimeout : each.rebalanceTimeout,
      sessionTimeoutMs: each.sessionTimeout,
      // Views into the log's bytes, which do not outlive the reading.
      subscription: each.subscription.slice(),
      assignment: each.assignment.slice(),
    })),
  }
}
