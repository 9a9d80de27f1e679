/** kafkajs as a driver of the scenario. Its codecs besides gzip are ours: it has none. */
import { createRequire } from 'node:module'
import kafkajs, { type Admin, type Producer, type Transaction } from 'kafkajs'
import type { Codec } from '../../src/record/compression.ts'
import { lz4Codec } from '../../src/codecs/lz4.ts'
import { snappyCodec } from '../../src/codecs/snappy.ts'
import { zstdCodec } from '../../src/codecs/zstd.ts'
import type {
  AdminClient,
  Client,
  CodecName,
  Found,
  Member,
  Message,
  ReadOptions,
  Seen,
  TransactionalProducer,
} from './client.ts'
import { scriptMember } from './process-member.ts'

const { CompressionCodecs, CompressionTypes, ConfigResourceTypes, Kafka, logLevel, Partitioners } = kafkajs

const types: Readonly<Record<CodecName, kafkajs.CompressionTypes>> = {
  none: CompressionTypes.None,
  gzip: CompressionTypes.GZIP,
  snappy: CompressionTypes.Snappy,
  lz4: CompressionTypes.LZ4,
  zstd: CompressionTypes.ZSTD,
}

/** Its codec interface: bytes of an encoder in, bytes out. */
function pluggedIn(codec: Codec) {
  return () => ({
    compress: async ({ buffer }: { buffer: Buffer }) => Buffer.from(codec.compress(buffer)),
    decompress: async (bytes: Buffer) => Buffer.from(codec.decompress(bytes, 1 << 27)),
  })
}

for (const codec of [snappyCodec, lz4Codec, zstdCodec()]) {
  if (codec !== undefined)
    CompressionCodecs[types[codec.name] as Exclude<kafkajs.CompressionTypes, 0>] = pluggedIn(codec)
}

export function findKafkajs(): Found<(address: string) => Promise<KafkajsClient>> {
  const { version } = createRequire(import.meta.url)('kafkajs/package.json') as { version: string }
  return { version, client: address => new KafkajsClient(address).connect() }
}

/** One client object per address; also what the program of a member uses. */
export function kafkajsAt(address: string) {
  return new Kafka({ brokers: [address], logLevel: logLevel.NOTHING, retry: { initialRetryTime: 50 } })
}

const createPartitioner = Partitioners.DefaultPartitioner

class KafkajsClient implements Client {
  readonly admin: KafkajsAdmin
  readonly #address: string
  readonly #kafka
  readonly #admin: Admin
  #reads = 0

  constructor(address: string) {
    this.#address = address
    this.#kafka = kafkajsAt(address)
    this.#admin = this.#kafka.admin()
    this.admin = new KafkajsAdmin(this.#admin)
  }

  async produce(topic: string, messages: readonly Message[], codec: CodecName): Promise<void> {
    const producer = this.#kafka.producer({ createPartitioner })
    await producer.connect()
    await producer.send({ topic, messages: [...messages], compression: types[codec] })
    await producer.disconnect()
  }

  /** kafkajs reads as a group only; one of its own for each call, which is gone afterwards. */
  async read(
    topic: string,
    { count, fromTime, committedOnly = true }: ReadOptions,
  ): Promise<readonly Seen[]> {
    const groupId = `reads-${(this.#reads += 1)}`
    let placed = fromTime === undefined
    const consumer = this.#kafka.consumer({ groupId, readUncommitted: !committedOnly, maxWaitTimeInMs: 100 })
    const read: Seen[] = []
    const enough = new Promise<void>((resolve, reject) => {
      const late = setTimeout(
        () => reject(new Error(`${read.length} of ${count} records after 15 s`)),
        15_000,
      )
      consumer.on('consumer.crash', ({ payload }) => reject(payload.error))
      void consumer
        .connect()
        .then(() => consumer.subscribe({ topic, fromBeginning: true }))
        .then(() =>
          consumer.run({
            autoCommit: false,
            eachMessage: async ({ partition, message: { value, timestamp, offset } }) => {
              if (!placed || read.length === count) return
              read.push({
                value: String(value),
                timestamp: Number(timestamp),
                partition,
                offset: Number(offset),
              })
              if (read.length < count) return
              clearTimeout(late)
              resolve()
            },
          }),
        )
        .then(async () => {
          if (fromTime === undefined) return
          for (const found of await this.#admin.fetchTopicOffsetsByTimestamp(topic, fromTime)) {
            consumer.seek({ topic, partition: found.partition, offset: found.offset })
          }
          placed = true
        })
        .catch(reject)
    })
    try {
      await enough
    } finally {
      await consumer.disconnect()
    }
    return read
  }

  async join(group: string, topic: string): Promise<Member> {
    return scriptMember('./kafkajs-member.ts', [this.#address, group, topic])
  }

  async transactional(transactionalId: string): Promise<TransactionalProducer> {
    const producer = this.#kafka.producer({
      transactionalId,
      idempotent: true,
      maxInFlightRequests: 1,
      createPartitioner,
    })
    await producer.connect()
    return new KafkajsTransactions(producer)
  }

  async connect(): Promise<this> {
    await this.#admin.connect()
    return this
  }

  close(): Promise<void> {
    return this.#admin.disconnect()
  }
}

class KafkajsTransactions implements TransactionalProducer {
  readonly #producer: Producer
  #open: Transaction | undefined

