/**
 * A cluster as a client sees it: which broker leads which partition, which coordinates which key, and connections to them.
 *
 * Calls that are under way are shared by those that ask for the same (the same set of topics, the same coordinator).
 * Addresses are tried in an order left to chance, so that clients spread. Nothing here retries a request of a
 * caller: see calls.ts.
 */
import type { Clock } from '../../src/base/clock.ts'
import { StreamsError } from '../../src/base/errors.ts'
import { randomIndex, type Random } from '../../src/base/random.ts'
import { zeroUuid } from '../../src/base/uuid.ts'
import type { Api } from '../../src/protocol/api.ts'
import type { Connection, Network } from '../../src/protocol/connection.ts'
import { kafkaErrors } from '../../src/protocol/errors.ts'
import { FindCoordinator } from '../../src/protocol/messages/10-find-coordinator.ts'
import { Metadata } from '../../src/protocol/messages/03-metadata.ts'
import { chooseVersion } from '../../src/protocol/negotiate.ts'
import { Connections, type BrokerAddress, type Lane } from './connections.ts'
import { MetadataCache, type PartitionMetadata, type TopicMetadata } from './metadata-cache.ts'
import { refusal } from './refusal.ts'
import { Again, againOn, withRetries, type RetryOptions } from './retry.ts'

export interface ClusterOptions {
  readonly network: Network
  /** Brokers to begin with; the others are learnt from them. */
  readonly bootstrap: readonly BrokerAddress[]
  readonly clock: Clock
  readonly random: Random
  /** Names this client in the logs and quotas of the broker. */
  readonly clientId: string
  /** How long one call may be retried before it fails. Default 60 000. */
  readonly callTimeoutMs?: number
  /** How long one request may take; long polls add what they ask the broker to wait. Default 30 000. */
  readonly requestTimeoutMs?: number
  /** Age after which cached metadata is asked for again. Default 300 000. */
  readonly metadataAgeMaxMs?: number
}

/** What has a coordinator: a consumer group, or the transactions of a transactional id. */
export type CoordinatorType = 'group' | 'transaction'

export interface SendOptions {
  /** Highest version to use, where the caller knows only so far. */
  readonly versionMax?: number
  readonly versionMin?: number
  /** How much longer than usual the answer may take, because the broker is asked to wait. Default 0. */
  readonly waitMs?: number
}

type AnyApi = Api<unknown, unknown>

const coordinatorTypeCode = { group: 0, transaction: 1 } as const

export class Cluster {
  readonly clock: Clock
  readonly random: Random
  readonly clientId: string
  readonly callTimeoutMs: number
  readonly requestTimeoutMs: number
  readonly #bootstrap: readonly BrokerAddress[]
  readonly #metadataAgeMaxMs: number
  readonly #connections: Connections
  readonly #cache = new MetadataCache()
  readonly #refreshing = new Map<string, Promise<readonly TopicMetadata[]>>()
  readonly #coordinators = new Map<string, Promise<number>>()

  constructor(options: ClusterOptions) {
    if (options.bootstrap.length === 0) throw new TypeError('bootstrap must name at least one broker')
    this.clock = options.clock
    this.random = options.random
    this.clientId = options.clientId
    this.callTimeoutMs = options.callTimeoutMs ?? 60_000
    this.requestTimeoutMs = options.requestTimeoutMs ?? 30_000
    this.#metadataAgeMaxMs = options.metadataAgeMaxMs ?? 300_000
    this.#bootstrap = options.bootstrap
    this.#connections = new Connections(options.network, options.clock, options.clientId)
  }

