/**
 * InitProducerId (API key 22): gives a producer its id and epoch, and fences older ones of the same
 * transactional id.
 *
 * Sent to the transaction coordinator, or to any broker without a transactional id. Version 3 lets a producer
 * go on with the id it has (KIP-360). Version 6 is for two-phase commit (KIP-939).
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
  type MessageType,
} from '../schema.ts'

/** The request of InitProducerId. */
export interface InitProducerIdRequest {
  /** The transactional id; null from a producer that is idempotent only. */
  readonly transactionalId: string | null
  /** After how many milliseconds the coordinator aborts a transaction that is still open. */
  readonly transactionTimeoutMs: number
  /** The id that the producer has; -1 if it has none yet. */
  readonly producerId: number
  /** The epoch that the producer has; -1 if it has none yet. */
  readonly producerEpoch: number
  /** Whether the producer takes part in a two-phase commit, so that its transactions have no timeout. */
  readonly enable2Pc: boolean
  /** Whether an open transaction shall be kept and not aborted (two-phase commit). */
  readonly keepPreparedTxn: boolean
}

export const InitProducerIdRequest: MessageType<InitProducerIdRequest> = message<InitProducerIdRequest>(
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

/** The response of InitProducerId. */
export interface InitProducerIdResponse {
  /** How long the client is to hold back because of a quota, in milliseconds; 0 for not at all. */
  readonly throttleTimeMs: number
  /** Error code of the request as a whole; 0 for none. */
  readonly errorCode: number
  /** The id to produce with; -1 on an error. */
  readonly producerId: number
  /** The epoch to produce with. */
  readonly producerEpoch: number
  /** The producer id of the open transaction that was kept; -1 if there is none. */
  readonly ongoingTxnProducerId: number
  /** The epoch of the open transaction that was kept; -1 if there is none. */
  readonly ongoingTxnProducerEpoch: number
}

export const InitProducerIdResponse: MessageType<InitProducerIdResponse> = message<InitProducerIdResponse>(
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
