/**
 * What clients may use of the broker: bytes in and out, time, changes of topics, and new connections.
 *
 *   producer_byte_rate         bytes of Produce requests a second
 *   consumer_byte_rate         bytes of records that Fetch answers a second
 *   request_percentage         time of the event loop, 100 being all of it
 *   controller_mutation_rate   partitions made and deleted a second, out of a bucket (KIP-599)
 *   connection_creation_rate   new connections of an address a second
 *
 * A client over its quota is answered all the same, is told how long to hold back, and nothing more of it is read for as long
 * (KIP-219). The rate is that of the last `quota.window.num` slices of `quota.window.size.seconds`. A Fetch that would be over
 * quota by what it carries, or by time that was used before, is answered without records and counts for nothing: they are fetched
 * again after the wait. So that this ends, an answer carries no more than the whole window holds; a single batch that is larger
 * goes out when nothing else is owed (Kafka would never send it).
 *
 * What is remembered of clients is bounded, as client ids are made up by clients: the least recently seen are forgotten.
 */
import type { Clock } from '../../src/base/clock.ts'
import { Lru } from '../../src/base/lru.ts'
import { kafkaErrors } from '../../src/protocol/errors.ts'
import { BrokerError } from '../broker-error.ts'
import type { BrokerConfig } from '../config.ts'
import { nameOf, ownProcess } from './principal.ts'
import type { AppliedQuota, QuotaEntities, QuotaKey } from './quota-entities.ts'
import { RateWindow } from './rate-window.ts'
import { TokenBucket } from './token-bucket.ts'

/** Whose use it is. */
export interface QuotaClient {
  readonly clientId: string | null
  readonly session: { readonly principal: string }
}

/** What one request used. */
export interface RequestUse {
  readonly producedBytes: number
  /** Of the event loop; `undefined` where that is not counted: for a Produce that is not answered. */
  readonly busyMs: number | undefined
}

/** Changes of topics by one request. */
export interface MutationQuota {
  /** Counts partitions. Throws THROTTLING_QUOTA_EXCEEDED where the client understands that, and owes some already. */
  take(partitions: number): void
  /** How long the client is to hold back. */
  throttleMs(): number
}

const clientsMax = 20_000

export class Quotas {
  readonly entities: QuotaEntities
  readonly #clock: Clock
  readonly #config: BrokerConfig
  readonly #windows = new Lru<string, RateWindow>(clientsMax)
  readonly #buckets = new Lru<string, TokenBucket>(clientsMax)

  constructor(entities: QuotaEntities, clock: Clock, config: BrokerConfig) {
    this.entities = entities
    this.#clock = clock
    this.#config = config
  }

  /** Whether what requests use is counted at all. */
  get countsRequests(): boolean {
    const { entities } = this
    // Asked for every request, and mostly there are none.
    if (entities.isEmpty) return false
    return (
      entities.isInUse('producer_byte_rate') ||
      entities.isInUse('consumer_byte_rate') ||
      entities.isInUse('request_percentage')
    )
  }

  /** The most bytes that one answer to a Fetch may carry: what the whole window holds. */
  fetchBytesMax(client: QuotaClient): number {
    if (!this.countsRequests) return Infinity
    const quota = this.#quotaOf('consumer_byte_rate', client)
    if (quota === undefined) return Infinity
    const { 'quota.window.num': slices, 'quota.window.size.seconds': seconds } = this.#config
    return Math.max(0, Math.floor(quota.limit * (slices - 1) * seconds))
  }

  /**
   * Counts the records that an answer to a Fetch would carry. Answers how long the client is to hold back instead; then nothing
   * was counted, and the answer is to carry none.
   */
  admitFetch(client: QuotaClient, bytes: number): number {
    if (!this.countsRequests) return 0
    const forTime = this.#timeWaitMs(client, 0)
    const owedMs = this.#excess('consumer_byte_rate', client, 0)
    const forBytes = this.#excess('consumer_byte_rate', client, bytes)
    const isTooLargeEver = owedMs <= 0 && bytes > this.fetchBytesMax(client)
    const waitMs = waitOf(Math.max(forTime, isTooLargeEver ? 0 : forBytes))
    if (waitMs > 0) this.#excess('consumer_byte_rate', client, -bytes)
    return waitMs
  }

