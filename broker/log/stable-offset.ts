/**
 * How far a log may be read: the high watermark, and for read_committed the last stable offset (semantics G75).
 *
 * The stable offset is where the first transaction begins that is open, or whose end is not yet safe. Under 'power' a
 * marker above the high watermark may still be lost, so its transaction counts as undecided until the watermark passes.
 */
import { assert } from '../../src/base/assert.ts'
import type { CompletedTransaction } from './producer-state.ts'

export class StableOffset {
  #highWatermark = 0
  /** Transactions whose marker lies at or above the high watermark, by their marker. */
  #undecided: CompletedTransaction[] = []
  readonly #listeners = new Set<() => void>()

  get highWatermark(): number {
    return this.#highWatermark
  }

  /** Starts again with files that were opened anew; nobody is told. */
  reset(highWatermark: number): void {
    this.#highWatermark = highWatermark
    this.#undecided = []
  }

  /** Notes a transaction whose marker was appended. */
  completed(transaction: CompletedTransaction): void {
    if (transaction.lastOffset >= this.#highWatermark) this.#undecided.push(transaction)
  }

  /** Moves the high watermark up, and tells who listens if it moved. */
  advance(highWatermark: number): void {
    if (highWatermark <= this.#highWatermark) return
    this.#highWatermark = highWatermark
    if (this.#undecided.length > 0) {
      this.#undecided = this.#undecided.filter(each => each.lastOffset >= highWatermark)
    }
    for (const listener of this.#listeners) listener()
  }

  /** Answers what ends the listening. */
  onAdvance(listener: () => void): () => void {
    this.#listeners.add(listener)
    return () => void this.#listeners.delete(listener)
  }

  /** Nobody is told any more. */
  close(): void {
    this.#listeners.clear()
  }

  /** `firstOpenOffset` is that of the oldest open transaction, if there is one. */
  lastStableOffset(firstOpenOffset: number | undefined, logStartOffset: number): number {
    let stable = Math.min(this.#highWatermark, firstOpenOffset ?? Infinity)
    for (const { firstOffset } of this.#undecided) stable = Math.min(stable, firstOffset)
    assert(Number.isFinite(stable), 'the stable offset is an offset')
    // Retention may have taken the beginning of an open transaction.
    return Math.max(stable, Math.min(logStartOffset, this.#highWatermark))
  }
}
