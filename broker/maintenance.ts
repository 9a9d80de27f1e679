/** Upkeep from time to time on the Clock: a round, a rest, and no rest while a round says that there is more to do. */
import type { Clock, Timer } from '../src/base/clock.ts'

/** Long enough that requests get their turn between two short rounds. */
const busyIntervalMs = 1

export class Maintenance {
  readonly #clock: Clock
  readonly #round: () => boolean
  readonly #intervalMs: number
  #timer: Timer | undefined
  /** Whether the next round comes at once. */
  #soon = false

  /** Runs `round` after each interval, and soon again after one that answered true. It must not throw. */
  constructor(clock: Clock, round: () => boolean, { intervalMs }: { readonly intervalMs: number }) {
    this.#clock = clock
    this.#round = round
    this.#intervalMs = intervalMs
    this.#rest(intervalMs)
  }

  /** Has the next round come soon; cheap, and not an error once closed. */
  hurry(): void {
    if (this.#soon || this.#timer === undefined) return
    this.#timer.cancel()
    this.#rest(busyIntervalMs)
  }

  /** No round begins after this call. Idempotent. */
  close(): void {
    this.#timer?.cancel()
    this.#timer = undefined
  }

  #rest(delayMs: number): void {
    this.#soon = delayMs === busyIntervalMs
    this.#timer = this.#clock.setTimer(delayMs, () => {
      this.#soon = true
      this.#rest(this.#round() ? busyIntervalMs : this.#intervalMs)
    })
  }
}
