/**
 * How much memory a request gets while it arrives.
 *
 *   whole             what it takes
 *   16 KiB arrived    all it will take, up to 1 MiB: most requests are copied once at most, and then read in place
 *   less, or more     four times what has arrived
 *   memory is scarce  what has arrived and half of it: requests are copied more often, and wait
 *
 * So what a length claims is never allocated on its word alone beyond 1 MiB, and that counts in the budget of all
 * connections (`byte-budget.ts`), which is scarce from a quarter on.
 */
import type { FrameMemory } from '../../src/protocol/frame.ts'
import type { BufferPool } from './buffer-pool.ts'

const roomBytesInitial = 16 * 1024
const roomBytesTrusted = 1024 * 1024
const roominess = 4
const scarceRoominess = 1.5

export class FrameRoom implements FrameMemory {
  readonly #pool: BufferPool
  readonly #isScarce: () => boolean

  constructor(pool: BufferPool, isScarce: () => boolean) {
    this.#pool = pool
    this.#isScarce = isScarce
  }

  take(arrivedBytes: number, frameBytes: number): Uint8Array {
    if (arrivedBytes === frameBytes) return this.#pool.take(frameBytes)
    if (this.#isScarce()) {
      // Not from the pool, whose sizes are rounded up.
      const room = Math.max(roomBytesInitial, Math.ceil(arrivedBytes * scarceRoominess))
      return new Uint8Array(Math.min(room, frameBytes))
    }
    const trusted = arrivedBytes < roomBytesInitial ? roomBytesInitial : roomBytesTrusted
    return this.#pool.take(Math.min(Math.max(trusted, arrivedBytes * roominess), frameBytes))
  }

  give(memory: Uint8Array): void {
    this.#pool.give(memory)
  }
}
