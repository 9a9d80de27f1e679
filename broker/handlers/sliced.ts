/**
 * Long requests in slices: between two of their steps other connections get their turn.
 *
 * One event loop serves everybody, so a request that creates a thousand topics, or decompresses a hundred batches, would
 * hold up the heartbeats of all groups. Its steps are a generator that yields where it may be interrupted; whatever it
 * knows of the broker it must not take for granted across a `yield`.
 */
import type { Clock } from '../../src/base/clock.ts'

/** How long a request may go on before others get a turn. */
const sliceMs = 25

/** Runs `steps` to their end: at once where they are quick, else by promise. */
export function sliced<T>(clock: Clock, steps: Generator<void, T, void>): T | Promise<T> {
  const started = clock.monotonic()
  for (;;) {
    const { done, value } = steps.next()
    if (done === true) return value
    if (clock.monotonic() - started >= sliceMs) return goOn(clock, steps)
  }
}

async function goOn<T>(clock: Clock, steps: Generator<void, T, void>): Promise<T> {
  await new Promise<void>(resolve => clock.setTimer(0, resolve))
  return sliced(clock, steps)
}
