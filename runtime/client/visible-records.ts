/** The records of a fetch answer that its reader may see: aborted ones, markers and those before the position left out. */
import type { RecordCursor } from '../../src/record/batch-reader.ts'

export declare class VisibleRecords implements Iterable<RecordCursor> {
  /** Stands on the current record after `next()` answered true. One object for all records. */
  readonly cursor: RecordCursor
  /** Leader epoch of the current record's batch. */
  readonly leaderEpoch: number
  /** Moves to the next record; false at the end. */
  next(): boolean
  [Symbol.iterator](): Iterator<RecordCursor>
}
