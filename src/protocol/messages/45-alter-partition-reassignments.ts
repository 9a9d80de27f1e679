/**
 * AlterPartitionReassignments (API key 45): moves partitions to other brokers, or stops that.
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
  since,
  string,
  struct,
  withDefault,
  type MessageType,
  type StructType,
} from '../schema.ts'

/** A partition and where it is to go. */
export interface ReassignablePartition {
  /** The number of the partition. */
  readonly partitionIndex: number
  /** The brokers; null stops a move that is under way. */
  readonly replicas: readonly number[] | null
}

export const ReassignablePartition: StructType<ReassignablePartition> = struct<ReassignablePartition>(
  'ReassignablePartition',
  { partitionIndex: int32, replicas: withDefault(null, nullable(array(int32))) },
)

/** Partitions of one topic. */
export interface ReassignableTopic {
  /** The name of the topic. */
  readonly name: string
  /** The partitions. */
  readonly partitions: readonly ReassignablePartition[]
}

export const ReassignableTopic: StructType<ReassignableTopic> = struct<ReassignableTopic>(
  'ReassignableTopic',
  { name: string, partitions: array(ReassignablePartition) },
)

/** What became of a partition. */
export interface ReassignablePartitionResponse {
  /** The number of the partition. */
  readonly partitionIndex: number
  /** Error code of this one; 0 for none. */
  readonly errorCode: number
  /** What went wrong, for people; null if nothing did. */
  readonly errorMessage: string | null
}

export const ReassignablePartitionResponse: StructType<ReassignablePartitionResponse> =
  struct<ReassignablePartitionResponse>('ReassignablePartitionResponse', {
    partitionIndex: int32,
    errorCode: int16,
    errorMessage: nullable(string),
  })

/** What became of the partitions of a topic. */
export interface ReassignableTopicResponse {
  /** The name of the topic. */
  readonly name: string
  /** The partitions. */
  readonly partitions: readonly ReassignablePartitionResponse[]
}

export const ReassignableTopicResponse: StructType<ReassignableTopicResponse> =
  struct<ReassignableTopicResponse>('ReassignableTopicResponse', {
    name: string,
    partitions: array(ReassignablePartitionResponse),
  })

/** The request of AlterPartitionReassignments. */
export interface AlterPartitionReassignmentsRequest {
  /** How long to wait for the start of it, in milliseconds. */
  readonly timeoutMs: number
  /** Whether a partition may come to have another number of replicas. */
  readonly allowReplicationFactorChange: boolean
  /** The topics. */
  readonly topics: readonly ReassignableTopic[]
}

export const AlterPartitionReassignmentsRequest: MessageType<AlterPartitionReassignmentsRequest> =
  message<AlterPartitionReassignmentsRequest>(
    'AlterPartitionReassignmentsRequest',
    { versions: [0, 1], flexibleSince: 0 },
    {
      timeoutMs: withDefault(60_000, int32),
      allowReplicationFactorChange: since(1, withDefault(true, bool)),
      topics: array(ReassignableTopic),
    },
  )

/** The response of AlterPartitionReassignments. */
export interface AlterPartitionReassignmentsResponse {
  /** How long the client is to hold back because of a quota, in milliseconds; 0 for not at all. */
  readonly throttleTimeMs: number
  /** What the request said. */
  readonly allowReplicationFactorChange: boolean
  /** Error code of the request as a whole; 0 for none. */
  readonly errorCode: number
  /** What went wrong, for people; null if nothing did. */
  readonly errorMessage: string | null
  /** The results, by topic. */
  readonly responses: readonly ReassignableTopicResponse[]
}

export const AlterPartitionReassignmentsResponse: MessageType<AlterPartitionReassignmentsResponse> =
  message<AlterPartitionReassignmentsResponse>(
    'AlterPartitionReassignmentsResponse',
    { versions: [0, 1], flexibleSince: 0 },
    {
      throttleTimeMs: int32,
      allowReplicationFactorChange: since(1, ignorable(withDefault(true, bool))),
      errorCode: int16,
      errorMessage: nullable(string),
      responses: array(ReassignableTopicResponse),
    },
  )

export const AlterPartitionReassignments: Api<
  AlterPartitionReassignmentsRequest,
  AlterPartitionReassignmentsResponse
> = {
  key: 45,
  name: 'AlterPartitionReassignments',
  request: AlterPartitionReassignmentsRequest,
  response: AlterPartitionReassignmentsResponse,
}
