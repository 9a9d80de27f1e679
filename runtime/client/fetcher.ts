/**
 * Fetches assigned partitions ahead of their processing, within bounds, and hands out the records that may be seen.
 *
 * `pump` looks at every assigned partition and asks the leaders of those that may be fetched: not paused, not in a
 * request already, position known and checked, fewer than `partitionBytesMax` twice over fetched and not handed out, and
 * all together fewer than `bufferBytesMax`. It runs after whatever may change its findings, so fetching goes on while
 * records are processed.
 *
 * A broker holds a request back while it has nothing to answer. So that a busy partition does not wait with the idle ones
 * of such a request, up to three requests to a broker are under way (lanes), each with partitions of its own.
 *
 * Answers are for the position that was asked: one from before a `setPosition`, or for a partition that was taken away
 * since, is dropped (`era`). Where positions come from and what becomes of those that are out of range: positions.ts.
 */
import type { Timer } from '../../src/base/clock.ts'
import { deferred, type Deferred } from '../../src/base/deferred.ts'
import { StreamsError } from '../../src/base/errors.ts'
import { partitionKey, type TopicPartition } from '../../src/base/topic-partition.ts'
import type { FetchPartitionData } from '../../src/protocol/messages/01-fetch.ts'
import { kafkaErrors } from '../../src/protocol/errors.ts'
import type { Cluster } from './cluster.ts'
import { FetchLanes } from './fetch-lanes.ts'
import type { Isolation } from './list-offsets.ts'
import { PartitionFetch, type FetchedPartition } from './partition-fetch.ts'
import { Positions, type OffsetReset } from './positions.ts'
import { refusal } from './refusal.ts'
import { pauseMs, remedyOf } from './retry.ts'

export type { FetchedPartition } from './partition-fetch.ts'

export interface FetcherOptions {
  readonly cluster: Cluster
  /** Default `read_committed`. */
  readonly isolation?: Isolation
  /** Where to go when there is no position, or it is out of range. Default `() => 'earliest'`. */
  readonly offsetReset?: (topic: string) => OffsetReset
  /** How long a broker may hold a request back when there is nothing to answer. Default 500. */
  readonly fetchWaitMs?: number
  /** Bytes for which a broker holds a request back. Default 1. */
  readonly fetchBytesMin?: number
  /** Bytes of one response. Default 16 777 216. */
  readonly fetchBytesMax?: number
  /** Bytes of one partition in one response; a batch that is larger comes all the same. Default 1 048 576. */
  readonly partitionBytesMax?: number
  /** Fetched bytes not yet handed out at which fetching rests. Default 33 554 432. */
  readonly bufferBytesMax?: number
  /** Whether checksums are verified. Default true. */
  readonly checkCrc?: boolean
}

/** A partition to read, and from where. */
export interface FetchPosition extends TopicPartition {
  /** Offset of the next record. `undefined`: where it stands, if it is assigned already, else as `offsetReset` says. */
  readonly offset: number | undefined
  /** Epoch of the leader of the record before `offset`, for the check against a log that was cut. Default -1: not known. */
  readonly leaderEpoch?: number
}

export class Fetcher {
  readonly #cluster: Cluster
  readonly #options: Required<Omit<FetcherOptions, 'cluster'>>
  readonly #assigned = new Map<string, PartitionFetch>()
  readonly #lanes: FetchLanes
  readonly #positions: Positions
  #bufferedBytes = 0
  #errors: unknown[] = []
  #arrival: Deferred<void> | undefined
  #refreshing = false
  #wake: { readonly atMs: number; readonly timer: Timer } | undefined
  #scheduled = false
  #closed = false

