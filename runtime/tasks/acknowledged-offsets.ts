/**
 * How far the producer's acknowledged batches reach in each partition.
 *
 * A changelog has one writer at a time, so the end of its last acknowledged batch is what the store stands for once
 * the transaction has committed.
 */
export class AcknowledgedOffsets {
  readonly #ends = new Map<string, (number | undefined)[]>()

  /** To be handed to the producer as `onBatchAcked`. */
  readonly record = (topic: string, partition: number, baseOffset: number, recordCount: number): void => {
    if (baseOffset < 0) return
    let ends = this.#ends.get(topic)
    if (ends === undefined) this.#ends.set(topic, (ends = []))
    ends[partition] = Math.max(ends[partition] ?? 0, baseOffset + recordCount)
  }

  /** The offset after the last acknowledged record, or `undefined` if this producer wrote none. */
  endOf(topic: string, partition: number): number | undefined {
    return this.#ends.get(topic)?.[partition]
  }
}
