/** A client that behaves, beside those that do not: it tells how long it waits for a round of ordinary requests. */
import { zeroUuid } from '../../src/base/uuid.ts'
import type { Connection } from '../../src/protocol/connection.ts'
import { Produce } from '../../src/protocol/messages/00-produce.ts'
import { Fetch } from '../../src/protocol/messages/01-fetch.ts'
import { Metadata } from '../../src/protocol/messages/03-metadata.ts'
import { CreateTopics } from '../../src/protocol/messages/19-create-topics.ts'
import { BatchWriter } from '../../src/record/batch-writer.ts'
import { TcpNetwork } from '../../runtime/client/tcp-network.ts'
import { worldTopics } from './request-maker.ts'

const ownTopic = 'clean'

export class CleanClient {
  readonly #network = new TcpNetwork({ software: { name: 'millrace', version: '1' } })
  readonly #port: number
  #keeper: Connection | undefined
  topicIds: readonly string[] = []

  private constructor(port: number) {
    this.#port = port
  }

  /** Makes the topics of the world and its own. */
  static async open(port: number): Promise<CleanClient> {
    const client = new CleanClient(port)
    client.#keeper = await client.#network.connect('127.0.0.1', port)
    const { topics } = await client.#keeper.send(CreateTopics, 7, {
      topics: [...worldTopics, ownTopic].map(name => ({
        name,
        numPartitions: 2,
        replicationFactor: 1,
        assignments: [],
        configs: name === 'compacted' ? [{ name: 'cleanup.policy', value: 'compact' }] : [],
      })),
      timeoutMs: 1000,
      validateOnly: false,
    })
    client.topicIds = topics.filter(({ name }) => name !== ownTopic).map(({ topicId }) => topicId)
    return client
  }

  /** One round, by a connection that stood all the time and by a new one. Answers the milliseconds that both took. */
  async ask(): Promise<number> {
    const started = performance.now()
    await this.#round(this.#keeper!)
    const fresh = await this.#network.connect('127.0.0.1', this.#port)
    await this.#round(fresh)
    await fresh.close()
    return performance.now() - started
  }

  async close(): Promise<void> {
    await this.#keeper?.close()
  }

  async #round(connection: Connection): Promise<void> {
    const topics = [{ name: ownTopic, topicId: zeroUuid }]
    const described = await connection.send(Metadata, 12, Metadata.request.create({ topics }))
    if (described.topics[0]?.name === null) throw new Error('the topic of the clean client is gone')
    // Fuzzed requests may have deleted or filled it: what counts is that there is an answer.
    const writer = new BatchWriter()
    writer.append(Date.now(), null, new Uint8Array(10))
    const partitionData = [{ index: 0, records: writer.close({}) }]
    const topicData = [{ name: ownTopic, topicId: zeroUuid, partitionData }]
    await connection.send(Produce, 9, { transactionalId: null, acks: -1, timeoutMs: 1000, topicData })
    await connection.send(Fetch, 11, Fetch.request.create({ maxBytes: 1000, topics: [] }))
  }
}
