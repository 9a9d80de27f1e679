/**
 * The memory of the pool that the answers of one connection lie in: records on their way from a file to the socket.
 *
 *   free --take--> in the answer that is being made --leave--> on its way --(written)--> free
 *                              |
 *                              +--discard--> free       an attempt of a fetch that is not answered yet
 *
 * A connection makes one answer at a time, so what was taken since the last one left is of this one. What is not given
 * back, because the connection ended while an answer was on its way, is collected with it.
 */
import type { BufferPool } from './buffer-pool.ts'

/** Enough that one more answer costs little beside what is in it. */
const frugalBytes = 1024 * 1024

/** A `RecordMemory` of the log. */
export class AnswerMemory {
  readonly #pool: BufferPool
  readonly #isScarce: () => boolean
  #taken: Uint8Array[] = []

  /** `isScarce` tells whether clients leave so many answers untaken that new ones are to be small. */
  constructor(pool: BufferPool, isScarce: () => boolean = () => false) {
    this.#pool = pool
    this.#isScarce = isScarce
  }

  /** How many bytes of records an answer may have now; one batch in any case, however large. */
  get bytesMax(): number {
    return this.#isScarce() ? frugalBytes : Infinity
  }

  take(bytes: number): Uint8Array {
    const memory = this.#pool.take(bytes)
    this.#taken.push(memory)
    return memory
  }

  /** Memory of the same pool, with records of the answer in it. */
  adopt(memory: Uint8Array): void {
    this.#taken.push(memory)
  }

  /** What was taken is not part of any answer. */
  discard(): void {
    for (const memory of this.#taken) this.#pool.give(memory)
    this.#taken.length = 0
  }

  /** The answer that was made leaves; answers what is to be called once it was written, if anything. */
  leave(): ((error?: Error | null) => void) | undefined {
    if (this.#taken.length === 0) return undefined
    const leaving = this.#taken
    this.#taken = []
    return error => {
      // The system may still look at what it was not known to have taken.
      if (error !== undefined && error !== null) return
      for (const memory of leaving) this.#pool.give(memory)
    }
  }
}
