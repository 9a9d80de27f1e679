/** The typed end of a topic that a test reads from. */
import type { Headers } from '../record/record.ts'
import type { Decoder } from '../serdes/serde.ts'
import { LoggedRecord } from './logged-record.ts'
import type { TopicLog } from './topic-log.ts'

/** A topic as something that a test reads; what `topic()` answers is one. */
export interface OutputTopic<out K, out V> {
  readonly name: string
  readonly key: Decoder<K>
  readonly value: Decoder<V>
}

/** A record that the application wrote. */
export interface TestRecord<out K, out V> {
  /** `undefined` (though the type does not say so) for a record without a key. */
  readonly key: K
  /** `undefined` (though the type does not say so) for a tombstone. */
  readonly value: V
  readonly timestamp: number
  readonly headers: Headers
  readonly partition: number
  readonly offset: number
}

/** Reads a topic from its beginning; each record once, in the order of writing, whatever the partition. */
export class TestOutput<K, V> {
  private readonly topic: OutputTopic<K, V>
  private readonly log: TopicLog
  private readCount = 0
  private readonly cursor = new LoggedRecord()

  constructor(topic: OutputTopic<K, V>, log: TopicLog) {
    this.topic = topic
    this.log = log
  }

  /** Whether everything has been read. */
  get empty(): boolean {
    return this.readCount === this.log.size
  }

  /** How many records have not been read. */
  get size(): number {
    return this.log.size - this.readCount
  }

  /** The next record that was not read yet, or `undefined`. */
  read(): TestRecord<K, V> | undefined {
    if (this.empty) return undefined
    return this.decode(this.log.read(this.readCount++, this.cursor))
  }

  /** All records that were not read yet. */
  readAll(): readonly TestRecord<K, V>[] {
    const records = this.log.records(this.readCount).map(record => this.decode(record))
    this.readCount = this.log.size
    return records
  }

  /** The topic as a table: the last value of each key of all that was ever written. Nothing counts as read by it. */
  toMap(): Map<K, V> {
    const rows = new Map<K, V>()
    for (const logged of this.log.records()) {
      const { key, value } = this.decode(logged)
      if (value === undefined) rows.delete(key)
      else rows.set(key, value)
    }
    return rows
  }

  private decode(record: LoggedRecord): TestRecord<K, V> {
    const { bytes, timestamp, partition, offset } = record
    return {
      key: decodeRange(this.topic.key, bytes, record.keyStart, record.keyEnd) as K,
      value: decodeRange(this.topic.value, bytes, record.valueStart, record.valueEnd) as V,
      timestamp,
      headers: record.headers(),
      partition,
      offset,
    }
  }
}

/** `undefined` where the range is that of a null. */
function decodeRange<T>(serde: Decoder<T>, bytes: Uint8Array, start: number, end: number): T | undefined {
  if (end < start) return undefined
  if (serde.deserializeRange !== undefined) return serde.deserializeRange(bytes, start, end)
  return serde.deserialize(bytes.subarray(start, end))
}
