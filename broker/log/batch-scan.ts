/**
 * Walks over the batches of a log file, a chunk at a time, and says where and why it can go no further.
 *
 * Used wherever a file is read that is not in the tail cache: recovery, reads, look-ups by time, compaction. After a
 * damaged batch, `resync` looks for the next whole one, so that one flipped bit does not hide what follows it.
 */
import {
  baseOffsetOf,
  batchField,
  batchHeaderBytes,
  batchMagic,
  computedCrcOf,
  crcOf,
  lastOffsetDeltaOf,
  lastOffsetOf,
  magicOf,
  recordCountOf,
  sizeInBytesOf,
} from '../../src/record/batch-format.ts'
import type { File } from './files.ts'

const chunkBytesDefault = 1 << 20

/** Why the bytes at a place are not a batch; undefined if they are one. */
export function batchFault(bytes: Uint8Array, at: number, end: number): string | undefined {
  return headerFault(bytes, at, end) ?? checksumFault(bytes, at)
}

/** Why a batch cannot have such a header. */
export function headerFault(bytes: Uint8Array, at: number, end: number): string | undefined {
  const left = end - at
  if (left < batchHeaderBytes) return `${left} bytes are too few for a batch header`
  const size = sizeInBytesOf(bytes, at)
  if (size < batchHeaderBytes || size > left) return `a batch of ${size} bytes where ${left} are left`
  if (magicOf(bytes, at) !== batchMagic) return `format version ${magicOf(bytes, at)}`
  if (!Number.isSafeInteger(baseOffsetOf(bytes, at)) || baseOffsetOf(bytes, at) < 0)
    return 'an impossible offset'
  if (lastOffsetDeltaOf(bytes, at) < 0 || recordCountOf(bytes, at) < 0) return 'a negative count'
  return undefined
}

function checksumFault(bytes: Uint8Array, at: number): string | undefined {
  const [written, computed] = [crcOf(bytes, at), computedCrcOf(bytes, at)]
  if (written !== computed)
    return `checksum ${written.toString(16)}, but its bytes have ${computed.toString(16)}`
  return undefined
}

/**
 * Whether a batch's offsets cannot be its own: the checksum does not cover where a batch starts.
 *
 * `expected` is the end of the batch before it, or undefined if that is not known; `end` that of its segment. A hole
 * before a batch is what compaction leaves, unless the next batch (its offset: `following`) starts within this one.
 */
export function isMisplaced(
  bytes: Uint8Array,
  at: number,
  place: {
    readonly expected: number | undefined
    readonly end: number
    readonly following: () => number | undefined
  },
): boolean {
  const baseOffset = baseOffsetOf(bytes, at)
  const lastOffset = lastOffsetOf(bytes, at)
  if (lastOffset >= place.end) return true
  if (baseOffset === place.expected) return false
  if (place.expected !== undefined && baseOffset < place.expected) return true
  return (place.following() ?? Infinity) <= lastOffset
}

export interface ScanOptions {
  readonly position: number
  readonly end: number
  /** Unchecked, only sizes are looked at: for files that have been checked. */
  readonly checked: boolean
  /** Read at a time. Default 1 MiB. */
  readonly chunkBytes?: number
  /** What is read into, instead of new memory of a chunk; somebody else's when the scan has ended. */
  readonly memory?: Uint8Array
}

export class BatchScanner {
  /** What the current batch lies in; another array after the next step. */
  bytes: Uint8Array
  /** Where the current batch starts in `bytes`. */
  at = 0
  /** Where the current batch starts in the file. */
  position: number
  /** Why `next` stopped before the end; undefined otherwise. */
  fault: string | undefined

  readonly #file: File
  readonly #end: number
  readonly #checked: boolean
  /** File position of bytes[0], and how many bytes of the chunk are filled. */
  #chunkPosition: number
  #chunkLength = 0
  #size = 0

  /** Scans [position, end) of the file. */
  constructor(file: File, options: ScanOptions) {
    this.#file = file
    this.position = options.position
    this.#chunkPosition = options.position
    this.#end = options.end
    this.#checked = options.checked
    const chunkBytes = Math.min(options.chunkBytes ?? chunkBytesDefault, options.end - options.position)
    this.bytes = options.memory ?? new Uint8Array(Math.max(chunkBytes, batchHeaderBytes))
  }

  /** Bytes of the current batch. */
  get sizeInBytes(): number {
    return this.#size
  }

