/**
 * A record of a topic of the test driver, as it was written.
 *
 * Most look at one record after another and keep none: they read each into the same object (`TopicLog.read`).
 */
import { noBytes } from '../base/bytes.ts'
import type { ReadableRecord } from '../engine/record-chunk.ts'
import { noHeaders, type Headers } from '../record/record.ts'

export class LoggedRecord implements ReadableRecord {
  partition = -1
  timestamp = -1
  bytes = noBytes
  keyStart = 0
  keyEnd = -1
  valueStart = 0
  valueEnd = -1
  /** -1 until it has been appended. */
  offset = -1
  private headerList = noHeaders

  /** The key goes from `start` to `keyEnd`, the value from there to `valueEnd`; an end of -1: it is absent. */
  set(
    partition: number,
    timestamp: number,
    headers: Headers,
    bytes: Uint8Array,
    start: number,
    keyEnd: number,
    valueEnd: number,
  ): this {
    this.partition = partition
    this.timestamp = timestamp
    this.headerList = headers
    this.bytes = bytes
    this.keyStart = start
    this.keyEnd = keyEnd
    this.valueStart = keyEnd < 0 ? start : keyEnd
    this.valueEnd = valueEnd
    return this
  }

  get key(): Uint8Array | null {
    return this.keyEnd < this.keyStart ? null : this.bytes.subarray(this.keyStart, this.keyEnd)
  }

  get value(): Uint8Array | null {
    return this.valueEnd < this.valueStart ? null : this.bytes.subarray(this.valueStart, this.valueEnd)
  }

  headers(): Headers {
    return this.headerList
  }
}
