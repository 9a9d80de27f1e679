/** A clock that stands still until a test moves it; timers fire in the order of their times while it moves. */
import type { Clock, Timer } from '../base/clock.ts'

interface PendingTimer {
  readonly at: number
  readonly fire: () => void
}

export class ManualClock implements Clock {
  private wallClock: number
  private elapsed = 0
  private timers: PendingTimer[] = []

  /** `startAt`: the wall clock at first, milliseconds since the epoch. */
  constructor(startAt = 0) {
    this.wallClock = startAt
  }

  now(): number {
    return this.wallClock
  }

  monotonic(): number {
    return this.elapsed
  }

  setTimer(delayMs: number, fire: () => void): Timer {
    const timer = { at: this.elapsed + Math.max(0, delayMs), fire }
    this.timers.push(timer)
    return {
      cancel: () => {
        this.timers = this.timers.filter(each => each !== timer)
      },
    }
  }

  /** Milliseconds until the next timer is due; `undefined` when none is set. */
  get nextTimer(): number | undefined {
    if (this.timers.length === 0) return undefined
    return Math.max(0, Math.min(...this.timers.map(({ at }) => at)) - this.elapsed)
  }

  /** Moves both times on by `ms`, stopping at every timer that is due on the way, and calling `fired` after each. */
  advance(ms: number, fired?: () => void): void {
    if (!Number.isSafeInteger(ms) || ms < 0)
      throw new RangeError(`ms must be a whole number of at least 0, not ${ms}`)
    const end = this.elapsed + ms
    for (;;) {
      const next = this.timers.filter(({ at }) => at <= end).sort((a, b) => a.at - b.at)[0]
      if (next === undefined) break
      this.timers = this.timers.filter(each => each !== next)
      this.moveTo(Math.max(this.elapsed, next.at))
      next.fire()
      fired?.()
    }
    this.moveTo(end)
  }

  private moveTo(elapsed: number): void {
    this.wallClock += elapsed - this.elapsed
    this.elapsed = elapsed
  }
}
