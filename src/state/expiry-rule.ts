/** When the rows of a store expire: so long after their time, by which clock. */
export interface ExpiryRule {
  /** A row expires when the clock has reached its timestamp and this. */
  readonly ttlMs: number
  /** `stream`: the greatest timestamp that the task has processed. `wall`: the wall clock. */
  readonly clock: 'stream' | 'wall'
}
