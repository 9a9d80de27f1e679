/** What a task is fed with: records of one partition as bytes, read once and in order by a cursor. */
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
