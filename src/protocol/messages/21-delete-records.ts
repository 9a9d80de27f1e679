/**
 * DeleteRecords (API key 21).
 */
import type { Api } from '../api.ts'
import { array, int16, int32, int64, message, string, struct } from '../schema.ts'

/** DeleteRecordsRequest */
export interface DeleteRecordsRequest {
  /** topics */
  readonly topics: readonly DeleteRecordsTopic[]
  /** timeoutMs */
  readonly timeoutMs: number
}

/** DeleteRecordsTopic */
export interface DeleteRecordsTopic {
  /** name */
  readonly name: string
  /** partitions */
  readonly partitions: readonly DeleteRecordsPartition[]
}

/** DeleteRecordsPartition */
export interface DeleteRecordsPartition {
  /** partitionIndex */
  readonly partitionIndex: number
  /** offset */
  readonly offset: number
}

export const DeleteRecordsPartition = struct<DeleteRecordsPartition>('DeleteRecordsPartition', {
  partitionIndex: int32,
  offset: int64,
})

export const DeleteRecordsTopic = struct<DeleteRecordsTopic>('DeleteRecordsTopic', {
  name: string,
  partitions: array(DeleteRecordsPartition),
})

export const DeleteRecordsRequest = message<DeleteRecordsRequest>(
  'DeleteRecordsRequest',
  { versions: [0, 2], flexibleSince: 2 },
  {
    topics: array(DeleteRecordsTopic),
    timeoutMs: int32,
  },
)

/** DeleteRecordsResponse */
export interface DeleteRecordsResponse {
  /** throttleTimeMs */
  readonly throttleTimeMs: number
  /** topics */
  readonly topics: readonly DeleteRecordsTopicResult[]
}

/** DeleteRecordsTopicResult */
export interface DeleteRecordsTopicResult {
  /** name */
  readonly name: string
  /** partitions */
  readonly partitions: readonly DeleteRecordsPartitionResult[]
}

/** DeleteRecordsPartitionResult */
export interface DeleteRecordsPartitionResult {
  /** partitionIndex */
  readonly partitionIndex: number
  /** lowWatermark */
  readonly lowWatermark: number
  /** errorCode */
  readonly errorCode: number
}

export const DeleteRecordsPartitionResult = struct<DeleteRecordsPartitionResult>(
  'DeleteRecordsPartitionResult',
  {
    partitionIndex: int32,
    lowWatermark: int64,
    errorCode: int16,
  },
)

export const DeleteRecordsTopicResult = struct<DeleteRecordsTopicResult>('DeleteRecordsTopicResult', {
  name: string,
  partitions: array(DeleteRecordsPartitionResult),
})

export const DeleteRecordsResponse = message<DeleteRecordsResponse>(
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
