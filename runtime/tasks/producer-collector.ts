/** Where a runtime task's results go: the worker's producer, through one appender per partition. */
import { StreamsError } from '../../src/base/errors.ts'
import type { RecordCollector } from '../../src/engine/collector.ts'
import type { Headers } from '../../src/record/record.ts'
import type { PartitionAppender } from '../client/partition-queue.ts'
import type { Producer } from '../client/producer.ts'

export class ProducerCollector implements RecordCollector {
  readonly #producer: Producer
  readonly #partitionCountOf: (topic: string) => number | undefined
  readonly #appenders = new Map<string, PartitionAppender[]>()
  readonly #counts = new Map<string, number>()

  /** `partitionCountOf` answers for every topic that the topology is known to write to. */
  constructor(producer: Producer, partitionCountOf: (topic: string) => number | undefined) {
    this.#producer = producer
    this.#partitionCountOf = partitionCountOf
  }

  partitionCount(topic: string): number {
    const known = this.#counts.get(topic)
    if (known !== undefined) return known
    const count = this.#partitionCountOf(topic)
    if (count === undefined)
      throw new StreamsError('MR-2001', {
        what: `Topic '${topic}' does not exist`,
        why: 'A sink writes to it, and topics that users name are never made behind their back.',
        fix: 'Create it, or declare it with topic() and run with createTopics.',
      })
    this.#counts.set(topic, count)
    return count
  }

  send(
    topic: string,
    partition: number,
    key: Uint8Array | null,
    value: Uint8Array | null,
    timestamp: number,
    headers: Headers,
  ): void {
    this.appender(topic, partition).append(key, value, timestamp, headers)
  }

  /** The appender of a partition, kept. */
  appender(topic: string, partition: number): PartitionAppender {
    let partitions = this.#appenders.get(topic)
    if (partitions === undefined) this.#appenders.set(topic, (partitions = []))
    return (partitions[partition] ??= this.#producer.partition(topic, partition))
  }
}
