/** Tokens that come at a steady rate and are taken as they are needed; what is taken too much is owed. */
export class TokenBucket {
  readonly #burst: (rate: number) => number
  #tokens: number
  #atMs: number

  /** Begins full. `burst` says how many tokens a bucket of a rate holds. */
  constructor(burst: (rate: number) => number, rate: number, nowMs: number) {
    this.#burst = burst
    this.#tokens = burst(rate)
    this.#atMs = nowMs
  }

  /** Tokens that there are now; below 0 they are owed. */
  level(rate: number, nowMs: number): number {
    this.#tokens = Math.min(this.#burst(rate), this.#tokens + ((nowMs - this.#atMs) / 1000) * rate)
    this.#atMs = nowMs
    return this.#tokens
  }

  take(count: number): void {
    this.#tokens -= count
  }
}
