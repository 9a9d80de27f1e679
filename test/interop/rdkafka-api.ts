/** What the driver uses of node-rdkafka, and of the same interface in @confluentinc/kafka-javascript. */

type Settings = Readonly<Record<string, unknown>>
type Done = (error: Error | null) => void

export interface RdkafkaMessage {
  readonly value: Buffer
  readonly partition: number
  readonly offset: number
  readonly timestamp: number
}

export interface TopicPartition {
  readonly topic: string
  readonly partition: number
  readonly offset?: number
}

interface RdkafkaClient {
  connect(options: Settings, done: Done): void
  disconnect(done: Done): void
}

export interface RdkafkaProducer extends RdkafkaClient {
  setPollInterval(ms: number): void
  on(event: 'delivery-report', listener: (error: Error | null) => void): void
  produce(topic: string, partition: number | null, value: Buffer, key: string): void
  flush(timeoutMs: number, done: Done): void
  initTransactions(timeoutMs: number, done: Done): void
  beginTransaction(done: Done): void
  commitTransaction(timeoutMs: number, done: Done): void
  abortTransaction(timeoutMs: number, done: Done): void
  sendOffsetsToTransaction(
    offsets: readonly TopicPartition[],
    consumer: RdkafkaConsumer,
    timeoutMs: number,
    done: Done,
  ): void
}

export interface RdkafkaConsumer extends RdkafkaClient {
  getMetadata(
    options: { topic: string; timeout: number },
    done: (
      error: Error | null,
      found: { readonly topics: readonly { name: string; partitions: readonly unknown[] }[] },
    ) => void,
  ): void
  offsetsForTimes(
    times: readonly TopicPartition[],
    timeoutMs: number,
    done: (error: Error | null, found: readonly TopicPartition[]) => void,
  ): void
  assign(partitions: readonly TopicPartition[]): void
  subscribe(topics: readonly string[]): void
  setDefaultConsumeTimeout(ms: number): void
  consume(count: number, done: (error: Error | null, messages: readonly RdkafkaMessage[]) => void): void
}

export interface Rdkafka {
  readonly librdkafkaVersion: string
  /** What librdkafka was built with. */
  readonly features: readonly string[]
  readonly Producer: new (settings: Settings, topic: Settings) => RdkafkaProducer
  readonly KafkaConsumer: new (settings: Settings, topic: Settings) => RdkafkaConsumer
}
