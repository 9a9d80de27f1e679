/** A socket to a broker that sends bytes as they are given and hands out whole answers. */
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { deferred } from '../../src/base/deferred.ts'
import { FrameSplitter } from '../../src/protocol/frame.ts'

export class RawClient {
  readonly #socket: Socket
  readonly #frames: Uint8Array[] = []
  readonly #ended = deferred()
  #wanted: ((frame: Uint8Array) => void) | undefined

  private constructor(socket: Socket) {
    this.#socket = socket
    const splitter = new FrameSplitter(1 << 24)
    socket.on('data', (chunk: Uint8Array) => splitter.push(chunk, frame => this.#take(frame)))
    socket.on('error', () => undefined)
    socket.on('close', () => this.#ended.resolve())
  }

  static async connect(port: number): Promise<RawClient> {
    const socket = connect({ port, host: '127.0.0.1' })
    await once(socket, 'connect')
    return new RawClient(socket)
  }

  /** Settles when the broker has closed the connection. */
  get closed(): Promise<void> {
    return this.#ended.promise
  }

  write(...chunks: readonly Uint8Array[]): void {
    for (const chunk of chunks) this.#socket.write(chunk)
  }

  /** Sends bytes with their length in front. */
  frame(...parts: readonly (number | string)[]): void {
    const body = wire(...parts)
    this.write(wire(int32(body.length)), body)
  }

  /** The next answer, without its length. */
  async next(): Promise<Buffer> {
    const frame = this.#frames.shift() ?? (await new Promise<Uint8Array>(resolve => (this.#wanted = resolve)))
    return Buffer.from(frame)
  }

  close(): void {
    this.#socket.destroy()
  }

  #take(frame: Uint8Array): void {
    const wanted = this.#wanted
    this.#wanted = undefined
    // The splitter uses its memory again.
    if (wanted === undefined) this.#frames.push(frame.slice())
    else wanted(frame.slice())
  }
}

/** Numbers are bytes; text is hexadecimal, spaces between. */
export function wire(...parts: readonly (number | string)[]): Buffer {
  return Buffer.concat(
    parts.map(part =>
      typeof part === 'number' ? Buffer.of(part) : Buffer.from(part.replaceAll(' ', ''), 'hex'),
    ),
  )
}

export function int16(value: number): string {
  return (value & 0xffff).toString(16).padStart(4, '0')
}

export function int32(value: number): string {
  return (value >>> 0).toString(16).padStart(8, '0')
}

/** A string of the old style: int16 length, then UTF-8. */
export function text(value: string): string {
  return int16(Buffer.byteLength(value)) + Buffer.from(value).toString('hex')
}

/** A string of flexible versions: length + 1, then UTF-8. For short ones. */
export function compact(value: string): string {
  return Buffer.of(value.length + 1).toString('hex') + Buffer.from(value).toString('hex')
}
