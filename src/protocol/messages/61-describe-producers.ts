/**
 * DescribeProducers (API key 61).
 */
import type { Api } from '../api.ts'
import { array, int16, int32, int64, message, nullable, string, struct, withDefault } from '../schema.ts'

/** DescribeProducersRequest */
export interface DescribeProducersRequest {
  /** topics */
  readonly topics: readonly DescribeProducersTopicRequest[]
}

/** DescribeProducersTopicRequest */
export interface DescribeProducersTopicRequest {
  /** name */
  readonly name: string
  /** partitionIndexes */
  readonly partitionIndexes: readonly number[]
}

export const DescribeProducersTopicRequest = struct<DescribeProducersTopicRequest>(
  'DescribeProducersTopicRequest',
  {
    name: string,
    partitionIndexes: array(int32),
  },
)

export const DescribeProducersRequest = message<DescribeProducersRequest>(
  'DescribeProducersRequest',
  { versions: [0, 0], flexibleSince: 0 },
  {
    topics: array(DescribeProducersTopicRequest),
  },
)

/** DescribeProducersResponse */
export interface DescribeProducersResponse {
  /** throttleTimeMs */
  readonly throttleTimeMs: number
  /** topics */
  readonly topics: readonly DescribeProducersTopicResponse[]
}

/** DescribeProducersTopicResponse */
export interface DescribeProducersTopicResponse {
  /** name */
  readonly name: string
  /** partitions */
  readonly partitions: readonly DescribeProducersPartitionResponse[]
}

/** DescribeProducersPartitionResponse */
export interface DescribeProducersPartitionResponse {
  /** partitionIndex */
  readonly partitionIndex: number
  /** errorCode */
  readonly errorCode: number
  /** errorMessage */
  readonly errorMessage: string | null
  /** activeProducers */
  readonly activeProducers: readonly ProducerState[]
}

/** ProducerState */
export interface ProducerState {
  /** producerId */
  readonly producerId: number
  /** producerEpoch */
  readonly producerEpoch: number
  /** lastSequence */
  readonly lastSequence: number
  /** lastTimestamp */
  readonly lastTimestamp: number
  /** coordinatorEpoch */
  readonly coordinatorEpoch: number
  /** currentTxnStartOffset */
  readonly currentTxnStartOffset: number
}

export const ProducerState = struct<ProducerState>('ProducerState', {
  producerId: int64,
  producerEpoch: int32,
  lastSequence: withDefault(-1, int32),
  lastTimestamp: withDefault(-1, int64),
  coordinatorEpoch: int32,
  currentTxnStartOffset: withDefault(-1, int64),
})

export const DescribeProducersPartitionResponse = struct<DescribeProducersPartitionResponse>(
  'DescribeProducersPartitionResponse',
  {
    partitionIndex: int32,
    errorCode: int16,
    errorMessage: withDefault(null, nullable(string)),
    activeProducers: array(ProducerState),
  },
)

export const DescribeProducersTopicResponse = struct<DescribeProducersTopicResponse>(
  'DescribeProducersTopicResponse',
  {
    name: string,
    partitions: array(DescribeProducersPartitionResponse),
  },
)

export const DescribeProducersResponse = message<DescribeProducersResponse>(
  'DescribeProducersResponse',
  { versions: [0, 0], flexibleSince: 0 },
  {
    throttleTimeMs: int32,
    topics: array(DescribeProducersTopicResponse),
  },
)

export const DescribeProducers: Api<DescribeProducersRequest, DescribeProducersResponse> = {
  key: 61,
  name: 'DescribeProducers',
  request: DescribeProducersRequest,
  response: DescribeProducersResponse,
}
