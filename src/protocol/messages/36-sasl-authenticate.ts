/**
 * SaslAuthenticate (API key 36): carries one step of a SASL login, after SaslHandshake.
 */
import type { Api } from '../api.ts'
import {
  bytes,
  ignorable,
  int16,
  int64,
  message,
  nullable,
  since,
  string,
  type MessageType,
} from '../schema.ts'

/** The request of SaslAuthenticate. */
export interface SaslAuthenticateRequest {
  /** One message of the SASL exchange, as the mechanism defines it. */
  readonly authBytes: Uint8Array
}

export const SaslAuthenticateRequest: MessageType<SaslAuthenticateRequest> = message<SaslAuthenticateRequest>(
  'SaslAuthenticateRequest',
  { versions: [0, 2], flexibleSince: 2 },
  {
    authBytes: bytes,
  },
)

/** The response of SaslAuthenticate. */
export interface SaslAuthenticateResponse {
  /** Error code of the request as a whole; 0 for none. */
  readonly errorCode: number
  /** What went wrong, for people; null if nothing did. */
  readonly errorMessage: string | null
  /** One message of the SASL exchange, as the mechanism defines it. */
  readonly authBytes: Uint8Array
  /** After how many milliseconds the client has to log in again; 0 for never. */
  readonly sessionLifetimeMs: number
}

export const SaslAuthenticateResponse: MessageType<SaslAuthenticateResponse> =
  message<SaslAuthenticateResponse>(
    'SaslAuthenticateResponse',
    { versions: [0, 2], flexibleSince: 2 },
    {
      errorCode: int16,
      errorMessage: nullable(string),
      authBytes: bytes,
      sessionLifetimeMs: since(1, ignorable(int64)),
    },
  )

export const SaslAuthenticate: Api<SaslAuthenticateRequest, SaslAuthenticateResponse> = {
  key: 36,
  name: 'SaslAuthenticate',
  request: SaslAuthenticateRequest,
  response: SaslAuthenticateResponse,
}
