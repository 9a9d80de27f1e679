/**
 * AddPartitionsToTxn (API key 24): adds partitions to a transaction before they are written to. Sent to the
 * coordinator.
 *
 * Clients speak versions up to 3, one transaction in a request. From version 4 on, brokers ask each other
 * about several, also just to verify (KIP-890).
 */
import type { Api } from '../api.ts'
import {
  array,
  between,
  bool,
  ignorable,
  int16,
  int32,
  int64,
  message,
  since,
  string,
  struct,
  type MessageType,
  type StructType,
} from '../schema.ts'

/** The request of AddPartitionsToTxn. */
export interface AddPartitionsToTxnRequest {
  /** The transactions (version 4 on, between brokers). */
  readonly transactions: readonly AddPartitionsToTxnTransaction[]
  /** The transactional id (versions 0 to 3). */
  readonly v3AndBelowTransactionalId: string
  /** The id of the producer (versions 0 to 3). */
  readonly v3AndBelowProducerId: number
  /** The epoch of the producer (versions 0 to 3). */
  readonly v3AndBelowProducerEpoch: number
  /** The partitions to add, by topic (versions 0 to 3). */
  readonly v3AndBelowTopics: readonly AddPartitionsToTxnTopic[]
}

/** Partitions to add to, or find in, one transaction. */
export interface AddPartitionsToTxnTransaction {
  /** The name that the producer's incarnations share. */
  readonly transactionalId: string
  /** The id of the producer. */
  readonly producerId: number
  /** The epoch of the producer; an older one is fenced. */
  readonly producerEpoch: number
  /** Whether to answer only if the partitions are in the transaction, and add none. */
  readonly verifyOnly: boolean
  /** The topics. */
  readonly topics: readonly AddPartitionsToTxnTopic[]
}

/** Partitions of one topic. */
export interface AddPartitionsToTxnTopic {
  /** The name of the topic. */
  readonly name: string
  /** The numbers of the partitions. */
  readonly partitions: readonly number[]
}

export const AddPartitionsToTxnTopic: StructType<AddPartitionsToTxnTopic> = struct<AddPartitionsToTxnTopic>(
  'AddPartitionsToTxnTopic',
  {
    name: string,
    partitions: array(int32),
  },
)

export const AddPartitionsToTxnTransaction: StructType<AddPartitionsToTxnTransaction> =
  struct<AddPartitionsToTxnTransaction>('AddPartitionsToTxnTransaction', {
    transactionalId: string,
    producerId: int64,
    producerEpoch: int16,
    verifyOnly: bool,
    topics: array(AddPartitionsToTxnTopic),
  })

export const AddPartitionsToTxnRequest: MessageType<AddPartitionsToTxnRequest> =
  message<AddPartitionsToTxnRequest>(
    'AddPartitionsToTxnRequest',
    { versions: [0, 5], flexibleSince: 3 },
    {
      transactions: since(4, array(AddPartitionsToTxnTransaction)),
      v3AndBelowTransactionalId: between(0, 3, string),
      v3AndBelowProducerId: between(0, 3, int64),
      v3AndBelowProducerEpoch: between(0, 3, int16),
      v3AndBelowTopics: between(0, 3, array(AddPartitionsToTxnTopic)),
    },
  )

/** The response of AddPartitionsToTxn. */
export interface AddPartitionsToTxnResponse {
  /** How long the client is to hold back because of a quota, in milliseconds; 0 for not at all. */
  readonly throttleTimeMs: number
  /** Error code of the request as a whole; 0 for none. */
  readonly errorCode: number
  /** What became of each transaction (version 4 on). */
  readonly resultsByTransaction: readonly AddPartitionsToTxnResult[]
  /** What became of each topic (versions 0 to 3). */
  readonly resultsByTopicV3AndBelow: readonly AddPartitionsToTxnTopicResult[]
}

/** What became of one transaction. */
export interface AddPartitionsToTxnResult {
  /** The name that the producer's incarnations share. */
  readonly transactionalId: string
  /** What became of each topic. */
  readonly topicResults: readonly AddPartitionsToTxnTopicResult[]
}

/** What became of one topic. */
export interface AddPartitionsToTxnTopicResult {
  /** The name of the topic. */
  readonly name: string
  /** What became of each partition. */
  readonly resultsByPartition: readonly AddPartitionsToTxnPartitionResult[]
}

/** What became of one partition. */
export interface AddPartitionsToTxnPartitionResult {
  /** The number of the partition. */
  readonly partitionIndex: number
  /** Error code of this partition; 0 for none. */
  readonly partitionErrorCode: number
}

export const AddPartitionsToTxnPartitionResult: StructType<AddPartitionsToTxnPartitionResult> =
  struct<AddPartitionsToTxnPartitionResult>('AddPartitionsToTxnPartitionResult', {
    partitionIndex: int32,
    partitionErrorCode: int16,
  })

export const AddPartitionsToTxnTopicResult: StructType<AddPartitionsToTxnTopicResult> =
  struct<AddPartitionsToTxnTopicResult>('AddPartitionsToTxnTopicResult', {
    name: string,
    resultsByPartition: array(AddPartitionsToTxnPartitionResult),
  })

export const AddPartitionsToTxnResult: StructType<AddPartitionsToTxnResult> =
  struct<AddPartitionsToTxnResult>('AddPartitionsToTxnResult', {
    transactionalId: string,
    topicResults: array(AddPartitionsToTxnTopicResult),
  })

export const AddPartitionsToTxnResponse: MessageType<AddPartitionsToTxnResponse> =
  message<AddPartitionsToTxnResponse>(
    'AddPartitionsToTxnResponse',
    { versions: [0, 5], flexibleSince: 3 },
    {
      throttleTimeMs: int32,
      errorCode: since(4, ignorable(int16)),
      resultsByTransaction: since(4, array(AddPartitionsToTxnResult)),
      resultsByTopicV3AndBelow: between(0, 3, array(AddPartitionsToTxnTopicResult)),
    },
  )

export const AddPartitionsToTxn: Api<AddPartitionsToTxnRequest, AddPartitionsToTxnResponse> = {
  key: 24,
  name: 'AddPartitionsToTxn',
  request: AddPartitionsToTxnRequest,
  response: AddPartitionsToTxnResponse,
}
