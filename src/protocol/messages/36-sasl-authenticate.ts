/**
 * SaslAuthenticate (API key 36).
 */
import type { Api } from '../api.ts'
import { bytes, ignorable, int16, int64, message, nullable, since, string } from '../schema.ts'

/** SaslAuthenticateRequest */
export interface SaslAuthenticateRequest {
  /** authBytes */
  readonly authBytes: Uint8Array
}

export const SaslAuthenticateRequest = message<SaslAuthenticateRequest>(
  'SaslAuthenticateRequest',
  { versions: [0, 2], flexibleSince: 2 },
  {
    authBytes: bytes,
  },
)

/** SaslAuthenticateResponse */
export interface SaslAuthenticateResponse {
  /** errorCode */
  readonly errorCode: number
  /** errorMessage */
  readonly errorMessage: string | null
  /** authBytes */
  readonly authBytes: Uint8Array
  /** sessionLifetimeMs */
  readonly sessionLifetimeMs: number
}

export const SaslAuthenticateResponse = message<SaslAuthenticateResponse>(
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
