/** A record of a topic of the test driver, as it was written. */
import type { ReadableRecord } from '../engine/record-chunk.ts'
import type { Headers } from '../record/record.ts'

export class LoggedRecord implements ReadableRecord {
  readonly partition: number
  readonly timestamp: number
  readonly bytes: Uint8Array
  readonly keyStart: number
  readonly keyEnd: number
  readonly valueStart: number
  readonly valueEnd: number
  /** -1 until it has been appended. */
  offset = -1
  private readonly headerList: Headers

  /** The key goes from `start` to `keyEnd`, the value from there to `valueEnd`; an end of -1: it is absent. */
  constructor(
    partition: number,
    timestamp: number,
    headers: Headers,
    bytes: Uint8Array,
    start: number,
    keyEnd: number,
    valueEnd: number,
  ) {
    this.partition = partition
    this.timestamp = timestamp
    this.headerList = headers
    this.bytes = bytes
    this.keyStart = start
    this.keyEnd = keyEnd
    this.valueStart = keyEnd < 0 ? start : keyEnd
    this.valueEnd = valueEnd
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
