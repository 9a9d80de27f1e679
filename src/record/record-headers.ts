/** The headers of a record: a count, then keys and nullable values, in order, keys free to repeat (semantics G24, G25). */
import { utf8Length, utf8Slice, utf8WriteAt } from '../base/text.ts'
import { VarintReader, varintSize, writeVarint } from '../base/varint.ts'
import { sizeOfBytes, writeBytes } from './record-fields.ts'
import type { Header, Headers } from './record.ts'

/** Bytes that headers take, with their count. */
export function sizeOfHeaders(headers: Headers): number {
  let size = varintSize(headers.length)
  for (const { key, value } of headers) {
    size += sizeOfBytes(utf8Length(key)) + sizeOfBytes(value === null ? -1 : value.length)
  }
  return size
}

/** Writes headers where there is room for them; answers the position after them. */
export function writeHeaders(bytes: Uint8Array, at: number, headers: Headers): number {
  at = writeVarint(bytes, at, headers.length)
  for (const { key, value } of headers) {
    at = writeVarint(bytes, at, utf8Length(key))
    at = utf8WriteAt(key, bytes, at)
    at = writeBytes(bytes, at, value, 0, value === null ? -1 : value.length)
  }
  return at
}

/**
 * The headers in `bytes[start, end)`, which they must fill. Values are views. Whatever is malformed is a `RangeError`;
 * the declared count allocates nothing.
 */
export function readHeaders(bytes: Uint8Array, start: number, end: number): Headers {
  const reader = new VarintReader(bytes, start, end)
  const count = reader.readVarint()
  if (count < 0) throw new RangeError(`there are ${count} headers`)
  const headers: Header[] = []
  for (let index = 0; index < count; index++) {
    const keyStart = skip(reader, lengthOf(reader, 0))
    const key = utf8Slice(bytes, keyStart, reader.at)
    const valueLength = lengthOf(reader, -1)
    const valueStart = skip(reader, Math.max(valueLength, 0))
    headers.push({ key, value: valueLength < 0 ? null : bytes.subarray(valueStart, reader.at) })
  }
  if (reader.at !== end) throw new RangeError(`${end - reader.at} bytes follow the headers`)
  return headers
}

/** Whether `readHeaders` would answer, in the same words; makes nothing. */
export function checkHeaders(bytes: Uint8Array, start: number, end: number): void {
  const reader = new VarintReader(bytes, start, end)
  const count = reader.readVarint()
  if (count < 0) throw new RangeError(`there are ${count} headers`)
  for (let index = 0; index < count; index++) {
    skip(reader, lengthOf(reader, 0))
    skip(reader, Math.max(lengthOf(reader, -1), 0))
  }
  if (reader.at !== end) throw new RangeError(`${end - reader.at} bytes follow the headers`)
}

function lengthOf(reader: VarintReader, lengthMin: number): number {
  const length = reader.readVarint()
  if (length < lengthMin || length > reader.end - reader.at) {
    throw new RangeError(`a header has a length of ${length} where ${reader.end - reader.at} bytes are left`)
  }
  return length
}

/** Moves over `length` bytes; answers where they start. */
function skip(reader: VarintReader, length: number): number {
  const start = reader.at
  reader.at += length
  return start
}
