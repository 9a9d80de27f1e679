/**
 * EndTxn (API key 26): commits or aborts the open transaction of a producer. Sent to the transaction
 * coordinator.
 *
 * From version 5 every transaction ends with a new epoch, which the response carries (KIP-890).
 */
import type { Api } from '../api.ts'
import {
  bool,
  ignorable,
  int16,
  int32,
  int64,
  message,
  since,
  string,
  withDefault,
  type MessageType,
} from '../schema.ts'

/** The request of EndTxn. */
export interface EndTxnRequest {
  /** The name that the producer's incarnations share. */
  readonly transactionalId: string
  /** The id of the producer. */
  readonly producerId: number
  /** The epoch of the producer; an older one is fenced. */
  readonly producerEpoch: number
  /** `true` commits, `false` aborts. */
  readonly committed: boolean
}

export const EndTxnRequest: MessageType<EndTxnRequest> = message<EndTxnRequest>(
  'EndTxnRequest',
  { versions: [0, 5], flexibleSince: 3 },
  {
    transactionalId: string,
    producerId: int64,
    producerEpoch: int16,
    committed: bool,
  },
)

/** The response of EndTxn. */
export interface EndTxnResponse {
  /** How long the client is to hold back because of a quota, in milliseconds; 0 for not at all. */
  readonly throttleTimeMs: number
  /** Error code of the request as a whole; 0 for none. */
  readonly errorCode: number
  /** The producer id for the next transaction (version 5 on); -1 if it stays. */
  readonly producerId: number
  /** The epoch for the next transaction (version 5 on); -1 if it stays. */
  readonly producerEpoch: number
}

export const EndTxnResponse: MessageType<EndTxnResponse> = message<EndTxnResponse>(
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
