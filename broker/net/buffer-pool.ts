/**
 * Memory that is used again: for large requests while they arrive and are handled, and for records on their way from a file
 * to a socket.
 *
 * New memory for each of them costs more than what is done with it: V8 counts memory beside its heap, and marks the whole
 * heap again for every few megabytes; the system hands out pages that it has cleared first.
 *
 *   free --take--> out --give--> free       out, never given back: collected as any other memory is
 *
 * Whoever gives memory back vouches that nobody refers to it any more: it is somebody else's at once. Not giving back is
 * never wrong. What is kept free is bounded, and the memory given back last is taken first, being in the processor's cache.
 */

/** Smaller memory than this is not worth a place in the pool. */
export const pooledBytesMin: number = 4 * 1024
/** Larger memory is rare. */
const pooledBytesMax = 4 * 1024 * 1024
/** What is kept free by default. */
const freeBytesMaxDefault = 16 * 1024 * 1024

export class BufferPool {
  readonly #freeBytesMax: number
  /** By the logarithm of the size. */
  readonly #free: ArrayBuffer[][] = []
  /** Memory of the pool that somebody has. */
  readonly #out = new WeakSet<ArrayBufferLike>()
  #freeBytes = 0

  constructor(freeBytesMax: number = freeBytesMaxDefault) {
    this.#freeBytesMax = freeBytesMax
  }

  /** Bytes that are kept for those who come next. */
  get freeBytes(): number {
    return this.#freeBytes
  }

  /** At least `bytes` of memory, from the pool if it is neither small nor huge. What it holds is of no meaning. */
  take(bytes: number): Uint8Array {
    if (bytes < pooledBytesMin || bytes > pooledBytesMax) return new Uint8Array(bytes)
    const order = 32 - Math.clz32(bytes - 1)
    const free = this.#free[order]?.pop()
    if (free !== undefined) this.#freeBytes -= free.byteLength
    const buffer = free ?? new ArrayBuffer(2 ** order)
    this.#out.add(buffer)
    return new Uint8Array(buffer)
  }

  /** Takes back what `take` answered, or a view of it. Memory that is not the pool's, or was given back, is let go of. */
  give(memory: Uint8Array): void {
    const { buffer } = memory
    if (!this.#out.delete(buffer)) return
    if (this.#freeBytes + buffer.byteLength > this.#freeBytesMax) return
    this.#freeBytes += buffer.byteLength
    const order = 31 - Math.clz32(buffer.byteLength)
    ;(this.#free[order] ??= []).push(buffer as ArrayBuffer)
  }
}
