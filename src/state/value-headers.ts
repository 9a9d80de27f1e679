/**
 * Values that are kept with the headers of the record that they come from, and their bytes (semantics B3, H8; KIP-1271).
 *
 *     | size of the headers, varint | headers | value |
 *     headers: | count, varint | repeated: | key length, varint | key | value length, varint, -1 for null | value | |
 *
 * No headers take no bytes but their size. Varints are zigzag, as in records. In the changelog the headers are those of the
 * record, and its value is the plain one.
 */
import { concatBytes } from '../base/bytes.ts'
import { VarintReader, varintBytesMax, writeVarint } from '../base/varint.ts'
import { readHeaders, sizeOfHeaders, writeHeaders } from '../record/record-headers.ts'
import { noHeaders, type Headers } from '../record/record.ts'
import type { Serde } from '../serdes/serde.ts'

/** A value, and the headers of the record that it comes from: what stores that keep headers keep. */
export interface ValueWithHeaders<out V> {
  readonly value: V
  readonly headers: Headers
}

/** A serde of values with headers over one of plain values. */
export function valueWithHeaders<V>(plain: Serde<V>): Serde<ValueWithHeaders<V>> {
  return {
    name: `${plain.name} with headers`,
    serialize: ({ value, headers }) => joinHeaders(headers, plain.serialize(value)),
    deserialize: bytes => {
      const { headers, value } = splitHeaders(bytes)
      return { value: plain.deserialize(value), headers }
    },
  }
}

/** The bytes of a value with headers. */
export function joinHeaders(headers: Headers, value: Uint8Array): Uint8Array {
  const size = headers.length === 0 ? 0 : sizeOfHeaders(headers)
  const head = new Uint8Array(varintBytesMax + size)
  let at = writeVarint(head, 0, size)
  if (size > 0) at = writeHeaders(head, at, headers)
  return concatBytes(head.subarray(0, at), value)
}

/** Headers and value of such bytes: views. Whatever is malformed is a `RangeError`. */
export function splitHeaders(bytes: Uint8Array): { readonly headers: Headers; readonly value: Uint8Array } {
  const reader = new VarintReader(bytes, 0, bytes.length)
  const size = reader.readVarint()
  const start = reader.at
  if (size < 0 || size > bytes.length - start)
    throw new RangeError(`headers of ${size} bytes where ${bytes.length - start} are left`)
  const headers = size === 0 ? noHeaders : readHeaders(bytes, start, start + size)
  return { headers, value: bytes.subarray(start + size) }
}

/** Headers that hold no memory but their own: those of a record are views of what was fetched. */
export function ownHeaders(headers: Headers): Headers {
  if (headers.length === 0) return noHeaders
  return headers.map(({ key, value }) => ({ key, value: value === null ? null : value.slice() }))
}
