/** The 64-bit Rabin fingerprint of a schema: CRC-64-AVRO of its canonical form, little-endian as on the wire. */
import { utf8Bytes } from '../base/text.ts'

const polynomial = 0xc15d_213a_a4d7_a795n

const table = Array.from({ length: 256 }, (_, index) => {
  let remainder = BigInt(index)
  for (let bit = 0; bit < 8; bit++) {
    remainder = (remainder & 1n) === 0n ? remainder >> 1n : (remainder >> 1n) ^ polynomial
  }
  return remainder
})

/** Computed once for each schema, when a serde is declared, so it need not be fast. */
export function rabinFingerprint(canonicalSchema: string): Uint8Array {
  let remainder = polynomial
  for (const byte of utf8Bytes(canonicalSchema)) {
    remainder = (remainder >> 8n) ^ table[Number(remainder & 0xffn) ^ byte]!
  }
  const bytes = new Uint8Array(8)
  new DataView(bytes.buffer).setBigUint64(0, remainder, true)
  return bytes
}
