/**
 * The newest batches of every log, kept as references to the arrays that were appended, so that consumers at the tail
 * cost neither a read nor a copy.
 *
 * Two bounds: one for each log, and one for all logs of a directory together; beyond the second, the log that was
 * appended to longest ago gives up its tail. An append whose array is a small part of a large buffer is copied, or the
 * cache would keep the whole buffer alive. So is one whose array was lent (a network frame), if it is small; if it is
 * large, the tail begins anew after it, because a read from the page cache costs no more than the copy.
 */
import { assert } from '../../src/base/assert.ts'

interface TailEntry {
  readonly baseOffset: number
  readonly lastOffset: number
  readonly bytes: Uint8Array
}

const budgetDefault = { logBytesMax: 4 << 20, bytesMax: 64 << 20 }

/** What all tails of a directory share. */
export class TailBudget {
  readonly logBytesMax: number
  readonly #bytesMax: number
  #bytes = 0
  /** In order of their last append. */
  readonly #tails = new Set<TailCache>()

  /** Default: 4 MiB a log, 64 MiB together. */
  constructor(options: { readonly logBytesMax: number; readonly bytesMax: number } = budgetDefault) {
    this.logBytesMax = options.logBytesMax
    this.#bytesMax = options.bytesMax
  }

  /** Bytes kept by all tails. */
  get bytes(): number {
    return this.#bytes
  }

  account(tail: TailCache, bytes: number): void {
    this.#bytes += bytes
    assert(this.#bytes >= 0, 'no tail gives back more than it took')
    if (bytes <= 0) return
    this.#tails.delete(tail)
    this.#tails.add(tail)
    for (const oldest of this.#tails) {
      if (this.#bytes <= this.#bytesMax || oldest === tail) return
      oldest.clear()
    }
  }

  remove(tail: TailCache): void {
    this.#tails.delete(tail)
  }
}

/** A view may keep this much of a buffer alive beyond itself before it is copied. */
const wasteBytesMax = 64 * 1024

/** Reads stop adding batches together here: from this size on, a copy costs more than another read. */
const mergeBytesMax = 64 * 1024

export class TailCache {
  readonly #budget: TailBudget
  #entries: TailEntry[] = []
  /** Entries before this index are gone; the array is cut now and then, as shifting it each time would cost. */
  #first = 0
  #bytes = 0

  constructor(budget: TailBudget) {
    this.#budget = budget
  }

  /** The first offset that is served from here; Infinity if nothing is. */
  get startOffset(): number {
    return this.#entries[this.#first]?.baseOffset ?? Infinity
  }

  /** Offsets must follow on those of the last call, holes apart. */
  append(baseOffset: number, lastOffset: number, bytes: Uint8Array, isLent: boolean): void {
    const bytesMax = isLent ? mergeBytesMax : this.#budget.logBytesMax
    if (bytes.length > bytesMax) return this.clear()
    const isWasteful = bytes.buffer.byteLength - bytes.length > Math.max(wasteBytesMax, bytes.length)
    // Not `slice`, which on a Buffer of Node makes a view.
    this.#entries.push({
      baseOffset,
      lastOffset,
      bytes: isLent || isWasteful ? new Uint8Array(bytes) : bytes,
    })
    this.#bytes += bytes.length
    let freed = 0
    while (this.#bytes - freed > this.#budget.logBytesMax) freed += this.#entries[this.#first++]!.bytes.length
    this.#bytes -= freed
    if (this.#first > 64 && this.#first > this.#entries.length / 2) this.#cut()
    this.#budget.account(this, bytes.length - freed)
  }

  /**
   * What was appended from the array that holds `offset` on, up to `maxBytes`, nothing at or after `endOffset`; undefined
   * if the offset is not here. One array without a copy if the first is large or the only one.
   */
  read(offset: number, endOffset: number, maxBytes: number): Uint8Array | undefined {
    if (offset < this.startOffset) return undefined
    const first = this.#find(offset)
    const entry = this.#entries[first]
    if (entry === undefined || entry.baseOffset >= endOffset) return undefined
    if (entry.bytes.length >= mergeBytesMax) return entry.bytes
    let [index, size] = [first, 0]
    for (; index < this.#entries.length; index++) {
      const { bytes, baseOffset } = this.#entries[index]!
      if (index > first && (size + bytes.length > maxBytes || baseOffset >= endOffset)) break
      size += bytes.length
      if (size >= mergeBytesMax) {
        index++
        break
      }
    }
    return this.#merge(first, index, size)
  }

  /** Forgets everything. */
  clear(): void {
    const bytes = this.#bytes
    this.#entries = []
    this.#first = 0
    this.#bytes = 0
    this.#budget.account(this, -bytes)
    this.#budget.remove(this)
  }

  #find(offset: number): number {
    let [low, high] = [this.#first, this.#entries.length]
    while (low < high) {
      const middle = (low + high) >>> 1
      if (this.#entries[middle]!.lastOffset < offset) low = middle + 1
      else high = middle
    }
    return low
  }

  #merge(first: number, end: number, size: number): Uint8Array {
    if (end === first + 1) return this.#entries[first]!.bytes
    const merged = new Uint8Array(size)
    let at = 0
    for (let index = first; index < end; index++) {
      merged.set(this.#entries[index]!.bytes, at)
      at += this.#entries[index]!.bytes.length
    }
    return merged
  }

  #cut(): void {
    this.#entries = this.#entries.slice(this.#first)
    this.#first = 0
  }
}
