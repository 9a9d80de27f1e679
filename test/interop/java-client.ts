/** Apache Kafka's Java client and admin client as a driver of the scenario. */
import type {
  AdminClient,
  Client,
  CodecName,
  GroupDescription,
  Member,
  Message,
  ReadOptions,
  Seen,
  TransactionalProducer,
} from './client.ts'
import type { JavaHost } from './java-host.ts'

export class JavaClient implements Client {
  readonly admin: AdminClient
  readonly host: JavaHost

  constructor(host: JavaHost) {
    this.host = host
    this.admin = javaAdmin(host)
  }

  async produce(topic: string, messages: readonly Message[], codec: CodecName): Promise<void> {
    await this.host.ask('produce', { topic, messages, codec })
  }

  read(topic: string, { count, fromTime, committedOnly = true }: ReadOptions): Promise<readonly Seen[]> {
    return this.host.ask('read', { topic, count, fromTime, committedOnly })
  }

  /** `settings` are further ones of the consumer. */
  async join(
    group: string,
    topic: string,
    settings: Readonly<Record<string, string>> = {},
  ): Promise<JavaMember> {
    return new JavaMember(this.host, await this.host.ask<string>('join', { group, topic, settings }))
  }

  async transactional(id: string, timeoutMs?: number): Promise<TransactionalProducer> {
    return new JavaTransactions(this.host, await this.host.ask<string>('takeOver', { id, timeoutMs }))
  }

  close(): Promise<void> {
    return this.host.close()
  }
}

export class JavaMember implements Member {
  readonly #host: JavaHost
  readonly #member: string

  constructor(host: JavaHost, member: string) {
    this.#host = host
    this.#member = member
  }

  seen(): Promise<readonly string[]> {
    return this.#host.ask('seen', { member: this.#member })
  }

  assigned(): Promise<readonly number[]> {
    return this.#host.ask('assigned', { member: this.#member })
  }

  /** How often partitions were given to it or taken from it. */
  rebalances(): Promise<number> {
    return this.#host.ask('rebalances', { member: this.#member })
  }

  leave(): Promise<void> {
    return this.#host.ask('leave', { member: this.#member })
  }

  crash(): Promise<void> {
    return this.#host.ask('crash', { member: this.#member })
  }
}

class JavaTransactions implements TransactionalProducer {
  readonly #host: JavaHost
  readonly #producer: string
  #open = false

  constructor(host: JavaHost, producer: string) {
    this.#host = host
    this.#producer = producer
  }

  async send(topic: string, messages: readonly Message[]): Promise<void> {
    if (!this.#open) await this.#ask('begin')
    this.#open = true
    await this.#ask('send', { topic, messages })
  }

  async sendOffsets(
    group: string,
    offsets: { topic: string; partition: number; offset: number },
  ): Promise<void> {
    await this.#ask('sendOffsets', { group, ...offsets })
  }

  async commit(): Promise<void> {
    await this.#ask('commit')
    this.#open = false
  }

  async abort(): Promise<void> {
    await this.#ask('abort')
    this.#open = false
  }

  async close(): Promise<void> {
    await this.#ask('closeProducer')
  }

  #ask(act: string, args: Readonly<Record<string, unknown>> = {}): Promise<unknown> {
    return this.#host.ask(act, { producer: this.#producer, ...args })
  }
}

function javaAdmin(host: JavaHost): AdminClient {
  return {
    createTopic: (topic, partitions, configs) => host.ask('createTopic', { topic, partitions, configs }),
    deleteTopic: topic => host.ask('deleteTopic', { topic }),
    listTopics: () => host.ask<string[]>('listTopics'),
    partitionCount: topic => host.ask<number>('partitionCount', { topic }),
    addPartitions: (topic, total) => host.ask('addPartitions', { topic, total }),
    topicConfig: (topic, key) => host.ask<string>('topicConfig', { topic, key }),
    alterTopicConfig: (topic, key, value) => host.ask('alterTopicConfig', { topic, key, value }),
    deleteRecords: (topic, partition, before) => host.ask('deleteRecords', { topic, partition, before }),
    offsets: (topic, partition) => host.ask('offsets', { topic, partition }),
    listGroups: () => host.ask<string[]>('listGroups'),
    describeGroup: group => host.ask<GroupDescription>('describeGroup', { group }),
    committed: (group, topic) => host.ask('committed', { group, topic }),
    resetToStart: (group, topic) => host.ask('resetToStart', { group, topic }),
    deleteGroup: group => host.ask('deleteGroup', { group }),
  }
}
