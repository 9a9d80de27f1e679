/**
 * CRC-32C (Castagnoli), the checksum of record batches.
 *
 * Sixteen bytes a step through sixteen tables ("slicing by 16"). A native implementation, which uses the processor's
 * own instruction, may be installed; ranges too short to pay for the call keep the table.
 */

/** Answers the CRC-32C of `bytes[start, end)` as an unsigned 32-bit integer. */
export type Crc32c = (bytes: Uint8Array, start: number, end: number) => number

/** Castagnoli's polynomial, bits reversed. */
const polynomial = 0x82f6_3b78
const stride = 16
const tables = makeTables()

let accelerator: Crc32c | undefined
let acceleratedBytesMin = Infinity

/** Uses `native` for ranges of at least `bytesMin` bytes; `undefined` goes back to the table. */
export function installCrc32c(native: Crc32c | undefined, bytesMin = 512): void {
  accelerator = native
  acceleratedBytesMin = native === undefined ? Infinity : bytesMin
}

/** The CRC-32C of `bytes[start, end)`, an unsigned 32-bit integer. */
export function crc32c(bytes: Uint8Array, start = 0, end = bytes.length): number {
  if (end - start >= acceleratedBytesMin) return accelerator!(bytes, start, end)
  return tableCrc32c(bytes, start, end)
}

/** The portable implementation, whatever is installed. */
export function tableCrc32c(bytes: Uint8Array, start: number, end: number): number {
  const t = tables
  let crc = -1
  let at = start
  for (const last = end - stride; at <= last; at += stride) {
    crc ^= bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24)
    crc =
      t[0xf00 + (crc & 0xff)]! ^
      t[0xe00 + ((crc >>> 8) & 0xff)]! ^
      t[0xd00 + ((crc >>> 16) & 0xff)]! ^
      t[0xc00 + (crc >>> 24)]! ^
      t[0xb00 + bytes[at + 4]!]! ^
      t[0xa00 + bytes[at + 5]!]! ^
      t[0x900 + bytes[at + 6]!]! ^
      t[0x800 + bytes[at + 7]!]! ^
      t[0x700 + bytes[at + 8]!]! ^
      t[0x600 + bytes[at + 9]!]! ^
      t[0x500 + bytes[at + 10]!]! ^
      t[0x400 + bytes[at + 11]!]! ^
      t[0x300 + bytes[at + 12]!]! ^
      t[0x200 + bytes[at + 13]!]! ^
      t[0x100 + bytes[at + 14]!]! ^
      t[bytes[at + 15]!]!
  }
  for (; at < end; at++) crc = (crc >>> 8) ^ t[(crc ^ bytes[at]!) & 0xff]!
  return ~crc >>> 0
}

/** Table k holds the effect of a byte that is followed by k zero bytes. */
function makeTables(): Int32Array {
  const made = new Int32Array(stride * 256)
  for (let byte = 0; byte < 256; byte++) {
    let crc = byte
    for (let bit = 0; bit < 8; bit++) crc = (crc & 1) === 1 ? (crc >>> 1) ^ polynomial : crc >>> 1
    made[byte] = crc
  }
  for (let index = 256; index < made.length; index++) {
    const previous = made[index - 256]!
    made[index] = (previous >>> 8) ^ made[previous & 0xff]!
  }
  return made
}
