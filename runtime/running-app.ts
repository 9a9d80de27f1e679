/**
 * An application that runs: its state, its stores, and how it ends.
 *
 *   running ──▶ closing ──▶ closed
 *      │           │
 *      └───────────┴──────▶ failed
 *
 * running  the worker's loop turns.         close or a signal → closing; error → failed
 * closing  in-flight work is committed.     all closed → closed; error → failed
 * closed   `closed` has resolved.           final
 * failed   `closed` has rejected.           final
 */
import { setTimeout as delay } from 'node:timers/promises'
import { StreamsError } from '../src/base/errors.ts'
import { assert } from '../src/base/assert.ts'
import { partitionForKey } from '../src/base/murmur2.ts'
import type { DropReason } from '../src/processor/processor.ts'
import type {
  KeyValueStore,
  StateStore,
  ValueVersion,
  VersionedStore,
  WindowStore,
} from '../src/state/store.ts'
import type { SensorReading } from '../src/processor/sensors.ts'
import type { Logger } from './logger.ts'
import type { RestoreOutcome } from './restore/changelog-reader.ts'
import type { StoreKeys } from './tasks/assemble-worker.ts'
import type { Worker } from './tasks/worker.ts'

/** Milliseconds between two looks at whether the inputs are processed. */
const caughtUpPollMs = 20

export type AppState = 'running' | 'closing' | 'closed' | 'failed'

export const appTransitions: Readonly<Record<AppState, readonly AppState[]>> = {
  running: ['closing', 'failed'],
  closing: ['closed', 'failed'],
  closed: [],
  failed: [],
}

/** How many records a node of a task has dropped for a reason. */
export interface DroppedRecords {
  /** `<sub-topology>_<partition>`. */
  readonly task: string
  readonly node: string
  readonly reason: DropReason
  readonly count: number
}

export interface RunningAppOptions {
  readonly applicationId: string
  readonly worker: Worker
  readonly logger: Logger
  /** Closes what the application opened, last opened first. */
  readonly closers: readonly (() => Promise<void>)[]
  readonly restored: readonly RestoreOutcome[]
  /** By store name. */
  readonly stores: ReadonlyMap<string, StoreKeys>
  /** Global stores by name, whole on every instance. */
  readonly globals: ReadonlyMap<string, StateStore>
}

export class RunningApp implements AsyncDisposable {
  readonly applicationId: string
  /** Resolves when the application has closed; rejects with the error that ended it. */
  readonly closed: Promise<void>
  /** Each restore of a store since the start: how many records were replayed, and from where. */
  readonly restored: readonly RestoreOutcome[]
  readonly #worker: Worker
  readonly #logger: Logger
  readonly #closers: readonly (() => Promise<void>)[]
  readonly #stores: ReadonlyMap<string, StoreKeys>
  readonly #globals: ReadonlyMap<string, StateStore>
  #state: AppState = 'running'

  constructor(options: RunningAppOptions) {
    this.applicationId = options.applicationId
    this.restored = options.restored
    this.#worker = options.worker
    this.#logger = options.logger
    this.#closers = options.closers
    this.#stores = options.stores
    this.#globals = options.globals
    this.closed = this.#run()
    // Whoever awaits `closed` sees the error; nobody awaiting it must not end the process.
    this.closed.catch(() => {})
  }

  get state(): AppState {
    return this.#state
  }

  /** Records processed since the start. */
  get processedCount(): number {
    return this.#worker.processedCount
  }

  /** Records that the rules dropped since the start (null keys, late ones), by task, node and reason. */
  get dropped(): readonly DroppedRecords[] {
    return [...this.#worker.tasks.values()].flatMap(task =>
      [...task.dropCounts].flatMap(([node, reasons]) =>
        [...reasons].map(([reason, count]) => ({ task: task.id, node, reason, count })),
      ),
    )
  }

