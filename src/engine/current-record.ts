/** The record that a task is processing, one object for all of them; what operators see as `context.record`. */
import type { RecordContext, SourceContext } from '../processor/processor.ts'
import { noHeaders, type Headers } from '../record/record.ts'
import { rawRecord, type ReadableRecord } from './record-chunk.ts'

export class CurrentRecord implements SourceContext {
  topic: string | undefined = undefined
  partition = -1
  offset = -1
  timestamp = -1
  headers: Headers = noHeaders
  /** The record at a place as it was read, as long as it is at hand. */
  private readonly readRecord: (place: RecordContext) => ReadableRecord | undefined

  constructor(readRecord: CurrentRecord['readRecord']) {
    this.readRecord = readRecord
  }

  get rawKey(): Uint8Array | null | undefined {
    return rawRecord(this.readRecord(this)).rawKey
  }

  get rawValue(): Uint8Array | null | undefined {
    return rawRecord(this.readRecord(this)).rawValue
  }

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
