/**
 * The records that a group of the consumer protocol (KIP-848) is, in `__consumer_offsets`.
 *
 *     key    version int16 | group [| member or regular expression]        (never flexible)
 *     value  version int16 = 0 | fields; null deletes                      (flexible)
 *
 *     3   group: epoch, hash of the metadata of its topics
 *     5   member: who it is and what it subscribes to
 *     6   group: the epoch that the target assignment was computed for
 *     7   member: what it is to have in the end
 *     8   member: its epoch, what it has, what it is to give up
 *     16  regular expression: the topics that match it
 *
 * Key 4 (metadata of partitions) is of brokers before 4.1 and is not read.
 */
import {
  array,
  bytes,
  int32,
  int64,
  int8,
  message,
  nullable,
  string,
  struct,
  tagged,
  uuid,
  withDefault,
  type MessageType,
  type StructType,
} from '../schema.ts'
import { readVersioned, versionedBytes } from '../versioned.ts'

/** The version of a key, which says of which kind the record is. */
export const consumerGroupKeys = {
  group: 3,
  member: 5,
  targetEpoch: 6,
  target: 7,
  current: 8,
  regularExpression: 16,
} as const

/** Which group. */
export interface ConsumerGroupKey {
  readonly group: string
}

/** Which member of which group. */
export interface ConsumerGroupMemberKey {
  readonly group: string
  readonly memberId: string
}

/** Which regular expression of which group. */
export interface ConsumerGroupRegularExpressionKey {
  readonly group: string
  readonly regularExpression: string
}

export const ConsumerGroupKey: MessageType<ConsumerGroupKey> = message<ConsumerGroupKey>(
  'ConsumerGroupKey',
  { versions: [3, 6], flexibleSince: undefined },
  { group: string },
)

export const ConsumerGroupMemberKey: MessageType<ConsumerGroupMemberKey> = message<ConsumerGroupMemberKey>(
  'ConsumerGroupMemberKey',
  { versions: [5, 8], flexibleSince: undefined },
  { group: string, memberId: string },
)

export const ConsumerGroupRegularExpressionKey: MessageType<ConsumerGroupRegularExpressionKey> =
  message<ConsumerGroupRegularExpressionKey>(
    'ConsumerGroupRegularExpressionKey',
    { versions: [16, 16], flexibleSince: undefined },
    { group: string, regularExpression: string },
  )

/** The group itself. */
export interface ConsumerGroupMetadataValue {
  /** Counted up with every change of members, subscriptions or topics. */
  readonly epoch: number
  /** Tells whether the topics that it subscribes to have changed. */
  readonly metadataHash: number
}

export const ConsumerGroupMetadataValue: MessageType<ConsumerGroupMetadataValue> =
  message<ConsumerGroupMetadataValue>(
    'ConsumerGroupMetadataValue',
    { versions: [0, 0], flexibleSince: 0 },
    { epoch: int32, metadataHash: tagged(0, int64) },
  )

/** One of the assignors that a member of the classic protocol has, and what it says under it. */
export interface ClassicProtocol {
  readonly name: string
  /** Its subscription, as in JoinGroup. */
  readonly metadata: Uint8Array
}

/** What a member that speaks the classic protocol says besides. */
export interface ClassicMemberMetadata {
  readonly sessionTimeoutMs: number
  /** In the order of its preference. */
  readonly supportedProtocols: readonly ClassicProtocol[]
}

export const ClassicProtocol: StructType<ClassicProtocol> = struct<ClassicProtocol>('ClassicProtocol', {
  name: string,
  metadata: bytes,
})

export const ClassicMemberMetadata: StructType<ClassicMemberMetadata> = struct<ClassicMemberMetadata>(
  'ClassicMemberMetadata',
  { sessionTimeoutMs: int32, supportedProtocols: array(ClassicProtocol) },
)

/** A member and its subscription. */
export interface ConsumerGroupMemberMetadataValue {
  readonly instanceId: string | null
  readonly rackId: string | null
  readonly clientId: string
  readonly clientHost: string
  readonly subscribedTopicNames: readonly string[]
  readonly subscribedTopicRegex: string | null
  /** How long it may take to give partitions up, in milliseconds. */
  readonly rebalanceTimeoutMs: number
  /** The assignor that it asks for; null if it leaves the choice. */
  readonly serverAssignor: string | null
  /** Null for a member of the consumer protocol. */
  readonly classicMemberMetadata: ClassicMemberMetadata | null
}

