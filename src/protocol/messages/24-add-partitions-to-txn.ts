/**
 * AddPartitionsToTxn (API key 24).
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
} from '../schema.ts'

/** AddPartitionsToTxnRequest */
export interface AddPartitionsToTxnRequest {
  /** transactions */
  readonly transactions: readonly AddPartitionsToTxnTransaction[]
  /** v3AndBelowTransactionalId */
  readonly v3AndBelowTransactionalId: string
  /** v3AndBelowProducerId */
  readonly v3AndBelowProducerId: number
  /** v3AndBelowProducerEpoch */
  readonly v3AndBelowProducerEpoch: number
  /** v3AndBelowTopics */
  readonly v3AndBelowTopics: readonly AddPartitionsToTxnTopic[]
}

/** AddPartitionsToTxnTransaction */
export interface AddPartitionsToTxnTransaction {
  /** transactionalId */
  readonly transactionalId: string
  /** producerId */
  readonly producerId: number
  /** producerEpoch */
  readonly producerEpoch: number
  /** verifyOnly */
  readonly verifyOnly: boolean
  /** topics */
  readonly topics: readonly AddPartitionsToTxnTopic[]
}

/** AddPartitionsToTxnTopic */
export interface AddPartitionsToTxnTopic {
  /** name */
  readonly name: string
  /** partitions */
  readonly partitions: readonly number[]
}

export const AddPartitionsToTxnTopic = struct<AddPartitionsToTxnTopic>('AddPartitionsToTxnTopic', {
  name: string,
  partitions: array(int32),
})

export const AddPartitionsToTxnTransaction = struct<AddPartitionsToTxnTransaction>(
  'AddPartitionsToTxnTransaction',
  {
    transactionalId: string,
    producerId: int64,
    producerEpoch: int16,
    verifyOnly: bool,
    topics: array(AddPartitionsToTxnTopic),
  },
)

export const AddPartitionsToTxnRequest = message<AddPartitionsToTxnRequest>(
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

/** AddPartitionsToTxnResponse */
export interface AddPartitionsToTxnResponse {
  /** throttleTimeMs */
  readonly throttleTimeMs: number
  /** errorCode */
  readonly errorCode: number
  /** resultsByTransaction */
  readonly resultsByTransaction: readonly AddPartitionsToTxnResult[]
  /** resultsByTopicV3AndBelow */
  readonly resultsByTopicV3AndBelow: readonly AddPartitionsToTxnTopicResult[]
}

/** AddPartitionsToTxnResult */
export interface AddPartitionsToTxnResult {
  /** transactionalId */
  readonly transactionalId: string
  /** topicResults */
  readonly topicResults: readonly AddPartitionsToTxnTopicResult[]
}

/** AddPartitionsToTxnTopicResult */
export interface AddPartitionsToTxnTopicResult {
  /** name */
  readonly name: string
  /** resultsByPartition */
  readonly resultsByPartition: readonly AddPartitionsToTxnPartitionResult[]
}

/** AddPartitionsToTxnPartitionResult */
export interface AddPartitionsToTxnPartitionResult {
  /** partitionIndex */
  readonly partitionIndex: number
  /** partitionErrorCode */
  readonly partitionErrorCode: number
}

export const AddPartitionsToTxnPartitionResult = struct<AddPartitionsToTxnPartitionResult>(
  'AddPartitionsToTxnPartitionResult',
  {
    partitionIndex: int32,
    partitionErrorCode: int16,
  },
)

export const AddPartitionsToTxnTopicResult = struct<AddPartitionsToTxnTopicResult>(
  'AddPartitionsToTxnTopicResult',
  {
    name: string,
    resultsByPartition: array(AddPartitionsToTxnPartitionResult),
  },
)

export const AddPartitionsToTxnResult = struct<AddPartitionsToTxnResult>('AddPartitionsToTxnResult', {
  transactionalId: string,
  topicResults: array(AddPartitionsToTxnTopicResult),
})

export const AddPartitionsToTxnResponse = message<AddPartitionsToTxnResponse>(
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
