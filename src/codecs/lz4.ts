/**
 * The LZ4 frame format, as Kafka's clients write and read it (semantics G23).
 *
 *   magic      4  0x184D2204, low byte first, as are all integers here
 *   FLG        1  bits 6-7 version 1; 5 blocks independent; 4 block checksums; 3 content size; 2 content checksum;
 *                 1 reserved; 0 dictionary
 *   BD         1  bits 4-6 the most a block holds: 4 is 64 KiB, 5 256 KiB, 6 1 MiB, 7 4 MiB
 *   size       8  if FLG bit 3
 *   HC         1  second byte of the xxHash32 of FLG, BD and size
 *   blocks     4 + n (+ 4)  size (top bit: stored as it is), bytes, checksum of the bytes if FLG bit 4
 *   end        4  zero
 *   checksum   4  of the content, if FLG bit 2
 *
 * Written: FLG 0x60, that is independent blocks and nothing else, because Kafka's Java reader refuses dependent ones.
 * Read: everything but dictionaries, and frames one after another.
 */
import { noBytes } from '../base/bytes.ts'
import type { Codec, Scratch } from '../record/compression.ts'
import { BoundedOutput } from './bounded-output.ts'
import { compressLz4Block, decompressLz4Block, lz4BlockBytesMax } from './lz4-block.ts'
import { xxhash32 } from './xxhash32.ts'

const frameMagic = 0x184d_2204
/** Frames of this magic, in its low four bits any, hold an application's own bytes and are skipped. */
const skippableMagic = 0x184d_2a50
const headerBytes = 7
const storedBit = 0x8000_0000
const flag = {
  version: 0x40,
  independent: 0x20,
  blockChecksum: 0x10,
  contentSize: 0x08,
  contentChecksum: 0x04,
  reserved: 0x02,
  dictionary: 0x01,
} as const
/** The most a block holds, by the number in BD less 4. */
const blockSizes = [0x1_0000, 0x4_0000, 0x10_0000, 0x40_0000] as const

export const lz4Codec: Codec = { id: 3, name: 'lz4', compress, decompress }

function compress(bytes: Uint8Array): Uint8Array {
  const sizeClass = blockSizeClass(bytes.length)
  const blockBytes = blockSizes[sizeClass]!
  const blockCount = Math.ceil(bytes.length / blockBytes)
  const frame = new Uint8Array(headerBytes + lz4BlockBytesMax(bytes.length) + blockCount * 20 + 4)
  writeUint32(frame, 0, frameMagic)
  frame[4] = flag.version | flag.independent
  frame[5] = (sizeClass + 4) << 4
  frame[6] = xxhash32(frame, 4, 6) >>> 8
  let at = headerBytes
  for (let start = 0; start < bytes.length; start += blockBytes) {
    const end = Math.min(start + blockBytes, bytes.length)
    const blockEnd = compressLz4Block(bytes, start, end, frame, at + 4)
    const size = blockEnd - at - 4
    if (size < end - start) {
      writeUint32(frame, at, size)
      at = blockEnd
    } else {
      writeUint32(frame, at, (end - start) | storedBit)
      frame.set(bytes.subarray(start, end), at + 4)
      at += 4 + end - start
    }
  }
  writeUint32(frame, at, 0)
  return frame.slice(0, at + 4)
}

/** The smallest block that takes everything, or the largest there is: a reader allocates by it. */
function blockSizeClass(length: number): number {
  const fitting = blockSizes.findIndex(size => length <= size)
  return fitting < 0 ? blockSizes.length - 1 : fitting
}

function decompress(bytes: Uint8Array, sizeMax: number, scratch?: Scratch): Uint8Array {
  if (bytes.length === 0) return noBytes
  const output = new BoundedOutput('lz4', sizeMax, bytes.length * 4, scratch)
  let at = 0
  while (at < bytes.length) {
    const magic = readUint32(bytes, at)
    if ((magic & 0xffff_fff0) >>> 0 === skippableMagic) {
      at = place(bytes, at + 8, readUint32(bytes, at + 4))
    } else if (magic === frameMagic) {
      at = decompressFrame(bytes, at, output)
    } else {
      throw new RangeError(`lz4: ${magic.toString(16)} at byte ${at} starts no frame`)
    }
  }
  return output.written()
}

