/**
 * Stores of an application's own, such as a spatial index or a counter sketch (semantics B9, B10).
 *
 * The application's object is in memory and keeps its data as it likes. Each change that must outlive it is logged as an
 * entry of bytes under a key. Entries are kept like those of any store: in the changelog, and on disk where the store is
 * `persistent`. From them the object is made again, after a start and after a transaction that was aborted, so that it
 * needs to know nothing of commits:
 *
 *     stale ── first use: clear(), then restore() of every entry ─▶ current ── abort, restore ─▶ stale
 */
import type { Serde } from '../serdes/serde.ts'
import { OverlayKeyValueStore } from './key-value-store.ts'
import type { BytesWrite, OrderedBytes } from './ordered-bytes.ts'
import type { ChangelogRecord, ChangelogSink, StateStore } from './store.ts'

/** What an application's own store must be able to do. Whatever else it does is for its processors. */
export interface CustomStore {
  /** Forgets everything; entries follow. Called before the first use and after an abort. */
  clear(): void
  /** Takes up an entry as it was logged last, in the order of the keys' bytes. Must not log. */
  restore(key: Uint8Array, value: Uint8Array, timestamp: number): void
  /** Called once when the task closes; not after a crash. */
  close?(): void
}

/** What a store of an application's own is handed when it is made. */
export interface CustomStoreContext {
  readonly name: string
  /**
   * Logs an entry, or deletes it when `value` is `undefined`; the bytes are not to be changed afterwards. The last entry of
   * each key is what is kept. `timestamp` goes to the changelog; default: that of the record being processed.
   */
  log(key: Uint8Array, value: Uint8Array | undefined, timestamp?: number): void
}

/** Makes a new object at every call: one for each task. */
export type CustomStoreSupplier<S extends CustomStore = CustomStore> = (context: CustomStoreContext) => S

export interface CustomStoreDefinition {
  readonly kind: 'custom'
  readonly name: string
  readonly keySerde: Serde<unknown>
  readonly valueSerde: Serde<unknown>
  readonly timestamped: boolean
  readonly open: CustomStoreSupplier
}

/** The store that a task holds: the application's object, and the entries that it is made from. */
export class CustomStateStore implements StateStore {
  readonly name: string
  private readonly entries: OverlayKeyValueStore<unknown, Uint8Array>
  private readonly own: CustomStore
  private isStale = true
  private isRestoring = false
  private now: () => number = () => 0

  constructor(
    definition: CustomStoreDefinition,
    backend: OrderedBytes,
    prefix: Uint8Array,
    residentEntriesMax: number,
  ) {
    const { name, open, keySerde } = definition
    const valueSerde = definition.valueSerde as Serde<Uint8Array>
    this.name = name
    this.entries = new OverlayKeyValueStore<unknown, Uint8Array>(
      { kind: 'key-value', name, keySerde, valueSerde, timestamped: true, walkable: true },
      backend,
      prefix,
      residentEntriesMax,
    )
    this.own = open({ name, log: (key, value, timestamp) => this.log(key, value, timestamp) })
  }

  /** The application's object, for a processor; `now` is the time of what that is processing. */
  use(now: () => number): CustomStore {
    this.now = now
    return this.object
  }

  /** The application's object, made from what was logged. */
  get object(): CustomStore {
    if (this.isStale) this.rebuild()
    return this.own
  }

  stage(changelog: ChangelogSink): void {
    this.entries.stage(changelog)
  }

  apply(): readonly BytesWrite[] {
    return this.entries.apply()
  }

  applied(): void {
    this.entries.applied()
  }

  discard(): void {
    this.entries.discard()
    this.isStale = true
  }

  restore(records: readonly ChangelogRecord[]): readonly BytesWrite[] {
    this.isStale = true
    return this.entries.restore(records)
  }

  async restored(): Promise<void> {
    this.isStale = true
    await this.entries.restored()
  }

  close(): void {
    this.entries.close()
    this.own.close?.()
  }

  private rebuild(): void {
    this.isRestoring = true
    this.own.clear()
    for (const [key, value] of this.entries.walk()) {
      const { timestamp } = this.entries.getWithTimestamp(key)!
      this.own.restore(key as Uint8Array, value, timestamp)
    }
    this.isRestoring = false
    this.isStale = false
  }

  private log(key: Uint8Array, value: Uint8Array | undefined, timestamp = this.now()): void {
    if (this.isRestoring) throw new Error(`store '${this.name}' logs while it is being restored`)
    this.entries.put(key, value, timestamp)
  }
}
