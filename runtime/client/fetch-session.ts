/**
 * One fetch session with a broker: what it remembers, so that a request carries only what changed (KIP-227, G5).
 *
 *   new         the next request carries everything and asks for a session (epoch 0)
 *   going on    the next request carries what changed, and what is to be forgotten (epoch n, from 1 on)
 *   without     the broker answered id 0: it has no session to spare; each request is as for `new`
 *
 * Any refusal of the session leads back to `new`. A session is for one request at a time.
 */
import { zeroUuid } from '../../src/base/uuid.ts'
import { partitionKey } from '../../src/base/topic-partition.ts'
import type { FetchForgottenTopic, FetchTopic } from '../../src/protocol/messages/01-fetch.ts'
import { FetchPartition } from '../../src/protocol/messages/01-fetch.ts'

/** A partition to fetch, as the broker is told. */
export interface FetchEntry {
  readonly topic: string
  readonly topicId: string
  readonly partition: number
  readonly fetchOffset: number
  readonly leaderEpoch: number
  readonly bytesMax: number
  /** Whether nothing was answered yet that the caller knows of. */
  readonly isNew: boolean
}

/** The parts of a Fetch request that depend on the session. */
export interface SessionRequest {
  readonly sessionId: number
  readonly sessionEpoch: number
  readonly topics: readonly FetchTopic[]
  readonly forgottenTopicsData: readonly FetchForgottenTopic[]
}

const epochMax = 0x7fff_ffff

export class FetchSession {
  #id = 0
  #epoch = 0
  #byId = false
  /** What the broker remembers. */
  #known = new Map<string, FetchEntry>()

  /** The next request, which fetches exactly `wanted`. `byId`: topics go by id; a session stays with one or the other. */
  request(wanted: readonly FetchEntry[], byId: boolean): SessionRequest {
    if (byId !== this.#byId) this.reset()
    this.#byId = byId
    // The broker keeps silent about a partition in which nothing has changed since it last told of it: to somebody else, if
    // the partition was taken away and added again. Then its end would not be known until something is written.
    if (
      wanted.some(({ topic, partition, isNew }) => isNew && this.#known.has(partitionKey(topic, partition)))
    )
      this.reset()
    const next = new Map(wanted.map(entry => [partitionKey(entry.topic, entry.partition), entry]))
    const changed = wanted.filter(
      entry => !same(this.#known.get(partitionKey(entry.topic, entry.partition)), entry),
    )
    const forgotten = [...this.#known].filter(([key, known]) => next.get(key)?.topicId !== known.topicId)
    this.#known = next
    return {
      sessionId: this.#id,
      sessionEpoch: this.#epoch,
      topics: topicsOf(changed),
      forgottenTopicsData: forgottenOf(forgotten.map(([, entry]) => entry)),
    }
  }

  /** Takes note of a successful answer. */
  answered(sessionId: number): void {
    if (sessionId === 0) {
      this.reset()
      return
    }
    this.#id = sessionId
    this.#epoch = this.#epoch === epochMax ? 1 : this.#epoch + 1
  }

  /** Begins anew: the session is gone, or nobody knows what the broker remembers. */
  reset(): void {
    this.#id = 0
    this.#epoch = 0
    this.#known = new Map()
  }
}

function same(known: FetchEntry | undefined, entry: FetchEntry): boolean {
  return (
    known !== undefined &&
    known.fetchOffset === entry.fetchOffset &&
    known.leaderEpoch === entry.leaderEpoch &&
    known.bytesMax === entry.bytesMax &&
    known.topicId === entry.topicId
  )
}

interface Grouped {
  readonly topic: string
  readonly topicId: string
  readonly entries: FetchEntry[]
}

function grouped(entries: readonly FetchEntry[]): readonly Grouped[] {
  const topics = new Map<string, Grouped>()
  for (const entry of entries) {
    const key = entry.topicId === zeroUuid ? entry.topic : entry.topicId
    const group = topics.get(key)
    if (group !== undefined) group.entries.push(entry)
    else topics.set(key, { topic: entry.topic, topicId: entry.topicId, entries: [entry] })
  }
  return [...topics.values()]
}

function topicsOf(entries: readonly FetchEntry[]): readonly FetchTopic[] {
  return grouped(entries).map(({ topic, topicId, entries: partitions }) => ({
    topic,
    topicId,
    partitions: partitions.map(({ partition, fetchOffset, leaderEpoch, bytesMax }) =>
      FetchPartition.create({
        partition,
        currentLeaderEpoch: leaderEpoch,
        fetchOffset,
        partitionMaxBytes: bytesMax,
      }),
    ),
  }))
}

function forgottenOf(entries: readonly FetchEntry[]): readonly FetchForgottenTopic[] {
  return grouped(entries).map(({ topic, topicId, entries: partitions }) => ({
    topic,
    topicId,
    partitions: partitions.map(({ partition }) => partition),
  }))
}
