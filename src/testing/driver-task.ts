/**
 * One task of the test driver: an engine, its stores in memory, and what it has sent since its last commit.
 *
 * What a task sends is seen by others when it commits, as exactly-once readers see it. A crash loses what was not
 * committed and every store with it; a task that starts again reads its stores back from their changelogs.
 */
import { latin1Slice } from '../base/text.ts'
import type { RecordCollector } from '../engine/collector.ts'
import { SourceChangelog } from '../engine/source-changelog.ts'
import { TaskEngine, type TaskEngineOptions, type TaskPosition } from '../engine/task-engine.ts'
import type { Headers } from '../record/record.ts'
import { MemoryBytes } from '../state/memory-bytes.ts'
import { openStore } from '../state/open-store.ts'
import type { ChangelogRecord, StateStore } from '../state/store.ts'
import { changelogTopicOf } from '../topology/internal-topics.ts'
import type { StoreDefinition } from '../topology/node.ts'
import type { Subtopology } from '../topology/subtopologies.ts'
import { chunkOf, type TopicLog } from './topic-log.ts'

/** A record that was sent and not committed yet. */
export interface SentRecord {
  readonly topic: string
  readonly partition: number
  readonly key: Uint8Array | null
  readonly value: Uint8Array | null
  readonly timestamp: number
  readonly headers: Headers
}

export interface DriverTaskOptions {
  readonly applicationId: string
  readonly subtopology: Subtopology
  readonly partition: number
  readonly topic: (name: string) => TopicLog
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
    | 'onDeserializationError'
  >
}

/** A store of a task, with what is needed to list it. */
export interface DriverStore {
  readonly definition: StoreDefinition
  readonly prefix: Uint8Array
  readonly store: StateStore
}

export class DriverTask {
  readonly engine: TaskEngine
  readonly backend = new MemoryBytes()
  readonly stores = new Map<string, DriverStore>()
  committed: readonly TaskPosition[]
  private readonly options: DriverTaskOptions
  private sent: SentRecord[] = []

  constructor(options: DriverTaskOptions) {
    this.options = options
    this.committed = options.committed
    const { applicationId, partition, subtopology } = options
    for (const [index, definition] of subtopology.stores.entries()) {
      const prefix = Uint8Array.of(index >> 8, index & 0xff)
      const store = openStore(definition, this.backend, prefix)
      this.stores.set(definition.name, { definition, prefix, store })
      this.backend.writeNow(store.restore(this.changelogOf(definition)))
    }
    const collector: RecordCollector = {
      partitionCount: topic => options.topic(topic).partitionCount,
      send: (topic, target, key, value, timestamp, headers) => {
        this.sent.push({ topic, partition: target, key: copy(key), value: copy(value), timestamp, headers })
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
  }

  /** Moves what the stores hold into the backend, and their changelog records among what was sent. */
  settle(): void {
    const { applicationId, partition } = this.options
    for (const { definition, store } of this.stores.values()) {
      const topic =
        definition.changelogTopic === undefined ? changelogTopicOf(definition, applicationId) : undefined
      store.stage({
        append: (key, value, timestamp) => {
          if (topic === undefined) return
          this.sent.push({ topic, partition, key: copy(key), value: copy(value), timestamp, headers: [] })
        },
      })
      this.backend.writeNow(store.apply())
      store.applied()
      for (const range of store.expired?.() ?? []) this.backend.clearNow(range)
    }
  }

  /** Commits; answers what was sent since the last time, in the order of sending. */
  commit(): readonly SentRecord[] {
    this.engine.flushEmissions()
    this.settle()
    this.committed = this.engine.positions()
    const { sent } = this
    this.sent = []
    return sent
  }

  private changelogOf(definition: StoreDefinition): readonly ChangelogRecord[] {
    const { applicationId, partition, topic } = this.options
    if (definition.changelogTopic !== undefined) return this.rowsOf(definition, definition.changelogTopic)
    const name = changelogTopicOf(definition, applicationId)
    if (name === undefined) return []
    const last = new Map<string, ChangelogRecord>()
    for (const { key, value, timestamp, offset } of topic(name).partition(partition)) {
      if (key !== null) last.set(latin1Slice(key), { key, value, timestamp, offset })
    }
    // In the order of offsets, as a compacted topic has them: windows expire as they did.
    return [...last.values()].sort((a, b) => a.offset - b.offset)
  }

  /** The rows of a store whose changelog is the topic that it is read from: those of what was processed (semantics O7). */
  private rowsOf(store: StoreDefinition, topic: string): readonly ChangelogRecord[] {
    const { subtopology, partition, engine, committed } = this.options
    const { onDeserializationError } = engine
    const changelog = new SourceChangelog({ subtopology, store, partition, onDeserializationError })
    // The position is missing where the topic has fewer partitions than the sub-topology has tasks.
    const end = positionOf(committed, topic)
    if (end === undefined) return []
    const records = this.options.topic(topic).partition(partition).slice(0, end)
    return records.flatMap(record => changelog.rowsOf(chunkOf(record), end))
  }
}

function positionOf(positions: readonly TaskPosition[], topic: string): number | undefined {
  return positions.find(position => position.topic === topic)?.offset
}

function copy(bytes: Uint8Array | null): Uint8Array | null {
  return bytes === null ? null : Uint8Array.prototype.slice.call(bytes)
}