  /** Counts a request, and answers how long its client is to hold back. */
  charge(client: QuotaClient, { producedBytes, busyMs }: RequestUse): number {
    const forTime = busyMs === undefined ? 0 : this.#timeWaitMs(client, busyMs)
    const forBytes = producedBytes > 0 ? this.#excess('producer_byte_rate', client, producedBytes) : 0
    return waitOf(Math.max(forTime, forBytes))
  }

  /** The changes of topics that a client makes by one request; `isStrict` if it understands to be refused. */
  mutations(client: QuotaClient, isStrict: boolean): MutationQuota {
    const quota = this.#quotaOf('controller_mutation_rate', client)
    if (quota === undefined) return unlimited
    const { limit } = quota
    const bucket = this.#bucketOf('controller_mutation_rate', quota)
    const owedMs = () => waitOf((-bucket.level(limit, this.#clock.monotonic()) / limit) * 1000)
    return {
      take(partitions) {
        if (isStrict && owedMs() > 0) {
          const { code } = kafkaErrors.THROTTLING_QUOTA_EXCEEDED
          throw new BrokerError(code, 'The throttling quota has been exceeded.')
        }
        bucket.take(partitions)
      },
      throttleMs: owedMs,
    }
  }

  /** Whether an address may make one more connection now; counts it if so. */
  admitsConnection(address: string): boolean {
    const quota = this.entities.ofAddress(
      'connection_creation_rate',
      address.replace(/^::ffff:(?=\d+\.)/, ''),
    )
    if (quota === undefined) return true
    const bucket = this.#bucketOf('connection_creation_rate', quota)
    if (bucket.level(quota.limit, this.#clock.monotonic()) < 1) return false
    bucket.take(1)
    return true
  }

  #timeWaitMs(client: QuotaClient, busyMs: number): number {
    const sliceMs = this.#config['quota.window.size.seconds'] * 1000
    // Milliseconds a second are tenths of a percent. Kafka bounds this wait by one slice of the window.
    return Math.min(sliceMs, this.#excess('request_percentage', client, busyMs / 10))
  }

  #excess(key: QuotaKey, client: QuotaClient, amount: number): number {
    const quota = this.#quotaOf(key, client)
    if (quota === undefined) return 0
    const name = `${key} ${quota.sharedBy}`
    const window =
      this.#windows.get(name) ??
      new RateWindow({
        slices: this.#config['quota.window.num'],
        sliceMs: this.#config['quota.window.size.seconds'] * 1000,
      })
    this.#windows.set(name, window)
    const now = this.#clock.monotonic()
    window.add(amount, now)
    return window.excessMs(quota.limit, now)
  }

  #quotaOf(key: QuotaKey, { clientId, session: { principal } }: QuotaClient): AppliedQuota | undefined {
    if (principal === ownProcess) return undefined
    return this.entities.ofClient(key, nameOf(principal), clientId ?? '')
  }

  #bucketOf(key: QuotaKey, { limit, sharedBy }: AppliedQuota): TokenBucket {
    const name = `${key} ${sharedBy}`
    const seconds =
      this.#config['controller.quota.window.num'] * this.#config['controller.quota.window.size.seconds']
    const bucket =
      this.#buckets.get(name) ??
      new TokenBucket(rate => Math.max(1, rate * seconds), limit, this.#clock.monotonic())
    this.#buckets.set(name, bucket)
    return bucket
  }
}

/** A wait as the protocol can tell it: from nothing to what an int32 holds. */
function waitOf(ms: number): number {
  return Math.max(0, Math.min(2 ** 31 - 1, Math.round(ms)))
}

const unlimited: MutationQuota = Object.freeze({ take: () => undefined, throttleMs: () => 0 })
