/**
 * How large a Zstandard stream may become, read off its frame and block headers without decompressing (RFC 8878).
 *
 * The native decoder of Node 20 takes no bound, so the bound is set before it is asked: a block holds at most 128 KiB
 * (or the frame's window, if smaller), raw and repeated blocks say their size. The result is never too small.
 */

const frameMagic = 0xfd2f_b528
/** Frames of this magic, in its low four bits any, hold an application's own bytes and are skipped. */
const skippableMagic = 0x184d_2a50
const blockBytesMax = 128 * 1024
const blockType = { raw: 0, repeated: 1, compressed: 2 } as const

/** The most bytes that `bytes` decompresses to; a stream that is cut off or malformed is a `RangeError`. */
export function zstdSizeMax(bytes: Uint8Array): number {
  let at = 0
  let sizeMax = 0
  while (at < bytes.length) {
    const magic = readUint32(bytes, at)
    if ((magic & 0xffff_fff0) >>> 0 === skippableMagic) {
      at = place(bytes, at + 8, readUint32(bytes, at + 4))
    } else if (magic === frameMagic) {
      const frame = measureFrame(bytes, at)
      at = frame.end
      sizeMax += frame.sizeMax
    } else {
      throw new RangeError(`zstd: ${magic.toString(16)} at byte ${at} starts no frame`)
    }
  }
  return sizeMax
}

function measureFrame(bytes: Uint8Array, start: number): { end: number; sizeMax: number } {
  place(bytes, start, 6)
  const descriptor = bytes[start + 4]!
  const singleSegment = (descriptor & 0x20) !== 0
  const dictionaryIdBytes = [0, 1, 2, 4][descriptor & 3]!
  const contentSizeBytes = [singleSegment ? 1 : 0, 2, 4, 8][descriptor >>> 6]!
  const contentSizeAt = start + 5 + (singleSegment ? 0 : 1) + dictionaryIdBytes
  let at = place(bytes, contentSizeAt, contentSizeBytes)
  const window = singleSegment
    ? contentSizeOf(bytes, contentSizeAt, contentSizeBytes)
    : windowOf(bytes[start + 5]!)
  const compressedMax = Math.min(window, blockBytesMax)
  let sizeMax = 0
  for (let last = false; !last;) {
    place(bytes, at, 3)
    const header = bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16)
    const type = (header >>> 1) & 3
    const size = header >>> 3
    last = (header & 1) === 1
    if (type > blockType.compressed) throw new RangeError('zstd: a block has a reserved type')
    at = place(bytes, at + 3, type === blockType.repeated ? 1 : size)
    sizeMax += type === blockType.compressed ? compressedMax : size
  }
  const checksumBytes = (descriptor & 0x04) === 0 ? 0 : 4
  return { end: place(bytes, at, checksumBytes), sizeMax }
}

function windowOf(descriptor: number): number {
  const base = 2 ** (10 + (descriptor >>> 3))
  return base + (base / 8) * (descriptor & 7)
}

function contentSizeOf(bytes: Uint8Array, at: number, count: number): number {
  let size = 0
  for (let index = count - 1; index >= 0; index--) size = size * 256 + bytes[at + index]!
  // The two-byte form starts where the one-byte form ends.
  return count === 2 ? size + 256 : size
}

/** The position `count` bytes after `at`, all of which must be there. */
function place(bytes: Uint8Array, at: number, count: number): number {
  if (count > bytes.length - at) throw new RangeError('zstd: the input is cut off')
  return at + count
}

function readUint32(bytes: Uint8Array, at: number): number {
  place(bytes, at, 4)
  return (bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24)) >>> 0
}
