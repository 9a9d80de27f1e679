/**
 * Time as an interface: the core never reads a clock, it is handed one.
 *
 * `now` is the wall clock that users see in timestamps; it may jump. `monotonic` never goes back and is what
 * time-outs, session expiry and measurements use.
 */

/** A timer that was set and has not fired. */
export interface Timer {
  /** Cancels it; not an error if it fired already. */
  cancel(): void
}

/** Reads time and sets timers. The system's in production, a hand-moved one in tests and simulation. */
export interface Clock {
  /** Wall clock, milliseconds since the epoch, an integer. */
  now(): number
  /** Milliseconds since an arbitrary moment; never decreases; may have a fraction. */
  monotonic(): number
  /** Calls `fire` once, `delayMs` from now (at once, but not within this call, if it is 0 or less). */
  setTimer(delayMs: number, fire: () => void): Timer
}
