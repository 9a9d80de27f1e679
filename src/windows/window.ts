/** A window of time and a key that belongs to one. */

/** A stretch of time, milliseconds since the epoch. */
export interface Window {
  /** First millisecond, included. */
  readonly start: number
  /** End; excluded for tumbling and hopping windows. */
  readonly end: number
}

/** A key together with the window it was aggregated in: the key of every windowed table. */
export interface Windowed<out K> {
  readonly key: K
  readonly window: Window
}
