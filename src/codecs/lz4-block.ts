/**
 * The LZ4 block format: literals and matches, no checksum, no length of its own.
 *
 * A block is a row of sequences: token (high four bits the count of literals, low four the match length less 4; 15
 * means that bytes of up to 255 add to it), literals, two bytes of distance, low byte first. The last sequence ends
 * after its literals. The format demands that the last five bytes are literals and that the last match starts
 * twelve bytes before the end at the latest.
 */
import { copyBytes, wordsOf, type BoundedOutput } from './bounded-output.ts'
import { commonLength, MatchTable } from './match-table.ts'

const matchMin = 4
const distanceMax = 0xffff
const lastLiterals = 5
const lastMatchDistance = 12
/** From here on one native copy is quicker than words. */
const longLiterals = 160

const table = new MatchTable()

/** The most bytes that a block of `length` bytes takes. */
export function lz4BlockBytesMax(length: number): number {
  return length + Math.ceil(length / 255) + 16
}

/** Compresses `source[start, end)` to `target` at `at`, which has room; answers the position after it. */
export function compressLz4Block(
  source: Uint8Array,
  start: number,
  end: number,
  target: Uint8Array,
  at: number,
): number {
  const matchStartMax = end - lastMatchDistance
  const matchEndMax = end - lastLiterals
  table.startBlock(start, end - start)
  let anchor = start
  let position = start
  let misses = 0
  while (position < matchStartMax) {
    const found = table.match(source, position, distanceMax)
    if (found < 0) {
      // The longer nothing matches, the longer the steps: incompressible input passes quickly.
      position += 1 + (misses++ >> 6)
      continue
    }
    misses = 0
    const extra = commonLength(source, found + matchMin, position + matchMin, matchEndMax)
    at = writeLiterals(target, at, source, anchor, position - anchor, Math.min(extra, 15))
    const distance = position - found
    target[at] = distance
    target[at + 1] = distance >>> 8
    at += 2
    if (extra >= 15) at = writeLength(target, at, extra - 15)
    position += matchMin + extra
    anchor = position
  }
  return writeLiterals(target, at, source, anchor, end - anchor, 0)
}

/**
 * Decompresses the block `source[start, end)` into `output`. Matches reach back to `windowStart` at most: the start of
 * the block, or of the frame if its blocks depend on each other. Malformed input is a `RangeError`.
 */
export function decompressLz4Block(
  source: Uint8Array,
  start: number,
  end: number,
  output: BoundedOutput,
  windowStart: number,
): void {
  const words = wordsOf(source)
  let at = start
  for (;;) {
    if (at >= end) throw new RangeError('lz4: a block ends within a sequence')
    const token = source[at++]!
    let literals = token >>> 4
    if (literals === 15) {
      for (let byte = 255; byte === 255; literals += byte) {
        if (at >= end) throw new RangeError('lz4: a block ends within a length')
        byte = source[at++]!
      }
    }
    if (literals > end - at) throw new RangeError('lz4: literals run past the end of their block')
    if (literals < longLiterals) output.appendShort(words, at, literals)
    else output.appendRange(source, at, literals)
    at += literals
    if (at === end) return
    if (end - at < 2) throw new RangeError('lz4: a block ends within a distance')
    const distance = source[at]! | (source[at + 1]! << 8)
    at += 2
    let length = token & 15
    if (length === 15) {
      for (let byte = 255; byte === 255; length += byte) {
        if (at >= end) throw new RangeError('lz4: a block ends within a length')
        byte = source[at++]!
      }
    }
    if (distance === 0 || distance > output.length - windowStart) {
      throw new RangeError(
        `lz4: a match reaches ${distance} bytes back where there are ${output.length - windowStart}`,
      )
    }
    output.appendMatch(distance, length + matchMin)
  }
}

/** A token with its literals; `matchNibble` is the low half of the token. */
function writeLiterals(
  target: Uint8Array,
  at: number,
  source: Uint8Array,
  start: number,
  length: number,
  matchNibble: number,
): number {
  target[at++] = (Math.min(length, 15) << 4) | matchNibble
  if (length >= 15) at = writeLength(target, at, length - 15)
  copyBytes(target, at, source, start, length)
  return at + length
}

function writeLength(target: Uint8Array, at: number, rest: number): number {
  for (; rest >= 255; rest -= 255) target[at++] = 255
  target[at] = rest
  return at + 1
}
