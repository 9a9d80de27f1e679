/** The record that a task is processing, one object for all of them; what operators see as `context.record`. */
import type { RecordContext } from '../processor/processor.ts'
import { noHeaders, type Headers } from '../record/record.ts'

export class CurrentRecord implements RecordContext {
  topic: string | undefined = undefined
  partition = -1
  offset = -1
  timestamp = -1
  headers: Headers = noHeaders

  set(
    topic: string | undefined,
    partition: number,
    offset: number,
    timestamp: number,
    headers: Headers,
  ): void {
    this.topic = topic
    this.partition = partition
    this.offset = offset
    this.timestamp = timestamp
    this.headers = headers
  }

  /** What stands for the record during a punctuation at `now` (semantics H6); headers are those of what brings it about. */
  setPunctuation(now: number, headers: Headers = noHeaders): void {
    this.set(undefined, -1, -1, now, headers)
  }
}

/** `topic-partition@offset`, for messages; a punctuation has no such place. */
export function placeOf(record: RecordContext): string {
  return record.topic === undefined ? 'a punctuation' : `${record.topic}-${record.partition}@${record.offset}`
}
