/** The topics of the test driver: records in memory, by partition and in the order of writing. */
import type { ReadableRecord, RecordChunk } from '../engine/record-chunk.ts'
import type { Headers } from '../record/record.ts'

/** A record as it was written. */
export interface LoggedRecord {
  readonly partition: number
  readonly offset: number
  readonly timestamp: number
  readonly key: Uint8Array | null
  readonly value: Uint8Array | null
  readonly headers: Headers
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

  append(partition: number, record: Omit<LoggedRecord, 'partition' | 'offset'>): LoggedRecord {
    const log = this.partition(partition)
    const logged = { ...record, partition, offset: log.length }
    log.push(logged)
    this.records.push(logged)
    return logged
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

/** A record as a task is fed with it. */
export function chunkOf(record: LoggedRecord): RecordChunk {
  const cursor = new SingleRecord(record)
  let given = false
  return {
    records: {
      cursor,
      next: () => {
        if (given) return false
        given = true
        return true
      },
    },
    nextOffset: record.offset + 1,
    leaderEpoch: 0,
    sizeInBytes: cursor.bytes.length,
  }
}

class SingleRecord implements ReadableRecord {
  readonly bytes: Uint8Array
  readonly offset: number
  readonly timestamp: number
  readonly keyStart = 0
  readonly keyEnd: number
  readonly valueStart: number
  readonly valueEnd: number
  private readonly record: LoggedRecord

  constructor(record: LoggedRecord) {
    const { key, value } = record
    this.record = record
    this.offset = record.offset
    this.timestamp = record.timestamp
    this.valueStart = key?.length ?? 0
    this.keyEnd = key === null ? -1 : key.length
    this.valueEnd = value === null ? this.valueStart - 1 : this.valueStart + value.length
    this.bytes = new Uint8Array(this.valueStart + (value?.length ?? 0))
    if (key !== null) this.bytes.set(key)
    if (value !== null) this.bytes.set(value, this.valueStart)
  }

  headers(): Headers {
    return this.record.headers
  }
}
