/**
 * The memory of the pool that the answers of one connection lie in: records on their way from a file to the socket.
 *
 *   free --take--> in the answer that is being made --leave--> on its way --(written)--> free
 *                              |
 *                              +--discard--> free       an attempt of a fetch that is not answered yet
 *
 * A connection makes one answer at a time, so what was taken since the last one left is of this one. What is not given
 * back, because the connection ended while an answer was on its way, is collected with it.
 *
 * Where the connection can have the system send bytes of files, records need not be read at all: an array of their length
 * takes their place in the answer, and the range of the file that it stands for leaves with it. Ranges hold descriptors, so
 * each is released: by `discard`, by `close`, or by whoever sends it.
 */
import { rangeBytesMax, type FileRange } from '../file-range.ts'
import type { BufferPool } from './buffer-pool.ts'

/** Enough that one more answer costs little beside what is in it. */
const frugalBytes = 1024 * 1024

/** What is written nowhere and read by nobody: the arrays that stand for ranges of files are views of it. */
let standIn: ArrayBuffer | undefined

/** What an answer took with it. */
export interface Leaving {
  /** By the arrays that stand for them; undefined if there are none. */
  readonly ranges: ReadonlyMap<Uint8Array, FileRange> | undefined
  /** To be called once the answer was written, if anything. */
  readonly written: ((error?: Error | null) => void) | undefined
}

export interface AnswerMemoryOptions {
  readonly pool: BufferPool
  /** Whether clients leave so many answers untaken that new ones are to be small. Default: never. */
  readonly isScarce?: () => boolean
  /** Whether ranges of files may leave in place of records. Default false. */
  readonly sendsFiles?: boolean
}

/** A `RecordMemory` of the log. */
export class AnswerMemory {
  /** Absent where ranges cannot be sent. */
  readonly refer: ((range: FileRange) => Uint8Array) | undefined
  readonly #pool: BufferPool
  readonly #isScarce: () => boolean
  #taken: Uint8Array[] = []
  #ranges: Map<Uint8Array, FileRange> | undefined
  #isClosed = false

  constructor({ pool, isScarce = () => false, sendsFiles = false }: AnswerMemoryOptions) {
    this.#pool = pool
    this.#isScarce = isScarce
    this.refer = sendsFiles ? range => this.#refer(range) : undefined
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
    this.#release()
  }

  /** Nothing leaves any more: no range is held from now on, though an answer may still be in the making. Idempotent. */
  close(): void {
    this.#isClosed = true
    this.#release()
  }

  /** The answer that was made leaves, with what was taken for it. */
  leave(): Leaving {
    const ranges = this.#ranges
    this.#ranges = undefined
    if (this.#taken.length === 0) return { ranges, written: undefined }
    const leaving = this.#taken
    this.#taken = []
    return {
      ranges,
      written: error => {
        // The system may still look at what it was not known to have taken.
        if (error !== undefined && error !== null) return
        for (const memory of leaving) this.#pool.give(memory)
      },
    }
  }

  #refer(range: FileRange): Uint8Array {
    standIn ??= new ArrayBuffer(rangeBytesMax)
    const array = new Uint8Array(standIn, 0, range.length)
    this.#ranges ??= new Map()
    this.#ranges.set(array, range)
    if (this.#isClosed) this.#release()
    return array
  }

  #release(): void {
    for (const range of this.#ranges?.values() ?? []) range.release()
    this.#ranges = undefined
  }
}
