/**
 * The raw Snappy format: the length as an unsigned varint, then literals and copies.
 *
 *   literal   tag 00, length - 1 in the upper six bits; 60 to 63 mean that 1 to 4 bytes hold it
 *   copy      tag 01: length 4 to 11 (three bits), distance of 11 bits (three in the tag, one byte)
 *             tag 10: length 1 to 64 (six bits), distance of two bytes, low byte first
 *             tag 11: the same with four bytes; read, never written
 */
import { VarintReader, writeUnsignedVarint } from '../base/varint.ts'
import { copyBytes, type BoundedOutput } from './bounded-output.ts'
import { commonLength, MatchTable } from './match-table.ts'

const matchMin = 4
/** Input is compressed in pieces of this size, so that two bytes hold every distance. */
const fragmentBytes = 0x1_0000
/** No element makes more than 64 bytes of three. */
const expansionMax = 22

const table = new MatchTable()

/** The most bytes that `length` bytes take. */
export function snappyBlockBytesMax(length: number): number {
  return 32 + length + Math.ceil(length / 6)
}

/** Compresses `source[start, end)` to `target` at `at`, which has room; answers the position after it. */
export function compressSnappyBlock(
  source: Uint8Array,
  start: number,
  end: number,
  target: Uint8Array,
  at: number,
): number {
  at = writeUnsignedVarint(target, at, end - start)
  for (let fragment = start; fragment < end; fragment += fragmentBytes) {
    at = compressFragment(source, fragment, Math.min(fragment + fragmentBytes, end), target, at)
  }
  return at
}

function compressFragment(
  source: Uint8Array,
  start: number,
  end: number,
  target: Uint8Array,
  at: number,
): number {
  table.startBlock(start, end - start)
  const matchStartMax = end - matchMin
  let anchor = start
  let position = start
  let misses = 0
  while (position <= matchStartMax) {
    const found = table.match(source, position, 0xffff)
    if (found < 0) {
      // The longer nothing matches, the longer the steps: incompressible input passes quickly.
      position += 1 + (misses++ >> 5)
      continue
    }
    misses = 0
    const length = matchMin + commonLength(source, found + matchMin, position + matchMin, end)
    if (position > anchor) at = writeLiteral(target, at, source, anchor, position - anchor)
    at = writeCopy(target, at, position - found, length)
    position += length
    anchor = position
  }
  return end > anchor ? writeLiteral(target, at, source, anchor, end - anchor) : at
}

function writeLiteral(
  target: Uint8Array,
  at: number,
  source: Uint8Array,
  start: number,
  length: number,
): number {
  const rest = length - 1
  if (rest < 60) target[at++] = rest << 2
  else if (rest < 0x100) {
    target[at++] = 60 << 2
    target[at++] = rest
  } else {
    target[at++] = 61 << 2
    target[at++] = rest
    target[at++] = rest >>> 8
  }
  copyBytes(target, at, source, start, length)
  return at + length
}

function writeCopy(target: Uint8Array, at: number, distance: number, length: number): number {
  let rest = length
  // Whatever is left over after a cut must still be a match of at least four bytes.
  while (rest > 0) {
    if (rest >= 4 && rest <= 11 && distance < 0x800) {
      target[at] = 0b01 | ((rest - 4) << 2) | ((distance >>> 8) << 5)
      target[at + 1] = distance
      return at + 2
    }
    const part = rest >= 68 ? 64 : rest > 64 ? 60 : rest
    target[at] = 0b10 | ((part - 1) << 2)
    target[at + 1] = distance
    target[at + 2] = distance >>> 8
    at += 3
    rest -= part
  }
  return at
}

/** Appends what `source[start, end)` holds to `output`. Malformed input is a `RangeError`. */
export function decompressSnappyBlock(
  source: Uint8Array,
  start: number,
  end: number,
  output: BoundedOutput,
): void {
  const reader = new VarintReader(source, start, end)
  const declared = reader.readUnsignedVarint()
  if (declared > (end - start) * expansionMax) {
    throw new RangeError(`snappy: ${end - start} bytes cannot hold the ${declared} they declare`)
  }
  const outputStart = output.length
  const outputEnd = outputStart + declared
  let at = reader.at
  while (at < end) {
    const tag = source[at++]!
    const literal = (tag & 3) === 0
    const tail = literal ? Math.max(0, (tag >>> 2) - 59) : tailBytes[tag & 3]!
    if (tail > end - at) throw new RangeError('snappy: the input ends within an element')
    const number = littleEndian(source, at, tail)
    at += tail
    if (literal) {
      const length = (tail === 0 ? tag >>> 2 : number) + 1
      if (length > end - at || length > outputEnd - output.length) {
        throw new RangeError('snappy: a literal runs past the end')
      }
      output.appendRange(source, at, length)
      at += length
    } else {
      const near = (tag & 3) === 1
      const length = near ? 4 + ((tag >>> 2) & 7) : 1 + (tag >>> 2)
      const distance = near ? ((tag >>> 5) << 8) | number : number
      if (distance === 0 || distance > output.length - outputStart || length > outputEnd - output.length) {
        throw new RangeError('snappy: a copy reaches before the start or past the end')
      }
      output.appendMatch(distance, length)
    }
  }
  if (output.length !== outputEnd) {
    throw new RangeError(`snappy: ${declared} bytes are declared, ${output.length - outputStart} are there`)
  }
}

/** Bytes after the tag of a copy, by the tag's low two bits. */
const tailBytes = [0, 1, 2, 4] as const

/** `count` bytes, 0 to 4, as an unsigned integer, low byte first. */
function littleEndian(bytes: Uint8Array, at: number, count: number): number {
  if (count === 1) return bytes[at]!
  if (count === 2) return bytes[at]! | (bytes[at + 1]! << 8)
  let value = 0
  for (let index = count - 1; index >= 0; index--) value = value * 256 + bytes[at + index]!
  return value
}
