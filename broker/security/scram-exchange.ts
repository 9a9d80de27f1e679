/**
 * The server's side of SCRAM (RFC 5802: CVE-2024-56128 is what came of leaving out the nonce).
 *
 *   awaiting first   the client names itself and sends a nonce; it is told salt, rounds and a nonce that begins with its own
 *   awaiting final   channel binding and nonce must be those of the first messages, and the proof that of the password
 *   over
 *
 * One deviation is taken: librdkafka before 2.6.1, and with it kcat, puts its own nonce before the one that it was told, which
 * begins with it already. Apache Kafka took that until version 4. The whole nonce is still there, and the proof is of what was sent, so
 * that nothing can be replayed.
 *
 * A user who does not exist is led through the same messages with a made-up salt, and fails at the end like a wrong
 * password: names cannot be found out.
 */
import { createHash, createHmac, randomBytes, timingSafeEqual } from 'node:crypto'
import { assert } from '../../src/base/assert.ts'
import {
  authMessage,
  iterationsMin,
  readClientFinal,
  readClientFirst,
  type ScramMechanism,
} from '../../src/protocol/scram.ts'
import { LoginRefused, tokenText, type Exchange, type ExchangeStep } from './exchange.ts'
import { scramHashes, type ScramCredential, type ScramCredentials } from './scram-credentials.ts'

const nonceBytes = 24
/** Makes the salts of users who do not exist; another one at each start. */
const decoySecret = randomBytes(32)

interface Begun {
  readonly user: string
  /** `undefined` for one who does not exist. */
  readonly credential: ScramCredential | undefined
  readonly gs2Header: string
  readonly clientNonce: string
  /** The client's and, after it, our own. */
  readonly nonce: string
  readonly clientFirstBare: string
  readonly serverFirst: string
}

/** One login; `makeNonce` is for tests. */
export function scramExchange(
  mechanism: ScramMechanism,
  credentials: Pick<ScramCredentials, 'get'>,
  makeNonce: () => string = () => randomBytes(nonceBytes).toString('base64url'),
): Exchange {
  let begun: Begun | undefined
  let isOver = false
  return {
    step(token): ExchangeStep {
      assert(!isOver, 'a login that is over was continued')
      const text = tokenText(token)
      if (begun === undefined) {
        begun = begin(mechanism, credentials, text, makeNonce())
        return { reply: bytesOf(begun.serverFirst), user: undefined }
      }
      isOver = true
      return finish(mechanism, begun, text)
    },
  }
}

function begin(
  mechanism: ScramMechanism,
  credentials: Pick<ScramCredentials, 'get'>,
  text: string,
  ownNonce: string,
): Begun {
  const first = readClientFirst(text)
  if (first === undefined) throw new LoginRefused('Invalid SCRAM client first message.')
  const { user, authzid, nonce: clientNonce, gs2Header, bare } = first
  if (authzid !== undefined && authzid !== user) {
    throw new LoginRefused(
      'Authentication failed: Client requested an authorization id that is different from username',
    )
  }
  const credential = credentials.get(mechanism, user)
  const nonce = clientNonce + ownNonce
  const salt = credential?.salt ?? createHmac('sha256', decoySecret).update(user).digest().subarray(0, 20)
  const iterations = credential?.iterations ?? iterationsMin
  const serverFirst = `r=${nonce},s=${Buffer.from(salt).toString('base64')},i=${iterations}`
  return { user, credential, gs2Header, clientNonce, nonce, clientFirstBare: bare, serverFirst }
}

function finish(mechanism: ScramMechanism, begun: Begun, text: string): ExchangeStep {
  const final = readClientFinal(text)
  if (final === undefined) throw new LoginRefused('Invalid SCRAM client final message.')
  if (final.channelBinding !== Buffer.from(begun.gs2Header).toString('base64')) {
    throw new LoginRefused('Invalid SCRAM channel binding.')
  }
  if (final.nonce !== begun.nonce && final.nonce !== begun.clientNonce + begun.nonce) {
    throw new LoginRefused('Invalid SCRAM client nonce in the final message.')
  }
  const { name, bytes } = scramHashes[mechanism]
  const signed = authMessage(begun.clientFirstBare, begun.serverFirst, final.withoutProof)
  const storedKey = begun.credential?.storedKey ?? randomBytes(bytes)
  const clientSignature = createHmac(name, storedKey).update(signed).digest()
  const proof = Buffer.from(final.proof, 'base64')
  const isLong = proof.length === bytes
  const clientKey = clientSignature.map((byte, index) => byte ^ (proof[index] ?? 0))
  const matches = timingSafeEqual(createHash(name).update(clientKey).digest(), storedKey)
  if (!isLong || !matches || begun.credential === undefined) {
    throw new LoginRefused(
      `Authentication failed during authentication due to invalid credentials with SASL mechanism ${mechanism}`,
    )
  }
  const signature = createHmac(name, begun.credential.serverKey).update(signed).digest('base64')
  return { reply: bytesOf(`v=${signature}`), user: begun.user }
}

function bytesOf(text: string): Uint8Array {
  return new Uint8Array(Buffer.from(text, 'utf8'))
}
