/**
 * Sends what waits in the partition queues: one batch of each partition in a request, several requests under way.
 *
 * `pump` looks at every queue that has something waiting and sends what may be sent. It runs after whatever may change its
 * findings: a batch sealed, an answer, a pause over, metadata or a producer id arrived. A queue may send when
 *
 *   its pause after a failure is over,
 *   nothing of it is under way that would have to come first (see `mayFollow`),
 *   the producer has an id, if it needs one,
 *   the gate admits it (a transaction that must be told of the partition first),
 *   its leader is known, and has fewer than `maxInFlight` requests to answer.
 *
 * What an answer means for a batch is decided in delivery.ts. Order within a partition is kept by the queues.
 */
import type { Clock, Timer } from '../../src/base/clock.ts'
import { deferred, type Deferred } from '../../src/base/deferred.ts'
import { StreamsError } from '../../src/base/errors.ts'
import { zeroUuid } from '../../src/base/uuid.ts'
import type { CodecId } from '../../src/record/compression.ts'
import { Produce, type ProduceRequest, type ProduceResponse } from '../../src/protocol/messages/00-produce.ts'
import type { Cluster } from './cluster.ts'
import type { ProducerIdentity } from './identity.ts'
import type { OutgoingBatch } from './outgoing-batch.ts'
import type { PartitionQueue } from './partition-queue.ts'
import { remedyOfThrown } from './retry.ts'

/** What one partition's batch met. */
export interface Delivery {
  readonly queue: PartitionQueue
  readonly batch: OutgoingBatch
}

export type Outcome =
  | {
      readonly kind: 'answered'
      readonly errorCode: number
      readonly baseOffset: number
      readonly message: string | null
    }
  | { readonly kind: 'lost'; readonly error: unknown; readonly sent: boolean }

export interface SenderOptions {
  readonly cluster: Cluster
  readonly identity: ProducerIdentity | undefined
  readonly transactionalId: string | undefined
  readonly maxInFlight: number
  readonly requestBytesMax: number
  readonly deliveryTimeoutMs: number
  readonly codec: CodecId
  /** Whether records of a partition may be sent now; a gate that says no calls `schedule` when it has changed its mind. */
  readonly admits: (queue: PartitionQueue) => boolean
  /** The highest version of Produce to use. */
  readonly versionMax: () => number
  /** Called for each batch of an answered or lost request, in order. The batch leaves the flight by what this does. */
  readonly settle: (delivery: Delivery, outcome: Outcome) => void
  /** A batch waited longer than the delivery timeout. */
  readonly expire: (delivery: Delivery) => void
  /** An idempotent producer could not get an id. */
  readonly onIdentityFailed: (error: unknown) => void
}

interface Node {
  inFlight: number
  throttledUntilMs: number
}

interface Request {
  bytes: number
  /** Whether there was a batch that did not fit. */
  full: boolean
  readonly deliveries: Delivery[]
}

/** From version 13 on topics go by id. */
const namedTopicsVersionMax = 12

export class Sender {
  readonly #options: SenderOptions
  readonly #clock: Clock
  readonly #waiting = new Set<PartitionQueue>()
  readonly #nodes = new Map<number, Node>()
  #scheduled = false
  #wake: { readonly atMs: number; readonly timer: Timer } | undefined
  #refreshing = false
  #refreshNotBeforeMs = -Infinity
  #acquiring = false
  #requests = 0
  #idle: Deferred<void> | undefined
  #closed = false

  constructor(options: SenderOptions) {
    this.#options = options
    this.#clock = options.cluster.clock
  }

  /** The queue has a batch that waits. */
  add(queue: PartitionQueue): void {
    this.#waiting.add(queue)
    this.schedule()
  }

