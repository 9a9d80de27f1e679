/**
 * Writes JSON as bytes, without a text in between: half the time that `JSON.stringify` and encoding its text take.
 *
 * The bytes are those of `JSON.stringify`, which is left to do what is out of the ordinary: what has a `toJSON`, objects
 * of classes, functions, `bigint`, deep and circular values.
 */
import type { ByteSink } from '../base/byte-sink.ts'
import { utf8Write } from '../base/text.ts'

/** Up to this many characters a loop is faster than native code. */
const loopLengthMax = 64
/** Levels of lists and objects. What is circular is deeper than this too, and found out here. */
const depthMax = 16
/** Digits of the greatest integer that a number is exact for, and a sign. */
const integerBytesMax = 17

const quote = 0x22
const comma = 0x2c
const minus = 0x2d
const digitZero = 0x30
const colon = 0x3a
const backslash = 0x5c

/** Appends `value` as JSON; false, with nothing appended, for what `JSON.stringify` has to do. */
export function writeJson(value: unknown, sink: ByteSink): boolean {
  const start = sink.length
  if (writePart(value, sink, 0)) return true
  sink.length = start
  return false
}

function writePart(part: unknown, sink: ByteSink, depth: number): boolean {
  switch (typeof part) {
    case 'string':
      writeString(part, sink)
      return true
    case 'number':
      writeNumber(part, sink)
      return true
    case 'boolean':
      utf8Write(part ? 'true' : 'false', sink)
      return true
    case 'object':
      if (part !== null) return writeComposite(part, sink, depth)
      utf8Write('null', sink)
      return true
    default:
      return false
  }
}

function writeComposite(part: object, sink: ByteSink, depth: number): boolean {
  if (depth === depthMax || (part as { toJSON?: unknown }).toJSON !== undefined) return false
  const prototype: unknown = Object.getPrototypeOf(part)
  if (prototype === Object.prototype) return writeObject(part as Record<string, unknown>, sink, depth)
  // An array of another realm, or of a class of its own, is not told by its prototype.
  return prototype === Array.prototype && Array.isArray(part) && writeList(part, sink, depth)
}

function writeObject(members: Record<string, unknown>, sink: ByteSink, depth: number): boolean {
  // Not `for in`, which lists what is inherited too.
  const names = Object.keys(members)
  let separator = 0x7b
  for (let index = 0; index < names.length; index++) {
    const name = names[index]!
    const member = members[name]
    if (member === undefined) continue
    writeByte(separator, sink)
    separator = comma
    writeString(name, sink)
    writeByte(colon, sink)
    if (!writePart(member, sink, depth + 1)) return false
  }
  if (separator !== comma) writeByte(separator, sink)
  writeByte(0x7d, sink)
  return true
}

function writeList(list: readonly unknown[], sink: ByteSink, depth: number): boolean {
  writeByte(0x5b, sink)
  for (let index = 0; index < list.length; index++) {
    if (index > 0) writeByte(comma, sink)
    // What is absent keeps its place in a list.
    if (!writePart(list[index] ?? null, sink, depth + 1)) return false
  }
  writeByte(0x5d, sink)
  return true
}

function writeByte(byte: number, sink: ByteSink): void {
  sink.reserve(1)
  sink.bytes[sink.length++] = byte
}

function writeString(text: string, sink: ByteSink): void {
  const { length } = text
  if (length <= loopLengthMax) {
    sink.reserve(length + 2)
    const { bytes } = sink
    let at = sink.length
    bytes[at++] = quote
    let index = 0
    for (; index < length; index++) {
      const unit = text.charCodeAt(index)
      if (unit < 0x20 || unit === quote || unit === backslash || unit >= 0x80) break
      bytes[at++] = unit
    }
    if (index === length) {
      bytes[at++] = quote
      sink.length = at
      return
    }
  }
  utf8Write(JSON.stringify(text), sink)
}

function writeNumber(number: number, sink: ByteSink): void {
  if (!Number.isSafeInteger(number)) return utf8Write(Number.isFinite(number) ? String(number) : 'null', sink)
  sink.reserve(integerBytesMax)
  const { bytes } = sink
  let rest = number
  if (rest < 0) {
    bytes[sink.length++] = minus
    rest = -rest
  }
  let digits = 1
  for (let limit = 10; limit <= rest; limit *= 10) digits++
  const start = sink.length
  let at = start + digits
  sink.length = at
  // From behind. Above 31 bits a division is one of floating point.
  for (; rest > 0x7fff_ffff; rest = Math.floor(rest / 10)) bytes[--at] = digitZero + (rest % 10)
  for (let low = rest | 0; at > start; low = (low / 10) | 0) bytes[--at] = digitZero + (low % 10)
}
