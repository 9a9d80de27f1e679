/**
 * Brings stores up to the end of their changelogs, beside the processing of other tasks.
 *
 * Each store says how far it stands (task-database.ts). Three cases:
 *
 *   stands within the changelog          → the tail after it is replayed
 *   no position, an offset past the end,
 *   or another topic of the same name    → the store is emptied and replayed from the beginning
 *   stands at the end                    → nothing to read
 *
 * What is read is applied in batches, each together with the offset it reaches: a crash during a restore loses
 * nothing of it. The end is that of the log, not the last stable offset: a transaction of the predecessor may be decided
 * already, with its offsets committed, and its markers not yet in the changelog (KAFKA-10167). So an undecided transaction
 * is waited for; nothing but this task writes from then on. A log that is cut while it is read is begun anew.
 *
 * A store whose changelog is the topic that its table is read from ends at the offset that is committed for that topic:
 * others write on, and what they write is still to be processed (semantics O7).
 */
import type { TopicPartition } from '../../src/base/topic-partition.ts'
import { assert } from '../../src/base/assert.ts'
import type { ChangelogRecord, StateStore } from '../../src/state/store.ts'
import type { Admin } from '../client/admin.ts'
import type { Cluster } from '../client/cluster.ts'
import { Fetcher, type FetchedPartition } from '../client/fetcher.ts'
import { PositionLost } from '../client/positions.ts'
import type { TaskDatabase } from '../state/task-database.ts'

/** A store that is to be restored. */
export interface StoreToRestore extends TopicPartition {
  readonly store: StateStore
  readonly topicId: string
  readonly database: TaskDatabase
  /** Of a store whose changelog is a topic of others. */
  readonly source?: RestoreSource | undefined
}

/** A topic of others as a changelog. */
export interface RestoreSource {
  /** The offset of the next record to process; `undefined` where nothing was committed yet. */
  readonly committed: number | undefined
  /** What the records of a chunk before the offset `end` have put into the store. */
  rowsOf(chunk: FetchedPartition, end: number): readonly ChangelogRecord[]
}

/** What became of it. */
export interface RestoreOutcome extends TopicPartition {
  readonly store: string
  /** Records that were replayed. */
  readonly records: number
  readonly fromOffset: number
  readonly toOffset: number
  /** Why the store was emptied first, if it was. */
  readonly wiped: 'new' | 'past the end' | 'other topic' | 'before the start' | undefined
}

export interface ChangelogReaderOptions {
  readonly cluster: Cluster
  readonly admin: Admin
  /** Restoring sees what transactions committed; without transactions everything is committed. */
  readonly isolation: 'read_committed' | 'read_uncommitted'
}

interface Restoring extends StoreToRestore {
  readonly from: number
  readonly end: number
  readonly wiped: RestoreOutcome['wiped']
  records: number
  at: number
}

export class ChangelogReader {
  readonly #options: ChangelogReaderOptions

  constructor(options: ChangelogReaderOptions) {
    this.#options = options
  }

  /** Restores the stores of one task and resolves when all stand at the end. `signal` gives up in between. */
  async restore(stores: readonly StoreToRestore[], signal: AbortSignal): Promise<readonly RestoreOutcome[]> {
    if (stores.length === 0) return []
    for (;;) {
      try {
        return await this.#restore(stores, signal)
      } catch (error) {
        if (!(error instanceof PositionLost)) throw error
        signal.throwIfAborted()
      }
    }
  }