  /** Metadata of topics: from the cache where it is fresh, else from the broker. MR-2001 if one does not exist. */
  async metadata(topics: readonly string[]): Promise<readonly TopicMetadata[]> {
    const now = this.clock.monotonic()
    const stale = topics.filter(name => this.#cache.fresh(name, now, this.#metadataAgeMaxMs) === undefined)
    if (stale.length > 0) await this.refresh(stale)
    return topics.map(name => {
      const topic = this.#cache.topic(name)
      if (topic !== undefined) return topic
      throw new StreamsError('MR-2001', { what: `topic ${name} does not exist`, fix: 'create it first' })
    })
  }

  /** The same from a broker, always; topics that do not exist are left out. Calls for the same topics are shared. */
  refresh(topics: readonly string[]): Promise<readonly TopicMetadata[]> {
    const key = topics.toSorted().join('\n')
    const shared = this.#refreshing.get(key)
    if (shared !== undefined) return shared
    const refreshing = this.#fetchMetadata(topics).finally(() => this.#refreshing.delete(key))
    this.#refreshing.set(key, refreshing)
    return refreshing
  }

  /** All topics of the cluster, from a broker. */
  allTopics(): Promise<readonly TopicMetadata[]> {
    return this.#fetchMetadata(null)
  }

  /** What the cache holds of a topic, however old. */
  cached(topic: string): TopicMetadata | undefined {
    return this.#cache.topic(topic)
  }

  /** What the cache holds of a partition, however old. */
  cachedPartition(topic: string, partition: number): PartitionMetadata | undefined {
    return this.#cache.topic(topic)?.partitions[partition]
  }

  /** The partition count of a topic in the cache, else `undefined`. */
  partitionCount(topic: string): number | undefined {
    return this.#cache.topic(topic)?.partitions.length
  }

  /** The connection of a lane to a broker, opened if need be. MR-5001 if it cannot be. */
  async connection(node: number, lane: Lane): Promise<Connection> {
    const known = this.#cache.broker(node)
    if (known !== undefined) return this.#connections.to(known, lane)
    await this.refresh([])
    const learnt = this.#cache.broker(node)
    if (learnt !== undefined) return this.#connections.to(learnt, lane)
    throw new StreamsError('MR-5001', { what: `broker ${node} is not part of the cluster at the moment` })
  }

  /** A connection to any broker that can be reached. */
  async anyConnection(lane: Lane): Promise<Connection> {
    const known = this.#cache.brokers().map(node => this.#cache.broker(node)!)
    let failure: unknown
    for (const address of [...shuffled(known, this.random), ...shuffled(this.#bootstrap, this.random)]) {
      try {
        // One at a time: the first that answers is taken.
        return await this.#connections.to(address, lane)
      } catch (error) {
        failure = error
      }
    }
    throw failure
  }

  /** Ids of the brokers. */
  async nodes(): Promise<readonly number[]> {
    await this.refresh([])
    return this.#cache.brokers()
  }

  /** A connection to the broker that takes requests for the controller. */
  async controller(): Promise<Connection> {
    if (this.#cache.controller < 0) await this.refresh([])
    return this.#cache.controller < 0
      ? this.anyConnection('main')
      : this.connection(this.#cache.controller, 'main')
  }

  /** Makes the next `controller` call look it up again. */
  forgetController(): void {
    this.#cache.controller = -1
  }

  /** The connection of a lane to the leader of a partition. MR-2001 if there is no such partition, MR-5001 if it has no leader now. */
  async leaderConnection(topic: string, partition: number, lane: Lane = 'main'): Promise<Connection> {
    const [found] = await this.metadata([topic])
    const leader = found?.partitions[partition]?.leader
    if (leader === undefined) {
      throw new StreamsError('MR-2001', { what: `topic ${topic} has no partition ${partition}` })
    }
    if (leader < 0)
      throw new StreamsError('MR-5001', { what: `${topic}-${partition} has no leader at the moment` })
    return this.connection(leader, lane)
  }

  /** The connection of a lane to the coordinator of a group or of a transactional id. */
  async coordinator(type: CoordinatorType, key: string, lane: Lane = 'main'): Promise<Connection> {
    const id = `${type}:${key}`
    let finding = this.#coordinators.get(id)
    if (finding === undefined) {
      finding = this.#findCoordinator(type, key)
      this.#coordinators.set(id, finding)
      finding.catch(() => this.#coordinators.delete(id))
    }
    return this.connection(await finding, lane)
  }

  /** Makes the next `coordinator` call look it up again. */
  forgetCoordinator(type: CoordinatorType, key: string): void {
    this.#coordinators.delete(`${type}:${key}`)
  }

  /** The version that `send` would use. MR-5013 if there is none. */
  version(connection: Connection, api: AnyApi, options: SendOptions = {}): number {
    return chooseVersion(api, connection.versions(api), options)
  }

  /** Sends a request in the highest version that both ends speak. MR-5001 if there is no answer in time. */
  send<Request, Response>(
    connection: Connection,
    api: Api<Request, Response>,
    request: Request,
    options: SendOptions = {},
  ): Promise<Response> {
    const version = this.version(connection, api, options)
    return this.#connections.send(
      connection,
      api,
      version,
      request,
      this.requestTimeoutMs + (options.waitMs ?? 0),
    )
  }

  /** Closes all connections; what is under way rejects with MR-5001. Idempotent. */
  close(): Promise<void> {
    return this.#connections.close()
  }

  #retrying(what: string): RetryOptions {
    return { clock: this.clock, random: this.random, what, timeoutMs: this.callTimeoutMs }
  }

  #fetchMetadata(topics: readonly string[] | null): Promise<readonly TopicMetadata[]> {
    const what = topics === null ? 'list the topics' : `get metadata of ${topics.join(', ') || 'the cluster'}`
    const request = Metadata.request.create({
      topics: topics === null ? null : topics.map(name => ({ name, topicId: zeroUuid })),
      allowAutoTopicCreation: false,
    })
    return withRetries(this.#retrying(what), async () => {
      const response = await this.send(await this.anyConnection('main'), Metadata, request)
      const found = this.#cache.merge(response, topics ?? [], this.clock.monotonic())
      const codes = [response.errorCode, ...response.topics.map(({ errorCode }) => errorCode)]
      const wrong = codes.find(code => code !== 0 && code !== kafkaErrors.UNKNOWN_TOPIC_OR_PARTITION.code)
      return againOn(wrong ?? 0, () => refusal(wrong ?? 0, what)) ?? found
    })
  }

  #findCoordinator(type: CoordinatorType, key: string): Promise<number> {
    const what = `find the coordinator of ${type} "${key}"`
    const keyType = coordinatorTypeCode[type]
    return withRetries(this.#retrying(what), async () => {
      const connection = await this.anyConnection('main')
      // From version 4 on the keys are a list.
      const listed = this.version(connection, FindCoordinator) >= 4
      const keys = listed ? { keyType, coordinatorKeys: [key] } : { keyType, key }
      const response = await this.send(connection, FindCoordinator, FindCoordinator.request.create(keys))
      const found = listed ? response.coordinators[0] : response
      if (found === undefined) return new Again('wait', refusal(kafkaErrors.UNKNOWN_SERVER_ERROR.code, what))
      const again = againOn(found.errorCode, () =>
        refusal(found.errorCode, what, { message: found.errorMessage ?? undefined }),
      )
      if (again !== undefined) return again
      this.#cache.setBroker(found.nodeId, { host: found.host, port: found.port })
      return found.nodeId
    })
  }
}

function shuffled<T>(items: readonly T[], random: Random): readonly T[] {
  const result = [...items]
  for (let last = result.length - 1; last > 0; last--) {
    const other = randomIndex(random, last + 1)
    const item = result[last]!
    result[last] = result[other]!
    result[other] = item
  }
  return result
}
