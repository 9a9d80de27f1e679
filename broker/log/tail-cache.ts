/**
 * The newest batches of every log in memory, so that consumers at the tail cost no read.
 *
 * Two bounds: one for each log, and one for all logs of a directory together (`tail-budget.ts`). An array that the log owns
 * is kept as it is, unless it is a small part of a large buffer, which would be kept alive with it. One that was lent (a
 * network frame) is copied if it is small; if it is large, the tail begins anew after it, because a read from the page
 * cache costs no more than the copy.
 *
 * Copies lie in memory that is used again, so a read copies them out: into the memory of the answer, if it has some.
 */
import { noBatches, trimBatches, type FoundBatches, type ReadRange } from './log-read.ts'
import type { RecordMemory } from './log-types.ts'
import { copiedBytesMax, type TailBlock, type TailBudget, type TailHolder } from './tail-budget.ts'

/** What one append brought: [start, end) of an array. */
interface TailEntry {
  readonly baseOffset: number
  readonly lastOffset: number
  readonly source: Uint8Array
  readonly start: number
  readonly end: number
  /** Where it is counted, and lies if it was copied. */
  readonly block: TailBlock
}

/** A view may keep this much of a buffer alive beyond itself before it is copied. */
const wasteBytesMax = 64 * 1024

/** Reads stop adding batches together here: from this size on, a copy costs more than another read. */
const mergeBytesMax = 64 * 1024

export class TailCache implements TailHolder {
  readonly #budget: TailBudget
  /** Those before `#first` are gone; the array is cut now and then, as shifting it each time would cost. */
  #entries: (TailEntry | undefined)[] = []
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
    const size = bytes.length
    if (size > this.#budget.entryBytesMax || (isLent && size > copiedBytesMax)) return this.clear()
    const isWasteful = bytes.buffer.byteLength - size > Math.max(wasteBytesMax, size)
    if (isLent || (isWasteful && size <= copiedBytesMax)) {
      const block = this.#budget.copy(this, bytes)
      const { memory, filledBytes: end } = block
      this.#entries.push({ baseOffset, lastOffset, source: memory!, start: end - size, end, block })
    } else {
      // Not `slice`, which on a Buffer of Node makes a view.
      const source = isWasteful ? new Uint8Array(bytes) : bytes
      const block = this.#budget.refer(this, source)
      this.#entries.push({ baseOffset, lastOffset, source, start: 0, end: size, block })
    }
    this.#bytes += size
    while (this.#bytes > this.#budget.logBytesMax) this.#dropFirst()
    this.#cut()
  }

  /**
   * Whole batches from the one that holds the start of the range on; undefined if they are not here. The bytes are shared
   * if they are of one array that the log owns.
   */
  read(range: ReadRange): FoundBatches | undefined {
    const { offset, endOffset, maxBytes, memory } = range
    if (offset < this.startOffset) return undefined
    const first = this.#find(offset)
    const entry = this.#entries[first]
    if (entry === undefined || entry.baseOffset >= endOffset) return undefined
    let [end, size] = [first + 1, entry.end - entry.start]
    for (; end < this.#entries.length && size < mergeBytesMax; end++) {
      const next = this.#entries[end]!
      if (size + next.end - next.start > maxBytes || next.baseOffset >= endOffset) break
      size += next.end - next.start
    }
    if (end > first + 1) return trimBatches(this.#merge(first, end, size, memory), range)
    if (entry.source !== entry.block.memory) return trimBatches(entry.source, range)
    const found = trimBatches(entry.source.subarray(entry.start, entry.end), range)
    if (found.bytes.length === 0) return noBatches(offset)
    return { bytes: copied(found.bytes, memory), nextOffset: found.nextOffset }
  }

  /** Forgets everything. */
  clear(): void {
    while (this.#first < this.#entries.length) this.#dropFirst()
    this.#entries = []
    this.#first = 0
  }

  dropOldest(block: TailBlock): void {
    while (this.#entries[this.#first]?.block === block) this.#dropFirst()
    this.#cut()
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

  #merge(first: number, end: number, size: number, memory: RecordMemory | undefined): Uint8Array {
    const merged = memoryFor(size, memory)
    let at = 0
    for (let index = first; index < end; index++) {
      const entry = this.#entries[index]!
      merged.set(entry.source.subarray(entry.start, entry.end), at)
      at += entry.end - entry.start
    }
    return merged
  }

  #dropFirst(): void {
    const { source, start, end, block } = this.#entries[this.#first]!
    this.#entries[this.#first++] = undefined
    this.#bytes -= end - start
    this.#budget.release(block, source === block.memory ? 0 : end - start)
  }

  #cut(): void {
    if (this.#first <= 64 || this.#first <= this.#entries.length / 2) return
    this.#entries = this.#entries.slice(this.#first)
    this.#first = 0
  }
}

function copied(bytes: Uint8Array, memory: RecordMemory | undefined): Uint8Array {
  const copy = memoryFor(bytes.length, memory)
  copy.set(bytes)
  return copy
}

function memoryFor(size: number, memory: RecordMemory | undefined): Uint8Array {
  return memory === undefined ? new Uint8Array(size) : memory.take(size).subarray(0, size)
}
