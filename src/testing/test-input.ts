/** The typed end of a topic that a test writes to. */
import { misuse } from '../base/misuse.ts'
import { partitionForKey } from '../base/murmur2.ts'
import { utf8Bytes } from '../base/text.ts'
import { noHeaders, type Header, type Headers } from '../record/record.ts'
import type { Encoder } from '../serdes/serde.ts'
import { serializeInto } from '../state/serialize-into.ts'
import { isWindowedSerde } from '../serdes/windowed.ts'
import type { LoggedRecord } from './logged-record.ts'
import type { RecordArena } from './record-arena.ts'

/** A topic as something that a test writes to; what `topic()` answers is one. */
export interface InputTopic<in K, in V> {
  readonly name: string
  readonly key: Encoder<K>
  readonly value: Encoder<V>
}

export interface SendOptions {
  /** The record's timestamp. Default: the driver's wall clock. */
  readonly at?: number | Date
  /** Headers by name, or in order where names repeat. Text is written as UTF-8. */
  readonly headers?: Readonly<Record<string, string | Uint8Array>> | Headers
  /** Default: as Kafka's producer chooses, by the hash of the key; the partitions in turn without one. */
  readonly partition?: number
}

/** What the driver does with a record that was sent. */
export interface InputSink {
  readonly partitionCount: number
  now(): number
  /** The partitions in turn, for records without a key: of the topic, whoever writes to it. */
  nextPartition(): number
  /** Where the record's bytes are to be written. */
  readonly arena: RecordArena
  write(record: LoggedRecord): void
}

/** Windows follow the inner key with eight bytes; records are partitioned without them (semantics O6). */
const windowSuffixBytes = 8

export class TestInput<K, V> {
  readonly topic: InputTopic<K, V>
  private readonly sink: InputSink

  constructor(topic: InputTopic<K, V>, sink: InputSink) {
    this.topic = topic
    this.sink = sink
  }

  /**
   * Writes a record and runs the application until it has nothing left to do. A null or `undefined` key or value is
   * an absent one. Answers itself, so that calls can be chained.
   */
  send(key: K | null | undefined, value: V | null | undefined, options: SendOptions = {}): this {
    const { topic, sink } = this
    const { arena } = sink
    const at = timeOf(options.at ?? sink.now())
    const target = arena.begin()
    const start = target.length
    let keyEnd = -1
    let valueEnd = -1
    try {
      if (key !== null && key !== undefined) {
        serializeInto(topic.key, key, target)
        keyEnd = target.length
      }
      if (value !== null && value !== undefined) {
        serializeInto(topic.value, value, target)
        valueEnd = target.length
      }
    } catch (error) {
      target.length = start
      throw error
    }
    const partition = options.partition ?? this.partitionOf(target.bytes, start, keyEnd)
    sink.write(arena.written(partition, at, headersOf(options.headers), start, keyEnd, valueEnd))
    return this
  }

  /** Writes a record without a value: in a table, the end of the row. */
  tombstone(key: K, options: SendOptions = {}): this {
    return this.send(key, undefined, options)
  }

  private partitionOf(bytes: Uint8Array, start: number, keyEnd: number): number {
    const { partitionCount } = this.sink
    if (keyEnd < 0) return this.sink.nextPartition()
    if (partitionCount === 1) return 0
    const suffix = isWindowedSerde(this.topic.key) ? windowSuffixBytes : 0
    return partitionForKey(bytes.subarray(start, keyEnd - suffix), partitionCount)
  }
}

function timeOf(at: number | Date): number {
  const time = typeof at === 'number' ? at : at.getTime()
  if (Number.isSafeInteger(time)) return time
  throw misuse(`at must be whole milliseconds since the epoch, not ${time}`)
}

function headersOf(headers: SendOptions['headers']): Headers {
  if (headers === undefined) return noHeaders
  if (Array.isArray(headers)) return headers as Headers
  return Object.entries(headers as Readonly<Record<string, string | Uint8Array>>).map(
    ([key, value]): Header => ({ key, value: typeof value === 'string' ? utf8Bytes(value) : value }),
  )
}
