/**
 * AddOffsetsToTxn (API key 25): announces that a transaction will commit offsets of a group. Sent to the
 * coordinator.
 */
import type { Api } from '../api.ts'
import { int16, int32, int64, message, string, type MessageType } from '../schema.ts'

/** The request of AddOffsetsToTxn. */
export interface AddOffsetsToTxnRequest {
  /** The name that the producer's incarnations share. */
  readonly transactionalId: string
  /** The id of the producer. */
  readonly producerId: number
  /** The epoch of the producer; an older one is fenced. */
  readonly producerEpoch: number
  /** The id of the group. */
  readonly groupId: string
}

export const AddOffsetsToTxnRequest: MessageType<AddOffsetsToTxnRequest> = message<AddOffsetsToTxnRequest>(
  'AddOffsetsToTxnRequest',
  { versions: [0, 4], flexibleSince: 3 },
  {
    transactionalId: string,
    producerId: int64,
    producerEpoch: int16,
    groupId: string,
  },
)

/** The response of AddOffsetsToTxn. */
export interface AddOffsetsToTxnResponse {
  /** How long the client is to hold back because of a quota, in milliseconds; 0 for not at all. */
  readonly throttleTimeMs: number
  /** Error code of the request as a whole; 0 for none. */
  readonly errorCode: number
}

export const AddOffsetsToTxnResponse: MessageType<AddOffsetsToTxnResponse> = message<AddOffsetsToTxnResponse>(
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
