/**
 * SaslAuthenticate (key 36): one token of a login, after SaslHandshake (`security/login.ts` has the states).
 *
 * Behaviour. A login that fails is answered SASL_AUTHENTICATION_FAILED, after a delay that makes guessing slow, and the
 * connection is closed.
 *
 * Version notes. 1: how long the session lasts, so that the client can renew it (KIP-368).
 */
import { kafkaErrors } from '../../src/protocol/errors.ts'
import {
  SaslAuthenticate,
  type SaslAuthenticateRequest,
  type SaslAuthenticateResponse,
} from '../../src/protocol/messages/36-sasl-authenticate.ts'
import { apiHandler, type ApiHandler, type BrokerContext, type RequestContext } from './handler.ts'

const noBytes = new Uint8Array(0)

export const saslAuthenticate: ApiHandler<SaslAuthenticateRequest, SaslAuthenticateResponse> = apiHandler(
  SaslAuthenticate,
  { versions: [0, 2], handle, refuse: (_request, errorCode, message) => refused(errorCode, message) },
)

function handle(
  { clock, config }: BrokerContext,
  { request, session: { login } }: RequestContext<SaslAuthenticateRequest>,
): SaslAuthenticateResponse | Promise<SaslAuthenticateResponse> {
  if (login?.state !== 'exchanging') {
    const why = 'SaslAuthenticate request received after successful authentication'
    return refused(kafkaErrors.ILLEGAL_SASL_STATE.code, why)
  }
  const { reply, refusal, sessionMs } = login.authenticate(request.authBytes)
  if (refusal === undefined) {
    return { errorCode: 0, errorMessage: '', authBytes: reply, sessionLifetimeMs: sessionMs }
  }
  const answer = refused(kafkaErrors.SASL_AUTHENTICATION_FAILED.code, refusal)
  return new Promise(resolve => {
    clock.setTimer(config['connection.failed.authentication.delay.ms'], () => resolve(answer))
  })
}

function refused(errorCode: number, errorMessage: string | null): SaslAuthenticateResponse {
  return { errorCode, errorMessage, authBytes: noBytes, sessionLifetimeMs: 0 }
}
