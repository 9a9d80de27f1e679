/**
 * Watches that a request which has begun to arrive goes on arriving.
 *
 * A connection that sends a byte a minute is never idle and never done, and holds what it has sent. So while a request is
 * incomplete, at least 1 KiB a second must come. A look is taken once in `timeoutMs`, with one timer for it, so that the
 * watch costs nothing where requests come whole.
 */
import type { Clock, Timer } from '../../src/base/clock.ts'

const bytesPerSecondMin = 1024

/** How far a connection has come. */
export interface Arrival {
  /** Requests that arrived whole. */
  readonly requests: number
  /** Bytes of the one that has not; 0 if there is none. */
  readonly pendingBytes: number
  /** Whether the connection is read: what is not read cannot arrive. */
  readonly isRead: boolean
}

export class ArrivalWatch {
  readonly #clock: Clock
  readonly #timeoutMs: number
  readonly #look: () => Arrival
  readonly #onSlow: () => void
  #timer: Timer | undefined

  constructor(parts: {
    readonly clock: Clock
    readonly timeoutMs: number
    readonly look: () => Arrival
    readonly onSlow: () => void
  }) {
    this.#clock = parts.clock
    this.#timeoutMs = parts.timeoutMs
    this.#look = parts.look
    this.#onSlow = parts.onSlow
  }

  /** Says that a request has begun to arrive and is not whole; saying it again changes nothing. */
  begin(): void {
    if (this.#timer === undefined) this.#wait(this.#look())
  }

  /** Ends the watch. Idempotent. */
  close(): void {
    this.#timer?.cancel()
    this.#timer = undefined
  }

  #wait(before: Arrival): void {
    this.#timer = this.#clock.setTimer(this.#timeoutMs, () => this.#compare(before))
  }

  #compare(before: Arrival): void {
    this.#timer = undefined
    const now = this.#look()
    if (now.pendingBytes === 0) return
    const expected = (this.#timeoutMs / 1000) * bytesPerSecondMin
    const isSame = now.requests === before.requests && before.pendingBytes > 0
    const isSlow = isSame && now.pendingBytes - before.pendingBytes < expected
    if (isSlow && before.isRead && now.isRead) this.#onSlow()
    else this.#wait(now)
  }
}
