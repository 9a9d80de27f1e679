/**
 * What a decompressor writes into: grows with what is really written, and refuses to pass its bound.
 *
 * A stranger's declared size is never allocated: memory at most doubles ahead of real output.
 */
import type { Scratch } from '../record/compression.ts'

const bytesInitialMax = 1024 * 1024
/** A scratch keeps no more: most batches are far smaller, and a large one is not to be paid for ever after. */
const scratchBytesMax = 4 * 1024 * 1024

export class BoundedOutput {
  bytes: Uint8Array
  /** The same memory. */
  words: DataView
  length = 0
  readonly #codec: string
  readonly #sizeMax: number
  readonly #scratch: Scratch | undefined

  /** `sizeExpected` is a hint that saves growing. Writes into the scratch if there is one. */
  constructor(codec: string, sizeMax: number, sizeExpected: number, scratch?: Scratch) {
    this.#codec = codec
    this.#sizeMax = sizeMax
    this.#scratch = scratch
    this.bytes =
      scratch === undefined
        ? new Uint8Array(Math.max(0, Math.min(sizeExpected, sizeMax, bytesInitialMax)))
        : scratch.bytes.subarray(0, Math.max(0, sizeMax))
    this.words = wordsOf(this.bytes)
  }

  /** Appends `source[start, start + count)`. */
  appendRange(source: Uint8Array, start: number, count: number): void {
    this.#reserve(count)
    copyBytes(this.bytes, this.length, source, start, count)
    this.length += count
  }

  /** Appends `count` bytes of `source` from `start` on, four at a time: half the time of a view for some tens of bytes. */
  appendShort(source: DataView, start: number, count: number): void {
    this.#reserve(count)
    const { words } = this
    const end = this.length + count
    let [from, to] = [start, this.length]
    for (const last = end - 4; to <= last; to += 4, from += 4) {
      words.setInt32(to, source.getInt32(from, true), true)
    }
    for (; to < end; to++, from++) words.setUint8(to, source.getUint8(from))
    this.length = end
  }

  /** Appends `count` bytes that were written `distance` bytes ago; where they overlap, the pattern repeats. */
  appendMatch(distance: number, count: number): void {
    this.#reserve(count)
    const { bytes, length } = this
    const from = length - distance
    if (count > 32 && distance >= count) bytes.copyWithin(length, from, from + count)
    else if (count > 32 && distance === 1) bytes.fill(bytes[from]!, length, length + count)
    else for (let index = 0; index < count; index++) bytes[length + index] = bytes[from + index]!
    this.length = length + count
  }

  /** What was written; the memory behind it may be longer. */
  written(): Uint8Array {
    return this.bytes.length === this.length ? this.bytes : this.bytes.subarray(0, this.length)
  }

  #reserve(count: number): void {
    const needed = this.length + count
    if (needed <= this.bytes.length) return
    if (needed > this.#sizeMax) {
      throw new RangeError(`${this.#codec}: more than ${this.#sizeMax} bytes when decompressed`)
    }
    const grown = new Uint8Array(Math.min(this.#sizeMax, Math.max(needed, this.bytes.length * 2)))
    grown.set(this.bytes.subarray(0, this.length))
    this.bytes = grown
    this.words = wordsOf(grown)
    if (this.#scratch !== undefined && grown.length <= scratchBytesMax) this.#scratch.bytes = grown
  }
}

/** The same memory as `bytes`, for reading and writing words anywhere in it. */
export function wordsOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}

/** Copies `source[from, from + count)` to `target` at `to`; a loop for short ones, which need no view. */
export function copyBytes(
  target: Uint8Array,
  to: number,
  source: Uint8Array,
  from: number,
  count: number,
): void {
  if (count > 40) target.set(source.subarray(from, from + count), to)
  else for (let index = 0; index < count; index++) target[to + index] = source[from + index]!
}
