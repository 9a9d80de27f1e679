/**
 * AddOffsetsToTxn (API key 25).
 */
import type { Api } from '../api.ts'
import { int16, int32, int64, message, string } from '../schema.ts'

/** AddOffsetsToTxnRequest */
export interface AddOffsetsToTxnRequest {
  /** transactionalId */
  readonly transactionalId: string
  /** producerId */
  readonly producerId: number
  /** producerEpoch */
  readonly producerEpoch: number
  /** groupId */
  readonly groupId: string
}

export const AddOffsetsToTxnRequest = message<AddOffsetsToTxnRequest>(
  'AddOffsetsToTxnRequest',
  { versions: [0, 4], flexibleSince: 3 },
  {
    transactionalId: string,
    producerId: int64,
    producerEpoch: int16,
    groupId: string,
  },
)

/** AddOffsetsToTxnResponse */
export interface AddOffsetsToTxnResponse {
  /** throttleTimeMs */
  readonly throttleTimeMs: number
  /** errorCode */
  readonly errorCode: number
}

export const AddOffsetsToTxnResponse = message<AddOffsetsToTxnResponse>(
  'AddOffsetsToTxnResponse',
  { versions: [0, 4], flexibleSince: 3 },
  {
    throttleTimeMs: int32,
    errorCode: int16,
  },
)

export const AddOffsetsToTxn: Api<AddOffsetsToTxnRequest, AddOffsetsToTxnResponse> = {
  key: 25,
  name: 'AddOffsetsToTxn',
  request: AddOffsetsToTxnRequest,
  response: AddOffsetsToTxnResponse,
}
