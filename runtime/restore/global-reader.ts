/**
 * Keeps the global stores of an instance: reads all partitions of their topics, first to their ends, then as they grow.
 *
 *     open: earliest offsets ─read─▶ the ends as they were at the start ─▶ the application may run ─▶ follow until closed
 *
 * Tasks see updates as they come in, not in step with their own records (semantics R12). The reader is in no consumer
 * group and commits nothing: each start reads everything again. A failure ends the application, whose tables would
 * fall behind unnoticed otherwise.
 */
import { partitionKey, type TopicPartition } from '../../src/base/topic-partition.ts'
import type { GlobalStores } from '../../src/engine/global-stores.ts'
import { Admin } from '../client/admin.ts'
import type { Cluster } from '../client/cluster.ts'
import { Fetcher } from '../client/fetcher.ts'

/** Milliseconds that a poll waits for records; closing does not wait for it. */
const pollWaitMs = 1000

export interface GlobalReaderOptions {
  readonly cluster: Cluster
  readonly stores: GlobalStores
  readonly isolation: 'read_committed' | 'read_uncommitted'
}

export class GlobalReader {
  /** Records read before the application ran. */
  readonly bootstrapRecords: number
  readonly #stores: GlobalStores
  readonly #fetcher: Fetcher
  #following: Promise<void> = Promise.resolve()
  #isClosed = false

  private constructor(stores: GlobalStores, fetcher: Fetcher, bootstrapRecords: number) {
    this.#stores = stores
    this.#fetcher = fetcher
    this.bootstrapRecords = bootstrapRecords
  }

  /** Resolves when the stores hold what the topics held at the call. MR-2001 for a topic that does not exist. */
  static async open({ cluster, stores, isolation }: GlobalReaderOptions): Promise<GlobalReader> {
    const partitions = await partitionsOf(cluster, stores.topics)
    const admin = new Admin(cluster)
    const [starts, ends] = await Promise.all([
      admin.listOffsets(partitions, 'earliest'),
      admin.listOffsets(partitions, 'latest', { isolation }),
    ])
    const open = new Map<string, number>()
    for (const start of starts) {
      const end = ends.find(each => partitionKey(each.topic, each.partition) === keyOf(start))!
      if (start.offset < end.offset) open.set(keyOf(start), end.offset)
    }
    const fetcher = new Fetcher({ cluster, isolation, offsetReset: () => 'none', fetchWaitMs: 100 })
    try {
      fetcher.assign(starts)
      let records = 0
      while (open.size > 0)
        for (const fetched of await fetcher.poll(pollWaitMs)) {
          records += stores.add(fetched.topic, fetched.partition, fetched)
          if (fetched.nextOffset >= (open.get(keyOf(fetched)) ?? Infinity)) open.delete(keyOf(fetched))
        }
      return new GlobalReader(stores, fetcher, records)
    } catch (error) {
      await fetcher.close()
      throw error
    }
  }

  /** Goes on reading; `onFailure` is told what ends it before `close` does. */
  follow(onFailure: (error: Error) => void): void {
    this.#following = this.#follow().catch((error: unknown) => {
      if (!this.#isClosed) onFailure(error instanceof Error ? error : new Error(String(error)))
    })
  }

  /** Idempotent; waits for the reading to end. */
  async close(): Promise<void> {
    if (this.#isClosed) return
    this.#isClosed = true
    this.#fetcher.wakeUp()
    await this.#following
    await this.#fetcher.close()
    this.#stores.close()
  }

  async #follow(): Promise<void> {
    while (!this.#isClosed)
      for (const fetched of await this.#fetcher.poll(pollWaitMs))
        this.#stores.add(fetched.topic, fetched.partition, fetched)
  }
}

async function partitionsOf(cluster: Cluster, topics: readonly string[]): Promise<readonly TopicPartition[]> {
  const described = await cluster.metadata(topics)
  return described.flatMap(({ name, partitions }) =>
    partitions.map(({ partition }) => ({ topic: name, partition })),
  )
}

function keyOf({ topic, partition }: TopicPartition): string {
  return partitionKey(topic, partition)
}
