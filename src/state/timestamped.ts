/**
 * The bytes of a value in the backend.
 *
 *     | timestamp 8, big-endian | value |      timestamped stores (semantics H10)
 *     | value |                                others
 *
 * The changelog has the plain value in either case; there the timestamp is that of the record.
 */
import type { ByteSink } from '../base/byte-sink.ts'
import { readInt64, writeInt64 } from '../base/bytes.ts'

const timestampBytes = 8

/** Backend bytes of a value. */
export function backendValue(value: Uint8Array, timestamp: number, timestamped: boolean): Uint8Array {
  if (!timestamped) return value
  const bytes = new Uint8Array(timestampBytes + value.length)
  writeInt64(bytes, 0, timestamp)
  bytes.set(value, timestampBytes)
  return bytes
}

/** Appends what comes before a value in the backend; answers where the value begins. */
export function appendTimestamp(sink: ByteSink, timestamp: number, timestamped: boolean): number {
  if (!timestamped) return sink.length
  sink.reserve(timestampBytes)
  writeInt64(sink.bytes, sink.length, timestamp)
  sink.length += timestampBytes
  return sink.length
}

/** The timestamp in backend bytes; -1 where there is none. */
export function timestampOf(bytes: Uint8Array, timestamped: boolean): number {
  return timestamped ? readInt64(bytes, 0) : -1
}

/** The value in backend bytes, a view. */
export function plainValue(bytes: Uint8Array, timestamped: boolean): Uint8Array {
  return timestamped ? bytes.subarray(timestampBytes) : bytes
}