  /** The figures that processors keep of themselves, by task and node, of the tasks of this instance. */
  metrics(): readonly SensorReading[] {
    return [...this.#worker.tasks.values()].flatMap(task => task.sensorReadings)
  }

  /** Whether every task has its stores restored and processes; false before the first assignment too. */
  get ready(): boolean {
    const tasks = [...this.#worker.tasks.values()]
    return tasks.length > 0 && tasks.every(task => task.state === 'running')
  }

  /**
   * Resolves when everything that the inputs held at some moment after the call, and what it becomes in repartition topics,
   * is processed and committed, as far as it is of the tasks of this instance. Rejects as `closed` does when the application fails first, with MR-6003 when it is closed.
   */
  async caughtUp(): Promise<void> {
    const catchUp = this.#worker.catchUp()
    for (;;) {
      try {
        if (await catchUp.isDone()) return
      } catch (error) {
        // Nothing can be asked any more once the connections are closed: that is told below.
        if (this.#state === 'running') throw error
      }
      if (this.#state !== 'running') {
        await this.closed
        throw new StreamsError('MR-6003', {
          what: `Application '${this.applicationId}' was closed before it had caught up`,
          fix: 'Await caughtUp before close.',
        })
      }
      await delay(caughtUpPollMs)
    }
  }

  /** Finishes what is in flight, commits, and gives everything back. Idempotent; settles as `closed` does. */
  close(): Promise<void> {
    if (this.#state === 'running') {
      this.#moveTo('closing')
      this.#worker.stop()
    }
    return this.closed
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }

  /**
   * The value of a key in a key-value or versioned store of this instance, uncommitted updates included; `undefined` for
   * none. In a versioned store `asOf` asks for the value that was valid then instead of the latest. MR-6004 for a store that
   * this instance does not run, and for a key that is in another instance's part of it.
   */
  get<V>(store: string, key: unknown, asOf?: number): V | undefined {
    const part = this.#partWith(store, key)
    if (isVersioned(part)) return (part as VersionedStore<unknown, V>).get(key, asOf)
    return (part as KeyValueStore<unknown, V>).get(key)
  }

  /**
   * The versions of a key in a versioned store of this instance that were valid at any time from `from` to `to`, by
   * ascending time; deletes are not among them. MR-6004 as for `get`.
   */
  versions<V>(
    store: string,
    key: unknown,
    range?: { readonly from?: number; readonly to?: number; readonly reverse?: boolean },
  ): readonly ValueVersion<V>[] {
    const part = this.#partWith(store, key)
    if (!isVersioned(part)) throw new TypeError(`store '${store}' keeps no versions`)
    return (part as VersionedStore<unknown, V>).versions(key, range)
  }

  /**
   * All entries of a key-value store on this instance, task by task, each in the order of its serialised keys; of a
   * versioned store, the latest.
   */
  async *entries<K, V>(store: string): AsyncGenerator<readonly [K, V]> {
    for (const part of this.#partsOf(store).values()) {
      if (!isVersioned(part)) yield* (part as KeyValueStore<K, V>).entries()
      else for await (const [key, { value }] of part.entries()) yield [key as K, value as V]
    }
  }

  /**
   * All windows of a window store on this instance that are within its retention, task by task: key, window start,
   * value.
   */
  async *windows<K, V>(store: string): AsyncGenerator<{ key: K; start: number; value: V }> {
    for (const part of this.#partsOf(store).values())
      for await (const [key, { start, value }] of (part as WindowStore<K, V>).entries())
        yield { key, start, value }
  }

  /** The part of a store in which a key is. */
  #partWith(store: string, key: unknown): StateStore {
    const global = this.#globals.get(store)
    if (global !== undefined) return global
    const parts = this.#partsOf(store)
    const known = this.#stores.get(store)
    assert(known !== undefined, `store ${store} has no key serde`)
    const partition = partitionForKey(known.keySerde.serialize(key), known.partitionCount)
    const part = parts.get(partition)
    if (part === undefined)
      throw this.#notHere(`Partition ${partition} of store '${store}', which has the key,`)
    return part
  }

  /** The store's restored parts on this instance by partition, in their order. */
  #partsOf(store: string): ReadonlyMap<number, StateStore> {
    const global = this.#globals.get(store)
    if (global !== undefined) return new Map([[0, global]])
    const parts: [number, StateStore][] = []
    for (const task of this.#worker.tasks.values()) {
      const part = task.state === 'running' ? task.stores.get(store) : undefined
      if (part !== undefined) parts.push([task.partition, part])
    }
    if (parts.length > 0) return new Map(parts.toSorted(([left], [right]) => left - right))
    throw this.#notHere(`Store '${store}'`)
  }

  #notHere(what: string): StreamsError {
    return new StreamsError('MR-6004', {
      what: `${what} is not on this instance of '${this.applicationId}'`,
      why: 'It does not exist under this name, another instance has it, or it is not restored yet.',
      fix: 'Check the name given to the stateful operator, wait until `ready`, and ask every instance.',
    })
  }

  async #run(): Promise<void> {
    try {
      await this.#worker.run()
      await this.#closeAll()
      this.#moveTo('closed')
    } catch (error) {
      this.#moveTo('failed')
      this.#logger.log('error', error instanceof Error ? error.message : String(error))
      await this.#closeAll()
      throw error
    }
  }

  async #closeAll(): Promise<void> {
    for (const close of this.#closers.toReversed()) {
      try {
        await close()
      } catch (error) {
        this.#logger.log('warn', 'closing failed', { error: String(error) })
      }
    }
  }

  #moveTo(state: AppState): void {
    // A worker may end by itself only by failing; `stop` comes from `close`, which moves on first.
    assert(appTransitions[this.#state].includes(state), `app cannot go from ${this.#state} to ${state}`)
    this.#state = state
  }
}

function isVersioned(store: StateStore): store is VersionedStore<unknown, unknown> {
  return 'getVersion' in store
}
