/**
 * Variable-length integers: seven bits a byte, lowest first, the eighth bit says that more follow.
 *
 * Kafka's protocol uses the unsigned form, its records the zigzag forms (0, -1, 1, -2, ... become 0, 1, 2, 3, ...).
 * A varlong is exact over the whole range of safe integers: its sign and its lowest six bits are split off before
 * anything is doubled. Sizes are computed first and bytes written after, so that a record needs one pass.
 */

/** The most bytes that a 32-bit and a 64-bit integer take. */
export const varintBytesMax = 5
export const varlongBytesMax = 10

/** Bytes that an unsigned 32-bit integer takes. */
export function unsignedVarintSize(value: number): number {
  if (value < 0x80) return 1
  if (value < 0x4000) return 2
  if (value < 0x20_0000) return 3
  return value < 0x1000_0000 ? 4 : 5
}

/** Bytes that a signed 32-bit integer takes. */
export function varintSize(value: number): number {
  return unsignedVarintSize(((value << 1) ^ (value >> 31)) >>> 0)
}

/** Bytes that a safe integer takes as a varlong. */
export function varlongSize(value: number): number {
  if (value === (value | 0)) return varintSize(value)
  let rest = Math.floor((value < 0 ? -value - 1 : value) / 0x40)
  let size = 1
  for (; rest > 0; rest = Math.floor(rest / 0x80)) size++
  return size
}

/** Writes an unsigned 32-bit integer; answers the position after it. */
export function writeUnsignedVarint(bytes: Uint8Array, at: number, value: number): number {
  let rest = value >>> 0
  if (rest < 0x80) {
    bytes[at] = rest
    return at + 1
  }
  if (rest < 0x4000) {
    bytes[at] = rest | 0x80
    bytes[at + 1] = rest >>> 7
    return at + 2
  }
  while (rest >= 0x80) {
    bytes[at++] = rest | 0x80
    rest >>>= 7
  }
  bytes[at] = rest
  return at + 1
}

/** Writes a signed 32-bit integer; answers the position after it. */
export function writeVarint(bytes: Uint8Array, at: number, value: number): number {
  return writeUnsignedVarint(bytes, at, (value << 1) ^ (value >> 31))
}

/** Writes a safe integer; answers the position after it. */
export function writeVarlong(bytes: Uint8Array, at: number, value: number): number {
  if (value === (value | 0)) return writeVarint(bytes, at, value)
  const negative = value < 0
  const magnitude = negative ? -value - 1 : value
  let rest = Math.floor(magnitude / 0x40)
  let septet = ((magnitude % 0x40) << 1) | (negative ? 1 : 0)
  while (rest > 0) {
    bytes[at++] = septet | 0x80
    septet = rest % 0x80
    rest = Math.floor(rest / 0x80)
  }
  bytes[at] = septet
  return at + 1
}

/**
 * Reads integers one after another and keeps the place.
 *
 * `at` is where the next one starts. A varint that runs past `end`, or is longer than its type allows, is a
 * `RangeError`; whoever reads a stranger's bytes wraps it in an error that names the place.
 */
export class VarintReader {
  bytes: Uint8Array
  at: number
  end: number

  constructor(bytes: Uint8Array, at = 0, end = bytes.length) {
    this.bytes = bytes
    this.at = at
    this.end = end
  }

  readUnsignedVarint(): number {
    let value = 0
    for (let shift = 0; ; shift += 7) {
      const byte = this.#nextByte()
      if (shift === 28 && byte > 0x0f) throw new RangeError('varint exceeds 32 bits')
      value |= (byte & 0x7f) << shift
      if (byte < 0x80) return value >>> 0
    }
  }

  readVarint(): number {
    const value = this.readUnsignedVarint()
    return (value >>> 1) ^ -(value & 1)
  }

  /** Refuses what is not a safe integer, though 64 bits could hold it. */
  readVarlong(): number {
    let byte = this.#nextByte()
    const negative = (byte & 1) === 1
    let magnitude = (byte & 0x7f) >> 1
    for (let scale = 0x40, size = 1; byte >= 0x80; scale *= 0x80, size++) {
      if (size === varlongBytesMax) throw new RangeError('varlong is longer than 10 bytes')
      byte = this.#nextByte()
      magnitude += (byte & 0x7f) * scale
    }
    const value = negative ? -magnitude - 1 : magnitude
    if (!Number.isSafeInteger(value)) throw new RangeError('varlong exceeds 2^53')
    return value
  }

  #nextByte(): number {
    if (this.at >= this.end) throw new RangeError('varint runs past the end of its bytes')
    return this.bytes[this.at++]!
  }
}
