/**
 * Fetch sessions: what a client fetches again and again is remembered, so that requests and answers carry only what
 * changed (KIP-227, semantics G5).
 *
 *   request's id, epoch    what it is
 *   any, -1                a full fetch without a session; closes the session of that id
 *   any, 0                 a full fetch that asks for a session; closes the one of that id. Answered with id 0 if there is
 *                          no slot: then the client goes on without
 *   id, n > 0              the n-th fetch of a session: its partitions, with those of the request added or replaced, less
 *                          the forgotten. A repeated or lost fetch is INVALID_FETCH_SESSION_EPOCH
 *
 * Bounded by slots, and by the partitions of all sessions together: a session that would have too many is not begun, and one
 * that grows too large is forgotten, after which its client begins anew. A new session takes the slot of the one that has
 * rested longest, if that is long enough.
 */
import type { Clock } from '../../src/base/clock.ts'
import { randomIndex, type Random } from '../../src/base/random.ts'
import { zeroUuid } from '../../src/base/uuid.ts'
import { kafkaErrors, type KafkaErrorName } from '../../src/protocol/errors.ts'
import type { FetchPartition, FetchRequest } from '../../src/protocol/messages/01-fetch.ts'
import { BrokerError } from '../broker-error.ts'

/** A partition that is fetched, in or out of a session. */
export interface FetchedPartition {
  /** Empty where the request has ids. */
  readonly topic: string
  /** The zero uuid where the request has names. */
  readonly topicId: string
  readonly asked: FetchPartition
  /** What the client was last told; -1 makes the next answer mention the partition whatever it is. */
  highWatermark: number
  logStartOffset: number
}

/** What a request fetches. */
export interface FetchPlan {
  /** 0 outside sessions. */
  readonly sessionId: number
  readonly partitions: readonly FetchedPartition[]
  /** Whether partitions without news are left out of the answer. */
  readonly incremental: boolean
  /** Puts a partition that had records behind the others, so that none starves when answers are full. */
  readonly served: (partition: FetchedPartition) => void
  /**
   * The client is told nothing, because it is over a quota: answers the id of the session to tell it. One that was to begin
   * does not, as the client will ask for it again.
   */
  readonly withheld: () => number
}

interface Session {
  readonly id: number
  readonly usesIds: boolean
  readonly partitions: Map<string, FetchedPartition>
  epoch: number
  usedAt: number
}

const sessionless = -1
const initial = 0
const epochMax = 2 ** 31 - 1
/** How long a session must have rested before another may take its slot (Kafka's MIN_INCREMENTAL_FETCH_SESSION_EVICTION_MS). */
const restBeforeEvictionMs = 120_000

/** Partitions that all sessions may remember together, some 200 bytes each. */
const partitionsMaxDefault = 500_000

export class FetchSessions {
  readonly #clock: Clock
  readonly #random: Random
  readonly #slots: number
  readonly #partitionsMax: number
  #partitionCount = 0
  /** In order of last use. */
  readonly #sessions = new Map<number, Session>()

  constructor({
    clock,
    random,
    slots,
    partitionsMax = partitionsMaxDefault,
  }: {
    readonly clock: Clock
    readonly random: Random
    readonly slots: number
    readonly partitionsMax?: number
  }) {
    this.#clock = clock
    this.#random = random
    this.#slots = slots
    this.#partitionsMax = partitionsMax
  }

  get count(): number {
    return this.#sessions.size
  }

