/** Where the bytes of the test driver's records are kept: arrays that are filled one after another. */
import { ByteSink } from '../base/byte-sink.ts'
import { noHeaders, type Headers } from '../record/record.ts'
import { LoggedRecord } from './logged-record.ts'

/** Bytes that records share: an array for each of them would cost more than all else that is done with one. */
const arenaBytes = 64 * 1024
/** Up to this many bytes a loop is faster than `set`. */
const loopBytesMax = 24

/** The least room that a record is begun with; one that is larger takes an array of its own. */
const roomBytes = 4 * 1024

export class RecordArena {
  private sink = new ByteSink(arenaBytes)

  /** Where the key and then the value of a record may be written, from its length on; then `written` makes the record. */
  begin(): ByteSink {
    if (this.sink.length + roomBytes > arenaBytes) this.sink = new ByteSink(arenaBytes)
    return this.sink
  }

  /** The record whose key and value were written from `start` on, the ends told as `LoggedRecord` does. */
  written(
    partition: number,
    timestamp: number,
    headers: Headers,
    start: number,
    keyEnd: number,
    valueEnd: number,
  ): LoggedRecord {
    // Only now: writing may have moved the bytes.
    return new LoggedRecord().set(partition, timestamp, headers, this.sink.bytes, start, keyEnd, valueEnd)
  }

  /** A record with copies of the key and the value; it has no offset until it is appended to a log. */
  record(
    partition: number,
    key: Uint8Array | null,
    value: Uint8Array | null,
    timestamp: number,
    headers: Headers = noHeaders,
  ): LoggedRecord {
    const sink = this.begin()
    const start = sink.length
    sink.reserve((key?.length ?? 0) + (value?.length ?? 0))
    const { bytes } = sink
    let end = start
    const keyEnd = key === null ? -1 : (end = copy(key, bytes, end))
    const valueEnd = value === null ? -1 : (end = copy(value, bytes, end))
    sink.length = end
    return this.written(partition, timestamp, headers, start, keyEnd, valueEnd)
  }
}

/** Copies `from` to a place; answers the place after it. */
function copy(from: Uint8Array, to: Uint8Array, at: number): number {
  const { length } = from
  if (length > loopBytesMax) to.set(from, at)
  else for (let index = 0; index < length; index++) to[at + index] = from[index]!
  return at + length
}
