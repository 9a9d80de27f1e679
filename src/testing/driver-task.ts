/**
 * One task of the test driver: an engine, its stores in memory, and what it has sent since its last commit.
 *
 * What a task sends is seen by others when it commits, as exactly-once readers see it. A crash loses what was not
 * committed and every store with it; a task that starts again reads its stores back from their changelogs.
 */
import { latin1Slice } from '../base/text.ts'
import type { RecordCollector } from '../engine/collector.ts'
import { SourceChangelog } from '../engine/source-changelog.ts'
import { TaskEngine, type TaskEngineOptions } from '../engine/task-engine.ts'
import { positionsOf, type InputPosition, type TaskPosition } from '../engine/task-position.ts'
import { MemoryBytes } from '../state/memory-bytes.ts'
import { openStore } from '../state/open-store.ts'
import type { ChangelogRecord, ChangelogSink, StateStore } from '../state/store.ts'
import { changelogTopicOf } from '../topology/internal-topics.ts'
import type { StoreDefinition } from '../topology/node.ts'
import type { Subtopology } from '../topology/subtopologies.ts'
import { watchStore } from './store-watch.ts'
import type { TraceRecorder } from './trace-recorder.ts'
import { chunkOf } from './log-tail.ts'
import type { LoggedRecord } from './logged-record.ts'
import type { RecordArena } from './record-arena.ts'
import type { TopicLog } from './topic-log.ts'

/** Records that were sent and not committed yet, each with the topic that it goes to, in the order of sending. */
export class Outbox {
  readonly logs: TopicLog[] = []
  readonly records: LoggedRecord[] = []
  /** How many there are: the lists keep their length, because a task commits after every record. */
  size = 0

  add(log: TopicLog, record: LoggedRecord): void {
    this.logs[this.size] = log
    this.records[this.size++] = record
  }

  clear(): void {
    this.size = 0
  }
}

export interface DriverTaskOptions {
  readonly applicationId: string
  readonly subtopology: Subtopology
  readonly partition: number
  /** The place among the tasks of the application. */
  readonly index: number
  readonly topic: (name: string) => TopicLog
  readonly arena: RecordArena
  /** Where the partitions were committed; empty at first. */
  readonly committed: readonly TaskPosition[]
  readonly engine: Pick<
    TaskEngineOptions,
    | 'clock'
    | 'cache'
    | 'freeze'
    | 'globalStores'
    | 'topicName'
    | 'hasInput'
    | 'onDrop'
    | 'print'
    | 'onError'
    | 'deadLetterTopic'
    | 'onAsyncReady'
    | 'keepsHeaders'
  >
}

/** A store of a task, with what is needed to list it. */
export interface DriverStore {
  readonly definition: StoreDefinition
  readonly prefix: Uint8Array
  readonly store: StateStore
}

/** A store of a task, with the way to its changelog. */
interface KeptStore extends DriverStore {
  readonly changelog: ChangelogSink
}

type InputMark = { -readonly [Field in keyof InputPosition]: InputPosition[Field] }

/** Commits after which stores are moved into the backend, which nobody reads as long as they have their rows in memory. */
const stagesMax = 1000

export class DriverTask {
  readonly engine: TaskEngine
  readonly backend = new MemoryBytes()
  readonly stores = new Map<string, KeptStore>()
  readonly index: number
  /** Whether it may have something to process. */
  isFed = false
  /** Where the inputs were at the last commit, in the engine's order. */
  private readonly marks: InputMark[]
  private noted: ReadonlyMap<string, number>
  private readonly options: DriverTaskOptions
  private readonly sent = new Outbox()
  /** Commits since stores were last moved into the backend. */
  private stagedCount = 0
  private recorder: TraceRecorder | undefined

  constructor(options: DriverTaskOptions) {
    this.options = options
    this.index = options.index
    const { applicationId, partition, subtopology } = options
    for (const [index, definition] of subtopology.stores.entries()) {
      const prefix = Uint8Array.of(index >> 8, index & 0xff)
      const store = openStore(definition, this.backend, prefix, { encodesOnApply: true })
      this.stores.set(definition.name, {
        definition,
        prefix,
        store,
        changelog: this.changelogSink(definition),
      })
      this.backend.writeNow(store.restore(this.changelogOf(definition)))
    }
    // Mostly it is the topic of the last time: a name that is the same string is known without hashing it.
    let log: TopicLog | undefined
    const collector: RecordCollector = {
      partitionCount: topic => options.topic(topic).partitionCount,
      send: (topic, target, key, value, timestamp, headers) => {
        if (log?.name !== topic) log = options.topic(topic)
        const record = options.arena.record(target, key, value, timestamp, headers)
        this.sent.add(log, record)
        this.recorder?.recordSent(this.engine.id, log, record)
      },
    }
    const stores = new Map([...this.stores].map(([name, { store }]) => [name, store]))
    this.engine = new TaskEngine({
      ...options.engine,
      applicationId,
      partition,
      subtopology,
      stores,
      collector,
      maxTaskIdleMs: -1,
    })
    for (const { topic, partition, offset, metadata } of options.committed) {
      this.engine.startFrom(topic, partition, offset, metadata)
    }
    this.marks = this.engine.inputs.map(markOf)
    this.noted = new Map(this.engine.noted)
  }

