/**
 * DescribeTopicPartitions (API key 75).
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
} from '../schema.ts'

/** DescribeTopicPartitionsRequest */
export interface DescribeTopicPartitionsRequest {
  /** topics */
  readonly topics: readonly DescribeTopicPartitionsTopicRequest[]
  /** responsePartitionLimit */
  readonly responsePartitionLimit: number
  /** cursor */
  readonly cursor: DescribeTopicPartitionsCursor | null
}

/** DescribeTopicPartitionsTopicRequest */
export interface DescribeTopicPartitionsTopicRequest {
  /** name */
  readonly name: string
}

/** DescribeTopicPartitionsCursor */
export interface DescribeTopicPartitionsCursor {
  /** topicName */
  readonly topicName: string
  /** partitionIndex */
  readonly partitionIndex: number
}

export const DescribeTopicPartitionsTopicRequest = struct<DescribeTopicPartitionsTopicRequest>(
  'DescribeTopicPartitionsTopicRequest',
  {
    name: string,
  },
)

export const DescribeTopicPartitionsCursor = struct<DescribeTopicPartitionsCursor>(
  'DescribeTopicPartitionsCursor',
  {
    topicName: string,
    partitionIndex: int32,
  },
)

export const DescribeTopicPartitionsRequest = message<DescribeTopicPartitionsRequest>(
  'DescribeTopicPartitionsRequest',
  { versions: [0, 0], flexibleSince: 0 },
  {
    topics: array(DescribeTopicPartitionsTopicRequest),
    responsePartitionLimit: withDefault(2000, int32),
    cursor: withDefault(null, nullable(DescribeTopicPartitionsCursor)),
  },
)

/** DescribeTopicPartitionsResponse */
export interface DescribeTopicPartitionsResponse {
  /** throttleTimeMs */
  readonly throttleTimeMs: number
  /** topics */
  readonly topics: readonly DescribeTopicPartitionsResponseTopic[]
  /** nextCursor */
  readonly nextCursor: DescribeTopicPartitionsCursor | null
}

/** DescribeTopicPartitionsResponseTopic */
export interface DescribeTopicPartitionsResponseTopic {
  /** errorCode */
  readonly errorCode: number
  /** name */
  readonly name: string | null
  /** topicId */
  readonly topicId: string
  /** isInternal */
  readonly isInternal: boolean
  /** partitions */
  readonly partitions: readonly DescribeTopicPartitionsResponsePartition[]
  /** topicAuthorizedOperations */
  readonly topicAuthorizedOperations: number
}

/** DescribeTopicPartitionsResponsePartition */
export interface DescribeTopicPartitionsResponsePartition {
  /** errorCode */
  readonly errorCode: number
  /** partitionIndex */
  readonly partitionIndex: number
  /** leaderId */
  readonly leaderId: number
  /** leaderEpoch */
  readonly leaderEpoch: number
  /** replicaNodes */
  readonly replicaNodes: readonly number[]
  /** isrNodes */
  readonly isrNodes: readonly number[]
  /** eligibleLeaderReplicas */
  readonly eligibleLeaderReplicas: readonly number[] | null
  /** lastKnownElr */
  readonly lastKnownElr: readonly number[] | null
  /** offlineReplicas */
  readonly offlineReplicas: readonly number[]
}

export const DescribeTopicPartitionsResponsePartition = struct<DescribeTopicPartitionsResponsePartition>(
  'DescribeTopicPartitionsResponsePartition',
  {
    errorCode: int16,
    partitionIndex: int32,
    leaderId: int32,
    leaderEpoch: ignorable(withDefault(-1, int32)),
    replicaNodes: array(int32),
    isrNodes: array(int32),
    eligibleLeaderReplicas: withDefault(null, nullable(array(int32))),
    lastKnownElr: withDefault(null, nullable(array(int32))),
    offlineReplicas: ignorable(array(int32)),
  },
)

export const DescribeTopicPartitionsResponseTopic = struct<DescribeTopicPartitionsResponseTopic>(
  'DescribeTopicPartitionsResponseTopic',
  {
    errorCode: int16,
    name: nullable(string),
    topicId: ignorable(uuid),
    isInternal: ignorable(bool),
    partitions: array(DescribeTopicPartitionsResponsePartition),
    topicAuthorizedOperations: withDefault(-(2 ** 31), int32),
  },
)

export const DescribeTopicPartitionsResponse = message<DescribeTopicPartitionsResponse>(
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
