/**
 * ListOffsets (API key 2).
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
} from '../schema.ts'

/** ListOffsetsRequest */
export interface ListOffsetsRequest {
  /** replicaId */
  readonly replicaId: number
  /** isolationLevel */
  readonly isolationLevel: number
  /** topics */
  readonly topics: readonly ListOffsetsTopic[]
  /** timeoutMs */
  readonly timeoutMs: number
}

/** ListOffsetsTopic */
export interface ListOffsetsTopic {
  /** name */
  readonly name: string
  /** partitions */
  readonly partitions: readonly ListOffsetsPartition[]
}

/** ListOffsetsPartition */
export interface ListOffsetsPartition {
  /** partitionIndex */
  readonly partitionIndex: number
  /** currentLeaderEpoch */
  readonly currentLeaderEpoch: number
  /** timestamp */
  readonly timestamp: number
}

export const ListOffsetsPartition = struct<ListOffsetsPartition>('ListOffsetsPartition', {
  partitionIndex: int32,
  currentLeaderEpoch: since(4, ignorable(withDefault(-1, int32))),
  timestamp: int64,
})

export const ListOffsetsTopic = struct<ListOffsetsTopic>('ListOffsetsTopic', {
  name: string,
  partitions: array(ListOffsetsPartition),
})

export const ListOffsetsRequest = message<ListOffsetsRequest>(
  'ListOffsetsRequest',
  { versions: [1, 11], flexibleSince: 6 },
  {
    replicaId: int32,
    isolationLevel: since(2, int8),
    topics: array(ListOffsetsTopic),
    timeoutMs: since(10, ignorable(int32)),
  },
)

/** ListOffsetsResponse */
export interface ListOffsetsResponse {
  /** throttleTimeMs */
  readonly throttleTimeMs: number
  /** topics */
  readonly topics: readonly ListOffsetsTopicResponse[]
}

/** ListOffsetsTopicResponse */
export interface ListOffsetsTopicResponse {
  /** name */
  readonly name: string
  /** partitions */
  readonly partitions: readonly ListOffsetsPartitionResponse[]
}

/** ListOffsetsPartitionResponse */
export interface ListOffsetsPartitionResponse {
  /** partitionIndex */
  readonly partitionIndex: number
  /** errorCode */
  readonly errorCode: number
  /** timestamp */
  readonly timestamp: number
  /** offset */
  readonly offset: number
  /** leaderEpoch */
  readonly leaderEpoch: number
}

export const ListOffsetsPartitionResponse = struct<ListOffsetsPartitionResponse>(
  'ListOffsetsPartitionResponse',
  {
    partitionIndex: int32,
    errorCode: int16,
    timestamp: withDefault(-1, int64),
    offset: withDefault(-1, int64),
    leaderEpoch: since(4, withDefault(-1, int32)),
  },
)

export const ListOffsetsTopicResponse = struct<ListOffsetsTopicResponse>('ListOffsetsTopicResponse', {
  name: string,
  partitions: array(ListOffsetsPartitionResponse),
})

export const ListOffsetsResponse = message<ListOffsetsResponse>(
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