  /** What was committed last. */
  get committed(): readonly TaskPosition[] {
    return positionsOf(this.marks, this.noted)
  }

  /** Has all that the task does noted, until the answer is called. */
  watch(recorder: TraceRecorder): () => void {
    const { id } = this.engine
    const sinks = new Set(this.options.subtopology.sinks.map(({ name }) => name))
    this.recorder = recorder
    this.engine.observe(recorder.observerOf(id, node => sinks.has(node)))
    const ends = [...this.stores.values()].map(({ store, definition }) =>
      watchStore(store, definition.kind, write => recorder.storeWritten(id, write)),
    )
    return () => {
      this.recorder = undefined
      this.engine.observe(undefined)
      for (const end of ends) end()
    }
  }

  /** Reads one more topic, which a pattern matches. */
  addInput(topic: string): void {
    this.engine.addInput(topic)
    for (const input of this.engine.inputs.slice(this.marks.length)) this.marks.push(markOf(input))
  }

  /** Moves what the stores hold into the backend, and their changelog records among what was sent. */
  settle(): void {
    this.stage()
    this.stagedCount = 0
    for (const { store } of this.stores.values()) {
      this.backend.writeNow(store.apply())
      store.applied()
      for (const range of store.expired?.() ?? []) this.backend.clearNow(range)
    }
  }

  /** Commits; answers what was sent since the last time, in the order of sending: to be cleared when it is written. */
  commit(): Outbox {
    this.engine.flushEmissions()
    if (++this.stagedCount < stagesMax) this.stage()
    else this.settle()
    this.mark()
    return this.sent
  }

  /** Has the changelog records of the stores among what was sent. A crash asks for no more: it takes the backend too. */
  private stage(): void {
    for (const { store, changelog } of this.stores.values()) this.engine.stageStore(store, changelog)
  }

  /** Whether it has sent or passed over something since its last commit. */
  get isBehind(): boolean {
    if (this.sent.size > 0) return true
    const { inputs } = this.engine
    for (let index = 0; index < inputs.length; index++) {
      if (inputs[index]!.position !== this.marks[index]!.position) return true
    }
    return false
  }

  /** Numbers alone: a task commits after every record, and few are ever asked what they have committed. */
  private mark(): void {
    const { inputs, noted } = this.engine
    for (let index = 0; index < inputs.length; index++) {
      const input = inputs[index]!
      const mark = this.marks[index]!
      mark.position = input.position
      mark.leaderEpoch = input.leaderEpoch
      mark.partitionTime = input.partitionTime
    }
    if (noted.size > 0) this.noted = new Map(noted)
  }

  private changelogSink(definition: StoreDefinition): ChangelogSink {
    const { applicationId, partition, topic, arena } = this.options
    const name = changelogTopicOf(definition, applicationId)
    if (name === undefined || definition.changelogTopic !== undefined) return { append: () => {} }
    const log = topic(name)
    return {
      append: (key, value, timestamp, headers) =>
        this.sent.add(log, arena.record(partition, key, value, timestamp, headers)),
    }
  }

  private changelogOf(definition: StoreDefinition): readonly ChangelogRecord[] {
    const { applicationId, partition, topic } = this.options
    if (definition.changelogTopic !== undefined) return this.rowsOf(definition, definition.changelogTopic)
    const name = changelogTopicOf(definition, applicationId)
    if (name === undefined) return []
    if (definition.kind === 'versioned') return versionsOf(topic(name).partition(partition))
    const last = new Map<string, ChangelogRecord>()
    for (const record of topic(name).partition(partition)) {
      const { key, value, timestamp, offset } = record
      const headers = record.headers()
      if (key !== null) last.set(latin1Slice(key), { key, value, timestamp, offset, headers })
    }
    // In the order of offsets, as a compacted topic has them: windows expire as they did.
    return [...last.values()].sort((a, b) => a.offset - b.offset)
  }

  /** The rows of a store whose changelog is the topic that it is read from: those of what was processed (semantics O7). */
  private rowsOf(store: StoreDefinition, topic: string): readonly ChangelogRecord[] {
    const { subtopology, partition, engine, committed } = this.options
    const changelog = new SourceChangelog({ subtopology, store, partition, onError: engine.onError })
    // The position is missing where the topic has fewer partitions than the sub-topology has tasks.
    const end = positionOf(committed, topic)
    if (end === undefined) return []
    const records = this.options.topic(topic).partition(partition, end)
    return records.flatMap(record => changelog.rowsOf(chunkOf(record), end))
  }
}

/** Every record: compaction leaves versions alone as long as they are looked up (semantics V4). */
function versionsOf(records: readonly LoggedRecord[]): readonly ChangelogRecord[] {
  return records.flatMap(({ key, value, timestamp, offset }) =>
    key === null ? [] : [{ key, value, timestamp, offset }],
  )
}

function markOf({ topic, partition, position, leaderEpoch, partitionTime }: InputPosition) {
  return { topic, partition, position, leaderEpoch, partitionTime }
}

function positionOf(positions: readonly TaskPosition[], topic: string): number | undefined {
  return positions.find(position => position.topic === topic)?.offset
}
