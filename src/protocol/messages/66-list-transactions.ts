/**
 * ListTransactions (API key 66).
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
} from '../schema.ts'

/** ListTransactionsRequest */
export interface ListTransactionsRequest {
  /** stateFilters */
  readonly stateFilters: readonly string[]
  /** producerIdFilters */
  readonly producerIdFilters: readonly number[]
  /** durationFilter */
  readonly durationFilter: number
  /** transactionalIdPattern */
  readonly transactionalIdPattern: string | null
}

export const ListTransactionsRequest = message<ListTransactionsRequest>(
  'ListTransactionsRequest',
  { versions: [0, 2], flexibleSince: 0 },
  {
    stateFilters: array(string),
    producerIdFilters: array(int64),
    durationFilter: since(1, withDefault(-1, int64)),
    transactionalIdPattern: since(2, withDefault(null, nullable(string))),
  },
)

/** ListTransactionsResponse */
export interface ListTransactionsResponse {
  /** throttleTimeMs */
  readonly throttleTimeMs: number
  /** errorCode */
  readonly errorCode: number
  /** unknownStateFilters */
  readonly unknownStateFilters: readonly string[]
  /** transactionStates */
  readonly transactionStates: readonly ListTransactionsTransactionState[]
}

/** ListTransactionsTransactionState */
export interface ListTransactionsTransactionState {
  /** transactionalId */
  readonly transactionalId: string
  /** producerId */
  readonly producerId: number
  /** transactionState */
  readonly transactionState: string
}

export const ListTransactionsTransactionState = struct<ListTransactionsTransactionState>(
  'ListTransactionsTransactionState',
  {
    transactionalId: string,
    producerId: int64,
    transactionState: string,
  },
)

export const ListTransactionsResponse = message<ListTransactionsResponse>(
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
