/**
 * ListOffsets (API key 2): finds offsets by time. Sent to the leader of each partition.
 *
 * Timestamps below zero name special places: the first record, the end, and so on; which of them are known
 * depends on the version (7 brings the largest timestamp, 8 and later those of tiered storage).
 */
import type { Api } from '../api.ts'
import {
  array,
  ignorable,
  int16,
  int32,
  int64,
  int8,
  message,
  since,
  string,
  struct,
  withDefault,
  type MessageType,
  type StructType,
} from '../schema.ts'

/** The request of ListOffsets. */
export interface ListOffsetsRequest {
  /** The broker, if a follower asks; -1 from consumers, who have to say so: the default is 0. */
  readonly replicaId: number
  /** 0 read_uncommitted, 1 read_committed: nothing past the last stable offset. */
  readonly isolationLevel: number
  /** The topics. */
  readonly topics: readonly ListOffsetsTopic[]
  /** How long the broker may take before it answers REQUEST_TIMED_OUT, in milliseconds. */
  readonly timeoutMs: number
}

/** Partitions of one topic. */
export interface ListOffsetsTopic {
  /** The name of the topic. */
  readonly name: string
  /** The partitions. */
  readonly partitions: readonly ListOffsetsPartition[]
}

/** One partition, and the time to look up. */
export interface ListOffsetsPartition {
  /** The number of the partition. */
  readonly partitionIndex: number
  /** The leader epoch that the client goes by, checked by the broker; -1 to skip the check. */
  readonly currentLeaderEpoch: number
  /**
   * The time to look up, in milliseconds; -1 latest, -2 earliest, -3 the record with the largest timestamp,
   * -4 earliest local, -5 latest tiered.
   */
  readonly timestamp: number
}

export const ListOffsetsPartition: StructType<ListOffsetsPartition> = struct<ListOffsetsPartition>(
  'ListOffsetsPartition',
  {
    partitionIndex: int32,
    currentLeaderEpoch: since(4, ignorable(withDefault(-1, int32))),
    timestamp: int64,
  },
)

export const ListOffsetsTopic: StructType<ListOffsetsTopic> = struct<ListOffsetsTopic>('ListOffsetsTopic', {
  name: string,
  partitions: array(ListOffsetsPartition),
})

export const ListOffsetsRequest: MessageType<ListOffsetsRequest> = message<ListOffsetsRequest>(
  'ListOffsetsRequest',
  { versions: [1, 11], flexibleSince: 6 },
  {
    replicaId: int32,
    isolationLevel: since(2, int8),
    topics: array(ListOffsetsTopic),
    timeoutMs: since(10, ignorable(int32)),
  },
)

/** The response of ListOffsets. */
export interface ListOffsetsResponse {
  /** How long the client is to hold back because of a quota, in milliseconds; 0 for not at all. */
  readonly throttleTimeMs: number
  /** The topics. */
  readonly topics: readonly ListOffsetsTopicResponse[]
}

/** Offsets in one topic. */
export interface ListOffsetsTopicResponse {
  /** The name of the topic. */
  readonly name: string
  /** The partitions. */
  readonly partitions: readonly ListOffsetsPartitionResponse[]
}

/** The offset found in one partition. */
export interface ListOffsetsPartitionResponse {
  /** The number of the partition. */
  readonly partitionIndex: number
  /** Error code of this partition; 0 for none. */
  readonly errorCode: number
  /** The timestamp of that record; -1 if there is none. */
  readonly timestamp: number
  /** The offset found; -1 if there is none. */
  readonly offset: number
  /** The leader epoch of the record at that offset; -1 if unknown. */
  readonly leaderEpoch: number
}

export const ListOffsetsPartitionResponse: StructType<ListOffsetsPartitionResponse> =
  struct<ListOffsetsPartitionResponse>('ListOffsetsPartitionResponse', {
    partitionIndex: int32,
    errorCode: int16,
    timestamp: withDefault(-1, int64),
    offset: withDefault(-1, int64),
    leaderEpoch: since(4, withDefault(-1, int32)),
  })

export const ListOffsetsTopicResponse: StructType<ListOffsetsTopicResponse> =
  struct<ListOffsetsTopicResponse>('ListOffsetsTopicResponse', {
    name: string,
    partitions: array(ListOffsetsPartitionResponse),
  })

export const ListOffsetsResponse: MessageType<ListOffsetsResponse> = message<ListOffsetsResponse>(
  'ListOffsetsResponse',
  { versions: [1, 11], flexibleSince: 6 },
  {
    throttleTimeMs: since(2, ignorable(int32)),
    topics: array(ListOffsetsTopicResponse),
  },
)

export const ListOffsets: Api<ListOffsetsRequest, ListOffsetsResponse> = {
  key: 2,
  name: 'ListOffsets',
  request: ListOffsetsRequest,
  response: ListOffsetsResponse,
}
