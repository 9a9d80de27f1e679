/** Reads typed records of a topic from its beginning to its present end, partition by partition. */
import { partitionKey } from '../src/base/topic-partition.ts'
import type { Headers } from '../src/record/record.ts'
import type { Decoder } from '../src/serdes/serde.ts'
import { Admin } from './client/admin.ts'
import { Fetcher } from './client/fetcher.ts'
import { openCluster, type Brokers } from './brokers.ts'

/** What a reader needs of a topic: a `Topic` has it. */
export interface ReadableTopic<out K, out V> {
  readonly name: string
  readonly key: Decoder<K>
  readonly value: Decoder<V>
}

/** A record as it lies in the log. */
export interface TopicRecord<K, V> {
  readonly partition: number
  readonly offset: number
  readonly timestamp: number
  /** `undefined` for a null key. */
  readonly key: K | undefined
  /** `undefined` for a null value: a tombstone. */
  readonly value: V | undefined
  readonly headers: Headers
}

export interface ReadTopicOptions {
  /** Default `read_committed`: only what was committed, in the order of the log. */
  readonly isolation?: 'read_committed' | 'read_uncommitted'
}

/**
 * Every record that a topic holds at the time of the call, each partition in order, partitions interleaved.
 * Ends at the end that it saw at the start; what is written later is not read, nor what is deleted before it is its turn.
 * MR-2001 if the topic does not exist.
 *
 * @example
 * ```ts
 * import { json, string, topic } from 'millrace'
 * import { createTopics, readTopic, startEmbeddedBroker } from 'millrace/runtime'
 *
 * const counts = topic('counts', { key: string(), value: json<number>() })
 * await using broker = await startEmbeddedBroker({ directory: './data' })
 * await createTopics(broker, [counts])
 * for await (const { key, value } of readTopic(broker, counts)) console.log(key, value)
 * ```
 */
export async function* readTopic<K, V>(
  broker: Brokers,
  topic: ReadableTopic<K, V>,
  options: ReadTopicOptions = {},
): AsyncGenerator<TopicRecord<K, V>> {
  const isolation = options.isolation ?? 'read_committed'
  const cluster = openCluster(broker, 'topic-reader')
  const fetcher = new Fetcher({ cluster, isolation, fetchWaitMs: 100 })
  try {
    const [metadata] = await cluster.metadata([topic.name])
    const partitions = metadata!.partitions.map(({ partition }) => ({ topic: topic.name, partition }))
    const admin = new Admin(cluster)
    const [starts, ends] = await Promise.all([
      admin.listOffsets(partitions, 'earliest'),
      admin.listOffsets(partitions, 'latest', { isolation }),
    ])
    const open = new Map<string, number>()
    for (const end of ends) {
      const start = starts.find(({ partition }) => partition === end.partition)!
      if (start.offset < end.offset) open.set(partitionKey(end.topic, end.partition), end.offset)
    }
    fetcher.assign(starts.filter(start => open.has(partitionKey(start.topic, start.partition))))
    while (open.size > 0) {
      for (const fetched of await fetcher.poll(1000)) {
        const key = partitionKey(fetched.topic, fetched.partition)
        const end = open.get(key)
        if (end === undefined) continue
        while (fetched.records.next()) {
          const { cursor } = fetched.records
          if (cursor.offset >= end) break
          const keyBytes = cursor.key()
          const valueBytes = cursor.value()
          yield {
            partition: fetched.partition,
            offset: cursor.offset,
            timestamp: cursor.timestamp,
            key: keyBytes === null ? undefined : topic.key.deserialize(keyBytes),
            value: valueBytes === null ? undefined : topic.value.deserialize(valueBytes),
            headers: cursor.headers(),
          }
        }
        if (fetched.nextOffset < end) continue
        open.delete(key)
        fetcher.remove([fetched])
      }
      // Where everything up to the end was deleted meanwhile, fetching goes on behind it, and nothing may ever come.
      for (const { topic: name, partition } of partitions) {
        const key = partitionKey(name, partition)
        if ((fetcher.position(name, partition) ?? -1) >= (open.get(key) ?? Infinity)) open.delete(key)
      }
    }
  } finally {
    await fetcher.close()
    await cluster.close()
  }
}
