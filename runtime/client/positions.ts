/**
 * Where a partition is read from when nobody has said so, and whether the log still has what its position stands for.
 *
 *   no position                          the reset rule of the topic
 *   position out of the log's range      the reset rule; under `none` the reader is told (MR-5050)
 *   the leader is of a newer epoch than  the new leader is asked where the old epoch ends (KIP-320): a position beyond that
 *     the last record read               was cut off with the log, and reading goes on from the cut; under `none` the
 *                                        reader is told (MR-5050), for it holds results of records that are gone
 */
import { StreamsError } from '../../src/base/errors.ts'
import type { Cluster } from './cluster.ts'
import { endsOfEpochs, listOffsets, type Isolation, type OffsetSpec } from './list-offsets.ts'
import type { PartitionFetch } from './partition-fetch.ts'

/** Where to go when there is no position, or it is out of range: `none` makes `poll` reject with MR-5050. */
export type OffsetReset = 'earliest' | 'latest' | 'none' | { readonly fromTimestamp: number }

export interface PositionsOptions {
  readonly cluster: Cluster
  readonly isolation: Isolation
  readonly offsetReset: (topic: string) => OffsetReset
}

export class Positions {
  readonly #options: PositionsOptions

  constructor(options: PositionsOptions) {
    this.#options = options
  }

  /** Finds positions for partitions without one; answers the errors of those whose rule is `none`. */
  async reset(fetches: readonly PartitionFetch[]): Promise<readonly unknown[]> {
    const { cluster, isolation } = this.#options
    const asked = fetches.flatMap(fetch => {
      const spec = this.#spec(fetch.topic)
      return spec === undefined ? [] : [{ fetch, spec, era: fetch.era }]
    })
    const refused = fetches.filter(({ topic }) => this.#spec(topic) === undefined)
    const found = await listOffsets(
      cluster,
      asked.map(({ fetch: { topic, partition }, spec }) => ({ topic, partition, spec })),
      isolation,
    )
    // A timestamp after the last record: from the end on.
    const none = asked.filter((_, index) => found[index]!.offset < 0)
    const ends = await listOffsets(
      cluster,
      none.map(({ fetch: { topic, partition } }) => ({ topic, partition, spec: 'latest' })),
      isolation,
    )
    asked.forEach(({ fetch, era }, index) => {
      if (fetch.era !== era) return
      const { offset, leaderEpoch } = found[index]!
      const end = ends.find(({ topic, partition }) => topic === fetch.topic && partition === fetch.partition)
      moveTo(fetch, offset >= 0 ? offset : end!.offset, leaderEpoch)
    })
    return refused.map(fetch => {
      fetch.paused = true
      return this.lost(fetch, 'It has none, and the rule for its topic is to have one.')
    })
  }

  /** What to tell the reader of a partition whose position is lost; `undefined` if its rule finds another. */
  lost(fetch: PartitionFetch, why: string): StreamsError | undefined {
    if (this.#options.offsetReset(fetch.topic) !== 'none') return undefined
    const { topic, partition, position } = fetch
    return new PositionLost(fetch, {
      what: `the position ${position ?? '(none)'} of ${topic}-${partition} is lost`,
      why,
      fix: 'Begin again from an offset that the log has, without what was derived from the records before.',
    })
  }

  /** Whether a position must be held against the log of the leader before it is fetched from. */
  mustCheck(fetch: PartitionFetch, leaderEpoch: number): boolean {
    if (fetch.leaderEpoch < 0 || leaderEpoch <= fetch.leaderEpoch) return false
    return fetch.checkedEpoch < leaderEpoch
  }

  /** Holds positions against the logs of their leaders; answers the errors of those that are lost. */
  async check(fetches: readonly PartitionFetch[]): Promise<readonly unknown[]> {
    const { cluster } = this.#options
    const asked = fetches.map(fetch => ({
      fetch,
      era: fetch.era,
      // Of now: should the leader change meanwhile, the next check finds out.
      leader: cluster.cachedPartition(fetch.topic, fetch.partition)?.leaderEpoch ?? -1,
    }))
    const ends = await endsOfEpochs(
      cluster,
      fetches.map(({ topic, partition, leaderEpoch }) => ({ topic, partition, leaderEpoch })),
    )
    const errors: unknown[] = []
    asked.forEach(({ fetch, era, leader }, index) => {
      const { fetchOffset } = fetch
      if (fetch.era !== era || fetchOffset === undefined) return
      const { endOffset, leaderEpoch } = ends[index]!
      fetch.checkedEpoch = leader
      // A leader that knows no such epoch cannot tell; as Kafka's consumer, go on: out of range is found by fetching.
      if (endOffset < 0 || fetchOffset <= endOffset) return
      const failure = this.lost(fetch, `The log was cut at ${endOffset} when its leader changed.`)
      if (failure === undefined) moveTo(fetch, endOffset, leaderEpoch)
      else errors.push(failure)
    })
    return errors
  }

  #spec(topic: string): OffsetSpec | undefined {
    const reset = this.#options.offsetReset(topic)
    if (typeof reset === 'object') return { timestamp: reset.fromTimestamp }
    return reset === 'none' ? undefined : reset
  }
}

/** MR-5050, with the partition that lost its position: its reader must begin again, those of others need not. */
export class PositionLost extends StreamsError {
  readonly topic: string
  readonly partition: number

  constructor(
    { topic, partition }: { readonly topic: string; readonly partition: number },
    details: ConstructorParameters<typeof StreamsError>[1],
  ) {
    super('MR-5050', details)
    this.topic = topic
    this.partition = partition
  }
}

/** A position that was found rather than set: requests under way are for none, so the era stays. */
function moveTo(fetch: PartitionFetch, offset: number, leaderEpoch: number): void {
  fetch.fetchOffset = offset
  fetch.position = offset
  fetch.leaderEpoch = leaderEpoch
}
