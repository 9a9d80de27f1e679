/**
 * Which partition a record goes to when nobody says so, as Kafka's default partitioner has it (semantics G11): by its key,
 * or, without one, all to the same partition for a while, so that batches fill.
 */
import { partitionForKey } from '../../src/base/murmur2.ts'
import { randomIndex, type Random } from '../../src/base/random.ts'

/** Bytes of keyless records that go to a partition before another is chosen. */
const stickyBytesDefault = 65_536

export class Partitioner {
  readonly #random: Random
  readonly #stickyBytes: number
  #partition = -1
  #bytesLeft = 0

  constructor(random: Random, options: { readonly stickyBytes?: number } = {}) {
    this.#random = random
    this.#stickyBytes = options.stickyBytes ?? stickyBytesDefault
  }

  /** The partition for a record of a topic of `partitionCount`. One partitioner serves one topic. */
  partitionFor(key: Uint8Array | null, valueBytes: number, partitionCount: number): number {
    if (key !== null) return partitionForKey(key, partitionCount)
    if (this.#bytesLeft <= 0 || this.#partition >= partitionCount) {
      this.#partition = randomIndex(this.#random, partitionCount)
      this.#bytesLeft = this.#stickyBytes
    }
    this.#bytesLeft -= valueBytes
    return this.#partition
  }
}
