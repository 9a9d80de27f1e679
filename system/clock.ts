/** The system's clock and timers, as the `Clock` that the core is handed in production. */
import type { Clock, Timer } from '../src/base/clock.ts'

/** setTimeout fires at once when given more than this. */
const delayMsMax = 2 ** 31 - 1

export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  setTimer(delayMs, fire): Timer {
    if (delayMs <= 0) {
      // A time-out of 0 waits for a millisecond.
      const immediate = setImmediate(fire)
      return { cancel: () => clearImmediate(immediate) }
    }
    let timeout: NodeJS.Timeout
    const arm = (remainingMs: number): void => {
      const step = Math.min(remainingMs, delayMsMax)
      timeout = setTimeout(() => (remainingMs > step ? arm(remainingMs - step) : fire()), step)
    }
    arm(delayMs)
    return { cancel: () => clearTimeout(timeout) }
  },
}
