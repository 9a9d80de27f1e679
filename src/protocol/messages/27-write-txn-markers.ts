/**
 * WriteTxnMarkers (API key 27): writes commit and abort markers into partitions. Between brokers only.
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
  type MessageType,
  type StructType,
} from '../schema.ts'

/** The request of WriteTxnMarkers. */
export interface WriteTxnMarkersRequest {
  /** The markers, by producer. */
  readonly markers: readonly WritableTxnMarker[]
}

/** The markers of one transaction. */
export interface WritableTxnMarker {
  /** The id of the producer. */
  readonly producerId: number
  /** The epoch of the producer; an older one is fenced. */
  readonly producerEpoch: number
  /** `true` commits, `false` aborts. */
  readonly transactionResult: boolean
  /** The topics. */
  readonly topics: readonly WritableTxnMarkerTopic[]
  /** The epoch of the transaction coordinator, which fences markers of one that was replaced. */
  readonly coordinatorEpoch: number
  /** The transaction protocol: 0 and 1 before KIP-890, 2 with it. */
  readonly transactionVersion: number
}

/** Partitions of one topic. */
export interface WritableTxnMarkerTopic {
  /** The name of the topic. */
  readonly name: string
  /** The numbers of the partitions. */
  readonly partitionIndexes: readonly number[]
}

export const WritableTxnMarkerTopic: StructType<WritableTxnMarkerTopic> = struct<WritableTxnMarkerTopic>(
  'WritableTxnMarkerTopic',
  {
    name: string,
    partitionIndexes: array(int32),
  },
)

export const WritableTxnMarker: StructType<WritableTxnMarker> = struct<WritableTxnMarker>(
  'WritableTxnMarker',
  {
    producerId: int64,
    producerEpoch: int16,
    transactionResult: bool,
    topics: array(WritableTxnMarkerTopic),
    coordinatorEpoch: int32,
    transactionVersion: since(2, ignorable(int8)),
  },
)

export const WriteTxnMarkersRequest: MessageType<WriteTxnMarkersRequest> = message<WriteTxnMarkersRequest>(
  'WriteTxnMarkersRequest',
  { versions: [1, 2], flexibleSince: 1 },
  {
    markers: array(WritableTxnMarker),
  },
)

/** The response of WriteTxnMarkers. */
export interface WriteTxnMarkersResponse {
  /** The markers, by producer. */
  readonly markers: readonly WritableTxnMarkerResult[]
}

/** What became of one transaction. */
export interface WritableTxnMarkerResult {
  /** The id of the producer. */
  readonly producerId: number
  /** The topics. */
  readonly topics: readonly WritableTxnMarkerTopicResult[]
}

/** What became of one topic. */
export interface WritableTxnMarkerTopicResult {
  /** The name of the topic. */
  readonly name: string
  /** The partitions. */
  readonly partitions: readonly WritableTxnMarkerPartitionResult[]
}

/** What became of one partition. */
export interface WritableTxnMarkerPartitionResult {
  /** The number of the partition. */
  readonly partitionIndex: number
  /** Error code of this partition; 0 for none. */
  readonly errorCode: number
}

export const WritableTxnMarkerPartitionResult: StructType<WritableTxnMarkerPartitionResult> =
  struct<WritableTxnMarkerPartitionResult>('WritableTxnMarkerPartitionResult', {
    partitionIndex: int32,
    errorCode: int16,
  })

export const WritableTxnMarkerTopicResult: StructType<WritableTxnMarkerTopicResult> =
  struct<WritableTxnMarkerTopicResult>('WritableTxnMarkerTopicResult', {
    name: string,
    partitions: array(WritableTxnMarkerPartitionResult),
  })

export const WritableTxnMarkerResult: StructType<WritableTxnMarkerResult> = struct<WritableTxnMarkerResult>(
  'WritableTxnMarkerResult',
  {
    producerId: int64,
    topics: array(WritableTxnMarkerTopicResult),
  },
)

export const WriteTxnMarkersResponse: MessageType<WriteTxnMarkersResponse> = message<WriteTxnMarkersResponse>(
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
