/** Writes typed records to topics from outside of a topology: loaders, services, tests. */
import { partitionForKey } from '../src/base/murmur2.ts'
import { StreamsError } from '../src/base/errors.ts'
import { noHeaders, type Headers } from '../src/record/record.ts'
import type { Encoder } from '../src/serdes/serde.ts'
import type { Cluster } from './client/cluster.ts'
import { Producer } from './client/producer.ts'
import { openCluster, type Brokers } from './brokers.ts'

export interface TopicWriterOptions {
  /** Makes `begin` and `commit` available, and fences an older writer of the same id. */
  readonly transactionalId?: string
  /** Milliseconds that a batch waits for more records. Default 5. */
  readonly lingerMs?: number
}

/** What `send` needs of a topic: a `Topic` has it. */
export interface WritableTopic<in K, in V> {
  readonly name: string
  readonly key: Encoder<K>
  readonly value: Encoder<V>
}

export interface SendOptions {
  /** Milliseconds since the epoch. Default: now. */
  readonly timestamp?: number
  /** Default: by the key as Kafka does it; without a key, in turn. */
  readonly partition?: number
  readonly headers?: Headers
}

/**
 * A producer of typed records. Records are batched: `send` never waits for the broker, and answers a promise only when
 * so much is unsent that the caller should wait before the next one. `flush` or `commit` tells of failures.
 *
 * @example
 * ```ts
 * import { json, string, topic } from 'millrace'
 * import { createTopics, startEmbeddedBroker, TopicWriter } from 'millrace/runtime'
 *
 * const orders = topic('orders', { key: string(), value: json<{ amount: number }>() })
 * await using broker = await startEmbeddedBroker({ directory: './data' })
 * await createTopics(broker, [orders])
 * await using writer = await TopicWriter.open(broker)
 * await writer.send(orders, 'o1', { amount: 30 })
 * await writer.flush()
 * ```
 */
export class TopicWriter implements AsyncDisposable {
  readonly #cluster: Cluster
  readonly #producer: Producer
  readonly #counts = new Map<string, number>()
  #turn = 0

  private constructor(cluster: Cluster, producer: Producer) {
    this.#cluster = cluster
    this.#producer = producer
  }

  /** Connects; with a transactional id, also waits until the predecessor's transaction has ended. */
  static async open(broker: Brokers, options: TopicWriterOptions = {}): Promise<TopicWriter> {
    const cluster = openCluster(broker, options.transactionalId ?? 'topic-writer')
    const producer = new Producer({ cluster, ...options })
    const writer = new TopicWriter(cluster, producer)
    try {
      if (options.transactionalId !== undefined) await producer.initTransactions()
    } catch (error) {
      await writer.close()
      throw error
    }
    return writer
  }

  /**
   * Appends a record. `undefined` as key or value is written as null: without a key, a tombstone.
   * Await the result: it is a promise only when the buffer is full, or the topic or the partition was not used before.
   * MR-2001 for a topic that does not exist, a `RangeError` for a partition that it does not have.
   */
  send<K, V>(
    topic: WritableTopic<K, V>,
    key: K | undefined,
    value: V | undefined,
    options: SendOptions = {},
  ): Promise<void> | undefined {
    const count = this.#counts.get(topic.name)
    if (count === undefined) return this.#learn(topic.name).then(() => this.send(topic, key, value, options))
    if (options.partition !== undefined && options.partition >= count)
      return this.#learnOf(topic.name, options.partition).then(() => this.send(topic, key, value, options))
    const keyBytes = key === undefined ? null : topic.key.serialize(key)
    const valueBytes = value === undefined ? null : topic.value.serialize(value)
    const partition =
      options.partition ?? (keyBytes === null ? this.#turn++ % count : partitionForKey(keyBytes, count))
    const { timestamp = this.#cluster.clock.now(), headers = noHeaders } = options
    this.#producer.append(topic.name, partition, keyBytes, valueBytes, timestamp, headers)
    return this.#producer.whenWritable()
  }

  /** Begins a transaction: what is sent from now on becomes visible with `commit`, or never. */
  begin(): void {
    this.#producer.beginTransaction()
  }

  commit(): Promise<void> {
    return this.#producer.commitTransaction()
  }

  abort(): Promise<void> {
    return this.#producer.abortTransaction()
  }

  /** Resolves when everything sent is acknowledged; rejects with the first failure since the last flush. */
  flush(): Promise<void> {
    return this.#producer.flush()
  }

  /** Sends what is not sent yet and closes; an open transaction is aborted, or readers would wait for its time-out. */
  async close(): Promise<void> {
    const { transactionState } = this.#producer
    try {
      if (transactionState === 'open' || transactionState === 'abortable')
        await this.#producer.abortTransaction()
    } finally {
      await this.#producer.close()
      await this.#cluster.close()
    }
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }

  async #learn(topic: string): Promise<void> {
    const [metadata] = await this.#cluster.metadata([topic])
    if (metadata === undefined) throw new StreamsError('MR-2001', { what: `Topic '${topic}' does not exist` })
    this.#counts.set(topic, metadata.partitions.length)
  }

  /** The topic may have got more partitions since it was used first. */
  async #learnOf(topic: string, partition: number): Promise<void> {
    const [metadata] = await this.#cluster.refresh([topic])
    const count = metadata?.partitions.length ?? 0
    if (count > 0) this.#counts.set(topic, count)
    if (partition >= count)
      throw new RangeError(
        `partition must be below ${count}, as many as topic '${topic}' has, not ${partition}`,
      )
  }
}
