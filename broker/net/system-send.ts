/**
 * The system's calls that Node has none of its own for: bytes of a file to a socket without reading them (`sendfile`), and bytes
 * with more to come right after them (`send` with `MSG_MORE`).
 *
 * They are called by way of the optional package `koffi`, on Linux. Where it is not there, or does not load, there are none,
 * and what is sent is read and written as ever.
 */
import { createRequire } from 'node:module'
import type { FileRange } from '../file-range.ts'

/**
 * Each answers how many bytes the system took: none if the socket has no room now, and a negative number where bytes cannot
 * be sent in this way.
 */
export interface SystemSend {
  /** `more` says that more follows at once: then a few bytes are not sent alone. */
  bytes(socket: number, bytes: Uint8Array, more: boolean): number
  /** Bytes of the range from `from` on. */
  file(socket: number, range: FileRange, from: number): number
  /** Has the system keep no more than about so many bytes that are not received yet; it may keep fewer. */
  keepAtMost(socket: number, bytes: number): void
}

/** The part of the package that is used. */
interface Koffi {
  readonly load: (path: null) => {
    readonly func: (declaration: string) => (...parameters: readonly unknown[]) => number
  }
  readonly errno: () => number
  readonly os: { readonly errno: { readonly EAGAIN: number; readonly EINTR: number } }
}

const dontWait = 0x40
const noSignal = 0x4000
const moreFollows = 0x8000
const socketLevel = 1
const sendBufferSize = 7

let loaded: { readonly send: SystemSend | undefined } | undefined

/** The calls, `undefined` where there are none. Loaded once, which takes some 30 ms. */
export function systemSend(): SystemSend | undefined {
  loaded ??= { send: process.platform === 'linux' ? load() : undefined }
  return loaded.send
}

function load(): SystemSend | undefined {
  let koffi: Koffi
  try {
    koffi = createRequire(import.meta.url)('koffi') as Koffi
    return calls(koffi)
  } catch {
    return undefined
  }
}

function calls(koffi: Koffi): SystemSend {
  const system = koffi.load(null)
  const send = system.func('int64_t send(int socket, const void *bytes, uint64_t length, int flags)')
  const sendFile = system.func('int64_t sendfile(int socket, int file, int64_t *position, uint64_t length)')
  const setOption = system.func(
    'int setsockopt(int socket, int level, int name, const void *value, uint32_t length)',
  )
  const { EAGAIN, EINTR } = koffi.os.errno
  const taken = (count: number): number => {
    if (count >= 0) return count
    const errno = koffi.errno()
    return errno === EAGAIN || errno === EINTR ? 0 : -1
  }
  const position = new BigInt64Array(1)
  return {
    bytes: (socket, bytes, more) =>
      taken(send(socket, bytes, bytes.length, dontWait | noSignal | (more ? moreFollows : 0))),
    file(socket, range, from) {
      position[0] = BigInt(range.position + from)
      const count = sendFile(socket, range.descriptor, position, range.length - from)
      // None is what it answers at the end of the file.
      return count === 0 ? -1 : taken(count)
    },
    // What it answers is of no interest: without it, the system decides.
    keepAtMost: (socket, bytes) =>
      void setOption(socket, socketLevel, sendBufferSize, Int32Array.of(bytes), 4),
  }
}
