/**
 * Cuts a stream of bytes into frames: an int32 length, and as many bytes.
 *
 *     | length int32 | header and body, `length` bytes | length int32 | ...
 *
 * A frame that lies whole in an arriving chunk is handed out as a view of it, without a copy. One that does
 * not is gathered in a buffer of at most four times what has arrived: the announced length alone never
 * allocates, and one past the limit is refused before its bytes are awaited (CVE-2022-34917 is what happens
 * otherwise).
 */
import { assert } from '../base/assert.ts'
import { StreamsError } from '../base/errors.ts'

const lengthBytes = 4

/** What a gathering buffer starts with, if the frame is not smaller. */
const gatherBytesInitial = 16 * 1024

/** How many times the bytes that have arrived a gathering buffer has room for, so that most frames are copied once. */
const roominess = 4

/** The same where memory is scarce: frames are copied more often, and what they take is what has arrived and half of it. */
const scarceRoominess = 1.5

export class FrameSplitter {
  /**
   * The largest frame accepted, in bytes, without its length field. May be changed between frames: a server
   * that demands a login accepts only small ones before it.
   */
  frameBytesMax: number
  /** Whether memory is scarce, so that frames are given no more room than they need soon. */
  isScarce = false
  /** What is left of the length field and of the frame that are being gathered. */
  #gathered: Uint8Array = new Uint8Array(lengthBytes)
  #gatheredLength = 0
  /** The whole gathered frame with its length field, once that is known. */
  #frameBytes: number | undefined
  #failed = false

  constructor(frameBytesMax: number) {
    this.frameBytesMax = frameBytesMax
  }

  /** Bytes held back because their frame is incomplete. */
  get pendingBytes(): number {
    return this.#gatheredLength
  }

  /** Bytes of memory that are held for it; at most four times what has arrived of it, or 16 KiB. */
  get heldBytes(): number {
    return this.#gatheredLength === 0 ? 0 : this.#gathered.length
  }

  /**
   * Takes the next bytes of the stream and calls `onFrame` for each frame that they complete, in order. A
   * frame is a view into `chunk` or into memory of its own, and in both cases the caller's to keep: do not
   * reuse `chunk`.
   *
   * Throws MR-5011 when a frame is announced that is larger than allowed, or negative; the stream is lost
   * then, and the connection has to be closed.
   */
  push(chunk: Uint8Array, onFrame: (frame: Uint8Array) => void): void {
    assert(!this.#failed, 'a stream that lost its frames is not read on')
    let at = 0
    if (this.#gatheredLength > 0) {
      at = this.#gather(chunk)
      if (this.#gatheredLength !== this.#frameBytes) return
      const frame = this.#gathered.subarray(lengthBytes, this.#gatheredLength)
      this.#startOver()
      onFrame(frame)
    }
    while (chunk.length - at >= lengthBytes) {
      const end = at + lengthBytes + this.#checkedLength(chunk, at)
      if (end > chunk.length) break
      onFrame(chunk.subarray(at + lengthBytes, end))
      at = end
    }
    if (at < chunk.length) this.#gather(chunk.subarray(at))
  }

  /** Adds what the gathered frame still lacks, and answers how much of `chunk` that took. */
  #gather(chunk: Uint8Array): number {
    let at = 0
    if (this.#frameBytes === undefined) {
      at = this.#copy(chunk, 0, lengthBytes)
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
      const room = Math.ceil(needed * (this.isScarce ? scarceRoominess : roominess))
      const roomy = Math.max(room, gatherBytesInitial)
      const grown = new Uint8Array(Math.min(roomy, bytesWanted))
      grown.set(this.#gathered.subarray(0, this.#gatheredLength))
      this.#gathered = grown
    }
    this.#gathered.set(chunk.subarray(at, at + count), this.#gatheredLength)
    this.#gatheredLength = needed
    return at + count
  }

  #startOver(): void {
    this.#gathered = new Uint8Array(lengthBytes)
    this.#gatheredLength = 0
    this.#frameBytes = undefined
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
