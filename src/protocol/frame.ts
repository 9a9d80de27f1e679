/**
 * Cuts a stream of bytes into frames: an int32 length, and as many bytes.
 *
 *     | length int32 | header and body, `length` bytes | length int32 | ...
 *
 * A frame that lies whole in an arriving chunk is handed out as a view of it, without a copy. One that does
 * not is gathered in memory that a `FrameMemory` decides on: the announced length alone never allocates, and
 * one past the limit is refused before its bytes are awaited (CVE-2022-34917 is what happens otherwise).
 *
 * Whoever reads the stream may read straight into the frame that is being gathered (`room`, `filled`), so that most of
 * a large frame is never copied.
 */
import { assert } from '../base/assert.ts'
import { StreamsError } from '../base/errors.ts'

const lengthBytes = 4

/** What a gathering buffer starts with, if the frame is not smaller. */
const gatherBytesInitial = 16 * 1024

/** How many times the bytes that have arrived a gathering buffer has room for, so that most frames are copied once. */
const roominess = 4

/** Where frames are gathered. Sizes count the length field too. */
export interface FrameMemory {
  /**
   * Memory for a frame of which `arrivedBytes` of `frameBytes` are there: at least as long as the former. It belongs to
   * the splitter, and then to whom the frame is handed.
   */
  take(arrivedBytes: number, frameBytes: number): Uint8Array
  /** The memory was too small: its bytes have been copied to larger memory. */
  give(memory: Uint8Array): void
}

/** New memory for each frame, at most four times what has arrived of it, or 16 KiB. */
const newMemory: FrameMemory = {
  take: (arrivedBytes, frameBytes) =>
    new Uint8Array(Math.min(Math.max(arrivedBytes * roominess, gatherBytesInitial), frameBytes)),
  give: () => undefined,
}

export class FrameSplitter {
  /**
   * The largest frame accepted, in bytes, without its length field. May be changed between frames: a server
   * that demands a login accepts only small ones before it.
   */
  frameBytesMax: number
  readonly #memory: FrameMemory
  readonly #lengthField = new Uint8Array(lengthBytes)
  /** What there is of the length field and of the frame that are being gathered. */
  #gathered: Uint8Array = this.#lengthField
  #gatheredLength = 0
  /** The whole gathered frame with its length field, once that is known. */
  #frameBytes: number | undefined
  #failed = false

  constructor(frameBytesMax: number, memory: FrameMemory = newMemory) {
    this.frameBytesMax = frameBytesMax
    this.#memory = memory
  }

  /** Bytes held back because their frame is incomplete. */
  get pendingBytes(): number {
    return this.#gatheredLength
  }

  /** Bytes of memory that are held for it. */
  get heldBytes(): number {
    return this.#gatheredLength === 0 ? 0 : this.#gathered.length
  }

  /** Where the next bytes of the stream belong, at most as many as there is place for; `undefined` if only `push` knows. */
  get room(): Uint8Array | undefined {
    if (this.#frameBytes === undefined || this.#gatheredLength === this.#gathered.length) return undefined
    return this.#gathered.subarray(this.#gatheredLength, this.#frameBytes)
  }

  /** The next `count` bytes of the stream have been written to the start of `room`; calls `onFrame` if that completes it. */
  filled(count: number, onFrame: (frame: Uint8Array) => void): void {
    assert(this.#frameBytes !== undefined, 'only a frame whose length is known has room')
    this.#gatheredLength += count
    assert(this.#gatheredLength <= this.#frameBytes, 'no more was read than there was room for')
    if (this.#gatheredLength === this.#frameBytes) this.#handOut(onFrame)
  }

  /**
   * Takes the next bytes of the stream and calls `onFrame` for each frame that they complete, in order. A
   * frame is a view into `chunk` or into memory of its own, and in both cases the caller's to keep: do not
   * reuse `chunk`. If `isLent`, it may be reused, and frames are always in memory of their own.
   *
   * Throws MR-5011 when a frame is announced that is larger than allowed, or negative; the stream is lost
   * then, and the connection has to be closed.
   */
  push(chunk: Uint8Array, onFrame: (frame: Uint8Array) => void, isLent = false): void {
    assert(!this.#failed, 'a stream that lost its frames is not read on')
    let at = 0
    if (this.#gatheredLength > 0) {
      at = this.#gather(chunk, 0)
      if (this.#gatheredLength !== this.#frameBytes) return
      this.#handOut(onFrame)
    }
    while (chunk.length - at >= lengthBytes) {
      const end = at + lengthBytes + this.#checkedLength(chunk, at)
      if (end > chunk.length) break
      if (isLent) {
        this.#gather(chunk, at)
        this.#handOut(onFrame)
      } else onFrame(chunk.subarray(at + lengthBytes, end))
      at = end
    }
    if (at < chunk.length) this.#gather(chunk, at)
  }

  /** Adds what the gathered frame still lacks from `chunk` at `start` on, and answers where in the chunk that ends. */
  #gather(chunk: Uint8Array, start: number): number {
    let at = start
    if (this.#frameBytes === undefined) {
      at = this.#copy(chunk, at, lengthBytes)
      if (this.#gatheredLength < lengthBytes) return at
      this.#frameBytes = lengthBytes + this.#checkedLength(this.#gathered, 0)
    }
    return this.#copy(chunk, at, this.#frameBytes)
  }

  /** Copies until `bytesWanted` are gathered or the chunk ends; answers where in the chunk that is. */
  #copy(chunk: Uint8Array, at: number, bytesWanted: number): number {
    const count = Math.min(bytesWanted - this.#gatheredLength, chunk.length - at)
    const needed = this.#gatheredLength + count
    if (needed > this.#gathered.length) {
      const grown = this.#memory.take(needed, bytesWanted)
      grown.set(this.#gathered.subarray(0, this.#gatheredLength))
      if (this.#gathered !== this.#lengthField) this.#memory.give(this.#gathered)
      this.#gathered = grown
    }
    this.#gathered.set(chunk.subarray(at, at + count), this.#gatheredLength)
    this.#gatheredLength = needed
    return at + count
  }

  #handOut(onFrame: (frame: Uint8Array) => void): void {
    const frame = this.#gathered.subarray(lengthBytes, this.#gatheredLength)
    this.#gathered = this.#lengthField
    this.#gatheredLength = 0
    this.#frameBytes = undefined
    onFrame(frame)
  }

  #checkedLength(bytes: Uint8Array, at: number): number {
    const length = (bytes[at]! << 24) | (bytes[at + 1]! << 16) | (bytes[at + 2]! << 8) | bytes[at + 3]!
    if (length >= 0 && length <= this.frameBytesMax) return length
    this.#failed = true
    throw new StreamsError('MR-5011', {
      what: `a frame of ${length} bytes was announced, and 0 to ${this.frameBytesMax} are accepted`,
      why: 'Either the peer does not speak this protocol (TLS or HTTP, say), or the message is too large.',
      fix: 'check that the address is that of a Kafka listener of the same security protocol; raise the limit if so',
    })
  }
}