  /** What the request fetches; throws a `BrokerError` for a session that is not as the client thinks. */
  plan(request: FetchRequest, usesIds: boolean): FetchPlan {
    const { sessionId, sessionEpoch } = request
    if (sessionEpoch === sessionless || sessionEpoch === initial) {
      this.#forget(sessionId)
      const partitions = partitionsOf(request)
      const session = sessionEpoch === initial ? this.#begin(partitions, usesIds) : undefined
      return planOf(partitions, session?.id ?? 0, {
        incremental: false,
        forget: id => this.#forget(id),
      })
    }
    const session = this.#session(sessionId, sessionEpoch, usesIds)
    const before = session.partitions.size
    for (const [key, partition] of partitionsOf(request)) {
      const known = session.partitions.get(key)
      if (known === undefined) session.partitions.set(key, partition)
      else session.partitions.set(key, { ...known, asked: partition.asked })
    }
    for (const { topic, topicId, partitions } of request.forgottenTopicsData) {
      for (const partition of partitions) session.partitions.delete(keyOf(topic, topicId, partition))
    }
    this.#partitionCount += session.partitions.size - before
    if (this.#partitionCount > this.#partitionsMax) {
      this.#forget(sessionId)
      throw refusal('FETCH_SESSION_ID_NOT_FOUND', `fetch session ${sessionId} has grown too large`)
    }
    if (session.partitions.size === 0) {
      this.#forget(sessionId)
      return planOf(session.partitions, 0, { incremental: false, forget: id => this.#forget(id) })
    }
    session.epoch = session.epoch === epochMax ? 1 : session.epoch + 1
    this.#touch(session)
    return planOf(session.partitions, sessionId, { incremental: true, forget: id => this.#forget(id) })
  }

  #session(id: number, epoch: number, usesIds: boolean): Session {
    const session = this.#sessions.get(id)
    if (session === undefined) throw refusal('FETCH_SESSION_ID_NOT_FOUND', `there is no fetch session ${id}`)
    if (session.epoch !== epoch) {
      throw refusal(
        'INVALID_FETCH_SESSION_EPOCH',
        `fetch session ${id} is at ${session.epoch}, not at ${epoch}`,
      )
    }
    if (session.usesIds !== usesIds) {
      throw refusal('FETCH_SESSION_TOPIC_ID_ERROR', `fetch session ${id} mixes topic names and topic ids`)
    }
    return session
  }

  #begin(partitions: Map<string, FetchedPartition>, usesIds: boolean): Session | undefined {
    if (this.#sessions.size >= this.#slots && !this.#evict()) return undefined
    if (this.#partitionCount + partitions.size > this.#partitionsMax) return undefined
    this.#partitionCount += partitions.size
    let id = 0
    while (id === 0 || this.#sessions.has(id)) id = 1 + randomIndex(this.#random, epochMax)
    const session = { id, usesIds, partitions, epoch: 1, usedAt: 0 }
    this.#touch(session)
    return session
  }

  #forget(id: number): void {
    this.#partitionCount -= this.#sessions.get(id)?.partitions.size ?? 0
    this.#sessions.delete(id)
  }

  #touch(session: Session): void {
    session.usedAt = this.#clock.monotonic()
    this.#sessions.delete(session.id)
    this.#sessions.set(session.id, session)
  }

  #evict(): boolean {
    const [oldest] = this.#sessions.values()
    if (oldest === undefined || this.#clock.monotonic() - oldest.usedAt < restBeforeEvictionMs) return false
    this.#forget(oldest.id)
    return true
  }
}

function planOf(
  partitions: Map<string, FetchedPartition>,
  sessionId: number,
  { incremental, forget }: { readonly incremental: boolean; readonly forget: (id: number) => void },
): FetchPlan {
  return {
    sessionId,
    incremental,
    partitions: [...partitions.values()],
    withheld() {
      if (incremental) return sessionId
      if (sessionId !== 0) forget(sessionId)
      return 0
    },
    served({ topic, topicId, asked }) {
      if (sessionId === 0) return
      const key = keyOf(topic, topicId, asked.partition)
      const partition = partitions.get(key)
      if (partition === undefined) return
      partitions.delete(key)
      partitions.set(key, partition)
    },
  }
}

function partitionsOf({ topics }: FetchRequest): Map<string, FetchedPartition> {
  const partitions = new Map<string, FetchedPartition>()
  for (const { topic, topicId, partitions: askedOf } of topics) {
    for (const asked of askedOf) {
      const fetched = { topic, topicId, asked, highWatermark: -1, logStartOffset: -1 }
      partitions.set(keyOf(topic, topicId, asked.partition), fetched)
    }
  }
  return partitions
}

function keyOf(topic: string, topicId: string, partition: number): string {
  return topicId === zeroUuid ? `${topic}/${partition}` : `${topicId}/${partition}`
}

function refusal(name: KafkaErrorName, message: string): BrokerError {
  return new BrokerError(kafkaErrors[name].code, message)
}
