/**
 * DescribeProducers (API key 61): tells which producers a partition knows. Sent to the leader of each
 * partition.
 */
import type { Api } from '../api.ts'
import {
  array,
  int16,
  int32,
  int64,
  message,
  nullable,
  string,
  struct,
  withDefault,
  type MessageType,
  type StructType,
} from '../schema.ts'

/** The request of DescribeProducers. */
export interface DescribeProducersRequest {
  /** The topics. */
  readonly topics: readonly DescribeProducersTopicRequest[]
}

/** Partitions of one topic. */
export interface DescribeProducersTopicRequest {
  /** The name of the topic. */
  readonly name: string
  /** The numbers of the partitions. */
  readonly partitionIndexes: readonly number[]
}

export const DescribeProducersTopicRequest: StructType<DescribeProducersTopicRequest> =
  struct<DescribeProducersTopicRequest>('DescribeProducersTopicRequest', {
    name: string,
    partitionIndexes: array(int32),
  })

export const DescribeProducersRequest: MessageType<DescribeProducersRequest> =
  message<DescribeProducersRequest>(
    'DescribeProducersRequest',
    { versions: [0, 0], flexibleSince: 0 },
    {
      topics: array(DescribeProducersTopicRequest),
    },
  )

/** The response of DescribeProducers. */
export interface DescribeProducersResponse {
  /** How long the client is to hold back because of a quota, in milliseconds; 0 for not at all. */
  readonly throttleTimeMs: number
  /** The topics. */
  readonly topics: readonly DescribeProducersTopicResponse[]
}

/** Producers in one topic. */
export interface DescribeProducersTopicResponse {
  /** The name of the topic. */
  readonly name: string
  /** The partitions. */
  readonly partitions: readonly DescribeProducersPartitionResponse[]
}

/** Producers in one partition. */
export interface DescribeProducersPartitionResponse {
  /** The number of the partition. */
  readonly partitionIndex: number
  /** Error code of this partition; 0 for none. */
  readonly errorCode: number
  /** What went wrong, for people; null if nothing did. */
  readonly errorMessage: string | null
  /** Producers whose state the partition keeps. */
  readonly activeProducers: readonly ProducerState[]
}

/** What a partition knows of one producer. */
export interface ProducerState {
  /** The id of the producer. */
  readonly producerId: number
  /** The epoch of the producer; an older one is fenced. */
  readonly producerEpoch: number
  /** The sequence number of its last record. */
  readonly lastSequence: number
  /** The timestamp of its last batch. */
  readonly lastTimestamp: number
  /** The epoch of the coordinator that wrote the producer's last marker; -1 if there is none. */
  readonly coordinatorEpoch: number
  /** The offset at which its open transaction began; -1 if none is open. */
  readonly currentTxnStartOffset: number
}

export const ProducerState: StructType<ProducerState> = struct<ProducerState>('ProducerState', {
  producerId: int64,
  producerEpoch: int32,
  lastSequence: withDefault(-1, int32),
  lastTimestamp: withDefault(-1, int64),
  coordinatorEpoch: int32,
  currentTxnStartOffset: withDefault(-1, int64),
})

export const DescribeProducersPartitionResponse: StructType<DescribeProducersPartitionResponse> =
  struct<DescribeProducersPartitionResponse>('DescribeProducersPartitionResponse', {
    partitionIndex: int32,
    errorCode: int16,
    errorMessage: withDefault(null, nullable(string)),
    activeProducers: array(ProducerState),
  })

export const DescribeProducersTopicResponse: StructType<DescribeProducersTopicResponse> =
  struct<DescribeProducersTopicResponse>('DescribeProducersTopicResponse', {
    name: string,
    partitions: array(DescribeProducersPartitionResponse),
  })

export const DescribeProducersResponse: MessageType<DescribeProducersResponse> =
  message<DescribeProducersResponse>(
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
