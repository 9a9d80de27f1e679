/**
 * The memory of the tails of all logs of a data directory: blocks that are filled one after the other and used again.
 *
 *   filling --full--> kept --oldest and memory is short, or nothing in it is wanted--> filling again, or let go of
 *
 * What is copied lies in a block; an array that a log owns is only counted in the block that was being filled when it
 * came. So what was appended longest ago goes first, whatever log it is of, and a block goes as a whole: its entries are
 * the oldest that each log has in memory.
 *
 * New memory for each append was what the broker's time went into where records are spread over many partitions: V8 marks its
 * whole heap again for every few megabytes beside it, and the system clears every page that it hands out.
 */
import { assert } from '../../src/base/assert.ts'

/** A tail, as its memory sees it. */
export interface TailHolder {
  /** The block is used again: lets go of what lies there, which is the oldest that it has. */
  dropOldest(block: TailBlock): void
}

/** Memory that is given up as a whole. */
export class TailBlock {
  /** What copies lie in; none as long as there is no copy. */
  memory: Uint8Array | undefined
  /** How much of it is taken. */
  filledBytes = 0
  /** Bytes of arrays that are counted here and lie elsewhere. */
  referredBytes = 0
  /** Entries that somebody wants. */
  entryCount = 0
  readonly holders = new Set<TailHolder>()
}

/** More than this is not copied: a read from the page cache costs no more than the copy. */
export const copiedBytesMax = 64 * 1024

const blockBytesMax = 1 << 20
const budgetDefault = { logBytesMax: 4 << 20, bytesMax: 64 << 20 }

/** What all tails of a directory share. */
export class TailBudget {
  readonly logBytesMax: number
  /** The largest array that a tail can keep. */
  readonly entryBytesMax: number
  readonly #bytesMax: number
  readonly #blockBytes: number
  /** In the order in which they were begun. The last one is being filled. */
  readonly #blocks = new Set<TailBlock>()
  #filling = new TailBlock()
  /** Memory of a block that is no more, for the next one; not counted. */
  #spare: Uint8Array | undefined
  #bytes = 0

  /** Default: 4 MiB a log, 64 MiB together. */
  constructor(options: { readonly logBytesMax: number; readonly bytesMax: number } = budgetDefault) {
    const { logBytesMax, bytesMax } = options
    this.logBytesMax = logBytesMax
    this.entryBytesMax = Math.min(logBytesMax, bytesMax)
    this.#bytesMax = bytesMax
    this.#blockBytes = Math.min(bytesMax, blockBytesMax, Math.max(copiedBytesMax, Math.floor(bytesMax / 16)))
    this.#blocks.add(this.#filling)
  }

  /** Bytes of all blocks, and of all arrays that are kept beside them. */
  get bytes(): number {
    return this.#bytes
  }

  /** Copies an array of at most `copiedBytesMax`; it lies at the end of what is filled of the answered block. */
  copy(holder: TailHolder, bytes: Uint8Array): TailBlock {
    assert(bytes.length <= this.#blockBytes, 'what is copied fits into a block')
    this.#fit(bytes.length)
    if (this.#filling.memory === undefined) this.#addMemory()
    const block = this.#filling
    block.memory!.set(bytes, block.filledBytes)
    block.filledBytes += bytes.length
    return this.#enter(holder, block)
  }

  /** Counts an array that stays where it is. */
  refer(holder: TailHolder, bytes: Uint8Array): TailBlock {
    assert(bytes.length <= this.entryBytesMax, 'what is kept is within the bounds')
    this.#fit(bytes.length)
    this.#makeRoom(bytes.length)
    const block = this.#filling
    block.referredBytes += bytes.length
    this.#bytes += bytes.length
    return this.#enter(holder, block)
  }

  /** An entry is not wanted any more; `referredBytes` of it were counted by `refer`. */
  release(block: TailBlock, referredBytes: number): void {
    assert(block.entryCount > 0, 'an entry is released once')
    block.entryCount--
    block.referredBytes -= referredBytes
    this.#bytes -= referredBytes
    if (block.entryCount === 0 && block !== this.#filling) this.#retire(block)
  }

  #enter(holder: TailHolder, block: TailBlock): TailBlock {
    block.entryCount++
    block.holders.add(holder)
    return block
  }

  /** Begins another block if the one that is being filled has not so much left. */
  #fit(bytes: number): void {
    const { filledBytes, referredBytes } = this.#filling
    const takenBytes = filledBytes + referredBytes
    if (takenBytes > 0 && takenBytes + bytes > this.#blockBytes) this.#begin()
  }

  #begin(): void {
    const full = this.#filling
    this.#filling = new TailBlock()
    this.#blocks.add(this.#filling)
    if (full.entryCount === 0) this.#retire(full)
  }

  /** Gives the block that is being filled its memory: that of a block that went for it, most often. */
  #addMemory(): void {
    this.#makeRoom(this.#blockBytes)
    const memory = this.#spare ?? new Uint8Array(this.#blockBytes)
    this.#spare = undefined
    this.#filling.memory = memory
    this.#bytes += memory.length
  }

  /** Gives up blocks until so much more is within the bound; if need be all, so that another one is being filled then. */
  #makeRoom(bytes: number): void {
    while (this.#bytes + bytes > this.#bytesMax && this.#dropOldest());
    if (this.#bytes + bytes <= this.#bytesMax) return
    this.#begin()
    while (this.#bytes + bytes > this.#bytesMax && this.#dropOldest());
    assert(this.#bytes + bytes <= this.#bytesMax, 'there is room when there is nothing else')
  }

  /** Gives up the oldest block; false if there is none but the one that is being filled. */
  #dropOldest(): boolean {
    for (const block of this.#blocks) {
      if (block === this.#filling) break
      for (const holder of block.holders) holder.dropOldest(block)
      assert(!this.#blocks.has(block), 'a block whose entries were dropped is not kept')
      return true
    }
    return false
  }

  #retire(block: TailBlock): void {
    this.#blocks.delete(block)
    const { memory } = block
    if (memory === undefined) return
    this.#bytes -= memory.length
    this.#spare = memory
  }
}
