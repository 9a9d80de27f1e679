/**
 * Snappy as Kafka's Java client frames it (semantics G23): the "xerial" stream.
 *
 *   header   82 'SNAPPY' 00, version int32 = 1, lowest compatible version int32 = 1
 *   chunks   size int32, a raw Snappy block of that size; each holds 32 KiB of input, the last one less
 *
 * Integers have their high byte first. Some clients write one raw block without any framing: that is read too.
 */
import { noBytes, readInt32, writeInt32 } from '../base/bytes.ts'
import type { Codec, Scratch } from '../record/compression.ts'
import { BoundedOutput } from './bounded-output.ts'
import { compressSnappyBlock, decompressSnappyBlock, snappyBlockBytesMax } from './snappy-block.ts'

const streamMagic = [0x82, 0x53, 0x4e, 0x41, 0x50, 0x50, 0x59, 0] as const
const headerBytes = 16
const chunkBytes = 32 * 1024
const version = 1

export const snappyCodec: Codec = { id: 2, name: 'snappy', compress, decompress }

function compress(bytes: Uint8Array): Uint8Array {
  const chunkCount = Math.ceil(bytes.length / chunkBytes)
  const framed = new Uint8Array(headerBytes + snappyBlockBytesMax(bytes.length) + chunkCount * 40)
  framed.set(streamMagic)
  writeInt32(framed, 8, version)
  writeInt32(framed, 12, version)
  let at = headerBytes
  for (let start = 0; start < bytes.length; start += chunkBytes) {
    const end = Math.min(start + chunkBytes, bytes.length)
    const next = compressSnappyBlock(bytes, start, end, framed, at + 4)
    writeInt32(framed, at, next - at - 4)
    at = next
  }
  return framed.slice(0, at)
}

function decompress(bytes: Uint8Array, sizeMax: number, scratch?: Scratch): Uint8Array {
  if (bytes.length === 0) return noBytes
  const output = new BoundedOutput('snappy', sizeMax, bytes.length * 4, scratch)
  if (!startsStream(bytes, 0)) {
    decompressSnappyBlock(bytes, 0, bytes.length, output)
    return output.written()
  }
  let at = 0
  while (at < bytes.length) {
    // Streams may follow one another, each with its header.
    if (startsStream(bytes, at)) {
      at += headerBytes
      continue
    }
    const size = bytes.length - at < 4 ? -1 : readInt32(bytes, at)
    if (size < 0 || size > bytes.length - at - 4) throw new RangeError('snappy: a chunk is cut off')
    decompressSnappyBlock(bytes, at + 4, at + 4 + size, output)
    at += 4 + size
  }
  return output.written()
}

function startsStream(bytes: Uint8Array, at: number): boolean {
  return bytes.length - at >= headerBytes && streamMagic.every((byte, index) => bytes[at + index] === byte)
}