  constructor(producer: Producer) {
    this.#producer = producer
  }

  async send(topic: string, messages: readonly Message[]): Promise<void> {
    this.#open ??= await this.#producer.transaction()
    await this.#open.send({ topic, messages: [...messages] })
  }

  async sendOffsets(
    consumerGroupId: string,
    { topic, partition, offset }: { topic: string; partition: number; offset: number },
  ): Promise<void> {
    const topics = [{ topic, partitions: [{ partition, offset: String(offset) }] }]
    await this.#open!.sendOffsets({ consumerGroupId, topics })
  }

  async commit(): Promise<void> {
    await this.#open!.commit()
    this.#open = undefined
  }

  async abort(): Promise<void> {
    await this.#open!.abort()
    this.#open = undefined
  }

  close(): Promise<void> {
    return this.#producer.disconnect()
  }
}

class KafkajsAdmin implements AdminClient {
  readonly #admin: Admin

  constructor(admin: Admin) {
    this.#admin = admin
  }

  async createTopic(
    topic: string,
    numPartitions: number,
    configs: Readonly<Record<string, string>>,
  ): Promise<void> {
    const configEntries = Object.entries(configs).map(([name, value]) => ({ name, value }))
    const created = await this.#admin.createTopics({ topics: [{ topic, numPartitions, configEntries }] })
    if (!created) throw new Error(`${topic} exists`)
  }

  async deleteTopic(topic: string): Promise<void> {
    await this.#admin.deleteTopics({ topics: [topic] })
  }

  listTopics(): Promise<string[]> {
    return this.#admin.listTopics()
  }

  async partitionCount(topic: string): Promise<number> {
    const { topics } = await this.#admin.fetchTopicMetadata({ topics: [topic] })
    return topics[0]!.partitions.length
  }

  async addPartitions(topic: string, count: number): Promise<void> {
    await this.#admin.createPartitions({ topicPartitions: [{ topic, count }] })
  }

  async topicConfig(name: string, key: string): Promise<string | undefined> {
    const { resources } = await this.#admin.describeConfigs({
      includeSynonyms: false,
      resources: [{ type: ConfigResourceTypes.TOPIC, name }],
    })
    return resources[0]!.configEntries.find(entry => entry.configName === key)?.configValue
  }

  async alterTopicConfig(name: string, key: string, value: string): Promise<void> {
    const configEntries = [{ name: key, value }]
    await this.#admin.alterConfigs({
      validateOnly: false,
      resources: [{ type: ConfigResourceTypes.TOPIC, name, configEntries }],
    })
  }

  async deleteRecords(topic: string, partition: number, before: number): Promise<void> {
    await this.#admin.fetchTopicOffsets(topic) // kafkajs deletes only in topics that it has looked up before
    await this.#admin.deleteTopicRecords({ topic, partitions: [{ partition, offset: String(before) }] })
  }

  async offsets(topic: string, partition: number): Promise<{ start: number; end: number }> {
    const found = (await this.#admin.fetchTopicOffsets(topic)).find(each => each.partition === partition)!
    return { start: Number(found.low), end: Number(found.high) }
  }

  async listGroups(): Promise<string[]> {
    return (await this.#admin.listGroups()).groups.map(({ groupId }) => groupId)
  }

  async describeGroup(group: string): Promise<{ state: string; members: number }> {
    const { groups } = await this.#admin.describeGroups([group])
    return { state: groups[0]!.state, members: groups[0]!.members.length }
  }

  async committed(groupId: string, topic: string): Promise<Record<number, number>> {
    const [found] = await this.#admin.fetchOffsets({ groupId, topics: [topic] })
    return Object.fromEntries(found!.partitions.map(({ partition, offset }) => [partition, Number(offset)]))
  }

  async resetToStart(groupId: string, topic: string): Promise<void> {
    await this.#admin.resetOffsets({ groupId, topic, earliest: true })
  }

  async deleteGroup(group: string): Promise<void> {
    await this.#admin.deleteGroups([group])
  }
}
