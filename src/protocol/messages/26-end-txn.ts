/**
 * EndTxn (API key 26).
 */
import type { Api } from '../api.ts'
import { bool, ignorable, int16, int32, int64, message, since, string, withDefault } from '../schema.ts'

/** EndTxnRequest */
export interface EndTxnRequest {
  /** transactionalId */
  readonly transactionalId: string
  /** producerId */
  readonly producerId: number
  /** producerEpoch */
  readonly producerEpoch: number
  /** committed */
  readonly committed: boolean
}

export const EndTxnRequest = message<EndTxnRequest>(
  'EndTxnRequest',
  { versions: [0, 5], flexibleSince: 3 },
  {
    transactionalId: string,
    producerId: int64,
    producerEpoch: int16,
    committed: bool,
  },
)

/** EndTxnResponse */
export interface EndTxnResponse {
  /** throttleTimeMs */
  readonly throttleTimeMs: number
  /** errorCode */
  readonly errorCode: number
  /** producerId */
  readonly producerId: number
  /** producerEpoch */
  readonly producerEpoch: number
}

export const EndTxnResponse = message<EndTxnResponse>(
  'EndTxnResponse',
  { versions: [0, 5], flexibleSince: 3 },
  {
    throttleTimeMs: int32,
    errorCode: int16,
    producerId: since(5, ignorable(withDefault(-1, int64))),
    producerEpoch: since(5, ignorable(withDefault(-1, int16))),
  },
)

export const EndTxn: Api<EndTxnRequest, EndTxnResponse> = {
  key: 26,
  name: 'EndTxn',
  request: EndTxnRequest,
  response: EndTxnResponse,
}
