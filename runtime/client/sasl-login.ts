/**
 * The client's side of a SASL login: PLAIN, or SCRAM with the broker held to its half of it (RFC 5802).
 *
 * A broker is not trusted before it has shown that it knows the password too: rounds are bounded (at most 1,000,000, derived
 * off the event loop; CVE-2026-10143), its nonce must begin with ours, and its signature is compared.
 */
import { createHash, createHmac, pbkdf2, randomBytes, timingSafeEqual } from 'node:crypto'
import { promisify } from 'node:util'
import { StreamsError } from '../../src/base/errors.ts'
import type { Api } from '../../src/protocol/api.ts'
import { errorByCode, kafkaErrors } from '../../src/protocol/errors.ts'
import { SaslHandshake } from '../../src/protocol/messages/17-sasl-handshake.ts'
import { SaslAuthenticate } from '../../src/protocol/messages/36-sasl-authenticate.ts'
import {
  authMessage,
  escapeName,
  iterationsMin,
  readServerFinal,
  readServerFirst,
  type ScramMechanism,
} from '../../src/protocol/scram.ts'

/** Whom to log in as. */
export interface SaslLogin {
  readonly mechanism: 'PLAIN' | ScramMechanism
  readonly username: string
  readonly password: string
}

/** Sends one request of the login. */
export type SendLogin = <Request, Response>(
  api: Api<Request, Response>,
  version: number,
  request: Request,
) => Promise<Response>

/** Rounds that a broker may ask for. */
const iterationsMax = 1_000_000
const gs2Header = 'n,,'
const derive = promisify(pbkdf2)

/** Logs in. Rejects with MR-5031 if the broker refuses, or is not what it should be. */
export async function logIn(
  login: SaslLogin,
  address: string,
  send: SendLogin,
): Promise<{ readonly sessionMs: number }> {
  const { mechanism } = login
  const { errorCode, mechanisms } = await send(SaslHandshake, 1, { mechanism })
  if (errorCode !== 0) {
    const isOther = errorCode === kafkaErrors.UNSUPPORTED_SASL_MECHANISM.code
    throw refused(
      address,
      isOther ? `it offers ${mechanisms.join(', ')}, not ${mechanism}` : refusalText(errorCode),
    )
  }
  let sessionMs = 0
  const exchange = async (token: Buffer): Promise<string> => {
    const answer = await send(SaslAuthenticate, 1, { authBytes: new Uint8Array(token) })
    if (answer.errorCode !== 0) {
      throw refused(address, answer.errorMessage ?? refusalText(answer.errorCode))
    }
    sessionMs = answer.sessionLifetimeMs
    return Buffer.from(answer.authBytes).toString('utf8')
  }
  if (mechanism === 'PLAIN') await exchange(Buffer.from(`\0${login.username}\0${login.password}`))
  else await scram(mechanism, login, address, exchange)
  return { sessionMs }
}

/** A listener that asks for no login answers ILLEGAL_SASL_STATE to one. */
function refusalText(errorCode: number): string {
  const { name } = errorByCode(errorCode)
  const isUnasked = errorCode === kafkaErrors.ILLEGAL_SASL_STATE.code
  return isUnasked ? `${name}: this listener asks for none` : name
}

async function scram(
  mechanism: ScramMechanism,
  { username, password }: SaslLogin,
  address: string,
  exchange: (token: Buffer) => Promise<string>,
): Promise<void> {
  const nonce = randomBytes(24).toString('base64url')
  const bare = `n=${escapeName(username)},r=${nonce}`
  const serverFirst = await exchange(Buffer.from(gs2Header + bare))
  const first = readServerFirst(serverFirst)
  if (first === undefined) throw refused(address, 'its first SCRAM message cannot be read')
  if (!first.nonce.startsWith(nonce) || first.nonce.length === nonce.length) {
    throw refused(address, 'its nonce does not begin with the one that was sent')
  }
  if (first.iterations < iterationsMin || first.iterations > iterationsMax) {
    const bounds = `${iterationsMin} to ${iterationsMax}`
    throw refused(address, `it asks for ${first.iterations} rounds, and ${bounds} are taken`)
  }
  const [name, size] = mechanism === 'SCRAM-SHA-256' ? (['sha256', 32] as const) : (['sha512', 64] as const)
  const salt = Buffer.from(first.salt, 'base64')
  const salted = await derive(password.normalize('NFKC'), salt, first.iterations, size, name)
  const clientKey = createHmac(name, salted).update('Client Key').digest()
  const storedKey = createHash(name).update(clientKey).digest()
  const withoutProof = `c=${Buffer.from(gs2Header).toString('base64')},r=${first.nonce}`
  const signed = authMessage(bare, serverFirst, withoutProof)
  const clientSignature = createHmac(name, storedKey).update(signed).digest()
  const proof = Buffer.from(clientKey.map((byte, index) => byte ^ clientSignature[index]!))
  const final = readServerFinal(await exchange(Buffer.from(`${withoutProof},p=${proof.toString('base64')}`)))
  if (final === undefined) throw refused(address, 'its last SCRAM message cannot be read')
  if ('reason' in final) throw refused(address, final.reason)
  const serverKey = createHmac(name, salted).update('Server Key').digest()
  const expected = createHmac(name, serverKey).update(signed).digest()
  const signature = Buffer.from(final.signature, 'base64')
  if (signature.length !== expected.length || !timingSafeEqual(signature, expected)) {
    throw refused(address, 'it does not know the password: it is not the broker that it seems to be')
  }
}

function refused(address: string, why: string): StreamsError {
  return new StreamsError('MR-5031', {
    what: `the login at ${address} failed: ${why}`,
    fix: 'check mechanism, user name and password',
  })
}
