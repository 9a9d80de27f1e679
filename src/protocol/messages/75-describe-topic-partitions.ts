/**
 * DescribeTopicPartitions (API key 75): tells partitions and leaders page by page (KIP-966). Sent to any
 * broker.
 */
import type { Api } from '../api.ts'
import {
  array,
  bool,
  ignorable,
  int16,
  int32,
  message,
  nullable,
  string,
  struct,
  uuid,
  withDefault,
  type MessageType,
  type StructType,
} from '../schema.ts'

/** The request of DescribeTopicPartitions. */
export interface DescribeTopicPartitionsRequest {
  /** The topics. */
  readonly topics: readonly DescribeTopicPartitionsTopicRequest[]
  /** The most partitions wanted in one response. */
  readonly responsePartitionLimit: number
  /** Where to go on, from the response before; null to start. */
  readonly cursor: DescribeTopicPartitionsCursor | null
}

/** A topic asked for. */
export interface DescribeTopicPartitionsTopicRequest {
  /** The name of the topic. */
  readonly name: string
}

/** A place in the list of all partitions. */
export interface DescribeTopicPartitionsCursor {
  /** The topic to begin with. */
  readonly topicName: string
  /** The partition to begin with. */
  readonly partitionIndex: number
}

export const DescribeTopicPartitionsTopicRequest: StructType<DescribeTopicPartitionsTopicRequest> =
  struct<DescribeTopicPartitionsTopicRequest>('DescribeTopicPartitionsTopicRequest', {
    name: string,
  })

export const DescribeTopicPartitionsCursor: StructType<DescribeTopicPartitionsCursor> =
  struct<DescribeTopicPartitionsCursor>('DescribeTopicPartitionsCursor', {
    topicName: string,
    partitionIndex: int32,
  })

export const DescribeTopicPartitionsRequest: MessageType<DescribeTopicPartitionsRequest> =
  message<DescribeTopicPartitionsRequest>(
    'DescribeTopicPartitionsRequest',
    { versions: [0, 0], flexibleSince: 0 },
    {
      topics: array(DescribeTopicPartitionsTopicRequest),
      responsePartitionLimit: withDefault(2000, int32),
      cursor: withDefault(null, nullable(DescribeTopicPartitionsCursor)),
    },
  )

/** The response of DescribeTopicPartitions. */
export interface DescribeTopicPartitionsResponse {
  /** How long the client is to hold back because of a quota, in milliseconds; 0 for not at all. */
  readonly throttleTimeMs: number
  /** The topics. */
  readonly topics: readonly DescribeTopicPartitionsResponseTopic[]
  /** Where the next request goes on; null if this was all. */
  readonly nextCursor: DescribeTopicPartitionsCursor | null
}

/** A topic. */
export interface DescribeTopicPartitionsResponseTopic {
  /** Error code of this partition; 0 for none. */
  readonly errorCode: number
  /** The name of the topic. */
  readonly name: string | null
  /** The id of the topic; zero if it goes by its name. */
  readonly topicId: string
  /** Whether the topic belongs to the broker, such as `__consumer_offsets`. */
  readonly isInternal: boolean
  /** The partitions. */
  readonly partitions: readonly DescribeTopicPartitionsResponsePartition[]
  /** Bit set of what the caller may do to the topic; -2^31 if that was not asked for. */
  readonly topicAuthorizedOperations: number
}

/** A partition, its leader and its replicas. */
export interface DescribeTopicPartitionsResponsePartition {
  /** Error code of this partition; 0 for none. */
  readonly errorCode: number
  /** The number of the partition. */
  readonly partitionIndex: number
  /** The broker that leads the partition; -1 if unknown. */
  readonly leaderId: number
  /** The leader epoch of the partition; -1 if unknown. */
  readonly leaderEpoch: number
  /** The brokers that hold the partition. */
  readonly replicaNodes: readonly number[]
  /** The brokers whose replicas are in sync. */
  readonly isrNodes: readonly number[]
  /** Replicas out of sync that may still become leader without loss; null if not known. */
  readonly eligibleLeaderReplicas: readonly number[] | null
  /** The replicas that were eligible last, before an unclean shutdown; null if not known. */
  readonly lastKnownElr: readonly number[] | null
  /** The replicas whose broker or disk is down. */
  readonly offlineReplicas: readonly number[]
}

export const DescribeTopicPartitionsResponsePartition: StructType<DescribeTopicPartitionsResponsePartition> =
  struct<DescribeTopicPartitionsResponsePartition>('DescribeTopicPartitionsResponsePartition', {
    errorCode: int16,
    partitionIndex: int32,
    leaderId: int32,
    leaderEpoch: ignorable(withDefault(-1, int32)),
    replicaNodes: array(int32),
    isrNodes: array(int32),
    eligibleLeaderReplicas: withDefault(null, nullable(array(int32))),
    lastKnownElr: withDefault(null, nullable(array(int32))),
    offlineReplicas: ignorable(array(int32)),
  })

export const DescribeTopicPartitionsResponseTopic: StructType<DescribeTopicPartitionsResponseTopic> =
  struct<DescribeTopicPartitionsResponseTopic>('DescribeTopicPartitionsResponseTopic', {
    errorCode: int16,
    name: nullable(string),
    topicId: ignorable(uuid),
    isInternal: ignorable(bool),
    partitions: array(DescribeTopicPartitionsResponsePartition),
    topicAuthorizedOperations: withDefault(-(2 ** 31), int32),
  })

export const DescribeTopicPartitionsResponse: MessageType<DescribeTopicPartitionsResponse> =
  message<DescribeTopicPartitionsResponse>(
    'DescribeTopicPartitionsResponse',
    { versions: [0, 0], flexibleSince: 0 },
    {
      throttleTimeMs: ignorable(int32),
      topics: array(DescribeTopicPartitionsResponseTopic),
      nextCursor: withDefault(null, nullable(DescribeTopicPartitionsCursor)),
    },
  )

export const DescribeTopicPartitions: Api<DescribeTopicPartitionsRequest, DescribeTopicPartitionsResponse> = {
  key: 75,
  name: 'DescribeTopicPartitions',
  request: DescribeTopicPartitionsRequest,
  response: DescribeTopicPartitionsResponse,
}
