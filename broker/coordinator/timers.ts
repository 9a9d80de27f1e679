/**
 * Deadlines that move: a timer that is set anew all the time and seldom fires.
 *
 * A member's session is put off by every heartbeat. Cancelling and setting a timer each time would make heartbeats the
 * most expensive thing a group does, so a deadline that moves later leaves its timer alone: when that fires too early, it
 * is set for what is left. Only a deadline that moves nearer needs a new timer. Time is monotonic, so that a clock
 * that jumps expires nobody (reliability.md section 5 item 14).
 */
import type { Clock, Timer } from '../../src/base/clock.ts'

/** Makes deadlines and ends them together. */
export class Deadlines {
  readonly #clock: Clock
  readonly #armed = new Set<Deadline>()

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** A deadline that is not set yet and calls `fire` when it is reached. */
  create(fire: () => void): Deadline {
    return new Deadline(this.#clock, this.#armed, fire)
  }

  /** Clears every deadline; none fires afterwards. */
  close(): void {
    for (const deadline of this.#armed) deadline.clear()
  }
}

/** One moment to come, or none. */
export class Deadline {
  readonly #clock: Clock
  readonly #armed: Set<Deadline>
  readonly #fire: () => void
  #at: number | undefined
  #timer: Timer | undefined
  #timerAt = 0

  constructor(clock: Clock, armed: Set<Deadline>, fire: () => void) {
    this.#clock = clock
    this.#armed = armed
    this.#fire = fire
  }

  get isSet(): boolean {
    return this.#at !== undefined
  }

  /** Puts the deadline `delayMs` from now, wherever it was. */
  set(delayMs: number): void {
    const at = this.#clock.monotonic() + delayMs
    this.#at = at
    if (this.#timer !== undefined && this.#timerAt <= at) return
    this.#timer?.cancel()
    this.#arm(at, delayMs)
  }

  /** Takes the deadline away; not an error if there is none. */
  clear(): void {
    this.#at = undefined
    this.#timer?.cancel()
    this.#timer = undefined
    this.#armed.delete(this)
  }

  #arm(at: number, delayMs: number): void {
    this.#timerAt = at
    this.#armed.add(this)
    this.#timer = this.#clock.setTimer(delayMs, () => this.#reached())
  }

  #reached(): void {
    this.#timer = undefined
    const at = this.#at
    if (at === undefined) return
    const leftMs = at - this.#clock.monotonic()
    // A timer of the system may fire a fraction of a millisecond before its time.
    if (leftMs >= 1) {
      this.#arm(at, leftMs)
      return
    }
    this.clear()
    this.#fire()
  }
}
