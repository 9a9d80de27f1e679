/**
 * SaslHandshake (API key 17).
 */
import type { Api } from '../api.ts'
import { array, int16, message, string } from '../schema.ts'

/** SaslHandshakeRequest */
export interface SaslHandshakeRequest {
  /** mechanism */
  readonly mechanism: string
}

export const SaslHandshakeRequest = message<SaslHandshakeRequest>(
  'SaslHandshakeRequest',
  { versions: [0, 1], flexibleSince: undefined },
  {
    mechanism: string,
  },
)

/** SaslHandshakeResponse */
export interface SaslHandshakeResponse {
  /** errorCode */
  readonly errorCode: number
  /** mechanisms */
  readonly mechanisms: readonly string[]
}

export const SaslHandshakeResponse = message<SaslHandshakeResponse>(
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
