/**
 * Murmur3 in its 128-bit form for 64-bit machines, as Kafka Streams computes it (semantics F1).
 *
 * Foreign-key joins send the hash of a row with each subscription and compare it with that of the row when the answer
 * comes, so it must be Kafka's to the bit wherever the two share an application. JavaScript has no fast 64-bit integers:
 * every one here is two halves of 32 bits, and a function leaves its result in `high` and `low`. BigInt is shorter and
 * some forty times slower.
 */
import { writeInt32 } from './bytes.ts'

/** Bytes of a hash. */
export const murmur3Bytes = 16

/** Kafka's seed. */
const seed = 104_729

const c1High = 0x87c3_7b91
const c1Low = 0x1142_53d5
const c2High = 0x4cf5_ad43
const c2Low = 0x2745_937f

/** The result of the last `multiply`, `rotate`, `add` or `finish`. */
let high = 0
let low = 0

/** The hash of `bytes[start, end)`: two 64-bit integers, big-endian. */
export function murmur3(bytes: Uint8Array, start = 0, end = bytes.length): Uint8Array {
  const length = end - start
  let h1High = 0
  let h1Low = seed
  let h2High = 0
  let h2Low = seed
  let at = start
  for (const last = end - 16; at <= last; at += 16) {
    mixFirst(word(bytes, at + 4), word(bytes, at))
    h1High ^= high
    h1Low ^= low
    rotate(h1High, h1Low, 27)
    add(high, low, h2High, h2Low)
    timesFive(0x52dc_e729)
    h1High = high
    h1Low = low
    mixSecond(word(bytes, at + 12), word(bytes, at + 8))
    h2High ^= high
    h2Low ^= low
    rotate(h2High, h2Low, 31)
    add(high, low, h1High, h1Low)
    timesFive(0x3849_5ab5)
    h2High = high
    h2Low = low
  }
  if (end - at > 8) {
    mixSecond(tail(bytes, at + 12, end), tail(bytes, at + 8, end))
    h2High ^= high
    h2Low ^= low
  }
  if (end > at) {
    mixFirst(tail(bytes, at + 4, end), tail(bytes, at, end))
    h1High ^= high
    h1Low ^= low
  }
  h1Low ^= length
  h2Low ^= length
  add(h1High, h1Low, h2High, h2Low)
  h1High = high
  h1Low = low
  add(h2High, h2Low, h1High, h1Low)
  h2High = high
  h2Low = low
  finish(h1High, h1Low)
  h1High = high
  h1Low = low
  finish(h2High, h2Low)
  h2High = high
  h2Low = low
  const hash = new Uint8Array(murmur3Bytes)
  add(h1High, h1Low, h2High, h2Low)
  writeInt32(hash, 0, high)
  writeInt32(hash, 4, low)
  add(h2High, h2Low, high, low)
  writeInt32(hash, 8, high)
  writeInt32(hash, 12, low)
  return hash
}

/** What a block's first half does to the first hash. */
function mixFirst(wordHigh: number, wordLow: number): void {
  multiply(wordHigh, wordLow, c1High, c1Low)
  rotate(high, low, 31)
  multiply(high, low, c2High, c2Low)
}

/** What a block's second half does to the second hash. */
function mixSecond(wordHigh: number, wordLow: number): void {
  multiply(wordHigh, wordLow, c2High, c2Low)
  rotate(high, low, 33)
  multiply(high, low, c1High, c1Low)
}

/** Spreads the bits of a hash. */
function finish(hashHigh: number, hashLow: number): void {
  // Shifted by 33 to the right, the high half is the low one, by 1.
  multiply(hashHigh, hashLow ^ (hashHigh >>> 1), 0xff51_afd7, 0xed55_8ccd)
  multiply(high, low ^ (high >>> 1), 0xc4ce_b9fe, 0x1a85_ec53)
  low ^= high >>> 1
}

/** Five times `high` and `low`, and `added`. */
function timesFive(added: number): void {
  multiply(high, low, 0, 5)
  add(high, low, 0, added)
}

function multiply(aHigh: number, aLow: number, bHigh: number, bLow: number): void {
  const a0 = aLow & 0xffff
  const a1 = aLow >>> 16
  const b0 = bLow & 0xffff
  const b1 = bLow >>> 16
  const lowest = Math.imul(a0, b0) >>> 0
  // Each term is below 2^32, so the sum of the first three is exact.
  const middle = (Math.imul(a1, b0) >>> 0) + (lowest >>> 16)
  const middleToo = (Math.imul(a0, b1) >>> 0) + (middle & 0xffff)
  const carried = (Math.imul(a1, b1) >>> 0) + Math.floor(middle / 0x1_0000) + Math.floor(middleToo / 0x1_0000)
  low = ((middleToo & 0xffff) << 16) | (lowest & 0xffff)
  high = (carried + Math.imul(aHigh, bLow) + Math.imul(aLow, bHigh)) | 0
}

/** Turns left by `count` bits, from 1 to 63 but not 32. */
function rotate(aHigh: number, aLow: number, count: number): void {
  const turned = count > 32
  const [from, to] = turned ? [aLow, aHigh] : [aHigh, aLow]
  const by = turned ? count - 32 : count
  high = (from << by) | (to >>> (32 - by))
  low = (to << by) | (from >>> (32 - by))
}

function add(aHigh: number, aLow: number, bHigh: number, bLow: number): void {
  const sum = (aLow >>> 0) + (bLow >>> 0)
  low = sum | 0
  high = (aHigh + bHigh + (sum > 0xffff_ffff ? 1 : 0)) | 0
}

/** Four bytes, little-endian. */
function word(bytes: Uint8Array, at: number): number {
  return bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24)
}

/** Four bytes, little-endian, of which those from `end` on are 0. */
function tail(bytes: Uint8Array, at: number, end: number): number {
  let result = 0
  for (let index = Math.min(end, at + 4) - 1; index >= at; index--) result = (result << 8) | bytes[index]!
  return result
}
