/**
 * Writes the protocol's primitive types, big-endian, into a buffer that grows.
 *
 * Large byte strings are not copied: the writer remembers where they belong, and `chunks` answers the whole
 * as a list for a gathering write. A value outside its type's range is a `WireFault`, which `writeMessage`
 * turns into a `RangeError` with the field's name; nothing is ever wrapped around silently.
 */
import { ByteSink } from '../base/byte-sink.ts'
import { utf8Length, utf8WriteAt } from '../base/text.ts'
import { isUuid, writeUuid } from '../base/uuid.ts'
import { writeUnsignedVarint } from '../base/varint.ts'
import { stringBytesMax } from './reader.ts'
import { WireFault } from './wire-fault.ts'

/** From here on a byte string is referred to rather than copied. */
const copiedBytesMax = 4096

/** So many UTF-16 units are never more bytes than a string may have. */
const cutLength = Math.floor(stringBytesMax / 3)

/** A byte string that belongs between two bytes of the sink. */
interface Insert {
  /** Position in the sink that it stands before. */
  readonly at: number
  readonly bytes: Uint8Array
}

export class Writer extends ByteSink {
  readonly #inserts: Insert[] = []
  #insertedBytes = 0
  #view: DataView | undefined

  /**
   * Whether a field that the message's version lacks is left out whatever it holds. An answer tells an older client what its
   * version can say; a request that would lose something it means is refused instead. Likewise a text that is longer than any
   * string, an error message that repeats what a client sent, is cut.
   */
  dropsUnsayable = false

  constructor(bytesInitial = 256) {
    super(bytesInitial)
  }

  /** Bytes written in all. */
  get size(): number {
    return this.length + this.#insertedBytes
  }

  bool(value: boolean): void {
    if (typeof value !== 'boolean') throw new WireFault(`${String(value)} is not a boolean`)
    this.#byte(value ? 1 : 0)
  }

  int8(value: number): void {
    if ((value << 24) >> 24 !== value) throw outside(value, 'int8')
    this.#byte(value)
  }

  int16(value: number): void {
    if ((value << 16) >> 16 !== value) throw outside(value, 'int16')
    this.#short(value)
  }

  uint16(value: number): void {
    if ((value & 0xffff) !== value) throw outside(value, 'uint16')
    this.#short(value)
  }

  int32(value: number): void {
    if ((value | 0) !== value) throw outside(value, 'int32')
    this.#word(value)
  }

  uint32(value: number): void {
    if (value >>> 0 !== value) throw outside(value, 'uint32')
    this.#word(value)
  }

  /** An integer of int64's range; 2^63, as which the largest int64 is read, is written as that. */
  int64(value: number): void {
    if (!Number.isInteger(value) || value < -(2 ** 63) || value > 2 ** 63) throw outside(value, 'int64')
    if (value === 2 ** 63) {
      this.#word(0x7fffffff)
      this.#word(-1)
      return
    }
    const high = Math.floor(value / 0x1_0000_0000)
    this.#word(high)
    this.#word(value - high * 0x1_0000_0000)
  }

  float64(value: number): void {
    if (typeof value !== 'number') throw new WireFault(`${String(value)} is not a number`)
    this.reserve(8)
    const { bytes } = this
    if (this.#view?.buffer !== bytes.buffer) this.#view = new DataView(bytes.buffer)
    this.#view.setFloat64(this.length, value)
    this.length += 8
  }

  uuid(value: string): void {
    if (typeof value !== 'string' || !isUuid(value)) throw new WireFault(`${value} is not a uuid`)
    this.reserve(16)
    writeUuid(value, this.bytes, this.length)
    this.length += 16
  }

  unsignedVarint(value: number): void {
    this.reserve(5)
    this.length = writeUnsignedVarint(this.bytes, this.length, value)
  }

  /** An int16 length, or a compact one, and the text as UTF-8. */
  string(value: string, compact: boolean): void {
    if (typeof value !== 'string') throw new WireFault(`${String(value)} is not a string`)
    const length = utf8Length(value)
    if (length > stringBytesMax) {
      if (this.dropsUnsayable) return this.string(value.slice(0, cutLength), compact)
      throw new WireFault(`a string of ${length} bytes exceeds ${stringBytesMax}`)
    }
    if (compact) this.unsignedVarint(length + 1)
    else this.int16(length)
    this.reserve(length)
    this.length = utf8WriteAt(value, this.bytes, this.length)
  }

  /** What stands for null in place of a string. */
  nullString(compact: boolean): void {
    if (compact) this.unsignedVarint(0)
    else this.#short(-1)
  }

  /** An int32 count or length, or a compact one; -1 stands for null. */
  count(count: number, compact: boolean): void {
    if (compact) this.unsignedVarint(count + 1)
    else this.int32(count)
  }

  /**
   * Bytes with nothing before them. Large ones are referred to until the message has left: do not change
   * them.
   */
  raw(value: Uint8Array): void {
    if (value.length <= copiedBytesMax) {
      this.append(value)
      return
    }
    this.#inserts.push({ at: this.length, bytes: value })
    this.#insertedBytes += value.length
  }

  /** Overwrites four bytes written before, as a length that is known only afterwards needs. */
  int32At(position: number, value: number): void {
    const { length } = this
    this.length = position
    this.int32(value)
    this.length = length
  }

  /** All that was written, in order; the first chunk and the last may be empty of nothing but their turn. */
  chunks(): Uint8Array[] {
    const chunks: Uint8Array[] = []
    let from = 0
    for (const { at, bytes } of this.#inserts) {
      if (at > from) chunks.push(this.bytes.subarray(from, at))
      chunks.push(bytes)
      from = at
    }
    if (this.length > from) chunks.push(this.bytes.subarray(from, this.length))
    return chunks
  }

  /** All that was written as one array, a copy. */
  override toBytes(): Uint8Array {
    const whole = new Uint8Array(this.size)
    let at = 0
    for (const chunk of this.chunks()) {
      whole.set(chunk, at)
      at += chunk.length
    }
    return whole
  }

  override reset(): void {
    super.reset()
    this.#inserts.length = 0
    this.#insertedBytes = 0
  }

  #byte(value: number): void {
    this.reserve(1)
    this.bytes[this.length++] = value
  }

  #short(value: number): void {
    this.reserve(2)
    this.bytes[this.length++] = value >> 8
    this.bytes[this.length++] = value
  }

  #word(value: number): void {
    this.reserve(4)
    const { bytes } = this
    let at = this.length
    bytes[at++] = value >>> 24
    bytes[at++] = value >>> 16
    bytes[at++] = value >>> 8
    bytes[at++] = value
    this.length = at
  }
}

function outside(value: unknown, type: string): WireFault {
  return new WireFault(`${String(value)} is not an ${type}`)
}
