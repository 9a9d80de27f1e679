/**
 * WriteTxnMarkers (API key 27).
 */
import type { Api } from '../api.ts'
import {
  array,
  bool,
  ignorable,
  int16,
  int32,
  int64,
  int8,
  message,
  since,
  string,
  struct,
} from '../schema.ts'

/** WriteTxnMarkersRequest */
export interface WriteTxnMarkersRequest {
  /** markers */
  readonly markers: readonly WritableTxnMarker[]
}

/** WritableTxnMarker */
export interface WritableTxnMarker {
  /** producerId */
  readonly producerId: number
  /** producerEpoch */
  readonly producerEpoch: number
  /** transactionResult */
  readonly transactionResult: boolean
  /** topics */
  readonly topics: readonly WritableTxnMarkerTopic[]
  /** coordinatorEpoch */
  readonly coordinatorEpoch: number
  /** transactionVersion */
  readonly transactionVersion: number
}

/** WritableTxnMarkerTopic */
export interface WritableTxnMarkerTopic {
  /** name */
  readonly name: string
  /** partitionIndexes */
  readonly partitionIndexes: readonly number[]
}

export const WritableTxnMarkerTopic = struct<WritableTxnMarkerTopic>('WritableTxnMarkerTopic', {
  name: string,
  partitionIndexes: array(int32),
})

export const WritableTxnMarker = struct<WritableTxnMarker>('WritableTxnMarker', {
  producerId: int64,
  producerEpoch: int16,
  transactionResult: bool,
  topics: array(WritableTxnMarkerTopic),
  coordinatorEpoch: int32,
  transactionVersion: since(2, ignorable(int8)),
})

export const WriteTxnMarkersRequest = message<WriteTxnMarkersRequest>(
  'WriteTxnMarkersRequest',
  { versions: [1, 2], flexibleSince: 1 },
  {
    markers: array(WritableTxnMarker),
  },
)

/** WriteTxnMarkersResponse */
export interface WriteTxnMarkersResponse {
  /** markers */
  readonly markers: readonly WritableTxnMarkerResult[]
}

/** WritableTxnMarkerResult */
export interface WritableTxnMarkerResult {
  /** producerId */
  readonly producerId: number
  /** topics */
  readonly topics: readonly WritableTxnMarkerTopicResult[]
}

/** WritableTxnMarkerTopicResult */
export interface WritableTxnMarkerTopicResult {
  /** name */
  readonly name: string
  /** partitions */
  readonly partitions: readonly WritableTxnMarkerPartitionResult[]
}

/** WritableTxnMarkerPartitionResult */
export interface WritableTxnMarkerPartitionResult {
  /** partitionIndex */
  readonly partitionIndex: number
  /** errorCode */
  readonly errorCode: number
}

export const WritableTxnMarkerPartitionResult = struct<WritableTxnMarkerPartitionResult>(
  'WritableTxnMarkerPartitionResult',
  {
    partitionIndex: int32,
    errorCode: int16,
  },
)

export const WritableTxnMarkerTopicResult = struct<WritableTxnMarkerTopicResult>(
  'WritableTxnMarkerTopicResult',
  {
    name: string,
    partitions: array(WritableTxnMarkerPartitionResult),
  },
)

export const WritableTxnMarkerResult = struct<WritableTxnMarkerResult>('WritableTxnMarkerResult', {
  producerId: int64,
  topics: array(WritableTxnMarkerTopicResult),
})

export const WriteTxnMarkersResponse = message<WriteTxnMarkersResponse>(
  'WriteTxnMarkersResponse',
  { versions: [1, 2], flexibleSince: 1 },
  {
    markers: array(WritableTxnMarkerResult),
  },
)

export const WriteTxnMarkers: Api<WriteTxnMarkersRequest, WriteTxnMarkersResponse> = {
  key: 27,
  name: 'WriteTxnMarkers',
  request: WriteTxnMarkersRequest,
  response: WriteTxnMarkersResponse,
}