  /** The offset that the batch after this one says it starts at; undefined if this is the last. */
  followingOffset(): number | undefined {
    if (this.#end - this.position - this.#size < batchHeaderBytes) return undefined
    this.#load(this.#size + batchHeaderBytes)
    return baseOffsetOf(this.bytes, this.at + this.#size)
  }

  /** Steps to the next batch. False at the end, or, with `fault` set, at bytes that are no batch: see `position`. */
  next(): boolean {
    this.position += this.#size
    this.#size = 0
    this.fault = undefined
    const left = this.#end - this.position
    if (left === 0) return false
    this.#load(Math.min(left, batchHeaderBytes))
    const size = this.#available() < batchHeaderBytes ? 0 : sizeInBytesOf(this.bytes, this.at)
    if (size >= batchHeaderBytes && size <= left) this.#load(size)
    const end = this.at + Math.min(left, this.#available())
    const fault = this.#checked ? batchFault(this.bytes, this.at, end) : sizeFault(size, left)
    if (fault !== undefined) {
      this.fault = fault
      return false
    }
    this.#size = size
    return true
  }

  /**
   * After a fault: goes on to the next whole batch whose offset is at least `offsetMin`, so that `next` answers it.
   * Where the damaged header still gives a size that leads to a batch, that is it; else byte by byte.
   */
  resync(offsetMin: number): boolean {
    const start = this.position
    const left = this.#end - start
    this.#load(Math.min(left, batchHeaderBytes))
    const declared = this.#available() < batchHeaderBytes ? 0 : sizeInBytesOf(this.bytes, this.at)
    if (declared >= batchHeaderBytes && declared < left && this.#isBatchAt(start + declared, offsetMin))
      return true
    for (let position = start + 1; position + batchHeaderBytes <= this.#end; position++) {
      position = this.#nextCandidate(position)
      if (this.#isBatchAt(position, offsetMin)) return true
    }
    this.#goTo(start)
    return false
  }

  /** The next position, from this one on, whose byte in the place of the format version is right; or past the end. */
  #nextCandidate(position: number): number {
    let from = position
    while (from + batchHeaderBytes <= this.#end) {
      this.#goTo(from)
      this.#load(batchHeaderBytes)
      const found = this.bytes.indexOf(batchMagic, this.at + batchField.magic)
      if (found >= 0 && found < this.#chunkLength) return this.#chunkPosition + found - batchField.magic
      from = this.#chunkPosition + this.#chunkLength - batchField.magic
    }
    return this.#end
  }

  #isBatchAt(position: number, offsetMin: number): boolean {
    const left = this.#end - position
    if (left < batchHeaderBytes) return false
    this.#goTo(position)
    this.#load(batchHeaderBytes)
    // The cheapest test first: this runs for every byte of a damaged stretch.
    if (this.bytes[this.at + batchField.magic] !== batchMagic) return false
    const size = sizeInBytesOf(this.bytes, this.at)
    if (size < batchHeaderBytes || size > left) return false
    const baseOffset = baseOffsetOf(this.bytes, this.at)
    if (baseOffset < offsetMin || baseOffset > offsetMin + 0x7fff_ffff) return false
    this.#load(size)
    return batchFault(this.bytes, this.at, this.at + size) === undefined
  }

  #goTo(position: number): void {
    this.position = position
    this.#size = 0
    // Stays within the chunk where it can; a chunk holds what lies at and after its position.
    if (position < this.#chunkPosition || position > this.#chunkPosition + this.#chunkLength) {
      this.#chunkPosition = position
      this.#chunkLength = 0
    }
    this.at = position - this.#chunkPosition
  }

  #available(): number {
    return this.#chunkLength - this.at
  }

  /** Makes `count` bytes from the current position available, if the file has them. */
  #load(count: number): void {
    const size = this.#size
    this.#goTo(this.position)
    this.#size = size
    if (this.#available() >= count) return
    const capacity = Math.max(count, this.bytes.length)
    const kept = this.#available()
    const target = capacity > this.bytes.length ? new Uint8Array(capacity) : this.bytes
    target.set(this.bytes.subarray(this.at, this.#chunkLength))
    this.bytes = target
    this.#chunkPosition = this.position
    this.at = 0
    const wanted = Math.min(capacity, this.#end - this.position) - kept
    this.#chunkLength = kept + this.#file.read(target, kept, wanted, this.position + kept)
  }
}

function sizeFault(size: number, left: number): string | undefined {
  return size < batchHeaderBytes || size > left
    ? `a batch of ${size} bytes where ${left} are left`
    : undefined
}
