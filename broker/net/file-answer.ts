/**
 * An answer with ranges of files in it, on its way to a socket: the system is handed them, and the bytes between them, as far as
 * it takes them, so that records go from its memory to the client without being copied through this process.
 *
 *   leaving --(all was taken)--> gone
 *      |------(no room)--------> waiting, for a piece that the stream writes --(written)--> leaving
 *      |------(refused)--------> waiting, for one piece after another, all read and written by the stream
 *
 * Whatever is on its way by the stream is awaited first, so the order of bytes is the order of the answer. A piece is as
 * much as is held in memory for a client that does not read. The ranges are released when the answer is gone, or by `close`.
 */
import type { Socket } from 'node:net'
import { StreamsError } from '../../src/base/errors.ts'
import type { FileRange } from '../file-range.ts'
import type { SystemSend } from './system-send.ts'

/** A piece, if only to be told when there is room again. */
const pieceBytes = 4 * 1024
/** A piece, where all is sent so. */
const refusedPieceBytes = 64 * 1024
/** Of a client on this machine. */
const localBytesMax = 512 * 1024

export interface FileAnswerOptions {
  readonly socket: Socket
  readonly send: SystemSend
  readonly chunks: readonly Uint8Array[]
  /** By the chunks that stand for them. */
  readonly ranges: ReadonlyMap<Uint8Array, FileRange>
  /** Called when the system has taken all, unless `start` said so. */
  readonly onTaken: () => void
  /** A file could not be read: the answer cannot be ended. */
  readonly onFailed: (reason: unknown) => void
}

export class FileAnswer {
  readonly #options: FileAnswerOptions
  /** Of chunks. */
  #index = 0
  /** Bytes of the chunk at the index that are gone. */
  #sent = 0
  /** Whether the system has refused to send in this way. */
  #isRefused = false
  #isClosed = false
  #piece: Uint8Array | undefined

  constructor(options: FileAnswerOptions) {
    this.#options = options
  }

  /** Answers whether the system took all of it at once; else `onTaken` is called when it has. */
  start(): boolean {
    const { socket } = this.#options
    // Answers that were written just now go first.
    while (socket.writableCorked > 0) socket.uncork()
    return this.#leave()
  }

  /** It is not sent any further. Idempotent. */
  close(): void {
    if (this.#isClosed) return
    this.#isClosed = true
    for (const range of this.#options.ranges.values()) range.release()
  }

  #leave(): boolean {
    const { chunks } = this.#options
    for (;;) {
      const chunk = chunks[this.#index]
      if (chunk === undefined) break
      const taken = this.#sendDirectly(chunk)
      if (taken <= 0) {
        this.#write(chunk)
        return false
      }
      this.#advance(taken, chunk)
    }
    this.close()
    return true
  }

  /** How many bytes the system took of what is left of the chunk. */
  #sendDirectly(chunk: Uint8Array): number {
    const { socket, send, ranges, chunks } = this.#options
    const descriptor = descriptorOf(socket)
    if (this.#isRefused || descriptor === undefined || socket.writableLength > 0) return 0
    const range = ranges.get(chunk)
    const hasMore = this.#index < chunks.length - 1
    const taken =
      range === undefined
        ? send.bytes(descriptor, chunk.subarray(this.#sent), hasMore)
        : send.file(descriptor, range, this.#sent)
    if (taken < 0) this.#isRefused = true
    return taken
  }

  /** Has the stream write a piece, and goes on when it has. */
  #write(chunk: Uint8Array): void {
    const { socket, onFailed, onTaken } = this.#options
    let piece
    try {
      piece = this.#pieceOf(chunk)
    } catch (error) {
      this.close()
      onFailed(error)
      return
    }
    this.#advance(piece.length, chunk)
    socket.write(piece, error => {
      // A socket that failed is closed next.
      if (this.#isClosed || (error !== undefined && error !== null)) return
      if (this.#leave()) onTaken()
    })
  }

  #pieceOf(chunk: Uint8Array): Uint8Array {
    const range = this.#options.ranges.get(chunk)
    if (range === undefined) return chunk.subarray(this.#sent)
    const wanted = this.#isRefused ? refusedPieceBytes : pieceBytes
    if (this.#piece?.length !== wanted) this.#piece = new Uint8Array(wanted)
    const count = range.read(this.#piece, this.#sent)
    if (count > 0) return this.#piece.subarray(0, count)
    const what = 'A segment has become shorter while its records were on their way to a client.'
    throw new StreamsError('MR-4004', {
      what,
      fix: 'Keep other programs from changing files of the data directory.',
    })
  }

  #advance(count: number, chunk: Uint8Array): void {
    this.#sent += count
    if (this.#sent < chunk.length) return
    this.#index++
    this.#sent = 0
  }
}

/**
 * Prepares a socket for answers with ranges. Between two sockets of one machine the system sends what it has kept when the
 * client reads, with the client's time; what it did not keep is sent from here, while the client is busy with what it read.
 */
export function expectFiles(socket: Socket, send: SystemSend): void {
  const descriptor = descriptorOf(socket)
  const { remoteAddress } = socket
  const isLocal = remoteAddress === '::1' || remoteAddress?.replace('::ffff:', '').startsWith('127.') === true
  if (descriptor !== undefined && isLocal) send.keepAtMost(descriptor, localBytesMax)
}

/** The system's number of the socket; undefined if it has none any more. */
function descriptorOf(socket: Socket): number | undefined {
  const { _handle: handle } = socket as unknown as { readonly _handle?: { readonly fd?: number } | null }
  const descriptor = handle?.fd
  return descriptor !== undefined && descriptor >= 0 ? descriptor : undefined
}
