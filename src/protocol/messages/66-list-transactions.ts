/**
 * ListTransactions (API key 66): lists the transactional ids that a broker coordinates. Sent to every broker.
 */
import type { Api } from '../api.ts'
import {
  array,
  int16,
  int32,
  int64,
  message,
  nullable,
  since,
  string,
  struct,
  withDefault,
  type MessageType,
  type StructType,
} from '../schema.ts'

/** The request of ListTransactions. */
export interface ListTransactionsRequest {
  /** Only transactions in these states; empty for all. */
  readonly stateFilters: readonly string[]
  /** Only transactions of these producer ids; empty for all. */
  readonly producerIdFilters: readonly number[]
  /** Only transactions open for longer than this many milliseconds; negative for all. */
  readonly durationFilter: number
  /** Only transactional ids that match this pattern (RE2); null or empty for all. */
  readonly transactionalIdPattern: string | null
}

export const ListTransactionsRequest: MessageType<ListTransactionsRequest> = message<ListTransactionsRequest>(
  'ListTransactionsRequest',
  { versions: [0, 2], flexibleSince: 0 },
  {
    stateFilters: array(string),
    producerIdFilters: array(int64),
    durationFilter: since(1, withDefault(-1, int64)),
    transactionalIdPattern: since(2, withDefault(null, nullable(string))),
  },
)

/** The response of ListTransactions. */
export interface ListTransactionsResponse {
  /** How long the client is to hold back because of a quota, in milliseconds; 0 for not at all. */
  readonly throttleTimeMs: number
  /** Error code of the request as a whole; 0 for none. */
  readonly errorCode: number
  /** Those of the states asked for that do not exist. */
  readonly unknownStateFilters: readonly string[]
  /** The transactions. */
  readonly transactionStates: readonly ListTransactionsTransactionState[]
}

/** A transactional id. */
export interface ListTransactionsTransactionState {
  /** The name that the producer's incarnations share. */
  readonly transactionalId: string
  /** The id of the producer. */
  readonly producerId: number
  /** The state of the transaction, by name. */
  readonly transactionState: string
}

export const ListTransactionsTransactionState: StructType<ListTransactionsTransactionState> =
  struct<ListTransactionsTransactionState>('ListTransactionsTransactionState', {
    transactionalId: string,
    producerId: int64,
    transactionState: string,
  })

export const ListTransactionsResponse: MessageType<ListTransactionsResponse> =
  message<ListTransactionsResponse>(
    'ListTransactionsResponse',
    { versions: [0, 2], flexibleSince: 0 },
    {
      throttleTimeMs: int32,
      errorCode: int16,
      unknownStateFilters: array(string),
      transactionStates: array(ListTransactionsTransactionState),
    },
  )

export const ListTransactions: Api<ListTransactionsRequest, ListTransactionsResponse> = {
  key: 66,
  name: 'ListTransactions',
  request: ListTransactionsRequest,
  response: ListTransactionsResponse,
}
