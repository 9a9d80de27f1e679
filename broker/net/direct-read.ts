/**
 * Has a socket that a server accepted read into memory of ours, instead of into 64 KiB that Node allocates for each read.
 *
 * Node does that for sockets that are made with its option `onread`, and a server's sockets are made without options. So
 * the three fields that the option sets are found by their names and set afterwards. Where they are not there (another
 * release of Node), nothing is changed, and the caller listens to `data` events as ever. A secured socket has the same
 * fields, and decrypts into that memory.
 */
import type { Socket } from 'node:net'

/** Who takes the bytes. */
export interface ByteTaker {
  /** Where the next bytes go; asked for after each read. */
  room(): Uint8Array
  /** So many bytes were read to the start of what `room` answered last. */
  filled(count: number, room: Uint8Array): void
}

/** Whether the socket reads into memory of the taker from now on. To be called before it has read anything. */
export function readDirectly(socket: Socket, taker: ByteTaker): boolean {
  // There the system is handed memory before the bytes come, so that connections cannot share it until then.
  if (process.platform === 'win32') return false
  // What has arrived before is handed out as ever, and what comes later must not overtake it.
  if (socket.readableLength > 0) return false
  const { _handle: handle } = socket as unknown as { readonly _handle?: StreamHandle | null }
  const fields = onreadFields(socket)
  if (fields === undefined || typeof handle?.useUserBuffer !== 'function') return false
  const target = socket as unknown as Record<symbol, unknown>
  const first = taker.room()
  target[fields.buffer] = first
  target[fields.callback] = (count: number, room: Uint8Array) => {
    taker.filled(count, room)
    return true
  }
  target[fields.next] = () => taker.room()
  handle.useUserBuffer(first)
  return true
}

interface StreamHandle {
  readonly useUserBuffer?: (memory: Uint8Array) => void
}

interface OnreadFields {
  readonly buffer: symbol
  readonly callback: symbol
  readonly next: symbol
}

function onreadFields(socket: Socket): OnreadFields | undefined {
  const symbols = Object.getOwnPropertySymbols(socket)
  const named = (name: string) => symbols.find(({ description }) => description === name)
  const [buffer, callback, next] = [named('kBuffer'), named('kBufferCb'), named('kBufferGen')]
  if (buffer === undefined || callback === undefined || next === undefined) return undefined
  return { buffer, callback, next }
}
