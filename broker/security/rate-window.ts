/**
 * How much there was in the last seconds: a window of some slices, the newest of which is not over.
 *
 * A rate is what the window holds over its whole length, also while it is not full: a client that begins with a burst is not
 * taken for one that goes on like that.
 */
export class RateWindow {
  readonly #sliceMs: number
  readonly #amounts: number[]
  /** The number of the newest slice since time began. */
  #newest = -Infinity

  constructor({ slices, sliceMs }: { readonly slices: number; readonly sliceMs: number }) {
    this.#sliceMs = sliceMs
    this.#amounts = Array.from({ length: slices }, () => 0)
  }

  add(amount: number, nowMs: number): void {
    const slice = this.#moveTo(nowMs)
    this.#amounts[slice % this.#amounts.length]! += amount
  }

  /** How long nothing more may come for the rate to fall to `limit` a second; 0 or less if it is not over it. */
  excessMs(limit: number, nowMs: number): number {
    const slice = this.#moveTo(nowMs)
    const total = this.#amounts.reduce((sum, amount) => sum + amount, 0)
    const lengthMs = (this.#amounts.length - 1) * this.#sliceMs + (nowMs - slice * this.#sliceMs)
    return (total / limit) * 1000 - lengthMs
  }

  #moveTo(nowMs: number): number {
    const slice = Math.floor(nowMs / this.#sliceMs)
    const { length } = this.#amounts
    const passed = Math.min(length, slice - this.#newest)
    for (let back = 0; back < passed; back++) this.#amounts[(slice - back) % length] = 0
    if (slice > this.#newest) this.#newest = slice
    return slice
  }
}
