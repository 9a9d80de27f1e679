/** The topics of the test driver: records in memory, by partition and in the order of writing. */
import type { ReadableRecord, RecordChunk } from '../engine/record-chunk.ts'
import { noHeaders, type Headers } from '../record/record.ts'

/** A record as it was written: key and value in one array of its own. */
export class LoggedRecord implements ReadableRecord {
  readonly bytes: Uint8Array
  readonly keyStart = 0
  readonly keyEnd: number
  readonly valueStart: number
  readonly valueEnd: number
  readonly timestamp: number
  readonly partition: number
  /** -1 until it has been appended. */
  offset = -1
  private readonly headerList: Headers

  /** Copies the key and the value. */
  constructor(
    partition: number,
    key: Uint8Array | null,
    value: Uint8Array | null,
    timestamp: number,
    headers: Headers = noHeaders,
  ) {
    const keyLength = key === null ? 0 : key.length
    const valueLength = value === null ? 0 : value.length
    const bytes = new Uint8Array(keyLength + valueLength)
    if (key !== null) bytes.set(key, 0)
    if (value !== null) bytes.set(value, keyLength)
    this.bytes = bytes
    this.keyEnd = key === null ? -1 : keyLength
    this.valueStart = keyLength
    this.valueEnd = value === null ? keyLength - 1 : keyLength + valueLength
    this.timestamp = timestamp
    this.partition = partition
    this.headerList = headers
  }

  get key(): Uint8Array | null {
    return this.keyEnd < 0 ? null : this.bytes.subarray(0, this.keyEnd)
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

  constructor(name: string, partitionCount: number) {
    this.name = name
    this.partitionCount = partitionCount
    this.partitions = Array.from({ length: partitionCount }, () => [])
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
    this.sizeInBytes = record.bytes.length
  }

  next(): boolean {
    if (this.given) return false
    this.given = true
    return true
  }
}
