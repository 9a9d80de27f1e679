/** Records of consumer protocol groups as the keys and values of `__consumer_offsets` that Kafka writes (semantics G64). */
import {
  ConsumerGroupCurrentMemberAssignmentValue,
  ConsumerGroupKey,
  consumerGroupKeys,
  ConsumerGroupMemberKey,
  ConsumerGroupMemberMetadataValue,
  ConsumerGroupMetadataValue,
  ConsumerGroupRegularExpressionKey,
  ConsumerGroupRegularExpressionValue,
  ConsumerGroupTargetAssignmentMemberValue,
  ConsumerGroupTargetAssignmentMetadataValue,
  consumerGroupValueBytes,
  readConsumerGroupValue,
  type CurrentTopicPartitions,
} from '../../../../src/protocol/messages/consumer-group-record.ts'
import type { ConsumerOffsetsKey } from '../../../../src/protocol/messages/group-metadata-record.ts'
import type { MessageType } from '../../../../src/protocol/schema.ts'
import { versionedBytes } from '../../../../src/protocol/versioned.ts'
import type {
  ConsumerGroupRecord,
  MemberPosition,
  MemberState,
  MemberSubscription,
  OwnedPartitions,
} from './records.ts'

type ConsumerKey = Extract<ConsumerOffsetsKey, { readonly kind: `consumer-${string}` }>

/** Kafka's numbers for the states of members. */
const stateNumbers: Readonly<Record<MemberState, number>> = { stable: 0, unrevoked: 1, unreleased: 2 }
const states: readonly MemberState[] = ['stable', 'unrevoked', 'unreleased']

export function encodeConsumerRecord(record: ConsumerGroupRecord): {
  readonly key: Uint8Array
  readonly value: Uint8Array | null
} {
  const { groupId: group } = record
  switch (record.kind) {
    case 'consumer-epoch':
      return {
        key: versionedBytes(ConsumerGroupKey, consumerGroupKeys.group, { group }),
        value: encoded(ConsumerGroupMetadataValue, record.value),
      }
    case 'consumer-target-epoch': {
      const { value } = record
      return {
        key: versionedBytes(ConsumerGroupKey, consumerGroupKeys.targetEpoch, { group }),
        value: encoded(
          ConsumerGroupTargetAssignmentMetadataValue,
          value && { assignmentEpoch: value.epoch, assignmentTimestamp: value.timestampMs },
        ),
      }
    }
    case 'consumer-regex': {
      const { regex: regularExpression, value } = record
      const key = { group, regularExpression }
      return {
        key: versionedBytes(ConsumerGroupRegularExpressionKey, consumerGroupKeys.regularExpression, key),
        value: encoded(
          ConsumerGroupRegularExpressionValue,
          value && { topics: value.topics, version: value.version, timestamp: value.timestampMs },
        ),
      }
    }
    default:
      return encodeMemberRecord(record)
  }
}

function encodeMemberRecord(
  record: Extract<ConsumerGroupRecord, { readonly memberId: string }>,
): ReturnType<typeof encodeConsumerRecord> {
  const keyOf = (version: number) =>
    versionedBytes(ConsumerGroupMemberKey, version, { group: record.groupId, memberId: record.memberId })
  if (record.kind === 'consumer-member') {
    const { value } = record
    return {
      key: keyOf(consumerGroupKeys.member),
      value: encoded(ConsumerGroupMemberMetadataValue, value && subscriptionValue(value)),
    }
  }
  if (record.kind === 'consumer-target') {
    const { value } = record
    const topicPartitions = [...(value ?? [])].map(([topicId, partitions]) => ({ topicId, partitions }))
    return {
      key: keyOf(consumerGroupKeys.target),
      value: encoded(ConsumerGroupTargetAssignmentMemberValue, value && { topicPartitions }),
    }
  }
  const { value } = record
  return {
    key: keyOf(consumerGroupKeys.current),
    value: encoded(ConsumerGroupCurrentMemberAssignmentValue, value && positionValue(value)),
  }
}

