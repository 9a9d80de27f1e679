/**
 * Producer ids: each is given out once in the life of a data directory.
 *
 * Ids are taken in blocks. Where the next block begins is on the disk before the first id of a block is given out, so a
 * broker that dies forgets the rest of its block and never repeats an id: a repeated one would let a new producer continue
 * the sequences, and end the transactions, of an old one.
 */
import { assert } from '../../../src/base/assert.ts'

/** Where it is kept which ids were given out. */
export interface ProducerIdStore {
  /** The first id that was never reserved; 0 where nothing is kept yet. */
  read(): number
  /** Keeps it, durably. Throws if it cannot. */
  write(firstFree: number): void
}

/** Kafka's block size. */
const blockSize = 1000

export class ProducerIds {
  readonly #store: ProducerIdStore
  #next = 0
  #end = 0

  constructor(store: ProducerIdStore) {
    this.#store = store
  }

  /** Reads where the next block begins. Once, before the first id. Throws what the store throws. */
  open(): void {
    const first = this.#store.read()
    assert(Number.isSafeInteger(first) && first >= 0, 'producer ids begin at no number')
    this.#next = first
    this.#end = first
  }

  /** An id that was never given out. Throws what the store throws. */
  next(): number {
    if (this.#next === this.#end) {
      this.#store.write(this.#end + blockSize)
      this.#end += blockSize
    }
    return this.#next++
  }
}
