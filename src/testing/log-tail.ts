/** What a task of the test driver is fed with: a partition from an offset on. */
import type { RecordChunk } from '../engine/record-chunk.ts'
import { LoggedRecord } from './logged-record.ts'
import type { TopicLog } from './topic-log.ts'

/** A chunk that goes on whenever the log does: it is used up at the end of the log, and added again when there is more. */
export class LogTail implements RecordChunk {
  readonly records: LogTail = this
  readonly cursor = new LoggedRecord()
  /** Offset of the next record: the position, once the chunk is used up. */
  nextOffset: number
  readonly leaderEpoch = 0
  /** Nothing is held for it beyond the log itself. */
  readonly sizeInBytes = 0
  /** Whether a task has it and has not come to its end. */
  isOpen = false
  private readonly log: TopicLog
  private readonly partition: number

  constructor(log: TopicLog, partition: number, from: number) {
    this.log = log
    this.partition = partition
    this.nextOffset = from
  }

  /** Whether there is more than was read. */
  get hasNext(): boolean {
    return this.nextOffset < this.log.endOffset(this.partition)
  }

  next(): boolean {
    if (!this.hasNext) {
      this.isOpen = false
      return false
    }
    this.log.readAt(this.partition, this.nextOffset++, this.cursor)
    return true
  }
}

/** A chunk of one record. */
export function chunkOf(record: LoggedRecord): RecordChunk {
  let given = false
  return {
    records: { cursor: record, next: () => !given && (given = true) },
    nextOffset: record.offset + 1,
    leaderEpoch: 0,
    sizeInBytes: 0,
  }
}
