/** What a task is fed with: records of one partition as bytes, read once and in order by a cursor. */
import type { RawRecord } from '../processor/processor.ts'
import type { Headers } from '../record/record.ts'

/** The current record of a cursor: ranges of `bytes`; an end before its start means null. */
export interface ReadableRecord {
  readonly bytes: Uint8Array
  readonly offset: number
  readonly timestamp: number
  readonly keyStart: number
  readonly keyEnd: number
  readonly valueStart: number
  readonly valueEnd: number
  headers(): Headers
}

/** Key and value of a record as they were read; nothing is known of one that is not at hand. */
export function rawRecord(record: ReadableRecord | undefined): RawRecord {
  if (record === undefined) return unknownRecord
  const { bytes, keyStart, keyEnd, valueStart, valueEnd } = record
  return { rawKey: rangeOf(bytes, keyStart, keyEnd), rawValue: rangeOf(bytes, valueStart, valueEnd) }
}

const unknownRecord: RawRecord = Object.freeze({ rawKey: undefined, rawValue: undefined })

/** A range of `bytes`; null if its end is before its start. */
export function rangeOf(bytes: Uint8Array, start: number, end: number): Uint8Array | null {
  return end < start ? null : bytes.subarray(start, end)
}

/** Records that a fetch brought for one partition; those that must not be seen are left out already. */
export interface RecordChunk {
  readonly records: {
    /** Stands on the current record after `next()` answered true; one object for all. */
    readonly cursor: ReadableRecord
    next(): boolean
  }
  /** Offset after everything in the chunk, the records left out included: the position when it is used up. */
  readonly nextOffset: number
  /** Leader epoch of the last batch; -1 if not known. */
  readonly leaderEpoch: number
  readonly sizeInBytes: number
}
