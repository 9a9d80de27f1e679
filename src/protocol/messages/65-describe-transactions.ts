/**
 * DescribeTransactions (API key 65): tells the state of transactional ids. Sent to the transaction
 * coordinator.
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

/** The request of DescribeTransactions. */
export interface DescribeTransactionsRequest {
  /** The transactional ids. */
  readonly transactionalIds: readonly string[]
}

export const DescribeTransactionsRequest: MessageType<DescribeTransactionsRequest> =
  message<DescribeTransactionsRequest>(
    'DescribeTransactionsRequest',
    { versions: [0, 0], flexibleSince: 0 },
    {
      transactionalIds: array(string),
    },
  )

/** The response of DescribeTransactions. */
export interface DescribeTransactionsResponse {
  /** How long the client is to hold back because of a quota, in milliseconds; 0 for not at all. */
  readonly throttleTimeMs: number
  /** The transactions. */
  readonly transactionStates: readonly DescribeTransactionsTransactionState[]
}

/** The transaction of one transactional id. */
export interface DescribeTransactionsTransactionState {
  /** Error code of this transactional id; 0 for none. */
  readonly errorCode: number
  /** The name that the producer's incarnations share. */
  readonly transactionalId: string
  /** The state of the transaction, by name. */
  readonly transactionState: string
  /** After how many milliseconds the coordinator aborts a transaction that is still open. */
  readonly transactionTimeoutMs: number
  /** When the transaction began, in milliseconds since the epoch; -1 if none is open. */
  readonly transactionStartTimeMs: number
  /** The id of the producer. */
  readonly producerId: number
  /** The epoch of the producer; an older one is fenced. */
  readonly producerEpoch: number
  /** The partitions in the transaction; while it is being completed, those that still lack a marker. */
  readonly topics: readonly DescribeTransactionsTopicData[]
}

/** Partitions of one topic. */
export interface DescribeTransactionsTopicData {
  /** The name of the topic. */
  readonly topic: string
  /** The numbers of the partitions. */
  readonly partitions: readonly number[]
}

export const DescribeTransactionsTopicData: StructType<DescribeTransactionsTopicData> =
  struct<DescribeTransactionsTopicData>('DescribeTransactionsTopicData', {
    topic: string,
    partitions: array(int32),
  })

export const DescribeTransactionsTransactionState: StructType<DescribeTransactionsTransactionState> =
  struct<DescribeTransactionsTransactionState>('DescribeTransactionsTransactionState', {
    errorCode: int16,
    transactionalId: string,
    transactionState: string,
    transactionTimeoutMs: int32,
    transactionStartTimeMs: int64,
    producerId: int64,
    producerEpoch: int16,
    topics: array(DescribeTransactionsTopicData),
  })

export const DescribeTransactionsResponse: MessageType<DescribeTransactionsResponse> =
  message<DescribeTransactionsResponse>(
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