/** The record that a key and a value are. */
export function decodeConsumerRecord(read: ConsumerKey, bytes: Uint8Array | null): ConsumerGroupRecord {
  const { group: groupId } = read.key
  if (read.kind === 'consumer-regex') {
    const value = decoded(ConsumerGroupRegularExpressionValue, bytes)
    return {
      kind: 'consumer-regex',
      groupId,
      regex: read.key.regularExpression,
      value: value && { topics: value.topics, version: value.version, timestampMs: value.timestamp },
    }
  }
  if (read.kind === 'consumer-group') {
    if (read.version === consumerGroupKeys.group) {
      return { kind: 'consumer-epoch', groupId, value: decoded(ConsumerGroupMetadataValue, bytes) }
    }
    const value = decoded(ConsumerGroupTargetAssignmentMetadataValue, bytes)
    return {
      kind: 'consumer-target-epoch',
      groupId,
      value: value && { epoch: value.assignmentEpoch, timestampMs: value.assignmentTimestamp },
    }
  }
  const { memberId } = read.key
  if (read.version === consumerGroupKeys.member) {
    const value = decoded(ConsumerGroupMemberMetadataValue, bytes)
    return { kind: 'consumer-member', groupId, memberId, value: value && subscriptionOf(value) }
  }
  if (read.version === consumerGroupKeys.target) {
    const value = decoded(ConsumerGroupTargetAssignmentMemberValue, bytes)
    const target = value && new Map(value.topicPartitions.map(each => [each.topicId, each.partitions]))
    return { kind: 'consumer-target', groupId, memberId, value: target }
  }
  const value = decoded(ConsumerGroupCurrentMemberAssignmentValue, bytes)
  return { kind: 'consumer-position', groupId, memberId, value: value && positionOf(value) }
}

function encoded<V>(type: MessageType<V>, value: V | undefined): Uint8Array | null {
  return value === undefined ? null : consumerGroupValueBytes(type, value)
}

function decoded<V>(type: MessageType<V>, bytes: Uint8Array | null): V | undefined {
  return bytes === null ? undefined : readConsumerGroupValue(type, bytes)
}

function subscriptionValue(value: MemberSubscription): ConsumerGroupMemberMetadataValue {
  const { topicNames, topicRegex, classic, ...rest } = value
  return {
    ...rest,
    subscribedTopicNames: topicNames,
    subscribedTopicRegex: topicRegex,
    classicMemberMetadata: classic && {
      sessionTimeoutMs: classic.sessionTimeoutMs,
      supportedProtocols: classic.protocols,
    },
  }
}

function subscriptionOf(value: ConsumerGroupMemberMetadataValue): MemberSubscription {
  const { subscribedTopicNames, subscribedTopicRegex, classicMemberMetadata: classic, ...rest } = value
  return {
    ...rest,
    topicNames: subscribedTopicNames,
    // Kafka writes an empty one where there is none.
    topicRegex: subscribedTopicRegex === '' ? null : subscribedTopicRegex,
    classic: classic && {
      sessionTimeoutMs: classic.sessionTimeoutMs,
      // Views into the log's bytes, which do not outlive the reading.
      protocols: classic.supportedProtocols.map(({ name, metadata }) => ({
        name,
        metadata: metadata.slice(),
      })),
    },
  }
}

function positionValue(position: MemberPosition): ConsumerGroupCurrentMemberAssignmentValue {
  return {
    memberEpoch: position.epoch,
    previousMemberEpoch: position.previousEpoch,
    state: stateNumbers[position.state],
    assignedPartitions: ownedValue(position.assigned),
    partitionsPendingRevocation: ownedValue(position.revoking),
  }
}

function positionOf(value: ConsumerGroupCurrentMemberAssignmentValue): MemberPosition {
  return {
    epoch: value.memberEpoch,
    previousEpoch: value.previousMemberEpoch,
    // A state that a later broker wrote ends where every state does: with the next reconciliation.
    state: states[value.state] ?? 'unreleased',
    assigned: ownedOf(value.assignedPartitions, value.memberEpoch),
    revoking: ownedOf(value.partitionsPendingRevocation, value.memberEpoch),
  }
}

function ownedValue(owned: OwnedPartitions): CurrentTopicPartitions[] {
  return [...owned].map(([topicId, partitions]) => ({
    topicId,
    partitions: [...partitions.keys()],
    assignmentEpochs: [...partitions.values()],
  }))
}

function ownedOf(value: readonly CurrentTopicPartitions[], memberEpoch: number): OwnedPartitions {
  return new Map(
    value.map(({ topicId, partitions, assignmentEpochs }) => [
      topicId,
      new Map(partitions.map((partition, index) => [partition, assignmentEpochs?.[index] ?? memberEpoch])),
    ]),
  )
}
