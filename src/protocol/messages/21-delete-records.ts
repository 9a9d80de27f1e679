/**
 * DeleteRecords (API key 21): removes the records before an offset. Sent to the leader of each partition.
 */
import type { Api } from '../api.ts'
import {
  array,
  int16,
  int32,
  int64,
  message,
  string,
  struct,
  type MessageType,
  type StructType,
} from '../schema.ts'

/** The request of DeleteRecords. */
export interface DeleteRecordsRequest {
  /** The topics. */
  readonly topics: readonly DeleteRecordsTopic[]
  /** How long the broker may take before it answers REQUEST_TIMED_OUT, in milliseconds. */
  readonly timeoutMs: number
}

/** Partitions of one topic. */
export interface DeleteRecordsTopic {
  /** The name of the topic. */
  readonly name: string
  /** The partitions. */
  readonly partitions: readonly DeleteRecordsPartition[]
}

/** One partition, and where to cut. */
export interface DeleteRecordsPartition {
  /** The number of the partition. */
  readonly partitionIndex: number
  /** The first offset to keep; -1 for the high watermark. */
  readonly offset: number
}

export const DeleteRecordsPartition: StructType<DeleteRecordsPartition> = struct<DeleteRecordsPartition>(
  'DeleteRecordsPartition',
  {
    partitionIndex: int32,
    offset: int64,
  },
)

export const DeleteRecordsTopic: StructType<DeleteRecordsTopic> = struct<DeleteRecordsTopic>(
  'DeleteRecordsTopic',
  {
    name: string,
    partitions: array(DeleteRecordsPartition),
  },
)

export const DeleteRecordsRequest: MessageType<DeleteRecordsRequest> = message<DeleteRecordsRequest>(
  'DeleteRecordsRequest',
  { versions: [0, 2], flexibleSince: 2 },
  {
    topics: array(DeleteRecordsTopic),
    timeoutMs: int32,
  },
)

/** The response of DeleteRecords. */
export interface DeleteRecordsResponse {
  /** How long the client is to hold back because of a quota, in milliseconds; 0 for not at all. */
  readonly throttleTimeMs: number
  /** The topics. */
  readonly topics: readonly DeleteRecordsTopicResult[]
}

/** What became of one topic. */
export interface DeleteRecordsTopicResult {
  /** The name of the topic. */
  readonly name: string
  /** The partitions. */
  readonly partitions: readonly DeleteRecordsPartitionResult[]
}

/** What became of one partition. */
export interface DeleteRecordsPartitionResult {
  /** The number of the partition. */
  readonly partitionIndex: number
  /** The first offset that is left; -1 on an error. */
  readonly lowWatermark: number
  /** Error code of this partition; 0 for none. */
  readonly errorCode: number
}

export const DeleteRecordsPartitionResult: StructType<DeleteRecordsPartitionResult> =
  struct<DeleteRecordsPartitionResult>('DeleteRecordsPartitionResult', {
    partitionIndex: int32,
    lowWatermark: int64,
    errorCode: int16,
  })

export const DeleteRecordsTopicResult: StructType<DeleteRecordsTopicResult> =
  struct<DeleteRecordsTopicResult>('DeleteRecordsTopicResult', {
    name: string,
    partitions: array(DeleteRecordsPartitionResult),
  })

export const DeleteRecordsResponse: MessageType<DeleteRecordsResponse> = message<DeleteRecordsResponse>(
  'DeleteRecordsResponse',
  { versions: [0, 2], flexibleSince: 2 },
  {
    throttleTimeMs: int32,
    topics: array(DeleteRecordsTopicResult),
  },
)

export const DeleteRecords: Api<DeleteRecordsRequest, DeleteRecordsResponse> = {
  key: 21,
  name: 'DeleteRecords',
  request: DeleteRecordsRequest,
  response: DeleteRecordsResponse,
}
