/**
 * The serdes of single values, in Kafka's bytes: text is UTF-8, numbers are big-endian.
 *
 * Each function answers the same frozen object every time, so that a topology can tell that two declarations agree
 * by comparing them. Serialising refuses values of another type with a `TypeError`: a key that is quietly written
 * as something else lands in another partition and breaks joins without a word.
 */
import { readInt16, readInt32, writeInt16, writeInt32 } from '../base/bytes.ts'
import { utf8Bytes, utf8Slice, utf8Write } from '../base/text.ts'
import type { Serde } from './serde.ts'

/**
 * Text as UTF-8, as Kafka's `StringSerializer` writes it.
 *
 * Malformed bytes are read as U+FFFD. Serialising anything but a string is a `TypeError`.
 *
 * @example
 * ```ts
 * import { string, topic } from 'millrace'
 *
 * export const lines = topic('lines', { key: string(), value: string() })
 * ```
 */
export function string(): Serde<string> {
  return stringSerde
}

/** Bytes as they are. What is read is a copy that the caller may keep; what is written is copied too. */
export function bytes(): Serde<Uint8Array> {
  return bytesSerde
}

/** A whole number of 16 bits, two bytes big-endian: Kafka's `ShortSerializer`. Others are a `RangeError`. */
export function int16(): Serde<number> {
  return int16Serde
}

/** A whole number of 32 bits, four bytes big-endian: Kafka's `IntegerSerializer`. Others are a `RangeError`. */
export function int32(): Serde<number> {
  return int32Serde
}

/**
 * A whole number of 64 bits as a `bigint`, eight bytes big-endian: Kafka's `LongSerializer`. Numbers beyond 64 bits
 * are a `RangeError`. For counts and other values below 2^53, `integer()` has the same bytes and plain numbers.
 */
export function int64(): Serde<bigint> {
  return int64Serde
}

/**
 * A whole number as eight bytes big-endian, which Kafka's `LongDeserializer` reads: what `count` keeps.
 *
 * Only numbers of a magnitude up to 2^53 - 1 are exact in JavaScript, so others are a `RangeError` in both directions;
 * `int64()` takes them as `bigint`.
 */
export function integer(): Serde<number> {
  return integerSerde
}

/**
 * A number as four bytes of IEEE 754, big-endian: Kafka's `FloatSerializer`.
 *
 * What is read back is the nearest number of 32 bits: 1.1 comes back as 1.10000002384185791015625.
 */
export function float(): Serde<number> {
  return floatSerde
}

/** A number as eight bytes of IEEE 754, big-endian: Kafka's `DoubleSerializer`. */
export function double(): Serde<number> {
  return doubleSerde
}

/** One byte, 1 or 0: Kafka's `BooleanSerializer`. Other bytes are refused when read. */
export function boolean(): Serde<boolean> {
  return booleanSerde
}

/**
 * The serde of keys or values that are never there: Kafka's `VoidSerializer`. Null is null, as with every serde; anything
 * else is a `TypeError` when written and an error (MR-3001) when read.
 */
export function nothing(): Serde<never> {
  return nothingSerde
}

/** A uuid as text of 36 characters, in lower case, as Kafka's `UUIDSerializer` writes it (with any case read). */
export function uuid(): Serde<string> {
  return uuidSerde
}

const stringSerde: Serde<string> = Object.freeze({
  name: 'string',
  serialize: (value: string) => {
    if (typeof value !== 'string') throw wrongType('a string', value)
    return utf8Bytes(value)
  },
  serializeInto: (value, sink) => {
    if (typeof value !== 'string') throw wrongType('a string', value)
    utf8Write(value, sink)
  },
  deserialize: source => utf8Slice(source),
  deserializeRange: (source, start, end) => utf8Slice(source, start, end),
} satisfies Serde<string>)

const bytesSerde: Serde<Uint8Array> = Object.freeze({
  name: 'bytes',
  serialize: value => {
    if (!(value instanceof Uint8Array)) throw wrongType('a Uint8Array', value)
    return Uint8Array.prototype.slice.call(value)
  },
  serializeInto: (value, sink) => {
    if (!(value instanceof Uint8Array)) throw wrongType('a Uint8Array', value)
    sink.append(value)
  },
  deserialize: source => copyOf(source, 0, source.length),
  deserializeRange: copyOf,
} satisfies Serde<Uint8Array>)

/** Up to this many bytes an array has its bytes within itself, and a loop fills it faster than `slice` makes one. */
const loopBytesMax = 64

function copyOf(source: Uint8Array, start: number, end: number): Uint8Array {
  if (end - start > loopBytesMax) return Uint8Array.prototype.slice.call(source, start, end)
  const copy = new Uint8Array(end - start)
  for (let index = 0; index < copy.length; index++) copy[index] = source[start + index]!
  return copy
}

const int16Serde = fixedSize<number>('int16', 2, {
  write: (value, target, at) => {
    if (typeof value !== 'number') throw wrongType('a number', value)
    if ((value << 16) >> 16 !== value)
      throw new RangeError(`int16: ${value} is not a whole number of 16 bits`)
    writeInt16(target, at, value)
  },
  read: readInt16,
})

