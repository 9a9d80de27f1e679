/** node-rdkafka, or @confluentinc/kafka-javascript in its form of the same interface, as a driver of the scenario. */
import { promisify } from 'node:util'
import type {
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
import { scriptMember } from './process-member.ts'
import type {
  Rdkafka,
  RdkafkaConsumer,
  RdkafkaMessage,
  RdkafkaProducer,
  TopicPartition,
} from './rdkafka-api.ts'

const timeoutMs = 15_000

/** Its steps left out: what its interface has not, and what it was built without. */
interface Left {
  readonly without: Readonly<Record<string, string>>
}

const noAdministration = 'its interface creates and deletes topics only'

export async function findRdkafka(
  name: string,
): Promise<Found<(address: string) => Promise<RdkafkaDriver>> & Left> {
  const without: Record<string, string> = {
    'creates, describes, alters, extends and deletes a topic': noAdministration,
    'deletes records': noAdministration,
    'lists, describes, resets and deletes groups': noAdministration,
  }
  const found = await installedPackage<Rdkafka>(name)
  if ('missing' in found) return { ...found, without }
  const { features, librdkafkaVersion } = found.exports
  if (!features.includes('zstd')) without['produces and consumes: zstd'] = 'it was built without libzstd'
  return {
    version: `${found.version} (librdkafka ${librdkafkaVersion})`,
    client: async address => new RdkafkaDriver(found.exports, name, address),
    without,
  }
}

/** Calls `act` with a callback, and waits for it. */
function done<T = void>(act: (callback: (error: Error | null, result: T) => void) => void): Promise<T> {
  return promisify(act)()
}

class RdkafkaDriver implements Client {
  readonly #rdkafka: Rdkafka
  readonly #name: string
  readonly #address: string

  constructor(rdkafka: Rdkafka, name: string, address: string) {
    this.#rdkafka = rdkafka
    this.#name = name
    this.#address = address
  }

  async produce(topic: string, messages: readonly Message[], codec: CodecName): Promise<void> {
    const producer = await this.#producer({ 'compression.codec': codec })
    await sendAll(producer, topic, messages)
    await done(callback => producer.disconnect(callback))
  }

  async #producer(settings: Readonly<Record<string, unknown>>): Promise<RdkafkaProducer> {
    const common = { 'metadata.broker.list': this.#address, dr_cb: true }
    const producer = new this.#rdkafka.Producer({ ...common, ...settings }, {})
    await done(callback => producer.connect({}, callback))
    producer.setPollInterval(20)
    return producer
  }

  async #consumer(group: string, isolation: string): Promise<RdkafkaConsumer> {
    const settings = {
      'metadata.broker.list': this.#address,
      'group.id': group,
      'isolation.level': isolation,
      'enable.auto.commit': false,
    }
    const consumer = new this.#rdkafka.KafkaConsumer(settings, {})
    await done(callback => consumer.connect({}, callback))
    return consumer
  }

  async read(
    topic: string,
    { count, fromTime, committedOnly = true }: ReadOptions,
  ): Promise<readonly Seen[]> {
    const consumer = await this.#consumer('reads', committedOnly ? 'read_committed' : 'read_uncommitted')
    const metadata = await done<{
      readonly topics: readonly { name: string; partitions: readonly unknown[] }[]
    }>(callback => consumer.getMetadata({ topic, timeout: timeoutMs }, callback))
    const { partitions } = metadata.topics.find(({ name }) => name === topic)!
    const begin = fromTime ?? 0
    let places: readonly TopicPartition[] = partitions.map((_, partition) => ({
      topic,
      partition,
      offset: begin,
    }))
    if (fromTime !== undefined) {
      const times = places
      places = await done<readonly TopicPartition[]>(callback =>
        consumer.offsetsForTimes(times, timeoutMs, callback),
      )
    }
    consumer.assign(places.map(({ topic, partition, offset }) => ({ topic, partition, offset: offset! })))
    consumer.setDefaultConsumeTimeout(200)
    const read: Seen[] = []
    const end = Date.now() + timeoutMs
    while (read.length < count && Date.now() < end) {
      const some = await done<readonly RdkafkaMessage[]>(callback =>
        consumer.consume(count - read.length, callback),
      )
      for (const { value, partition, offset, timestamp } of some) {
        read.push({ value: value.toString(), partition, offset, timestamp })
      }
    }
    await done(callback => consumer.disconnect(callback))
    if (read.length < count) throw new Error(`${read.length} of ${count} records after 15 s`)
    return read
  }

  async join(group: string, topic: string): Promise<Member> {
    return scriptMember('./rdkafka-member.ts', [this.#name, this.#address, group, topic])
  }

  async transactional(id: string): Promise<TransactionalProducer> {
    const producer = await this.#producer({ 'transactional.id': id })
    await done(callback => producer.initTransactions(timeoutMs, callback))
    return new RdkafkaTransactions(producer, group => this.#consumer(group, 'read_committed'))
  }

  async close(): Promise<void> {
    // What was opened was closed with its act.
  }
}

/** Resolves when all are acknowledged. */
async function sendAll(
  producer: RdkafkaProducer,
  topic: string,
  messages: readonly Message[],
): Promise<void> {
  const failed: Error[] = []
  producer.on('delivery-report', error => void (error && failed.push(error)))
  for (const { key, value } of messages) producer.produce(topic, null, Buffer.from(value), key)
  await done(callback => producer.flush(timeoutMs, callback))
  if (failed[0] !== undefined) throw failed[0]
}

class RdkafkaTransactions implements TransactionalProducer {
  readonly #producer: RdkafkaProducer
  readonly #consumerOf: (group: string) => Promise<RdkafkaConsumer>
  #open = false

  constructor(producer: RdkafkaProducer, consumerOf: (group: string) => Promise<RdkafkaConsumer>) {
    this.#producer = producer
    this.#consumerOf = consumerOf
  }

  async send(topic: string, messages: readonly Message[]): Promise<void> {
    if (!this.#open) await done(callback => this.#producer.beginTransaction(callback))
    this.#open = true
    await sendAll(this.#producer, topic, messages)
  }

  async sendOffsets(
    group: string,
    offset: { topic: string; partition: number; offset: number },
  ): Promise<void> {
    const consumer = await this.#consumerOf(group)
    await done(callback => this.#producer.sendOffsetsToTransaction([offset], consumer, timeoutMs, callback))
    await done(callback => consumer.disconnect(callback))
  }

  async commit(): Promise<void> {
    await done(callback => this.#producer.commitTransaction(timeoutMs, callback))
    this.#open = false
  }

  async abort(): Promise<void> {
    await done(callback => this.#producer.abortTransaction(timeoutMs, callback))
    this.#open = false
  }

  close(): Promise<void> {
    return done(callback => this.#producer.disconnect(callback))
  }
}
