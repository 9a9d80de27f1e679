/**
 * A task in a runtime: the engine with its stores, their database and changelogs, and its part in each commit.
 *
 * States are those of task-state.ts. The engine exists only while the task runs: after an aborted transaction
 * another one is made over the same stores, from the committed offsets.
 */
import { assert } from '../../src/base/assert.ts'
import { partitionKey, type TopicPartition } from '../../src/base/topic-partition.ts'
import { TaskEngine, type TaskEngineOptions } from '../../src/engine/task-engine.ts'
import { noHeaders } from '../../src/record/record.ts'
import type { BytesWrite } from '../../src/state/ordered-bytes.ts'
import type { ChangelogSink, StateStore } from '../../src/state/store.ts'
import type { FetchedPartition } from '../client/fetcher.ts'
import type { CommittedOffset, OffsetToCommit } from '../client/offsets.ts'
import type { RestoreOutcome } from '../restore/changelog-reader.ts'
import type { TaskDatabase } from '../state/task-database.ts'
import type { AcknowledgedOffsets } from './acknowledged-offsets.ts'
import type { CommittableTask } from './commit.ts'
import type { ProducerCollector } from './producer-collector.ts'
import { moveTask, type TaskState } from './task-state.ts'

/** A store of the task and where its changes go. */
export interface TaskStore {
  readonly store: StateStore
  /** What holds its entries: the task's LevelDB, or memory. */
  readonly database: TaskDatabase
  /** `undefined` for a store without changelog. */
  readonly changelog: TaskChangelog | undefined
}

/** The changelog of a store. */
export interface TaskChangelog {
  readonly topic: string
  readonly topicId: string
  /** Whether it is an input of the task, which others write: the task itself never does (semantics O7). */
  readonly isInput: boolean
}

export interface StreamTaskOptions {
  readonly id: string
  readonly partition: number
  readonly partitions: readonly TopicPartition[]
  readonly committed: readonly CommittedOffset[]
  readonly stores: readonly TaskStore[]
  readonly databases: readonly TaskDatabase[]
  readonly engine: Omit<TaskEngineOptions, 'stores' | 'collector' | 'partition'>
  readonly collector: ProducerCollector
  readonly acknowledged: AcknowledgedOffsets
  /** Fetched bytes of one partition that are held for processing; more stops its fetching. */
  readonly bufferedBytesMax: number
  /** Whether a topic is known to be deleted. */
  readonly isGone?: (topic: string) => boolean
  /** Brings the stores to the ends of their changelogs. */
  readonly restore: (signal: AbortSignal) => Promise<readonly RestoreOutcome[]>
  /** Told when a restore is done. */
  readonly onRestored: (outcomes: readonly RestoreOutcome[]) => void
}

export class StreamTask implements CommittableTask {
  readonly id: string
  readonly partition: number
  readonly partitions: readonly TopicPartition[]
  readonly stores: ReadonlyMap<string, StateStore>
  readonly #options: StreamTaskOptions
  readonly #changelogs: readonly { readonly sink: ChangelogSink; readonly store: StateStore }[]
  readonly #restoreAbort = new AbortController()
  /** What was committed last, and where reading began for partitions of which nothing was. */
  #committed: Map<string, CommittedOffset>
  #state: TaskState = 'created'
  #engine: TaskEngine | undefined
  #restoring: Promise<void> | undefined
  #restored = false
  #failure: Error | undefined
  /** The database writes of the last commit; awaited before the next. */
  #writing: Promise<void> = Promise.resolve()

  constructor(options: StreamTaskOptions) {
    this.#options = options
    this.id = options.id
    this.partition = options.partition
    this.partitions = options.partitions
    this.stores = new Map(options.stores.map(({ store }) => [store.name, store]))
    this.#committed = byPartition(options.committed)
    this.#changelogs = options.stores.map(entry => ({ store: entry.store, sink: this.#sinkOf(entry) }))
  }

  get state(): TaskState {
    return this.#state
  }