  /** Pumps once the code that runs now is done, so that what it seals goes out together. */
  schedule(): void {
    if (this.#scheduled || this.#closed) return
    this.#scheduled = true
    queueMicrotask(() => {
      this.#scheduled = false
      this.pump()
    })
  }

  /** Sends what may be sent. */
  pump(): void {
    if (this.#closed) return
    while (this.#round());
  }

  /** Resolves when no request is under way. */
  idle(): Promise<void> {
    if (this.#requests === 0) return Promise.resolve()
    this.#idle ??= deferred()
    return this.#idle.promise
  }

  close(): void {
    this.#closed = true
    this.#wake?.timer.cancel()
  }

  /** Builds one request for each leader, at most; answers whether any was sent. */
  #round(): boolean {
    const now = this.#clock.monotonic()
    const requests = new Map<number, Request>()
    const unknown = new Set<string>()
    let full = 0
    for (const queue of this.#waiting) {
      // With a thousand partitions, looking at the rest costs more than sending what was found.
      if (full > 0 && full === this.#nodes.size) break
      if (queue.waiting.length === 0) {
        this.#waiting.delete(queue)
        continue
      }
      if (!this.#mayFollow(queue, now) || !this.#hasIdentity(queue) || !this.#options.admits(queue)) continue
      const leader = this.#options.cluster.cachedPartition(queue.topic, queue.partition)?.leader ?? -1
      if (leader < 0) unknown.add(queue.topic)
      else if (this.#nodeIsFree(leader, now) && this.#put(queue, leader, requests) === 'full') full++
    }
    if (unknown.size > 0) this.refresh([...unknown])
    for (const [leader, { deliveries }] of requests) {
      for (const { queue } of deliveries) this.#requeue(queue)
      void this.#send(leader, deliveries)
    }
    return requests.size > 0
  }

  /** Behind all others, who found no room in this request. */
  #requeue(queue: PartitionQueue): void {
    this.#waiting.delete(queue)
    if (queue.waiting.length > 0) this.#waiting.add(queue)
  }

  /**
   * Whether the queue's next batch may be sent with what is under way. Without sequences a repetition could overtake, so
   * one batch at a time. With them: a repetition waits for all that came before it, and nothing follows a doubtful end.
   */
  #mayFollow(queue: PartitionQueue, now: number): boolean {
    const head = queue.waiting[0]!
    if (queue.inFlight.length === 0 && now - head.openedAtMs > this.#options.deliveryTimeoutMs) {
      queue.waiting.shift()
      this.#options.expire({ queue, batch: head })
      this.schedule()
      return false
    }
    if (queue.retryAtMs > now) {
      this.#wakeAt(queue.retryAtMs)
      return false
    }
    if (queue.inFlight.length === 0) return true
    if (this.#options.identity === undefined || !queue.established) return false
    if (queue.renumbering || head.encoded) return false
    return queue.inFlight.length < this.#options.maxInFlight
  }

  /** Whether the producer knows who it is; if not, finds out. */
  #hasIdentity(queue: PartitionQueue): boolean {
    const { identity, transactionalId, onIdentityFailed } = this.#options
    if (identity === undefined) return true
    if (identity.known) {
      if (!queue.renumbering) return true
      if (identity.raise()) {
        queue.renumber(identity)
        return true
      }
    }
    if (this.#acquiring || transactionalId !== undefined) return false
    this.#acquiring = true
    const acquired = (): void => {
      this.#acquiring = false
      this.schedule()
    }
    identity.acquire().then(acquired, error => {
      onIdentityFailed(error)
      acquired()
    })
    return false
  }

  #nodeIsFree(leader: number, now: number): boolean {
    const node = this.#node(leader)
    if (node.throttledUntilMs > now) {
      this.#wakeAt(node.throttledUntilMs)
      return false
    }
    return node.inFlight < this.#options.maxInFlight
  }

  /** Puts the queue's next batch into its leader's request; 'full' if it is the first that finds no room there. */
  #put(queue: PartitionQueue, leader: number, requests: Map<number, Request>): 'full' | undefined {
    const { identity, transactionalId, codec, requestBytesMax } = this.#options
    let request = requests.get(leader)
    const bytes = queue.waiting[0]!.bufferedBytes
    if (request === undefined) {
      request = { bytes: 0, full: false, deliveries: [] }
      requests.set(leader, request)
    } else if (request.bytes + bytes > requestBytesMax) {
      const isFirst = !request.full
      request.full = true
      return isFirst ? 'full' : undefined
    }
    request.bytes += bytes
    const batch = queue.take(identity, transactionalId !== undefined, codec)
    request.deliveries.push({ queue, batch })
    return undefined
  }

  async #send(leader: number, deliveries: readonly Delivery[]): Promise<void> {
    const { cluster, settle } = this.#options
    const node = this.#node(leader)
    node.inFlight++
    this.#requests++
    let sent = false
    let outcomes: (delivery: Delivery) => Outcome
    try {
      const connection = await cluster.connection(leader, 'produce')
      const request = this.#request(deliveries)
      const named = request.topicData.some(({ topicId }) => topicId === zeroUuid)
      const versionMax = Math.min(named ? namedTopicsVersionMax : Infinity, this.#options.versionMax())
      const byId = cluster.version(connection, Produce, { versionMax }) > namedTopicsVersionMax
      sent = true
      const response = await cluster.send(connection, Produce, request, { versionMax })
      if (response.throttleTimeMs > 0) {
        node.throttledUntilMs = this.#clock.monotonic() + response.throttleTimeMs
      }
      outcomes = answers(request, response, byId)
    } catch (error) {
      outcomes = () => ({ kind: 'lost', error, sent })
      if (remedyOfThrown(error) !== 'fail') this.refresh(deliveries.map(({ queue }) => queue.topic))
    }
    node.inFlight--
    this.#requests--
    for (const delivery of deliveries) settle(delivery, outcomes(delivery))
    if (this.#requests === 0) {
      this.#idle?.resolve()
      this.#idle = undefined
    }
    this.schedule()
  }

  #request(deliveries: readonly Delivery[]) {
    const topics = new Map<string, { index: number; records: Uint8Array }[]>()
    for (const { queue, batch } of deliveries) {
      const partition = { index: queue.partition, records: batch.bytes }
      const partitions = topics.get(queue.topic)
      if (partitions === undefined) topics.set(queue.topic, [partition])
      else partitions.push(partition)
    }
    const { cluster } = this.#options
    return Produce.request.create({
      transactionalId: this.#options.transactionalId ?? null,
      acks: -1,
      timeoutMs: cluster.requestTimeoutMs,
      topicData: [...topics].map(([name, partitionData]) => {
        return { name, topicId: cluster.cached(name)?.topicId ?? zeroUuid, partitionData }
      }),
    })
  }

  /** Asks who leads what, and pumps when it is known. At most one such request is under way. */
  refresh(topics: readonly string[]): void {
    if (this.#refreshing || this.#closed) return
    const now = this.#clock.monotonic()
    if (now < this.#refreshNotBeforeMs) {
      this.#wakeAt(this.#refreshNotBeforeMs)
      return
    }
    this.#refreshing = true
    const refreshed = (): void => {
      this.#refreshing = false
      // A leader may still be missing: this is what paces the questions.
      this.#refreshNotBeforeMs = this.#clock.monotonic() + refreshPauseMs
      this.schedule()
    }
    // What a failure means for the batches, their delivery timeout decides.
    this.#options.cluster.refresh([...new Set(topics)]).then(refreshed, refreshed)
  }

  #node(leader: number): Node {
    let node = this.#nodes.get(leader)
    if (node === undefined) {
      node = { inFlight: 0, throttledUntilMs: -Infinity }
      this.#nodes.set(leader, node)
    }
    return node
  }

  /** Pumps at a time, or before. */
  #wakeAt(atMs: number): void {
    if (this.#closed || (this.#wake !== undefined && this.#wake.atMs <= atMs)) return
    this.#wake?.timer.cancel()
    const fire = (): void => {
      this.#wake = undefined
      this.schedule()
    }
    this.#wake = { atMs, timer: this.#clock.setTimer(atMs - this.#clock.monotonic(), fire) }
  }
}

const refreshPauseMs = 100

/** What the answer to a request says of each of its partitions. */
function answers(
  request: ProduceRequest,
  response: ProduceResponse,
  byId: boolean,
): (delivery: Delivery) => Outcome {
  const ids = new Map(request.topicData.map(({ name, topicId }) => [name, topicId]))
  const topics = new Map(
    response.responses.map(({ name, topicId, partitionResponses }) => [
      byId ? topicId : name,
      new Map(partitionResponses.map(partition => [partition.index, partition])),
    ]),
  )
  return ({ queue: { topic, partition } }) => {
    const found = topics.get(byId ? ids.get(topic)! : topic)?.get(partition)
    if (found !== undefined) {
      const { errorCode, baseOffset, errorMessage } = found
      return { kind: 'answered', errorCode, baseOffset, message: errorMessage }
    }
    const what = `the broker left ${topic}-${partition} out of its answer to a Produce`
    return { kind: 'lost', error: new StreamsError('MR-5001', { what }), sent: true }
  }
}