/** What the header of a frame says. */
interface FrameHeader {
  readonly flags: number
  readonly blockBytesMax: number
  readonly contentSize: number | undefined
  /** Where the first block starts. */
  readonly end: number
}

function readFrameHeader(bytes: Uint8Array, start: number): FrameHeader {
  place(bytes, start + 4, 3)
  const flags = bytes[start + 4]!
  if ((flags & 0xc0) !== flag.version) throw new RangeError('lz4: the frame has another version than 1')
  if ((flags & flag.reserved) !== 0) throw new RangeError('lz4: a reserved bit of the frame is set')
  if ((flags & flag.dictionary) !== 0) throw new RangeError('lz4: the frame needs a dictionary')
  const blockBytesMax = blockSizes[(bytes[start + 5]! >>> 4) - 4]
  if (blockBytesMax === undefined || (bytes[start + 5]! & 0x8f) !== 0) {
    throw new RangeError('lz4: the block size of the frame means nothing')
  }
  const sized = (flags & flag.contentSize) !== 0
  const checksumAt = start + 6 + (sized ? 8 : 0)
  const end = place(bytes, checksumAt, 1)
  if (bytes[checksumAt] !== ((xxhash32(bytes, start + 4, checksumAt) >>> 8) & 0xff)) {
    throw new RangeError('lz4: the checksum of the frame header is wrong')
  }
  const contentSize = sized
    ? readUint32(bytes, start + 10) * 0x1_0000_0000 + readUint32(bytes, start + 6)
    : undefined
  return { flags, blockBytesMax, contentSize, end }
}

/** Appends the content of the frame at `start`; answers the position after it. */
function decompressFrame(bytes: Uint8Array, start: number, output: BoundedOutput): number {
  const { flags, blockBytesMax, contentSize, end } = readFrameHeader(bytes, start)
  const contentStart = output.length
  let at = end
  for (;;) {
    const declared = readUint32(bytes, at)
    at += 4
    if (declared === 0) break
    const size = declared & ~storedBit
    if (size > blockBytesMax) throw new RangeError(`lz4: a block of ${size} bytes exceeds ${blockBytesMax}`)
    const blockStart = at
    at = place(bytes, at, size)
    if ((flags & flag.blockChecksum) !== 0) {
      if (readUint32(bytes, at) !== xxhash32(bytes, blockStart, at)) {
        throw new RangeError('lz4: the checksum of a block is wrong')
      }
      at += 4
    }
    const outputStart = output.length
    const windowStart = (flags & flag.independent) === 0 ? contentStart : outputStart
    const blockEnd = blockStart + size
    if (declared >= storedBit) output.appendRange(bytes, blockStart, size)
    else decompressLz4Block(bytes, blockStart, blockEnd, output, windowStart)
    if (output.length - outputStart > blockBytesMax)
      throw new RangeError('lz4: a block holds more than it may')
  }
  if (contentSize !== undefined && contentSize !== output.length - contentStart) {
    throw new RangeError(
      `lz4: the frame declares ${contentSize} bytes and holds ${output.length - contentStart}`,
    )
  }
  if ((flags & flag.contentChecksum) === 0) return at
  if (readUint32(bytes, at) !== xxhash32(output.bytes, contentStart, output.length)) {
    throw new RangeError('lz4: the checksum of the content is wrong')
  }
  return at + 4
}

/** The position `count` bytes after `at`, all of which must be there. */
function place(bytes: Uint8Array, at: number, count: number): number {
  if (count > bytes.length - at) throw new RangeError('lz4: the input is cut off')
  return at + count
}

function readUint32(bytes: Uint8Array, at: number): number {
  place(bytes, at, 4)
  return (bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24)) >>> 0
}

function writeUint32(bytes: Uint8Array, at: number, value: number): void {
  bytes[at] = value
  bytes[at + 1] = value >>> 8
  bytes[at + 2] = value >>> 16
  bytes[at + 3] = value >>> 24
}