  constructor({ cluster, ...options }: FetcherOptions) {
    this.#cluster = cluster
    this.#options = { ...defaults, ...options }
    const { isolation, offsetReset } = this.#options
    this.#lanes = new FetchLanes({
      cluster,
      isolation,
      fetchWaitMs: this.#options.fetchWaitMs,
      fetchBytesMin: this.#options.fetchBytesMin,
      fetchBytesMax: this.#options.fetchBytesMax,
      partitionBytesMax: this.#options.partitionBytesMax,
      onAnswer: (fetch, answer) => this.#answered(fetch, answer),
      onDone: () => this.#schedule(),
      onFailed: (fetches, error) => this.#failed(fetches, error),
    })
    this.#positions = new Positions({ cluster, isolation, offsetReset })
  }

  /** Replaces the assignment. What was fetched for partitions that leave, or that get another offset, is dropped. */
  assign(positions: Iterable<FetchPosition>): void {
    const next = [...positions]
    const keys = new Set(next.map(({ topic, partition }) => partitionKey(topic, partition)))
    this.remove(
      [...this.#assigned.values()].filter(
        ({ topic, partition }) => !keys.has(partitionKey(topic, partition)),
      ),
    )
    this.add(next)
  }

  /** Adds partitions to the assignment; those that are in it already go to `offset`, if that is given. */
  add(positions: Iterable<FetchPosition>): void {
    for (const { topic, partition, offset, leaderEpoch = -1 } of positions) {
      const key = partitionKey(topic, partition)
      const known = this.#assigned.get(key)
      const fetch = known ?? new PartitionFetch(topic, partition)
      this.#assigned.set(key, fetch)
      if (known === undefined || offset !== undefined) this.#bufferedBytes -= fetch.seek(offset, leaderEpoch)
    }
    this.#schedule()
  }

  /** Takes partitions away. Not an error if one is not assigned. */
  remove(partitions: Iterable<TopicPartition>): void {
    for (const { topic, partition } of partitions) {
      const key = partitionKey(topic, partition)
      const fetch = this.#assigned.get(key)
      if (fetch === undefined) continue
      this.#assigned.delete(key)
      this.#bufferedBytes -= fetch.seek(undefined, -1)
    }
  }

  /** Goes to an offset. A `RangeError` if the partition is not assigned. */
  setPosition(topic: string, partition: number, offset: number, leaderEpoch = -1): void {
    const fetch = this.#assigned.get(partitionKey(topic, partition))
    if (fetch === undefined) throw new RangeError(`${topic}-${partition} is not assigned`)
    this.#bufferedBytes -= fetch.seek(offset, leaderEpoch)
    this.#schedule()
  }

  /** Offset after the last record handed out; `undefined` when not assigned, or not yet known. */
  position(topic: string, partition: number): number | undefined {
    return this.#assigned.get(partitionKey(topic, partition))?.position
  }

  /** The last known end for this isolation level (last stable offset or high watermark); `undefined` before the first answer. */
  endOffset(topic: string, partition: number): number | undefined {
    const fetch = this.#assigned.get(partitionKey(topic, partition))
    return this.#options.isolation === 'read_committed' ? fetch?.lastStableOffset : fetch?.highWatermark
  }

  /** Neither fetches nor hands out these until `resume`; what is fetched already is kept. */
  pause(partitions: Iterable<TopicPartition>): void {
    this.#setPaused(partitions, true)
  }

  resume(partitions: Iterable<TopicPartition>): void {
    this.#setPaused(partitions, false)
    this.#schedule()
  }

  /**
   * What has been fetched, at most one answer per partition; waits up to `maxWaitMs` when there is nothing. Rejects once
   * with what cannot be helped by trying again: MR-5050 for a position that is lost under `none`, MR-2001 for a topic that
   * is gone, MR-5041 for a refusal. The other partitions are not concerned: poll again.
   */
  async poll(maxWaitMs: number): Promise<readonly FetchedPartition[]> {
    this.#throwError()
    let taken = this.#take()
    this.#pump()
    if (taken.length > 0 || maxWaitMs <= 0) return taken
    await this.#arrives(maxWaitMs)
    this.#throwError()
    taken = this.#take()
    this.#pump()
    return taken
  }

  /** Makes a `poll` that waits return at once. */
  wakeUp(): void {
    this.#arrival?.resolve()
  }

  /** Forgets all. Requests under way end with the cluster's connections. Idempotent. */
  close(): Promise<void> {
    this.#closed = true
    this.remove([...this.#assigned.values()])
    this.#wake?.timer.cancel()
    this.wakeUp()
    return Promise.resolve()
  }

  #setPaused(partitions: Iterable<TopicPartition>, paused: boolean): void {
    for (const { topic, partition } of partitions) {
      const fetch = this.#assigned.get(partitionKey(topic, partition))
      if (fetch !== undefined) fetch.paused = paused
    }
  }

  #take(): readonly FetchedPartition[] {
    const taken: FetchedPartition[] = []
    for (const fetch of this.#assigned.values()) {
      const chunk = fetch.paused ? undefined : fetch.take()
      if (chunk === undefined) continue
      this.#bufferedBytes -= chunk.sizeInBytes
      taken.push(chunk)
    }
    return taken
  }

  async #arrives(maxWaitMs: number): Promise<void> {
    const arrival = deferred()
    this.#arrival = arrival
    const timer = this.#cluster.clock.setTimer(maxWaitMs, () => arrival.resolve())
    await arrival.promise
    timer.cancel()
    if (this.#arrival === arrival) this.#arrival = undefined
  }

  #throwError(): void {
    if (this.#errors.length > 0) throw this.#errors.shift()
  }

  #report(error: unknown): void {
    this.#errors.push(error)
    this.wakeUp()
  }

  #schedule(): void {
    if (this.#scheduled || this.#closed) return
    this.#scheduled = true
    queueMicrotask(() => {
      this.#scheduled = false
      this.#pump()
    })
  }

  /** Asks for what may be fetched now. */
  #pump(): void {
    if (this.#closed || this.#bufferedBytes >= this.#options.bufferBytesMax) return
    const now = this.#cluster.clock.monotonic()
    const byLeader = new Map<number, PartitionFetch[]>()
    const toReset: PartitionFetch[] = []
    const toCheck: PartitionFetch[] = []
    const unknown = new Set<string>()
    for (const fetch of this.#assigned.values()) {
      if (!this.#isFetchable(fetch, now)) continue
      const known = this.#cluster.cachedPartition(fetch.topic, fetch.partition)
      if (known === undefined || known.leader < 0) unknown.add(fetch.topic)
      else if (fetch.fetchOffset === undefined) toReset.push(fetch)
      else if (this.#positions.mustCheck(fetch, known.leaderEpoch)) toCheck.push(fetch)
      else {
        const group = byLeader.get(known.leader)
        if (group === undefined) byLeader.set(known.leader, [fetch])
        else group.push(fetch)
      }
    }
    if (unknown.size > 0) void this.#refresh([...unknown])
    if (toReset.length > 0) void this.#settlePositions(toReset, fetches => this.#positions.reset(fetches))
    if (toCheck.length > 0) void this.#settlePositions(toCheck, fetches => this.#positions.check(fetches))
    for (const [leader, fetches] of byLeader) this.#lanes.fetch(leader, fetches)
  }

  #isFetchable(fetch: PartitionFetch, now: number): boolean {
    if (fetch.busy || fetch.paused || fetch.bufferedBytes >= 2 * this.#options.partitionBytesMax) return false
    if (fetch.retryAtMs <= now) return true
    this.#wakeAt(fetch.retryAtMs)
    return false
  }

  #answered(fetch: PartitionFetch, answer: FetchPartitionData): void {
    const code = answer.errorCode
    if (code !== 0) {
      this.#refused(fetch, code)
      return
    }
    const { isolation, checkCrc } = this.#options
    try {
      const bytes = fetch.receive(answer, { committed: isolation === 'read_committed', checkCrc })
      this.#bufferedBytes += bytes
      if (bytes > 0 && !fetch.paused) this.wakeUp()
    } catch (error) {
      // Damaged on the way, perhaps: it is asked for again, at the pace of errors.
      this.#later(fetch)
      this.#report(error)
    }
  }

  #refused(fetch: PartitionFetch, code: number): void {
    if (code === kafkaErrors.OFFSET_OUT_OF_RANGE.code) {
      const failure = this.#positions.lost(
        fetch,
        'The log has been deleted up to a later offset, or ends before it.',
      )
      if (failure === undefined) this.#bufferedBytes -= fetch.seek(undefined, -1)
      else {
        this.#later(fetch)
        this.#report(failure)
      }
      return
    }
    this.#later(fetch)
    if (code === kafkaErrors.CORRUPT_MESSAGE.code && fetch.attempts >= corruptAttemptsMax) {
      this.#report(damaged(fetch))
      return
    }
    const remedy = remedyOf(code)
    if (remedy === 'fail') this.#report(refusal(code, 'fetch', { where: fetch.place }))
    else if (remedy === 'refresh-metadata') void this.#refresh([fetch.topic])
  }

  /** A request failed as a whole: its connection was lost, or it was refused. */
  #failed(fetches: readonly PartitionFetch[], error: unknown): void {
    for (const fetch of fetches) this.#later(fetch)
    if (error instanceof StreamsError && error.code !== 'MR-5001') this.#report(error)
    else void this.#refresh([...new Set(fetches.map(({ topic }) => topic))])
  }

  #later(fetch: PartitionFetch): void {
    fetch.attempts++
    fetch.retryAtMs = this.#cluster.clock.monotonic() + pauseMs(fetch.attempts, this.#cluster.random)
  }

  async #settlePositions(
    fetches: readonly PartitionFetch[],
    settle: (fetches: readonly PartitionFetch[]) => Promise<readonly unknown[]>,
  ): Promise<void> {
    const eras = fetches.map(fetch => fetch.era)
    for (const fetch of fetches) fetch.busy = true
    try {
      for (const error of await settle(fetches)) this.#report(error)
    } catch (error) {
      for (const fetch of fetches) this.#later(fetch)
      this.#report(error)
    }
    fetches.forEach((fetch, index) => {
      if (fetch.era === eras[index]) fetch.busy = false
    })
    this.#schedule()
  }

  /** Learns who leads what. A topic that is gone is reported, and so is that nobody could be asked for a long time. */
  async #refresh(topics: readonly string[]): Promise<void> {
    if (this.#refreshing) return
    this.#refreshing = true
    try {
      const found = new Set((await this.#cluster.refresh(topics)).map(({ name }) => name))
      const assigned = [...this.#assigned.values()]
      for (const topic of topics) {
        if (found.has(topic) || assigned.every(fetch => fetch.topic !== topic)) continue
        this.#report(new StreamsError('MR-2001', { what: `topic ${topic} does not exist, and is assigned` }))
        for (const fetch of assigned) if (fetch.topic === topic) this.#later(fetch)
      }
    } catch (error) {
      this.#report(error)
    }
    this.#refreshing = false
    this.#wakeAt(this.#cluster.clock.monotonic() + refreshPauseMs)
  }

  #wakeAt(atMs: number): void {
    if (this.#closed || (this.#wake !== undefined && this.#wake.atMs <= atMs)) return
    this.#wake?.timer.cancel()
    const fire = (): void => {
      this.#wake = undefined
      this.#pump()
    }
    this.#wake = { atMs, timer: this.#cluster.clock.setTimer(atMs - this.#cluster.clock.monotonic(), fire) }
  }
}

const refreshPauseMs = 50

const defaults: Required<Omit<FetcherOptions, 'cluster'>> = {
  isolation: 'read_committed',
  offsetReset: () => 'earliest',
  fetchWaitMs: 500,
  fetchBytesMin: 1,
  fetchBytesMax: 16_777_216,
  partitionBytesMax: 1_048_576,
  bufferBytesMax: 33_554_432,
  checkCrc: true,
}

/** Attempts after which a damaged batch is taken for what it is: the damage is on the broker's disk. */
const corruptAttemptsMax = 3

function damaged({ place }: PartitionFetch): StreamsError {
  return new StreamsError('MR-4002', {
    what: `the broker cannot read ${place}: the batch there is damaged on its disk`,
    where: place,
    why: 'Its checksum is wrong, so what it says cannot be trusted. Batches before and after it can still be read.',
    fix: 'Restore the segment from a copy, or delete the records up to the next batch to go on without this one.',
  })
}
