/**
 * Reads a socket of a client straight into memory of its own, by Node's option `onread`, where Node would allocate 64 KiB for
 * each read: the rest of a large answer goes to where it will be kept, and everything else to one piece of memory that is
 * used again and again, out of which frames are copied. So a frame belongs to whom it is handed, and is never overwritten.
 */
import type { OnReadOpts } from 'node:net'
import { StreamsError } from '../../src/base/errors.ts'
import { FrameSplitter } from '../../src/protocol/frame.ts'

const readBytes = 64 * 1024

export class FrameIntake {
  /** For the socket. */
  readonly onread: OnReadOpts
  readonly #splitter: FrameSplitter
  readonly #shared = new Uint8Array(readBytes)
  #onFrame: (frame: Uint8Array) => void = refuseEarly
  #onError: (error: Error) => void = error => (this.#early = error)
  /** What went wrong before anybody took what comes. */
  #early: Error | undefined

  constructor(frameBytesMax: number) {
    this.#splitter = new FrameSplitter(frameBytesMax)
    this.onread = {
      buffer: () => this.#splitter.room ?? this.#shared,
      callback: (count, memory) => this.#read(count, memory),
    }
  }

  /** Who takes what comes. To be called before anything is asked: what comes before that is nothing that Kafka says. */
  deliver(onFrame: (frame: Uint8Array) => void, onError: (error: Error) => void): void {
    this.#onFrame = onFrame
    this.#onError = onError
    if (this.#early !== undefined) onError(this.#early)
  }

  #read(count: number, memory: Uint8Array): boolean {
    try {
      if (memory === this.#shared) this.#splitter.push(memory.subarray(0, count), this.#onFrame, true)
      else this.#splitter.filled(count, this.#onFrame)
      return true
    } catch (error) {
      this.#onError(error as Error)
      return false
    }
  }
}

function refuseEarly(): never {
  throw new StreamsError('MR-5010', { what: 'something was answered before anything was asked' })
}
