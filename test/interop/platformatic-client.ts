/** @platformatic/kafka as a driver of the scenario. */
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
import { installedPackage } from './installed-package.ts'
import type {
  Platformatic,
  PlatformaticAdmin,
  PlatformaticProducer,
  PlatformaticTransaction,
} from './platformatic-api.ts'
import { scriptMember } from './process-member.ts'

export async function findPlatformatic(): Promise<Found<(address: string) => Promise<PlatformaticClient>>> {
  const found = await installedPackage<Platformatic>('@platformatic/kafka')
  if ('missing' in found) return found
  return { version: found.version, client: async address => new PlatformaticClient(found.exports, address) }
}

/** By default it claims to be the producer of id 0 and epoch 0, which is somebody else, and is fenced for it. */
const noProducer = { producerId: -1n, producerEpoch: -1 }

export class PlatformaticClient implements Client {
  readonly admin: AdminClient
  readonly #kafka: Platformatic
  readonly #address: string
  readonly #admin: PlatformaticAdmin
  #reads = 0

  constructor(kafka: Platformatic, address: string) {
    this.#kafka = kafka
    this.#address = address
    this.#admin = new kafka.Admin(this.#options())
    this.admin = platformaticAdmin(this.#admin)
  }

  #options(more: Readonly<Record<string, unknown>> = {}): Readonly<Record<string, unknown>> {
    return { clientId: 'interop', bootstrapBrokers: [this.#address], strict: false, ...more }
  }

  async produce(topic: string, messages: readonly Message[], compression: CodecName): Promise<void> {
    const producer = new this.#kafka.Producer(this.#options({ serializers: this.#kafka.stringSerializers }))
    const records = messages.map(({ key, value }) => ({ topic, key, value }))
    await producer.send({ messages: records, compression, ...noProducer })
    await producer.close()
  }

  async read(
    topic: string,
    { count, fromTime, committedOnly = true }: ReadOptions,
  ): Promise<readonly Seen[]> {
    const deserializers = this.#kafka.stringDeserializers
    const groupId = `reads-${(this.#reads += 1)}`
    const consumer = new this.#kafka.Consumer(this.#options({ groupId, deserializers }))
    const read: Seen[] = []
    const isolationLevel = committedOnly ? 1 : 0
    const options = { topics: [topic], autocommit: false, maxWaitTime: 100, isolationLevel }
    const stream = await (fromTime === undefined
      ? consumer.consume({ ...options, mode: 'earliest' })
      : consumer.consume({
          ...options,
          mode: 'manual',
          offsets: (await consumer.listOffsets({ topics: [topic], timestamp: BigInt(fromTime) }))
            .get(topic)!
            .map((offset, partition) => ({ topic, partition, offset })),
        }))
    const late = setTimeout(() => void stream.close(), 15_000)
    for await (const { value, timestamp, partition, offset } of stream) {
      read.push({ value, timestamp: Number(timestamp), partition, offset: Number(offset) })
      if (read.length === count) break
    }
    clearTimeout(late)
    await consumer.close(true)
    if (read.length < count) throw new Error(`${read.length} of ${count} records after 15 s`)
    return read
  }

  async join(group: string, topic: string): Promise<Member> {
    return scriptMember('./platformatic-member.ts', [this.#address, group, topic])
  }

  async transactional(transactionalId: string): Promise<TransactionalProducer> {
    const serializers = this.#kafka.stringSerializers
    const options = this.#options({
      transactionalId,
      idempotent: true,
      serializers,
      retries: 1,
      ...noProducer,
    })
    return new PlatformaticTransactions(new this.#kafka.Producer(options))
  }

  close(): Promise<void> {
    return this.#admin.close()
  }
}

class PlatformaticTransactions implements TransactionalProducer {
  readonly #producer: PlatformaticProducer
  #open: PlatformaticTransaction | undefined

  constructor(producer: PlatformaticProducer) {
    this.#producer = producer
  }

  async send(topic: string, messages: readonly Message[]): Promise<void> {
    this.#open ??= await this.#producer.beginTransaction()
    await this.#open.send({ messages: messages.map(({ key, value }) => ({ topic, key, value })) })
  }

  async commit(): Promise<void> {
    await this.#open!.commit().catch(told)
    this.#open = undefined
  }

  async abort(): Promise<void> {
    await this.#open!.abort().catch(told)
    this.#open = undefined
  }

  close(): Promise<void> {
    return this.#producer.close(true)
  }
}

/** Its errors hold those of the broker within them. */
function told(error: Error & { readonly errors?: readonly Error[] }): never {
  const messages = [error.message, ...(error.errors ?? []).map(each => JSON.stringify(each) + each.message)]
  if (error.cause instanceof Error) messages.push(error.cause.message)
  throw new Error(messages.join('; '), { cause: error })
}

const topicType = 2

function platformaticAdmin(admin: PlatformaticAdmin): AdminClient {
  const resource = (resourceName: string) => ({ resourceType: topicType, resourceName })
  const partitionCount = async (topic: string) => {
    const { topics } = await admin.metadata({ topics: [topic], forceUpdate: true })
    return topics.get(topic)!.partitionsCount
  }
  return {
    partitionCount,
    createTopic: async (topic, partitions, configs) => {
      const entries = Object.entries(configs).map(([name, value]) => ({ name, value }))
      const options = { topics: [topic], partitions, replicas: 1, configs: entries }
      await admin.createTopics(options).catch(told)
    },
    deleteTopic: topic => admin.deleteTopics({ topics: [topic] }),
    listTopics: () => admin.listTopics(),
    addPartitions: async (name, count) => {
      const assignments = Array.from({ length: count - (await partitionCount(name)) }, () => ({
        brokerIds: [1],
      }))
      await admin.createPartitions({ topics: [{ name, count, assignments }] })
    },
    topicConfig: async (topic, key) => {
      const resources = [{ ...resource(topic), configurationKeys: [key] }]
      const [described] = await admin.describeConfigs({ resources })
      return described!.configs.find(({ name }) => name === key)?.value
    },
    alterTopicConfig: (topic, name, value) =>
      admin.incrementalAlterConfigs({
        resources: [{ ...resource(topic), configs: [{ name, configOperation: 0, value }] }],
      }),
    deleteRecords: async (name, partition, before) => {
      await admin.deleteRecords({ topics: [{ name, partitions: [{ partition, offset: BigInt(before) }] }] })
    },
    offsets: async (name, partitionIndex) => {
      const at = async (timestamp: bigint) => {
        const [topic] = await admin.listOffsets({
          topics: [{ name, partitions: [{ partitionIndex, timestamp }] }],
        })
        return Number(topic!.partitions[0]!.offset)
      }
      return { start: await at(-2n), end: await at(-1n) }
    },
    listGroups: async () => [...(await admin.listGroups()).keys()],
    describeGroup: async group => {
      const { state, members } = (await admin.describeGroups({ groups: [group] })).get(group)!
      const words = state.toLowerCase()
      return { state: words[0]!.toUpperCase() + words.slice(1), members: members.size }
    },
    committed: async (group, topic) => {
      const [found] = await admin.listConsumerGroupOffsets({ groups: [group] })
      const partitions = found!.topics.find(({ name }) => name === topic)?.partitions ?? []
      return Object.fromEntries(partitions.map(each => [each.partitionIndex, Number(each.committedOffset)]))
    },
    resetToStart: async (groupId, name) => {
      const count = await partitionCount(name)
      const partitionOffsets = Array.from({ length: count }, (_, partition) => ({ partition, offset: 0n }))
      await admin.alterConsumerGroupOffsets({ groupId, topics: [{ name, partitionOffsets }] })
    },
    deleteGroup: group => admin.deleteGroups({ groups: [group] }),
  }
}
