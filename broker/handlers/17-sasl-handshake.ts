/**
 * SaslHandshake (key 17): chooses the mechanism of a login.
 *
 * Behaviour. A mechanism that the listener does not offer is UNSUPPORTED_SASL_MECHANISM, with those that it does; the
 * connection is closed after the answer. Where there is no login, or it is over and sessions do not end, ILLEGAL_SASL_STATE.
 *
 * Version notes. 0: the tokens that follow come in bare frames. 1: in SaslAuthenticate.
 */
import { kafkaErrors } from '../../src/protocol/errors.ts'
import { SaslHandshake } from '../../src/protocol/messages/17-sasl-handshake.ts'
import { apiHandler } from './handler.ts'

export const saslHandshake = apiHandler(SaslHandshake, {
  versions: [0, 1],
  handle: (_broker, { request, version, session: { login } }) => {
    const illegal = kafkaErrors.ILLEGAL_SASL_STATE.code
    const errorCode = login === undefined ? illegal : login.handshake(request.mechanism, version)
    return { errorCode, mechanisms: errorCode === illegal ? [] : login!.mechanisms }
  },
  refuse: (_request, errorCode) => ({ errorCode, mechanisms: [] }),
})
