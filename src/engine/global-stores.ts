/**
 * The global stores of an application: each whole, made from all partitions of its topic, one set for all tasks.
 *
 * Each partition has a task of its own that writes the store they share; what it reads is processed at once, so that
 * the topic is all that has to be kept (semantics D4, D6). Stores are in memory, and are made anew at every start.
 */
import { assert } from '../base/assert.ts'
import { withoutDeadLetters } from '../processor/error-policy.ts'
import { MemoryBytes } from '../state/memory-bytes.ts'
import { openStore } from '../state/open-store.ts'
import type { StateStore } from '../state/store.ts'
import type { StoreDefinition } from '../topology/node.ts'
import type { Subtopology } from '../topology/subtopologies.ts'
import type { GraphObserver } from './graph-observer.ts'
import type { RecordChunk } from './record-chunk.ts'
import { TaskEngine, type TaskEngineOptions } from './task-engine.ts'

export interface GlobalStoresOptions extends Pick<
  TaskEngineOptions,
  'applicationId' | 'clock' | 'freeze' | 'onDrop' | 'onError'
> {
  readonly parts: readonly Subtopology[]
}

/** A global store, with what is needed to list it. */
export interface GlobalStore {
  readonly definition: StoreDefinition
  readonly prefix: Uint8Array
  readonly store: StateStore
}

export class GlobalStores {
  readonly backend: MemoryBytes = new MemoryBytes()
  /** By name. */
  readonly stores: ReadonlyMap<string, GlobalStore>
  private readonly options: GlobalStoresOptions
  private readonly partOfTopic = new Map<string, Subtopology>()
  private readonly engines = new Map<string, TaskEngine>()
  private readonly opened: ReadonlyMap<string, StateStore>
  private observerOf: ((task: string) => GraphObserver) | undefined

  constructor(options: GlobalStoresOptions) {
    this.options = options
    const definitions = options.parts.flatMap(part => part.stores)
    this.stores = new Map(
      definitions.map((definition, index) => {
        const prefix = Uint8Array.of(index >> 8, index & 0xff)
        return [definition.name, { definition, prefix, store: openStore(definition, this.backend, prefix) }]
      }),
    )
    this.opened = new Map([...this.stores].map(([name, { store }]) => [name, store]))
    for (const part of options.parts) for (const topic of part.sourceTopics) this.partOfTopic.set(topic, part)
  }

  /** The topics that they are made from. */
  get topics(): readonly string[] {
    return [...this.partOfTopic.keys()]
  }

  /** Whether they are made from a topic. */
  reads(topic: string): boolean {
    return this.partOfTopic.has(topic)
  }

  /** For tasks to look things up in. */
  get readable(): ReadonlyMap<string, StateStore> {
    return this.opened
  }

  /** Puts records of a partition, the next after those before, into the store; answers how many it has processed. */
  add(topic: string, partition: number, records: RecordChunk): number {
    const engine = this.engineOf(topic, partition)
    engine.addRecords(topic, partition, records)
    const count = engine.processMany(Infinity)
    this.settle()
    return count
  }

  /** Has every step of every record told to the observer of its task, until there are others or none. */
  observe(observerOf: ((task: string) => GraphObserver) | undefined): void {
    this.observerOf = observerOf
    for (const engine of this.engines.values()) engine.observe(observerOf?.(engine.id))
  }

  /** Moves what was written from the stores' own lists, which would grow, into the backend. */
  settle(): void {
    for (const { store } of this.stores.values()) {
      store.stage({ append: () => undefined })
      this.backend.writeNow(store.apply())
      store.applied()
    }
  }

  close(): void {
    for (const engine of this.engines.values()) engine.close()
  }

  private engineOf(topic: string, partition: number): TaskEngine {
    const key = `${topic}-${partition}`
    let engine = this.engines.get(key)
    if (engine === undefined) {
      const subtopology = this.partOfTopic.get(topic)
      assert(subtopology !== undefined, `${topic} is not read for a global store`)
      engine = new TaskEngine({
        ...this.options,
        onError: withoutDeadLetters(this.options.onError ?? {}),
        subtopology,
        partition,
        stores: this.opened,
        maxTaskIdleMs: -1,
        collector: { partitionCount: () => 0, send: () => assert(false, 'a global store has no sinks') },
      })
      this.engines.set(key, engine)
      if (this.observerOf !== undefined) engine.observe(this.observerOf(engine.id))
    }
    return engine
  }
}
