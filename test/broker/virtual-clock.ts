/** A clock that only the test moves. */
import type { Clock, Timer } from '../../src/base/clock.ts'

interface Waiting {
  readonly at: number
  readonly order: number
  readonly fire: () => void
}

export class VirtualClock implements Clock {
  readonly #startedAt: number
  #elapsed = 0
  #order = 0
  readonly #timers = new Set<Waiting>()

  constructor(startAt = 1_700_000_000_000) {
    this.#startedAt = startAt
  }

  now(): number {
    return this.#startedAt + this.#elapsed
  }

  monotonic(): number {
    return this.#elapsed
  }

  setTimer(delayMs: number, fire: () => void): Timer {
    const waiting = { at: this.#elapsed + Math.max(0, delayMs), order: this.#order++, fire }
    this.#timers.add(waiting)
    return { cancel: () => void this.#timers.delete(waiting) }
  }

  /** How many timers wait. */
  get timerCount(): number {
    return this.#timers.size
  }

  /** Moves time on, firing what falls due in order, and lets promises settle after each. */
  async advance(ms: number): Promise<void> {
    const end = this.#elapsed + ms
    await settle()
    for (;;) {
      const [next] = [...this.#timers]
        .filter(timer => timer.at <= end)
        .sort((one, other) => one.at - other.at || one.order - other.order)
      if (next === undefined) break
      this.#timers.delete(next)
      this.#elapsed = next.at
      next.fire()
      await settle()
    }
    this.#elapsed = end
    await settle()
  }
}

/** A clock on which every look takes ten milliseconds, so that everything takes long. */
export class SteppingClock extends VirtualClock {
  #looks = 0

  override monotonic(): number {
    return super.monotonic() + ++this.#looks * 10
  }
}

/** Lets every promise that can settle do so. */
export async function settle(): Promise<void> {
  for (let turn = 0; turn < 20; turn++) await Promise.resolve()
}
