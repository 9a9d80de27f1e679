/**
 * Zstandard: Node's own where it has it (22.15 and later), else the optional package `@toondepauw/node-zstd`.
 *
 * Neither there: no codec, and a batch that needs it is MR-3102. Level 3, as Kafka's default is.
 */
import { createRequire } from 'node:module'
import * as zlib from 'node:zlib'
import type { Codec } from '../record/compression.ts'
import { plainBytes } from './plain-bytes.ts'
import { zstdSizeMax } from './zstd-bound.ts'

/** What zlib has from Node 22.15 on. */
interface NodeZstd {
  readonly zstdCompressSync: (bytes: Uint8Array) => Uint8Array
  readonly zstdDecompressSync: (bytes: Uint8Array, options: { maxOutputLength: number }) => Uint8Array
}

/** The part of the package that is used. */
interface ZstdPackage {
  readonly Encoder: new (level: number) => { encodeSync(bytes: Uint8Array): Uint8Array }
  readonly Decoder: new () => { decodeSync(bytes: Uint8Array): Uint8Array }
}

const level = 3
/** The bound read off a stream may exceed its real size; the real one is checked after, so this much may be in vain. */
const roughBytes = 1024 * 1024

/** The codec, or `undefined` where nothing provides it. */
export function zstdCodec(): Codec | undefined {
  return nodeCodec() ?? packageCodec()
}

function nodeCodec(): Codec | undefined {
  const { zstdCompressSync, zstdDecompressSync } = zlib as Partial<NodeZstd>
  if (zstdCompressSync === undefined || zstdDecompressSync === undefined) return undefined
  return {
    id: 4,
    name: 'zstd',
    compress: bytes => plainBytes(zstdCompressSync(bytes)),
    decompress(bytes, sizeMax) {
      // Node answers with what there is when a stream is cut off; the walk over its blocks refuses it.
      zstdSizeMax(bytes)
      return checked(() => zstdDecompressSync(bytes, { maxOutputLength: Math.max(sizeMax, 1) }), sizeMax)
    },
  }
}

function packageCodec(): Codec | undefined {
  const native = loadPackage()
  if (native === undefined) return undefined
  const encoder = new native.Encoder(level)
  const decoder = new native.Decoder()
  return {
    id: 4,
    name: 'zstd',
    compress: bytes => plainBytes(encoder.encodeSync(bytes)),
    decompress(bytes, sizeMax) {
      const size = zstdSizeMax(bytes)
      if (size > sizeMax + roughBytes) {
        throw new RangeError(`zstd: up to ${size} bytes when decompressed, more than ${sizeMax}`)
      }
      return checked(() => decoder.decodeSync(bytes), sizeMax)
    },
  }
}

function checked(decompress: () => Uint8Array, sizeMax: number): Uint8Array {
  let decompressed
  try {
    decompressed = decompress()
  } catch (cause) {
    throw new RangeError(`zstd: ${(cause as Error).message}`, { cause })
  }
  if (decompressed.length > sizeMax)
    throw new RangeError(`zstd: more than ${sizeMax} bytes when decompressed`)
  return plainBytes(decompressed)
}

function loadPackage(): ZstdPackage | undefined {
  try {
    return createRequire(import.meta.url)('@toondepauw/node-zstd') as ZstdPackage
  } catch {
    // An optional dependency without a build for this platform: zstd is then not available.
    return undefined
  }
}
