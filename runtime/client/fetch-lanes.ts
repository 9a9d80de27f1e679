/**
 * The Fetch requests under way: up to three to each broker, so that busy partitions do not wait with idle ones.
 *
 * A lane is one connection with one fetch session and at most one request under way. A partition is in at most one
 * request at a time (`busy`).
 */
import { zeroUuid } from '../../src/base/uuid.ts'
import { Fetch, type FetchPartitionData, type FetchResponse } from '../../src/protocol/messages/01-fetch.ts'
import { kafkaErrors } from '../../src/protocol/errors.ts'
import type { Cluster } from './cluster.ts'
import type { Lane } from './connections.ts'
import { FetchSession, type FetchEntry } from './fetch-session.ts'
import { isolationLevel, type Isolation } from './list-offsets.ts'
import type { PartitionFetch } from './partition-fetch.ts'
import { refusal } from './refusal.ts'
import { remedyOf } from './retry.ts'

export interface FetchLanesOptions {
  readonly cluster: Cluster
  readonly isolation: Isolation
  readonly fetchWaitMs: number
  readonly fetchBytesMin: number
  readonly fetchBytesMax: number
  readonly partitionBytesMax: number
  /** An answer for a partition whose position is still the one that was asked for. */
  readonly onAnswer: (fetch: PartitionFetch, answer: FetchPartitionData) => void
  /** A lane is free again. */
  readonly onDone: () => void
  /** A request failed for all of its partitions. */
  readonly onFailed: (fetches: readonly PartitionFetch[], error: unknown) => void
}

interface FetchLane {
  readonly name: Lane
  readonly session: FetchSession
  free: boolean
}

/** What was asked for one partition. */
interface Asked {
  readonly fetch: PartitionFetch
  readonly era: number
  readonly entry: FetchEntry
}

const lanesMax = 3
/** From version 13 on topics go by id. */
const namedTopicsVersionMax = 12

/** The session is unknown, out of step, or has topics by ids that changed. */
const sessionCodes: ReadonlySet<number> = new Set([
  kafkaErrors.FETCH_SESSION_ID_NOT_FOUND.code,
  kafkaErrors.INVALID_FETCH_SESSION_EPOCH.code,
  kafkaErrors.FETCH_SESSION_TOPIC_ID_ERROR.code,
])

export class FetchLanes {
  readonly #options: FetchLanesOptions
  readonly #lanes = new Map<number, FetchLane[]>()

  constructor(options: FetchLanesOptions) {
    this.#options = options
  }

  /** Fetches from a broker, if a lane to it is free; else the partitions wait for `onDone`. */
  fetch(leader: number, fetches: readonly PartitionFetch[]): void {
    const lane = this.#freeLane(leader)
    if (lane === undefined) return
    lane.free = false
    for (const fetch of fetches) fetch.busy = true
    void this.#request(
      leader,
      lane,
      fetches.map(fetch => this.#asked(fetch)),
    )
  }

  #freeLane(leader: number): FetchLane | undefined {
    let lanes = this.#lanes.get(leader)
    if (lanes === undefined) {
      lanes = []
      this.#lanes.set(leader, lanes)
    }
    const free = lanes.find(lane => lane.free)
    if (free !== undefined || lanes.length >= lanesMax) return free
    const lane: FetchLane = { name: `fetch-${lanes.length}`, session: new FetchSession(), free: true }
    lanes.push(lane)
    return lane
  }

  #asked(fetch: PartitionFetch): Asked {
    const { cluster, partitionBytesMax } = this.#options
    const { topic, partition, fetchOffset, era } = fetch
    const entry = {
      topic,
      topicId: cluster.cached(topic)?.topicId ?? zeroUuid,
      partition,
      fetchOffset: fetchOffset!,
      leaderEpoch: cluster.cachedPartition(topic, partition)?.leaderEpoch ?? -1,
      bytesMax: partitionBytesMax,
      isNew: fetch.highWatermark === undefined,
    }
    return { fetch, era, entry }
  }

  async #request(leader: number, lane: FetchLane, asked: readonly Asked[]): Promise<void> {
    const { cluster, fetchWaitMs, fetchBytesMin, fetchBytesMax, isolation } = this.#options
    try {
      const connection = await cluster.connection(leader, lane.name)
      const named = asked.some(({ entry }) => entry.topicId === zeroUuid)
      const options = { versionMax: named ? namedTopicsVersionMax : Infinity, waitMs: fetchWaitMs }
      const byId = cluster.version(connection, Fetch, options) > namedTopicsVersionMax
      const request = Fetch.request.create({
        maxWaitMs: fetchWaitMs,
        minBytes: fetchBytesMin,
        maxBytes: fetchBytesMax,
        isolationLevel: isolationLevel[isolation],
        ...lane.session.request(
          asked.map(({ entry }) => entry),
          byId,
        ),
      })
      const response = await cluster.send(connection, Fetch, request, options)
      this.#answered(lane, response, asked, byId)
    } catch (error) {
      // The broker may or may not have taken the request for the session's next.
      lane.session.reset()
      this.#release(lane, asked)
      this.#options.onFailed(current(asked), error)
      this.#options.onDone()
    }
  }

  #answered(lane: FetchLane, response: FetchResponse, asked: readonly Asked[], byId: boolean): void {
    this.#release(lane, asked)
    if (response.errorCode !== 0) {
      lane.session.reset()
      if (!sessionCodes.has(response.errorCode)) {
        const code = remedyOf(response.errorCode) === 'fail' ? 'MR-5041' : 'MR-5001'
        this.#options.onFailed(current(asked), refusal(response.errorCode, 'fetch', { code }))
      }
    } else {
      lane.session.answered(response.sessionId)
      const topics = new Map(
        response.responses.map(({ topic, topicId, partitions }) => [
          byId ? topicId : topic,
          new Map(partitions.map(answer => [answer.partitionIndex, answer])),
        ]),
      )
      for (const { fetch, era, entry } of asked) {
        // Left out of the answer: nothing new.
        const answer = topics.get(byId ? entry.topicId : entry.topic)?.get(entry.partition)
        if (answer !== undefined && fetch.era === era) this.#options.onAnswer(fetch, answer)
      }
    }
    this.#options.onDone()
  }

  #release(lane: FetchLane, asked: readonly Asked[]): void {
    lane.free = true
    for (const { fetch, era } of asked) if (fetch.era === era) fetch.busy = false
  }
}

function current(asked: readonly Asked[]): readonly PartitionFetch[] {
  return asked.filter(({ fetch, era }) => fetch.era === era).map(({ fetch }) => fetch)
}
