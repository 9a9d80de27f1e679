/**
 * A compiled sink: turns results into bytes, chooses their partition and hands them to the collector.
 *
 * A key or value that is still what was read, by a source with the same serde, is written from its original
 * bytes. Everything else is serialised into one buffer that is used again and again. Without a partitioner of its own a
 * sink partitions as Kafka does: murmur2 of the key's bytes, those of the inner key for windowed keys (semantics O6);
 * records without a key stay on one partition for a run and then move on, which fills batches.
 */
import { ByteSink } from '../base/byte-sink.ts'
import { murmur2 } from '../base/murmur2.ts'
import type { StreamRecord } from '../processor/record.ts'
import type { Encoder } from '../serdes/serde.ts'
import { isWindowedSerde } from '../serdes/windowed.ts'
import type { SinkNode } from '../topology/node.ts'
import { processingFailed, serializationFailed } from './failures.ts'
import type { Receiver } from './receiver.ts'
import type { TaskScope } from './task-scope.ts'

type Original = Uint8Array | null | undefined

/** Bytes of a windowed key that come after the inner key. */
const windowSuffixBytes = 8
/** Records without a key that go to one partition before the next takes over. */
const stickyRun = 100

export class SinkWriter implements Receiver {
  readonly name: string
  readonly serializes: boolean
  private readonly node: SinkNode
  private readonly scope: TaskScope
  private readonly staticTopic: string | undefined
  private readonly keySuffixBytes: number
  private readonly buffer = new ByteSink(4096)
  /** Of the static topic; 0 when it must be asked for again. */
  private partitionCount = 0
  private keylessCount = 0

  constructor(node: SinkNode, scope: TaskScope) {
    this.name = node.name
    this.node = node
    this.scope = scope
    this.serializes = typeof node.topic === 'string' && node.partitioner === undefined
    this.staticTopic = typeof node.topic === 'string' ? scope.topicName(node.topic) : undefined
    this.keySuffixBytes = isWindowedSerde(node.keySerde) ? windowSuffixBytes : 0
  }

  process(record: StreamRecord): void {
    const { node, buffer } = this
    const topic = this.staticTopic ?? this.extractTopic(record)
    if (topic === undefined) return
    buffer.length = 0
    let key = originalKey(record, node)
    let value = originalValue(record, node)
    let keyEnd = 0
    try {
      if (key === undefined) {
        write(node.keySerde, record.key, buffer)
        keyEnd = buffer.length
      }
      if (value === undefined) write(node.valueSerde, record.value, buffer)
    } catch (error) {
      const { current, errors } = this.scope
      const failure = serializationFailed(error, node, current, topic)
      return errors.handle('produce', error, failure, this.name, current)
    }
    // Only now: serialising the value may have moved the buffer.
    key ??= key === undefined ? buffer.bytes.subarray(0, keyEnd) : null
    value ??= value === undefined ? buffer.bytes.subarray(keyEnd, buffer.length) : null
    this.send(topic, key, value, record)
  }

  /** Forgets what it knows of topics, so that partitions added meanwhile are seen. */
  refresh(): void {
    this.partitionCount = 0
  }

  private send(topic: string, key: Uint8Array | null, value: Uint8Array | null, record: StreamRecord): void {
    const { collector } = this.scope
    const { timestamp, headers } = record
    const count = this.countOf(topic)
    const { partitioner } = this.node
    if (partitioner !== undefined) {
      const partitions = this.choosePartitions(topic, record, count)
      if (partitions !== 'default') {
        for (const partition of partitions) collector.send(topic, partition, key, value, timestamp, headers)
        return
      }
    }
    collector.send(topic, this.partitionOf(key, count), key, value, timestamp, headers)
  }

  private partitionOf(key: Uint8Array | null, count: number): number {
    if (count === 1) return 0
    if (key === null) return Math.floor(this.keylessCount++ / stickyRun) % count
    return (murmur2(key, 0, key.length - this.keySuffixBytes) & 0x7fff_ffff) % count
  }

  private countOf(topic: string): number {
    if (this.staticTopic === undefined) return this.scope.collector.partitionCount(topic)
    if (this.partitionCount === 0) this.partitionCount = this.scope.collector.partitionCount(topic)
    return this.partitionCount
  }

  /** `undefined` when that failed and the record is to be gone on without. */
  private extractTopic(record: StreamRecord): string | undefined {
    const { topic } = this.node
    if (typeof topic === 'string') return topic
    try {
      const name: unknown = topic.extract(record.key, record.value, this.scope.current)
      // What else is wrong with a name the broker says: it alone knows which topics there are.
      if (typeof name === 'string' && name !== '') return name
      throw new TypeError(`the topic name extractor answered ${inWords(name)}, which cannot name a topic`)
    } catch (error) {
      this.fail(error)
      return undefined
    }
  }

  /** None when that failed and the record is to be gone on without. */
  private choosePartitions(
    topic: string,
    record: StreamRecord,
    count: number,
  ): readonly number[] | 'default' {
    try {
      const partitions = this.node.partitioner!(topic, record.key, record.value, count, record.headers)
      if (partitions === undefined) return 'default'
      if (!Array.isArray(partitions))
        throw new TypeError(`the partitioner must answer a list of partitions, not ${inWords(partitions)}`)
      if (partitions.length === 0) this.drop()
      for (const partition of partitions) check(partition, topic, count)
      return partitions
    } catch (error) {
      this.fail(error)
      return []
    }
  }

  /** Throws, or goes on without the record, as the policy of the application says. */
  private fail(cause: unknown): void {
    const { current, errors } = this.scope
    errors.handle('process', cause, processingFailed(cause, this.node, current), this.name, current)
  }

  private drop(): void {
    const { topic, partition, offset } = this.scope.current
    this.scope.dropped({ node: this.name, reason: 'no-partition', topic, partition, offset })
  }
}

function inWords(answer: unknown): string {
  return typeof answer === 'string' ? JSON.stringify(answer) : String(answer)
}

function check(partition: number, topic: string, count: number): void {
  if (Number.isInteger(partition) && partition >= 0 && partition < count) return
  throw new RangeError(`the partitioner chose partition ${partition} of ${count} of '${topic}'`)
}

/** The key to write if no serialising is needed (null: absent); `undefined` if it is. */
function originalKey({ key, keyIsOriginal, origin }: StreamRecord, node: SinkNode): Original {
  if (key === undefined || key === null) return null
  if (!keyIsOriginal || !Object.is(origin!.keySerde, node.keySerde)) return undefined
  return origin!.bytes.subarray(origin!.keyStart, origin!.keyEnd)
}

/** The same of the value. */
function originalValue({ value, valueIsOriginal, origin }: StreamRecord, node: SinkNode): Original {
  if (value === undefined || value === null) return null
  if (!valueIsOriginal || !Object.is(origin!.valueSerde, node.valueSerde)) return undefined
  return origin!.bytes.subarray(origin!.valueStart, origin!.valueEnd)
}

function write(serde: Encoder<unknown>, part: unknown, buffer: ByteSink): void {
  if (serde.serializeInto === undefined) buffer.append(serde.serialize(part))
  else serde.serializeInto(part, buffer)
}
