/**
 * Between the frames of a connection and its login: which frames are requests that may pass, and which are bare tokens.
 *
 * The API is read off the first two bytes of a frame, so that nothing of a request that may not pass is decoded.
 */
import type { Clock } from '../../src/base/clock.ts'
import { StreamsError } from '../../src/base/errors.ts'
import type { Login } from '../security/login.ts'

interface GateOptions {
  readonly clock: Clock
  readonly frameBytesMax: number
  readonly loginFrameBytesMax: number
  readonly failedLoginDelayMs: number
}

export class LoginGate {
  readonly #login: Login
  readonly #options: GateOptions

  constructor(login: Login, options: GateOptions) {
    this.#login = login
    this.#options = options
  }

  /** The largest frame that is taken now. */
  get frameBytesMax(): number {
    const { frameBytesMax, loginFrameBytesMax } = this.#options
    return this.#login.hasPassed ? frameBytesMax : loginFrameBytesMax
  }

  /** Whether the connection is to be closed after what it was answered. */
  get isRefused(): boolean {
    return this.#login.state === 'refused'
  }

  /**
   * `undefined` for a request that may pass. For a bare token: the frame that answers it, or a promise that settles when
   * the connection is to be closed, because the login failed. Throws MR-5030 for what may not pass.
   */
  admit(frame: Uint8Array): readonly Uint8Array[] | Promise<undefined> | undefined {
    if (this.#login.expectsBareToken) return this.#bareToken(frame)
    const apiKey = frame.length < 2 ? -1 : (frame[0]! << 8) | frame[1]!
    if (this.#login.admits(apiKey)) return undefined
    const { state } = this.#login
    throw new StreamsError('MR-5030', {
      what: `API key ${apiKey} was asked for by a connection that ${state === 'known' ? 'should have logged in again' : 'has not logged in'}`,
      fix: 'let the client log in by SASL (sasl.mechanism, and a user and password of this broker)',
    })
  }

  #bareToken(token: Uint8Array): readonly Uint8Array[] | Promise<undefined> {
    const { reply, refusal } = this.#login.authenticate(token)
    if (refusal === undefined) {
      const length = new Uint8Array(4)
      new DataView(length.buffer).setInt32(0, reply.length)
      return [length, reply]
    }
    const { clock, failedLoginDelayMs } = this.#options
    return new Promise(resolve => {
      clock.setTimer(failedLoginDelayMs, () => resolve(undefined))
    })
  }
}