const int32Serde = fixedSize<number>('int32', 4, {
  write: (value, target, at) => {
    if (typeof value !== 'number') throw wrongType('a number', value)
    if ((value | 0) !== value) throw new RangeError(`int32: ${value} is not a whole number of 32 bits`)
    writeInt32(target, at, value)
  },
  read: readInt32,
})

const int64Serde = fixedSize<bigint>('int64', 8, {
  write: (value, target, at) => {
    if (typeof value !== 'bigint') throw wrongType('a bigint', value)
    if (BigInt.asIntN(64, value) !== value) throw new RangeError(`int64: ${value} is beyond 64 bits`)
    writeInt32(target, at, Number(BigInt.asIntN(32, value >> 32n)))
    writeInt32(target, at + 4, Number(BigInt.asIntN(32, value)))
  },
  read: (source, at) => (BigInt(readInt32(source, at)) << 32n) | BigInt(readInt32(source, at + 4) >>> 0),
})

const twoToThe32 = 4_294_967_296

const integerSerde = fixedSize<number>('integer', 8, {
  write: (value, target, at) => {
    if (typeof value !== 'number') throw wrongType('a number', value)
    if (!Number.isSafeInteger(value))
      throw new RangeError(`integer: ${value} is not a whole number below 2^53`)
    writeInt32(target, at, Math.floor(value / twoToThe32))
    writeInt32(target, at + 4, value)
  },
  read: (source, at) => {
    const value = readInt32(source, at) * twoToThe32 + (readInt32(source, at + 4) >>> 0)
    if (!Number.isSafeInteger(value))
      throw new RangeError(`integer: ${value} is beyond 2^53; read it with int64()`)
    return value
  },
})

const floatBytes = new Uint8Array(4)
const floatView = new DataView(floatBytes.buffer)

const floatSerde = fixedSize<number>('float', 4, {
  write: (value, target, at) => {
    if (typeof value !== 'number') throw wrongType('a number', value)
    floatView.setFloat32(0, value)
    target.set(floatBytes, at)
  },
  read: (source, at) => {
    for (let index = 0; index < 4; index++) floatBytes[index] = source[at + index]!
    return floatView.getFloat32(0)
  },
})

const doubleBytes = new Uint8Array(8)
const doubleView = new DataView(doubleBytes.buffer)

const doubleSerde = fixedSize<number>('double', 8, {
  write: (value, target, at) => {
    if (typeof value !== 'number') throw wrongType('a number', value)
    doubleView.setFloat64(0, value)
    target.set(doubleBytes, at)
  },
  read: (source, at) => {
    for (let index = 0; index < 8; index++) doubleBytes[index] = source[at + index]!
    return doubleView.getFloat64(0)
  },
})

const booleanSerde = fixedSize<boolean>('boolean', 1, {
  write: (value, target, at) => {
    if (typeof value !== 'boolean') throw wrongType('a boolean', value)
    target[at] = value ? 1 : 0
  },
  read: (source, at) => {
    const byte = source[at]!
    if (byte > 1) throw new RangeError(`boolean: the byte is ${byte}, not 0 or 1`)
    return byte === 1
  },
})

const nothingSerde: Serde<never> = Object.freeze({
  name: 'nothing',
  serialize: value => {
    throw wrongType('nothing', value)
  },
  deserialize: source => {
    throw new RangeError(`nothing: ${source.length} bytes where null belongs`)
  },
} satisfies Serde<never>)

const uuidPattern = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i

const uuidSerde: Serde<string> = Object.freeze({
  name: 'uuid',
  serialize: (value: string) => utf8Bytes(checkedUuid(value)),
  serializeInto: (value, sink) => utf8Write(checkedUuid(value), sink),
  deserialize: source => checkedUuid(utf8Slice(source)),
  deserializeRange: (source, start, end) => checkedUuid(utf8Slice(source, start, end)),
} satisfies Serde<string>)

function checkedUuid(text: string): string {
  if (typeof text !== 'string') throw wrongType('a string', text)
  if (!uuidPattern.test(text))
    throw new RangeError(`uuid: ${JSON.stringify(text.slice(0, 60))} is not a uuid`)
  return text.toLowerCase()
}

/** A serde of values that all take `size` bytes. */
function fixedSize<T>(
  name: string,
  size: number,
  {
    write,
    read,
  }: {
    readonly write: (value: T, target: Uint8Array, at: number) => void
    readonly read: (source: Uint8Array, at: number) => T
  },
): Serde<T> {
  const deserializeRange = (source: Uint8Array, start: number, end: number): T => {
    if (end - start !== size) throw new RangeError(`${name}: ${end - start} bytes instead of ${size}`)
    return read(source, start)
  }
  return Object.freeze({
    name,
    serialize: value => {
      const target = new Uint8Array(size)
      write(value, target, 0)
      return target
    },
    serializeInto: (value, sink) => {
      sink.reserve(size)
      write(value, sink.bytes, sink.length)
      sink.length += size
    },
    deserialize: source => deserializeRange(source, 0, source.length),
    deserializeRange,
  } satisfies Serde<T>)
}

function wrongType(expected: string, value: unknown): TypeError {
  return new TypeError(`expected ${expected}, not ${value === null ? 'null' : typeof value}`)
}
