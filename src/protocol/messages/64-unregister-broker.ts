/**
 * UnregisterBroker (API key 64): takes a broker that is gone for good off the list.
 */
import type { Api } from '../api.ts'
import { int16, int32, message, nullable, string, type MessageType } from '../schema.ts'

/** The request of UnregisterBroker. */
export interface UnregisterBrokerRequest {
  /** The id of the broker. */
  readonly brokerId: number
}

export const UnregisterBrokerRequest: MessageType<UnregisterBrokerRequest> = message<UnregisterBrokerRequest>(
  'UnregisterBrokerRequest',
  { versions: [0, 0], flexibleSince: 0 },
  { brokerId: int32 },
)

/** The response of UnregisterBroker. */
export interface UnregisterBrokerResponse {
  /** How long the client is to hold back because of a quota, in milliseconds; 0 for not at all. */
  readonly throttleTimeMs: number
  /** Error code of the request as a whole; 0 for none. */
  readonly errorCode: number
  /** What went wrong, for people; null if nothing did. */
  readonly errorMessage: string | null
}

export const UnregisterBrokerResponse: MessageType<UnregisterBrokerResponse> =
  message<UnregisterBrokerResponse>(
    'UnregisterBrokerResponse',
    { versions: [0, 0], flexibleSince: 0 },
    { throttleTimeMs: int32, errorCode: int16, errorMessage: nullable(string) },
  )

export const UnregisterBroker: Api<UnregisterBrokerRequest, UnregisterBrokerResponse> = {
  key: 64,
  name: 'UnregisterBroker',
  request: UnregisterBrokerRequest,
  response: UnregisterBrokerResponse,
}
