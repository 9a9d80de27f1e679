/**
 * Reads the protocol's primitive types from bytes that a stranger sent.
 *
 * Nothing is read past `end`, and every length is compared with the bytes that are left before anything is
 * made of it, so that a hostile length costs nothing. What does not fit is a `WireFault`, which `readMessage`
 * turns into MR-5010 with the field's name.
 *
 * Objects are larger than the bytes they are read from: 40 MB of empty strings would be 20 million of them and
 * gigabytes. So a reader has an allowance of memory for what is made of its bytes (`memoryLeft`), and whoever
 * makes objects takes from it what they weigh, roughly, before making them.
 */
import { utf8Slice } from '../base/text.ts'
import { readUuid } from '../base/uuid.ts'
import { WireFault } from './wire-fault.ts'

/**
 * The longest string of the protocol, in bytes (what an int16 length can say; compact strings keep to it).
 */
export const stringBytesMax = 0x7fff

/** What messages may weigh in memory unless the caller says otherwise, in bytes. */
const memoryMaxDefault = 512 * 1024 * 1024

/** Roughly what V8 takes for each, in bytes; `decode.ts` weighs structs by their fields. */
export const weights = {
  list: 32,
  slot: 12,
  string: 48,
  // One that V8 does not hash: a request with many of them would cost their number squared as soon as they are put into a set.
  longString: 512 * 1024,
  bytes: 120,
  object: 24,
  field: 8,
  number: 16,
  uuid: 48,
} as const

/** A struct with more tagged fields than this is refused: no honest peer sends so many. */
export const taggedFieldsMax = 1000

export class Reader {
  readonly bytes: Uint8Array
  position: number
  /** One past the last byte that may be read. */
  end: number
  /** Bytes that the objects made of what is read may still take; past it the bytes are refused. */
  memoryLeft: number = memoryMaxDefault
  #view: DataView | undefined

  constructor(bytes: Uint8Array, position = 0, end = bytes.length) {
    this.bytes = bytes
    this.position = position
    this.end = end
  }

  /** Bytes not read yet. */
  get remaining(): number {
    return this.end - this.position
  }

  bool(): boolean {
    return this.bytes[this.#take(1)] !== 0
  }

  int8(): number {
    return (this.bytes[this.#take(1)]! << 24) >> 24
  }

  int16(): number {
    return (this.uint16() << 16) >> 16
  }

  uint16(): number {
    const at = this.#take(2)
    return (this.bytes[at]! << 8) | this.bytes[at + 1]!
  }

  int32(): number {
    const at = this.#take(4)
    const { bytes } = this
    return (bytes[at]! << 24) | (bytes[at + 1]! << 16) | (bytes[at + 2]! << 8) | bytes[at + 3]!
  }

  uint32(): number {
    return this.int32() >>> 0
  }

  /** Exact up to 2^53 on both sides of zero, the nearest double beyond. */
  int64(): number {
    const high = this.int32()
    return high * 0x1_0000_0000 + this.uint32()
  }

  float64(): number {
    const at = this.#take(8)
    const { bytes } = this
    this.#view ??= new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    return this.#view.getFloat64(at)
  }

  uuid(): string {
    return readUuid(this.bytes, this.#take(16))
  }

  unsignedVarint(): number {
    let value = 0
    for (let shift = 0; shift < 35; shift += 7) {
      const byte = this.bytes[this.#take(1)]!
      if (shift === 28 && byte > 0x0f) break
      value |= (byte & 0x7f) << shift
      if (byte < 0x80) return value >>> 0
    }
    throw new WireFault('a varint does not fit 32 bits')
  }

  /** Takes from the allowance what something weighs that is about to be made. */
  weigh(memoryBytes: number): void {
    this.memoryLeft -= memoryBytes
    if (this.memoryLeft < 0) throw new WireFault('it would take more memory than a message may')
  }

  /** A length before a string: int16, or compact. -1 stands for null. */
  stringLength(compact: boolean): number {
    const length = compact ? this.unsignedVarint() - 1 : this.int16()
    if (length > stringBytesMax) throw new WireFault(`a string of ${length} bytes exceeds ${stringBytesMax}`)
    return this.#fitting(length, 1, 'a string')
  }

  /** A length before bytes: int32, or compact. -1 stands for null. */
  bytesLength(compact: boolean): number {
    return this.#fitting(compact ? this.unsignedVarint() - 1 : this.int32(), 1, 'bytes')
  }

  /** A count before a list whose elements take at least `elementBytesMin` each. -1 stands for null. */
  count(compact: boolean, elementBytesMin: number): number {
    return this.#fitting(compact ? this.unsignedVarint() - 1 : this.int32(), elementBytesMin, 'a list')
  }

  utf8(length: number): string {
    const at = this.#take(length)
    return utf8Slice(this.bytes, at, at + length)
  }

  /** A view of the next `length` bytes, not a copy. */
  view(length: number): Uint8Array {
    const at = this.#take(length)
    return this.bytes.subarray(at, at + length)
  }

  skip(length: number): void {
    this.#take(length)
  }

  /** The number of tagged fields that follow, each of which takes at least two bytes. */
  taggedFieldCount(): number {
    const count = this.unsignedVarint()
    if (count > taggedFieldsMax) throw new WireFault(`${count} tagged fields exceed ${taggedFieldsMax}`)
    return this.#fitting(count, 2, 'the tagged fields')
  }

  /** Skips a whole section of tagged fields, keeping nothing. */
  skipTaggedFields(): void {
    for (let left = this.taggedFieldCount(); left > 0; left--) {
      this.unsignedVarint()
      this.skip(this.unsignedVarint())
    }
  }

  #take(length: number): number {
    const at = this.position
    if (length > this.end - at) {
      throw new WireFault(`${length} bytes are needed where ${this.end - at} are left`)
    }
    this.position = at + length
    return at
  }

  #fitting(count: number, bytesMin: number, what: string): number {
    if (count < -1) throw new WireFault(`${what} has the length ${count}`)
    if (count * bytesMin > this.remaining) {
      throw new WireFault(`${what} of length ${count} cannot fit the ${this.remaining} bytes that are left`)
    }
    return count
  }
}
