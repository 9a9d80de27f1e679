/** The real clock and real chance, which the pure parts are handed. */
import { performance } from 'node:perf_hooks'
import type { Clock } from '../src/base/clock.ts'
import type { Random } from '../src/base/random.ts'

/** The system's clock. Timers do not keep the process alive: whoever waits holds something that does. */
export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  setTimer(delayMs, fire) {
    const timer = setTimeout(fire, Math.max(0, delayMs))
    return { cancel: () => clearTimeout(timer) }
  },
}

/** Chance from the engine's generator: for jitter and identifiers, not for secrets. */
export const systemRandom: Random = { next: () => Math.random() }