export const ConsumerGroupMemberMetadataValue: MessageType<ConsumerGroupMemberMetadataValue> =
  message<ConsumerGroupMemberMetadataValue>(
    'ConsumerGroupMemberMetadataValue',
    { versions: [0, 0], flexibleSince: 0 },
    {
      instanceId: nullable(string),
      rackId: nullable(string),
      clientId: string,
      clientHost: string,
      subscribedTopicNames: array(string),
      subscribedTopicRegex: nullable(string),
      rebalanceTimeoutMs: withDefault(-1, int32),
      serverAssignor: nullable(string),
      classicMemberMetadata: tagged(0, withDefault(null, nullable(ClassicMemberMetadata))),
    },
  )

/** The group epoch that the target assignment is of. */
export interface ConsumerGroupTargetAssignmentMetadataValue {
  readonly assignmentEpoch: number
  /** When it was computed, in milliseconds since the epoch; 0 if unknown. */
  readonly assignmentTimestamp: number
}

export const ConsumerGroupTargetAssignmentMetadataValue: MessageType<ConsumerGroupTargetAssignmentMetadataValue> =
  message<ConsumerGroupTargetAssignmentMetadataValue>(
    'ConsumerGroupTargetAssignmentMetadataValue',
    { versions: [0, 0], flexibleSince: 0 },
    { assignmentEpoch: int32, assignmentTimestamp: tagged(0, int64) },
  )

/** Partitions of one topic. */
export interface TargetTopicPartitions {
  readonly topicId: string
  readonly partitions: readonly number[]
}

/** What a member is to have. */
export interface ConsumerGroupTargetAssignmentMemberValue {
  readonly topicPartitions: readonly TargetTopicPartitions[]
}

export const TargetTopicPartitions: StructType<TargetTopicPartitions> = struct<TargetTopicPartitions>(
  'TopicPartition',
  { topicId: uuid, partitions: array(int32) },
)

export const ConsumerGroupTargetAssignmentMemberValue: MessageType<ConsumerGroupTargetAssignmentMemberValue> =
  message<ConsumerGroupTargetAssignmentMemberValue>(
    'ConsumerGroupTargetAssignmentMemberValue',
    { versions: [0, 0], flexibleSince: 0 },
    { topicPartitions: array(TargetTopicPartitions) },
  )

/** Partitions of one topic that a member has. */
export interface CurrentTopicPartitions {
  readonly topicId: string
  readonly partitions: readonly number[]
  /** The epoch in which each was assigned (KIP-1251), in the order of `partitions`; null from brokers before 4.3. */
  readonly assignmentEpochs: readonly number[] | null
}

/** What a member has. */
export interface ConsumerGroupCurrentMemberAssignmentValue {
  readonly memberEpoch: number
  /** The epoch before, in which it may still ask if the answer was lost. */
  readonly previousMemberEpoch: number
  /** 0 stable, 1 unrevoked partitions, 2 unreleased partitions. */
  readonly state: number
  readonly assignedPartitions: readonly CurrentTopicPartitions[]
  readonly partitionsPendingRevocation: readonly CurrentTopicPartitions[]
}

export const CurrentTopicPartitions: StructType<CurrentTopicPartitions> = struct<CurrentTopicPartitions>(
  'TopicPartitions',
  {
    topicId: uuid,
    partitions: array(int32),
    assignmentEpochs: tagged(0, withDefault(null, nullable(array(int32)))),
  },
)

export const ConsumerGroupCurrentMemberAssignmentValue: MessageType<ConsumerGroupCurrentMemberAssignmentValue> =
  message<ConsumerGroupCurrentMemberAssignmentValue>(
    'ConsumerGroupCurrentMemberAssignmentValue',
    { versions: [0, 0], flexibleSince: 0 },
    {
      memberEpoch: int32,
      previousMemberEpoch: int32,
      state: int8,
      assignedPartitions: array(CurrentTopicPartitions),
      partitionsPendingRevocation: array(CurrentTopicPartitions),
    },
  )

/** The topics that match a regular expression. */
export interface ConsumerGroupRegularExpressionValue {
  readonly topics: readonly string[]
  /** Counts the states of the registry of topics; the one that this was found in. */
  readonly version: number
  readonly timestamp: number
}

export const ConsumerGroupRegularExpressionValue: MessageType<ConsumerGroupRegularExpressionValue> =
  message<ConsumerGroupRegularExpressionValue>(
    'ConsumerGroupRegularExpressionValue',
    { versions: [0, 0], flexibleSince: 0 },
    { topics: array(string), version: int64, timestamp: int64 },
  )

/** A value of any of these records. */
export function consumerGroupValueBytes<V>(type: MessageType<V>, value: V): Uint8Array {
  return versionedBytes(type, 0, value)
}

/** Reads a value. Throws MR-5010. */
export function readConsumerGroupValue<V>(type: MessageType<V>, bytes: Uint8Array): V {
  return readVersioned(type, bytes, 'refuse').message
}
