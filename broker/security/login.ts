/**
 * The SASL login of one connection: what it may ask for meanwhile, and who it is afterwards.
 *
 *       ┌─ versions told ─┐
 *       │                 ▼
 *     nobody ──────► acquainted ──────► exchanging ──────────────────────► known ─┐
 *       │    SaslHandshake, in both      ▲   │       a user is known              │ SaslHandshake, if sessions end (KIP-368)
 *       │                                └───┼────────────────────────────────────┘
 *       └──────────────────► refused ◄───────┘ a token, mechanism or change of user that is not taken
 *
 *   nobody       ApiVersions and SaslHandshake are answered
 *   acquainted   SaslHandshake only: as in Kafka the versions are told once, so that nobody is served who does not log in
 *   exchanging   SaslAuthenticate only; after SaslHandshake v0 the tokens come in frames without a header ("bare")
 *   known        everything, until the session has run out; then nothing but logging in again
 *   refused      nothing more: the refusal is answered, and the connection is closed
 *
 * Logging in again must be by the same mechanism and as the same user, and not more than once a second.
 */
import type { Clock } from '../../src/base/clock.ts'
import { assert } from '../../src/base/assert.ts'
import { kafkaErrors } from '../../src/protocol/errors.ts'
import { scramMechanisms } from '../../src/protocol/scram.ts'
import { LoginRefused, type Exchange } from './exchange.ts'
import { plainExchange } from './plain-exchange.ts'
import { anonymous, userPrincipal } from './principal.ts'
import type { ScramCredentials } from './scram-credentials.ts'
import { scramExchange } from './scram-exchange.ts'

export type SaslMechanism = 'PLAIN' | 'SCRAM-SHA-256' | 'SCRAM-SHA-512'

/** Those that are offered; all others are refused by name. */
export const saslMechanisms: readonly SaslMechanism[] = ['PLAIN', ...scramMechanisms]

const apiVersionsKey = 18
const saslHandshakeKey = 17
const saslAuthenticateKey = 36
const againMsMin = 1000

export type LoginState = 'nobody' | 'acquainted' | 'exchanging' | 'known' | 'refused'

const nextStates: Readonly<Record<LoginState, readonly LoginState[]>> = {
  nobody: ['acquainted', 'exchanging', 'refused'],
  acquainted: ['exchanging', 'refused'],
  exchanging: ['known', 'refused'],
  known: ['exchanging', 'refused'],
  refused: [],
}

/** What a listener asks of those who log in. */
export interface SaslOptions {
  readonly mechanisms: readonly SaslMechanism[]
  /** User → password, for PLAIN. */
  readonly passwords: ReadonlyMap<string, string>
  /** After how many milliseconds a session ends; 0 for never. */
  readonly sessionMs: number
}

interface LoginParts {
  readonly options: SaslOptions
  readonly credentials: ScramCredentials
  readonly clock: Clock
}

/** What became of one token. */
export interface LoginStep {
  readonly reply: Uint8Array
  /** Why the login was refused; `undefined` if it was not. */
  readonly refusal: string | undefined
  /** How long the session lasts that has begun; 0 for without end, or none. */
  readonly sessionMs: number
}

const noBytes = new Uint8Array(0)

export class Login {
  readonly #parts: LoginParts
  #state: LoginState = 'nobody'
  #principal = anonymous
  #mechanism: SaslMechanism | undefined
  #exchange: Exchange | undefined
  #isBare = false
  #beganMs = -Infinity
  /** By the monotonic clock. */
  #endsMs = Infinity

  constructor(parts: LoginParts) {
    this.#parts = parts
  }

  get state(): LoginState {
    return this.#state
  }

  /** Who has logged in last; anonymous before. */
  get principal(): string {
    return this.#principal
  }

  get mechanisms(): readonly SaslMechanism[] {
    return this.#parts.options.mechanisms
  }

  /** Whether the next frame is a token without a request around it. */
  get expectsBareToken(): boolean {
    return this.#state === 'exchanging' && this.#isBare
  }

  /** Whether somebody has logged in, be it that the session is being renewed. */
  get hasPassed(): boolean {
    return this.#principal !== anonymous && this.#state !== 'refused'
  }

  /** Whether a request of this API is answered now. */
  admits(apiKey: number): boolean {
    const isHandshake = apiKey === saslHandshakeKey
    const admitted: Readonly<Record<LoginState, boolean>> = {
      nobody: isHandshake || apiKey === apiVersionsKey,
      acquainted: isHandshake,
      exchanging: apiKey === saslAuthenticateKey && !this.#isBare,
      known: isHandshake || this.#endsMs === Infinity || this.#parts.clock.monotonic() < this.#endsMs,
      refused: false,
    }
    return admitted[this.#state]
  }

  /** ApiVersions was answered, by more than which versions of itself there are. */
  versionsTold(): void {
    if (this.#state === 'nobody') this.#moveTo('acquainted')
  }

  /** SaslHandshake: answers the error code. */
  handshake(mechanism: string, version: number): number {
    const { options, clock } = this.#parts
    const now = clock.monotonic()
    if (this.#state === 'known' && (options.sessionMs <= 0 || now - this.#beganMs < againMsMin)) {
      return kafkaErrors.ILLEGAL_SASL_STATE.code
    }
    const chosen = options.mechanisms.find(each => each === mechanism)
    if (chosen === undefined) {
      this.#moveTo('refused')
      return kafkaErrors.UNSUPPORTED_SASL_MECHANISM.code
    }
    if (this.#mechanism !== undefined && chosen !== this.#mechanism) {
      this.#moveTo('refused')
      return kafkaErrors.ILLEGAL_SASL_STATE.code
    }
    this.#moveTo('exchanging')
    this.#beganMs = now
    this.#mechanism = chosen
    this.#isBare = version === 0
    this.#exchange = this.#exchangeOf(chosen)
    return kafkaErrors.NONE.code
  }

  /** One token of the client. Only while exchanging. */
  authenticate(token: Uint8Array): LoginStep {
    assert(this.#exchange !== undefined, 'a token came outside of a login')
    try {
      const { reply, user } = this.#exchange.step(token)
      if (user === undefined) return { reply, refusal: undefined, sessionMs: 0 }
      return { reply, refusal: undefined, sessionMs: this.#pass(userPrincipal(user)) }
    } catch (error) {
      if (!(error instanceof LoginRefused)) throw error
      this.#exchange = undefined
      this.#moveTo('refused')
      return { reply: noBytes, refusal: error.message, sessionMs: 0 }
    }
  }

  #pass(principal: string): number {
    if (this.#principal !== anonymous && this.#principal !== principal) {
      throw new LoginRefused(
        `Cannot change principals during re-authentication from ${this.#principal}: ${principal}`,
      )
    }
    const { options, clock } = this.#parts
    this.#moveTo('known')
    this.#principal = principal
    this.#exchange = undefined
    this.#endsMs = options.sessionMs > 0 ? clock.monotonic() + options.sessionMs : Infinity
    return Math.max(0, options.sessionMs)
  }

  #exchangeOf(mechanism: SaslMechanism): Exchange {
    const { options, credentials } = this.#parts
    return mechanism === 'PLAIN' ? plainExchange(options.passwords) : scramExchange(mechanism, credentials)
  }

  #moveTo(state: LoginState): void {
    assert(nextStates[this.#state].includes(state), 'a login took a step that its states do not have')
    this.#state = state
  }
}
