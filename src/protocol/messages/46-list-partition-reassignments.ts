/**
 * ListPartitionReassignments (API key 46): tells which partitions are being moved.
 */
import type { Api } from '../api.ts'
import {
  array,
  int16,
  int32,
  message,
  nullable,
  string,
  struct,
  withDefault,
  type MessageType,
  type StructType,
} from '../schema.ts'

/** Partitions of one topic. */
export interface ListPartitionReassignmentsTopics {
  /** The name of the topic. */
  readonly name: string
  /** The numbers of the partitions. */
  readonly partitionIndexes: readonly number[]
}

export const ListPartitionReassignmentsTopics: StructType<ListPartitionReassignmentsTopics> =
  struct<ListPartitionReassignmentsTopics>('ListPartitionReassignmentsTopics', {
    name: string,
    partitionIndexes: array(int32),
  })

/** A partition that is being moved. */
export interface OngoingPartitionReassignment {
  /** The number of the partition. */
  readonly partitionIndex: number
  /** The brokers that have it now. */
  readonly replicas: readonly number[]
  /** Those that are getting it. */
  readonly addingReplicas: readonly number[]
  /** Those that will give it up. */
  readonly removingReplicas: readonly number[]
}

export const OngoingPartitionReassignment: StructType<OngoingPartitionReassignment> =
  struct<OngoingPartitionReassignment>('OngoingPartitionReassignment', {
    partitionIndex: int32,
    replicas: array(int32),
    addingReplicas: array(int32),
    removingReplicas: array(int32),
  })

/** Partitions of one topic that are being moved. */
export interface OngoingTopicReassignment {
  /** The name of the topic. */
  readonly name: string
  /** The partitions. */
  readonly partitions: readonly OngoingPartitionReassignment[]
}

export const OngoingTopicReassignment: StructType<OngoingTopicReassignment> =
  struct<OngoingTopicReassignment>('OngoingTopicReassignment', {
    name: string,
    partitions: array(OngoingPartitionReassignment),
  })

/** The request of ListPartitionReassignments. */
export interface ListPartitionReassignmentsRequest {
  /** How long to wait for the answer, in milliseconds. */
  readonly timeoutMs: number
  /** The partitions; null for all. */
  readonly topics: readonly ListPartitionReassignmentsTopics[] | null
}

export const ListPartitionReassignmentsRequest: MessageType<ListPartitionReassignmentsRequest> =
  message<ListPartitionReassignmentsRequest>(
    'ListPartitionReassignmentsRequest',
    { versions: [0, 0], flexibleSince: 0 },
    {
      timeoutMs: withDefault(60_000, int32),
      topics: withDefault(null, nullable(array(ListPartitionReassignmentsTopics))),
    },
  )

/** The response of ListPartitionReassignments. */
export interface ListPartitionReassignmentsResponse {
  /** How long the client is to hold back because of a quota, in milliseconds; 0 for not at all. */
  readonly throttleTimeMs: number
  /** Error code of the request as a whole; 0 for none. */
  readonly errorCode: number
  /** What went wrong, for people; null if nothing did. */
  readonly errorMessage: string | null
  /** The partitions that are being moved, by topic. */
  readonly topics: readonly OngoingTopicReassignment[]
}

export const ListPartitionReassignmentsResponse: MessageType<ListPartitionReassignmentsResponse> =
  message<ListPartitionReassignmentsResponse>(
    'ListPartitionReassignmentsResponse',
    { versions: [0, 0], flexibleSince: 0 },
    {
      throttleTimeMs: int32,
      errorCode: int16,
      errorMessage: nullable(string),
      topics: array(OngoingTopicReassignment),
    },
  )

export const ListPartitionReassignments: Api<
  ListPartitionReassignmentsRequest,
  ListPartitionReassignmentsResponse
> = {
  key: 46,
  name: 'ListPartitionReassignments',
  request: ListPartitionReassignmentsRequest,
  response: ListPartitionReassignmentsResponse,
}
