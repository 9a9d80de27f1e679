/**
 * The records of one input partition that wait to be processed: chunks of bytes, of which only the head is decoded.
 *
 * The head is decoded once, when it becomes the head, because the choice between partitions needs its timestamp
 * (semantics T4). A record that is skipped (unreadable and the handler says so, or the extractor answers a negative
 * time) never becomes the head.
 */
import type { StreamsError } from '../base/errors.ts'
import type { DropReason } from '../processor/processor.ts'
import { StreamRecord } from '../processor/record.ts'
import { deserializationFailed, invalidTimestamp, processingFailed } from './failures.ts'
import type { ReadableRecord, RecordChunk } from './record-chunk.ts'
import type { SourceReader } from './source-reader.ts'

/** What a queue tells its task. */
export interface QueueEvents {
  /** A record cannot be deserialised: throws `failure`, or the queue goes on without the record. */
  failed(
    cause: unknown,
    failure: StreamsError,
    node: string,
    record: ReadableRecord,
    queue: RecordQueue,
  ): void
  dropped(node: string, reason: DropReason, topic: string, partition: number, offset: number): void
}

export class RecordQueue {
  readonly topic: string
  readonly partition: number
  readonly source: SourceReader
  /** The next record; set by `ready`. */
  head: StreamRecord | undefined
  headOffset = -1
  headTimestamp = -1
  /** The greatest timestamp taken (semantics T2). */
  partitionTime = -1
  /** Offset of the next record to process; -1 until something was added. */
  position = -1
  leaderEpoch = -1
  /** Records behind what was added, as the fetcher last knew; `undefined`: not known (semantics T5). */
  lag: number | undefined
  bufferedBytes = 0
  private readonly events: QueueEvents
  private chunks: RecordChunk[] = []
  private current: RecordChunk | undefined

  constructor(topic: string, partition: number, source: SourceReader, events: QueueEvents) {
    this.topic = topic
    this.partition = partition
    this.source = source
    this.events = events
  }

  /** The record at an offset as it was read, as long as it is the last that was. */
  readAt(offset: number): ReadableRecord | undefined {
    const cursor = this.current?.records.cursor
    return cursor?.offset === offset ? cursor : undefined
  }

  add(chunk: RecordChunk): void {
    this.chunks.push(chunk)
    this.bufferedBytes += chunk.sizeInBytes
  }

  /** Whether there is a head; decodes it if need be. */
  ready(): boolean {
    if (this.head !== undefined) return true
    for (;;) {
      if (this.current === undefined && !this.nextChunk()) return false
      const { records, nextOffset, leaderEpoch, sizeInBytes } = this.current!
      if (!records.next()) {
        this.current = undefined
        this.bufferedBytes -= sizeInBytes
        this.position = nextOffset
        this.leaderEpoch = leaderEpoch
        continue
      }
      const { cursor } = records
      const record = this.decode(cursor)
      if (record !== undefined) {
        this.head = record
        this.headOffset = cursor.offset
        this.headTimestamp = record.timestamp
        this.position = cursor.offset
        return true
      }
      this.position = cursor.offset + 1
    }
  }

  /** Takes the head. Only after `ready` answered true. */
  take(): StreamRecord {
    const record = this.head!
    this.head = undefined
    this.position = this.headOffset + 1
    if (record.timestamp > this.partitionTime) this.partitionTime = record.timestamp
    return record
  }

  private nextChunk(): boolean {
    this.current = this.chunks.shift()
    return this.current !== undefined
  }

  private decode(cursor: ReadableRecord): StreamRecord | undefined {
    const { source } = this
    let part: 'key' | 'value' = 'key'
    let key: unknown
    let value: unknown
    try {
      key = source.readKey(cursor)
      part = 'value'
      value = source.readValue(cursor)
    } catch (cause) {
      const failure = deserializationFailed(cause, part, source.node, this.placeOf(cursor))
      this.events.failed(cause, failure, source.node.name, cursor, this)
      return undefined
    }
    const timestamp = this.timestampOf(cursor, key, value)
    if (timestamp === undefined) return undefined
    return new StreamRecord(key, value, timestamp, cursor.headers(), source.originOf(cursor))
  }

  private timestampOf(cursor: ReadableRecord, key: unknown, value: unknown): number | undefined {
    const { node } = this.source
    const { topic, partition } = this
    const { offset, timestamp } = cursor
    if (node.timestamp === undefined) {
      if (timestamp < 0) throw invalidTimestamp(timestamp, node, this.placeOf(cursor))
      return timestamp
    }
    let extracted: number
    try {
      extracted = node.timestamp({ key, value, timestamp, topic, partition, offset }, this.partitionTime)
    } catch (cause) {
      throw processingFailed(cause, node, { topic, partition, offset, timestamp, headers: [] })
    }
    if (extracted >= 0 && Number.isSafeInteger(extracted)) return extracted
    if (!Number.isSafeInteger(extracted)) {
      const answer = typeof extracted === 'number' ? String(extracted) : typeof extracted
      const cause = new TypeError(`the timestamp must be whole milliseconds since the epoch, not ${answer}`)
      throw processingFailed(cause, node, { topic, partition, offset, timestamp, headers: [] })
    }
    this.drop('invalid-timestamp', cursor)
    return undefined
  }

  private drop(reason: DropReason, cursor: ReadableRecord): void {
    this.events.dropped(this.source.node.name, reason, this.topic, this.partition, cursor.offset)
  }

  private placeOf(cursor: ReadableRecord): string {
    return `${this.topic}-${this.partition}@${cursor.offset}`
  }
}
