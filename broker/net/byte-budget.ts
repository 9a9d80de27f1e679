/**
 * What all connections together may hold in memory: requests that arrive or are worked on, or answers that leave.
 *
 *   room        connections are read, and their requests handled
 *   exhausted   whoever would hold more waits, until others hold less
 *
 * One bound for each connection is not enough: a hundred that send all but the last byte of a large request hold a
 * hundred large requests. But where everybody waits for memory, those that keep it decide; so if the budget is exhausted
 * for as long as `patienceMs`, the connections that have held theirs for that long are given up, oldest first, until half
 * of the budget is free. A client that was merely slow connects again.
 *
 * What a connection holds up to `freeBytes` is not counted: small requests are never held up by large ones.
 */
import { assert } from '../../src/base/assert.ts'
import type { Clock, Timer } from '../../src/base/clock.ts'

/** Someone who holds bytes: a connection. */
export interface ByteHolder {
  /** There is room again. */
  resume(): void
  /** Let go of what is held: others have waited for it too long. */
  giveUp(): void
}

interface Held {
  bytes: number
  readonly sinceMs: number
}

export interface ByteBudgetOptions {
  /** The most that is held before everybody waits; it may be passed by what one read of each connection brings. */
  readonly bytesMax: number
  readonly clock: Clock
  readonly patienceMs?: number
}

/** What each connection may hold without asking: a buffer of the socket. */
export const freeBytes: number = 64 * 1024
const patienceMsDefault = 2000

export class ByteBudget {
  readonly #bytesMax: number
  readonly #clock: Clock
  readonly #patienceMs: number
  /** In the order in which they began to hold. */
  readonly #held = new Map<ByteHolder, Held>()
  readonly #waiting = new Set<ByteHolder>()
  #total = 0
  #timer: Timer | undefined

  constructor({ bytesMax, clock, patienceMs = patienceMsDefault }: ByteBudgetOptions) {
    this.#bytesMax = bytesMax
    this.#clock = clock
    this.#patienceMs = patienceMs
  }

  /** Bytes that are held, without those that are free. */
  get total(): number {
    return this.#total
  }

  /** Whether a quarter is gone: time to be frugal. */
  get isScarce(): boolean {
    return this.#total >= this.#bytesMax / 4
  }

  get isExhausted(): boolean {
    return this.#total >= this.#bytesMax
  }

  /** Says what a holder holds now: 0 when it is gone. Lets the others go on where that makes room. */
  hold(holder: ByteHolder, bytes: number): void {
    const counted = Math.max(0, bytes - freeBytes)
    const held = this.#held.get(holder)
    if (held === undefined && counted === 0) return
    this.#total += counted - (held?.bytes ?? 0)
    if (counted === 0) this.#held.delete(holder)
    else if (held === undefined) this.#held.set(holder, { bytes: counted, sinceMs: this.#clock.monotonic() })
    else held.bytes = counted
    if (this.isExhausted) this.#arm()
    else this.#resumeAll()
  }

  /** While the budget is exhausted: calls `resume` when it is not. A holder that is gone is to `leave`. */
  wait(holder: ByteHolder): void {
    assert(this.isExhausted, 'a connection waits for memory that there is')
    this.#waiting.add(holder)
  }

  /** Holds nothing any more and waits for nothing. Idempotent. */
  leave(holder: ByteHolder): void {
    this.#waiting.delete(holder)
    this.hold(holder, 0)
  }

  #resumeAll(): void {
    this.#timer?.cancel()
    this.#timer = undefined
    if (this.#waiting.size === 0) return
    const waiting = [...this.#waiting]
    this.#waiting.clear()
    // One that is resumed may exhaust the budget again, and then waits behind the others.
    for (const holder of waiting) holder.resume()
  }

  #arm(): void {
    this.#timer ??= this.#clock.setTimer(this.#patienceMs, () => this.#relieve())
  }

  /** The budget was exhausted for long: those that have held theirs for as long are given up. */
  #relieve(): void {
    this.#timer = undefined
    const before = this.#clock.monotonic() - this.#patienceMs
    for (const [holder, { sinceMs }] of this.#held) {
      if (sinceMs > before || this.#total <= this.#bytesMax / 2) break
      holder.giveUp()
    }
    if (this.isExhausted) this.#arm()
  }
}