  async #restore(stores: readonly StoreToRestore[], signal: AbortSignal): Promise<readonly RestoreOutcome[]> {
    const plans = await this.#plan(stores)
    const open = new Map(plans.filter(plan => plan.at < plan.end).map(plan => [plan.topic, plan]))
    if (open.size > 0) await this.#replay(open, signal)
    for (const plan of plans) {
      const { database, store, topicId } = plan
      await database.bytes.write([database.positionWrite(store.name, { topicId, offset: plan.end })])
      await store.restored?.()
    }
    return plans.map(({ store, topic, partition, records, from, end, wiped }) => {
      return { store: store.name, topic, partition, records, fromOffset: from, toOffset: end, wiped }
    })
  }

  /** Decides for each store from where to where it is read, and empties those that cannot be continued. */
  async #plan(stores: readonly StoreToRestore[]): Promise<Restoring[]> {
    const { admin } = this.#options
    const [starts, ends] = await Promise.all([
      admin.listOffsets(stores, 'earliest'),
      admin.listOffsets(stores, 'latest', { isolation: 'read_uncommitted' }),
    ])
    const plans: Restoring[] = []
    for (const entry of stores) {
      const start = offsetOf(starts, entry)
      const end = endOf(entry, start, offsetOf(ends, entry))
      const position = entry.database.positionOf(entry.store.name)
      const wiped =
        position === undefined
          ? 'new'
          : position.topicId !== entry.topicId
            ? 'other topic'
            : position.offset > end
              ? 'past the end'
              : position.offset < start
                ? 'before the start'
                : undefined
      if (wiped !== undefined) await entry.database.wipe(entry.store.name)
      const from = wiped === undefined ? position!.offset : start
      plans.push({ ...entry, from, end, wiped, records: 0, at: from })
    }
    return plans
  }

  /** Reads the tails of the changelogs side by side; `open` loses each that is done. */
  async #replay(open: Map<string, Restoring>, signal: AbortSignal): Promise<void> {
    const fetcher = new Fetcher({
      cluster: this.#options.cluster,
      isolation: this.#options.isolation,
      offsetReset: () => 'none',
      fetchWaitMs: 100,
    })
    const wake = (): void => fetcher.wakeUp()
    signal.addEventListener('abort', wake)
    try {
      fetcher.assign([...open.values()].map(({ topic, partition, at }) => ({ topic, partition, offset: at })))
      while (open.size > 0) {
        signal.throwIfAborted()
        for (const fetched of await fetcher.poll(1000)) {
          const plan = open.get(fetched.topic)
          assert(plan !== undefined, `restore got records of ${fetched.topic}, which it does not read`)
          await applyFetched(plan, fetched)
          if (plan.at >= plan.end) {
            open.delete(plan.topic)
            fetcher.remove([plan])
          }
        }
      }
    } finally {
      signal.removeEventListener('abort', wake)
      await fetcher.close()
    }
  }
}

/** Puts one answer's records into the store, together with the offset they reach. */
async function applyFetched(plan: Restoring, fetched: FetchedPartition): Promise<void> {
  const { store, database, topicId, source, end } = plan
  const batch =
    source === undefined
      ? recordsOf(fetched, end, store.restoresHeaders === true)
      : source.rowsOf(fetched, end)
  plan.at = Math.min(fetched.nextOffset, end)
  plan.records += batch.length
  await database.bytes.write([
    ...store.restore(batch),
    database.positionWrite(store.name, { topicId, offset: plan.at }),
  ])
}

function recordsOf(
  { records }: FetchedPartition,
  end: number,
  withHeaders: boolean,
): readonly ChangelogRecord[] {
  const batch: ChangelogRecord[] = []
  while (records.next()) {
    const { cursor } = records
    if (cursor.offset >= end) break
    const key = cursor.key()
    if (key === null) continue
    const { timestamp, offset } = cursor
    const record = { key, value: cursor.value(), timestamp, offset }
    batch.push(withHeaders ? { ...record, headers: cursor.headers() } : record)
  }
  return batch
}

/** Where the restore of a store ends, in a log from `start` to `logEnd`. */
function endOf({ source }: StoreToRestore, start: number, logEnd: number): number {
  if (source === undefined) return logEnd
  return Math.max(start, Math.min(logEnd, source.committed ?? start))
}

function offsetOf(
  offsets: readonly (TopicPartition & { readonly offset: number })[],
  { topic, partition }: TopicPartition,
): number {
  const found = offsets.find(entry => entry.topic === topic && entry.partition === partition)
  assert(found !== undefined, `no offset was answered for ${topic}-${partition}`)
  return found.offset
}