  /** Begins to restore; `isRestored` tells when it is done. */
  restore(): void {
    this.#moveTo('restoring')
    const work = async (): Promise<void> => {
      try {
        this.#options.onRestored(await this.#options.restore(this.#restoreAbort.signal))
        this.#restored = true
      } catch (error) {
        this.#failure = asError(error)
      }
    }
    this.#restoring = work()
  }

  /** Throws what the restore failed with. */
  isRestored(): boolean {
    if (this.#failure !== undefined) throw this.#failure
    return this.#restored
  }

  /** Takes up processing at the committed offsets. */
  start(): void {
    this.#moveTo('running')
    const { engine, collector, partition } = this.#options
    this.#engine = new TaskEngine({ ...engine, partition, collector, stores: this.stores })
    for (const { topic, partition, offset, metadata } of this.#committed.values())
      this.#engine.startFrom(topic, partition, offset, metadata)
  }

  /** Where fetching begins: the committed offset, or where it began before, or `undefined` for where the reset policy says. */
  startOffsetOf({ topic, partition }: TopicPartition): number | undefined {
    return this.#committed.get(partitionKey(topic, partition))?.offset
  }

  /** What was committed last; everything before these offsets is done with. */
  get committedOffsets(): readonly CommittedOffset[] {
    return [...this.#committed.values()]
  }

  /** Dropped records by node and reason, since processing began. */
  get sensorReadings(): TaskEngine['sensorReadings'] {
    return this.#engine?.sensorReadings ?? []
  }

  get dropCounts(): TaskEngine['dropCounts'] {
    return this.#engine?.dropCounts ?? new Map()
  }

  addFetched(fetched: FetchedPartition): void {
    const { topic, partition } = fetched
    // The reset policy is asked once: what is read again after an aborted commit begins where it began, not at the latest.
    const key = partitionKey(topic, partition)
    if (!this.#committed.has(key)) {
      const offset = fetched.records.fetchOffset
      this.#committed.set(key, { topic, partition, offset, leaderEpoch: -1, metadata: '' })
    }
    this.#engine?.addRecords(topic, partition, fetched)
  }

  /** The offset of the next record to process; `undefined` when nothing of the partition was seen yet. */
  positionOf(topic: string, partition: number): number | undefined {
    const positions = this.#engine?.positions() ?? []
    return positions.find(entry => entry.topic === topic && entry.partition === partition)?.offset
  }

  /** What is known of how much more there is to fetch (semantics T5). */
  setLag({ topic, partition }: TopicPartition, lag: number | undefined): void {
    this.#engine?.setLag(topic, partition, lag)
  }

  process(recordsMax: number): number {
    return this.#engine?.processMany(recordsMax) ?? 0
  }

  /** Whether `process` would find a record. */
  hasProcessable(): boolean {
    return this.#engine?.nextTimestamp() !== undefined
  }

  punctuate(): boolean {
    return this.#engine?.punctuate() ?? false
  }

  get commitRequested(): boolean {
    return this.#engine?.commitRequested ?? false
  }

  /** The partitions that hold enough, or little enough to fetch more. */
  partitionsWith(buffer: 'full' | 'drained'): readonly TopicPartition[] {
    const { bufferedBytesMax } = this.#options
    return this.partitions.filter(({ topic, partition }) => {
      const bytes = this.#engine?.bufferedBytes(topic, partition) ?? 0
      return buffer === 'full' ? bytes > bufferedBytesMax : bytes <= bufferedBytesMax / 2
    })
  }

  /** Takes no more records until the next commit, or `resume`; answers whether nothing is under way any more. */
  drain(): boolean {
    return this.#engine?.drain() ?? true
  }

  /** Takes records again, though no commit was made. */
  resume(): void {
    this.#engine?.resume()
  }

  async prepareCommit(): Promise<readonly OffsetToCommit[]> {
    const engine = this.#runningEngine()
    assert(this.drain(), `task ${this.id} is to be committed with calls under way`)
    engine.flushEmissions()
    for (const { store, sink } of this.#changelogs) engine.stageStore(store, sink)
    return this.#toCommit(engine.positions())
  }

  /** What has changed since the last commit: a topic that was deleted meanwhile takes no more offsets. All, if nothing has. */
  #toCommit(positions: readonly OffsetToCommit[]): readonly OffsetToCommit[] {
    const changed = positions.filter(position => {
      const before = this.#committed.get(partitionKey(position.topic, position.partition))
      return before?.offset !== position.offset || before.metadata !== position.metadata
    })
    const left = changed.filter(({ topic }) => this.#options.isGone?.(topic) !== true)
    return left.length > 0 ? left : positions.filter(({ topic }) => this.#options.isGone?.(topic) !== true)
  }

  async committed(): Promise<void> {
    await this.#writing
    const engine = this.#runningEngine()
    const positions = engine.positions()
    engine.resume()
    this.#committed = byPartition(positions.map(position => ({ ...position })))
    const batches = new Map<TaskDatabase, BytesWrite[]>()
    for (const { store, database, changelog } of this.#options.stores) {
      const writes = store.apply()
      const batch = batches.get(database) ?? []
      batches.set(database, batch)
      for (const write of writes) batch.push(write)
      const end = changelog && this.#endOf(changelog, writes.length > 0)
      if (changelog === undefined || end === undefined) continue
      const { topicId } = changelog
      if (end !== database.positionOf(store.name)?.offset)
        batch.push(database.positionWrite(store.name, { topicId, offset: end }))
    }
    this.#writing = this.#write(batches)
    // Whoever awaits `#writing` next handles the failure; until then it must not count as unhandled.
    this.#writing.catch(() => {})
  }

  /** Drops everything since the last commit; processing goes on from the committed offsets. */
  rewind(): void {
    if (this.#state !== 'running') return
    for (const { store } of this.#options.stores) store.discard()
    this.#engine?.close()
    this.#engine = undefined
    this.#moveTo('suspended')
    this.#moveTo('restoring')
    this.start()
  }

  /** Stops and gives everything back; uncommitted changes are dropped. Idempotent. */
  async close(): Promise<void> {
    if (this.#state === 'closed') return
    this.#restoreAbort.abort()
    await this.#restoring
    if (this.#state !== 'suspended') this.#moveTo('suspended')
    const engine = this.#engine
    this.#engine = undefined
    // Whatever fails, a processor's close included: what is open must be closed, or a restart finds it in use.
    const closings: (() => void | Promise<void>)[] = [
      () => engine?.close(),
      () => this.#writing,
      ...[...this.stores.values(), ...this.#options.databases].map(opened => () => opened.close()),
    ]
    let failure: Error | undefined
    for (const close of closings) {
      try {
        await close()
      } catch (error) {
        failure ??= asError(error)
      }
    }
    this.#moveTo('closed')
    if (failure !== undefined) throw failure
  }

  async #write(batches: ReadonlyMap<TaskDatabase, readonly BytesWrite[]>): Promise<void> {
    for (const [database, batch] of batches) await database.bytes.write(batch)
    for (const { store, database } of this.#options.stores) {
      store.applied()
      for (const range of store.expired?.() ?? []) await database.bytes.clear(range)
    }
  }

  /** How far its changelog a store stands after a commit; `undefined` for where it stood before. */
  #endOf({ topic, isInput }: TaskChangelog, changed: boolean): number | undefined {
    if (isInput) return this.startOffsetOf({ topic, partition: this.partition })
    return changed ? this.#options.acknowledged.endOf(topic, this.partition) : undefined
  }

  #sinkOf({ changelog }: TaskStore): ChangelogSink {
    if (changelog === undefined || changelog.isInput) return { append: () => {} }
    const appender = this.#options.collector.appender(changelog.topic, this.partition)
    return {
      append: (key, value, timestamp, headers = noHeaders) => appender.append(key, value, timestamp, headers),
    }
  }

  #runningEngine(): TaskEngine {
    assert(this.#engine !== undefined, `task ${this.id} does not run`)
    return this.#engine
  }

  #moveTo(state: TaskState): void {
    this.#state = moveTask(this.id, this.#state, state)
  }
}

function byPartition(offsets: readonly CommittedOffset[]): Map<string, CommittedOffset> {
  return new Map(offsets.map(entry => [partitionKey(entry.topic, entry.partition), entry]))
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error))
}
