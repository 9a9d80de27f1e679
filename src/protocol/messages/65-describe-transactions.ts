/**
 * DescribeTransactions (API key 65).
 */
import type { Api } from '../api.ts'
import { array, int16, int32, int64, message, string, struct } from '../schema.ts'

/** DescribeTransactionsRequest */
export interface DescribeTransactionsRequest {
  /** transactionalIds */
  readonly transactionalIds: readonly string[]
}

export const DescribeTransactionsRequest = message<DescribeTransactionsRequest>(
  'DescribeTransactionsRequest',
  { versions: [0, 0], flexibleSince: 0 },
  {
    transactionalIds: array(string),
  },
)

/** DescribeTransactionsResponse */
export interface DescribeTransactionsResponse {
  /** throttleTimeMs */
  readonly throttleTimeMs: number
  /** transactionStates */
  readonly transactionStates: readonly DescribeTransactionsTransactionState[]
}

/** DescribeTransactionsTransactionState */
export interface DescribeTransactionsTransactionState {
  /** errorCode */
  readonly errorCode: number
  /** transactionalId */
  readonly transactionalId: string
  /** transactionState */
  readonly transactionState: string
  /** transactionTimeoutMs */
  readonly transactionTimeoutMs: number
  /** transactionStartTimeMs */
  readonly transactionStartTimeMs: number
  /** producerId */
  readonly producerId: number
  /** producerEpoch */
  readonly producerEpoch: number
  /** topics */
  readonly topics: readonly DescribeTransactionsTopicData[]
}

/** DescribeTransactionsTopicData */
export interface DescribeTransactionsTopicData {
  /** topic */
  readonly topic: string
  /** partitions */
  readonly partitions: readonly number[]
}

export const DescribeTransactionsTopicData = struct<DescribeTransactionsTopicData>(
  'DescribeTransactionsTopicData',
  {
    topic: string,
    partitions: array(int32),
  },
)

export const DescribeTransactionsTransactionState = struct<DescribeTransactionsTransactionState>(
  'DescribeTransactionsTransactionState',
  {
    errorCode: int16,
    transactionalId: string,
    transactionState: string,
    transactionTimeoutMs: int32,
    transactionStartTimeMs: int64,
    producerId: int64,
    producerEpoch: int16,
    topics: array(DescribeTransactionsTopicData),
  },
)

export const DescribeTransactionsResponse = message<DescribeTransactionsResponse>(
  'DescribeTransactionsResponse',
  { versions: [0, 0], flexibleSince: 0 },
  {
    throttleTimeMs: int32,
    transactionStates: array(DescribeTransactionsTransactionState),
  },
)

export const DescribeTransactions: Api<DescribeTransactionsRequest, DescribeTransactionsResponse> = {
  key: 65,
  name: 'DescribeTransactions',
  request: DescribeTransactionsRequest,
  response: DescribeTransactionsResponse,
}
