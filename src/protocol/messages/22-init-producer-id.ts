/**
 * InitProducerId (API key 22).
 */
import type { Api } from '../api.ts'
import {
  bool,
  ignorable,
  int16,
  int32,
  int64,
  message,
  nullable,
  since,
  string,
  withDefault,
} from '../schema.ts'

/** InitProducerIdRequest */
export interface InitProducerIdRequest {
  /** transactionalId */
  readonly transactionalId: string | null
  /** transactionTimeoutMs */
  readonly transactionTimeoutMs: number
  /** producerId */
  readonly producerId: number
  /** producerEpoch */
  readonly producerEpoch: number
  /** enable2Pc */
  readonly enable2Pc: boolean
  /** keepPreparedTxn */
  readonly keepPreparedTxn: boolean
}

export const InitProducerIdRequest = message<InitProducerIdRequest>(
  'InitProducerIdRequest',
  { versions: [0, 6], flexibleSince: 2 },
  {
    transactionalId: nullable(string),
    transactionTimeoutMs: int32,
    producerId: since(3, withDefault(-1, int64)),
    producerEpoch: since(3, withDefault(-1, int16)),
    enable2Pc: since(6, bool),
    keepPreparedTxn: since(6, bool),
  },
)

/** InitProducerIdResponse */
export interface InitProducerIdResponse {
  /** throttleTimeMs */
  readonly throttleTimeMs: number
  /** errorCode */
  readonly errorCode: number
  /** producerId */
  readonly producerId: number
  /** producerEpoch */
  readonly producerEpoch: number
  /** ongoingTxnProducerId */
  readonly ongoingTxnProducerId: number
  /** ongoingTxnProducerEpoch */
  readonly ongoingTxnProducerEpoch: number
}

export const InitProducerIdResponse = message<InitProducerIdResponse>(
  'InitProducerIdResponse',
  { versions: [0, 6], flexibleSince: 2 },
  {
    throttleTimeMs: ignorable(int32),
    errorCode: int16,
    producerId: withDefault(-1, int64),
    producerEpoch: int16,
    ongoingTxnProducerId: since(6, withDefault(-1, int64)),
    ongoingTxnProducerEpoch: since(6, withDefault(-1, int16)),
  },
)

export const InitProducerId: Api<InitProducerIdRequest, InitProducerIdResponse> = {
  key: 22,
  name: 'InitProducerId',
  request: InitProducerIdRequest,
  response: InitProducerIdResponse,
}
