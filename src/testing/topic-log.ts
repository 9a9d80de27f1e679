/** The topics of the test driver: records in memory, by partition and in the order of writing. */
import { ByteSink } from '../base/byte-sink.ts'
import type { ReadableRecord, RecordChunk } from '../engine/record-chunk.ts'
import { noHeaders, type Headers } from '../record/record.ts'

/** Bytes that records share: an array for each of them would cost more than all else that is done with one. */
const arenaBytes = 64 * 1024
/** Up to this many bytes a loop is faster than `set`. */
const loopBytesMax = 24

/** The least room that a record is begun with; one that is larger takes an array of its own. */
const roomBytes = 4 * 1024

/** Where the bytes of records are kept: arrays that are filled one after another. */
export class RecordArena {
  private sink = new ByteSink(arenaBytes)

  /** Where the key and then the value of a record may be written, from its length on; then `written` makes the record. */
  begin(): ByteSink {
    if (this.sink.length + roomBytes > arenaBytes) this.sink = new ByteSink(arenaBytes)
    return this.sink
  }

  /** The record whose key and value were written from `start` on; `undefined` for an end: it is absent. */
  written(
    range: {
      readonly start: number
      readonly keyEnd: number | undefined
      readonly valueEnd: number | undefined
    },
    partition: number,
    timestamp: number,
    headers: Headers,
  ): LoggedRecord {
    const { start, keyEnd, valueEnd } = range
    const valueStart = keyEnd ?? start
    return new LoggedRecord(partition, timestamp, headers, {
      // Only now: writing may have moved it.
      bytes: this.sink.bytes,
      keyStart: start,
      keyEnd: keyEnd ?? start - 1,
      valueStart,
      valueEnd: valueEnd ?? valueStart - 1,
    })
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
    const keyEnd = key === null ? undefined : copy(key, bytes, start)
    const valueEnd = value === null ? undefined : copy(value, bytes, keyEnd ?? start)
    sink.length = valueEnd ?? keyEnd ?? start
    return this.written({ start, keyEnd, valueEnd }, partition, timestamp, headers)
  }
}

/** Copies `from` to a place; answers the place after it. */
function copy(from: Uint8Array, to: Uint8Array, at: number): number {
  const { length } = from
  if (length > loopBytesMax) to.set(from, at)
  else for (let index = 0; index < length; index++) to[at + index] = from[index]!
  return at + length
}

/** A record as it was written. */
export class LoggedRecord implements ReadableRecord {
  readonly bytes: Uint8Array
  readonly keyStart: number
  readonly keyEnd: number
  readonly valueStart: number
  readonly valueEnd: number
  readonly timestamp: number
  readonly partition: number
  /** -1 until it has been appended. */
  offset = -1
  private readonly headerList: Headers

  /** The bytes are those of the range; an end before its start means null. */
  constructor(
    partition: number,
    timestamp: number,
    headers: Headers,
    range: Pick<ReadableRecord, 'bytes' | 'keyStart' | 'keyEnd' | 'valueStart' | 'valueEnd'>,
  ) {
    this.bytes = range.bytes
    this.keyStart = range.keyStart
    this.keyEnd = range.keyEnd
    this.valueStart = range.valueStart
    this.valueEnd = range.valueEnd
    this.timestamp = timestamp
    this.partition = partition
    this.headerList = headers
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

export class TopicLog {
  readonly name: string
  readonly partitionCount: number
  /** Of all partitions, in the order of writing. */
  readonly records: LoggedRecord[] = []
  private readonly partitions: LoggedRecord[][]
  private keylessCount = 0

  constructor(name: string, partitionCount: number) {
    this.name = name
    this.partitionCount = partitionCount
    this.partitions = Array.from({ length: partitionCount }, () => [])
  }

  /** The partitions in turn. */
  nextPartition(): number {
    return this.keylessCount++ % this.partitionCount
  }

  /** Gives the record the next offset of its partition. */
  append(record: LoggedRecord): void {
    const log = this.partition(record.partition)
    record.offset = log.length
    log.push(record)
    this.records.push(record)
  }

  partition(partition: number): LoggedRecord[] {
    const log = this.partitions[partition]
    if (log === undefined) {
      throw new RangeError(
        `topic '${this.name}' has partitions 0 to ${this.partitionCount - 1}, not ${partition}`,
      )
    }
    return log
  }
}

/** A record as a task is fed with it: a chunk of one. */
export function chunkOf(record: LoggedRecord): RecordChunk {
  return new SingleRecord(record)
}

/** The chunk is its own iteration, because one is made for every record. */
class SingleRecord implements RecordChunk {
  readonly records: SingleRecord = this
  readonly cursor: LoggedRecord
  readonly nextOffset: number
  readonly leaderEpoch = 0
  readonly sizeInBytes: number
  private given = false

  constructor(record: LoggedRecord) {
    this.cursor = record
    this.nextOffset = record.offset + 1
    this.sizeInBytes = Math.max(record.keyEnd, record.valueEnd) - record.keyStart
  }

  next(): boolean {
    if (this.given) return false
    this.given = true
    return true
  }
}
