/**
 * SaslHandshake (API key 17): chooses the mechanism of a SASL login.
 *
 * With version 1 the exchange follows in SaslAuthenticate requests, with version 0 in bare frames without a
 * header.
 */
import type { Api } from '../api.ts'
import { array, int16, message, string, type MessageType } from '../schema.ts'

/** The request of SaslHandshake. */
export interface SaslHandshakeRequest {
  /** The mechanism that the client chose. */
  readonly mechanism: string
}

export const SaslHandshakeRequest: MessageType<SaslHandshakeRequest> = message<SaslHandshakeRequest>(
  'SaslHandshakeRequest',
  { versions: [0, 1], flexibleSince: undefined },
  {
    mechanism: string,
  },
)

/** The response of SaslHandshake. */
export interface SaslHandshakeResponse {
  /** Error code of the request as a whole; 0 for none. */
  readonly errorCode: number
  /** The mechanisms that the listener offers. */
  readonly mechanisms: readonly string[]
}

export const SaslHandshakeResponse: MessageType<SaslHandshakeResponse> = message<SaslHandshakeResponse>(
  'SaslHandshakeResponse',
  { versions: [0, 1], flexibleSince: undefined },
  {
    errorCode: int16,
    mechanisms: array(string),
  },
)

export const SaslHandshake: Api<SaslHandshakeRequest, SaslHandshakeResponse> = {
  key: 17,
  name: 'SaslHandshake',
  request: SaslHandshakeRequest,
  response: SaslHandshakeResponse,
}
