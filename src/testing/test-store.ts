/** The stores of an application as a test reads them: all partitions together. */
import type { KeyValueStore, ValueAndTimestamp, WindowEntry, WindowStore } from '../state/store.ts'
import { plainValue } from '../state/timestamped.ts'
import { afterPrefix } from '../state/key-layout.ts'
import { WindowBucket } from '../state/window-bucket.ts'
import type { DriverStore } from './driver-task.ts'
import type { Place, StoreParts } from './store-parts.ts'

/** A window of a key, as `toArray` lists it. */
export interface TestWindow<out K, out V> extends WindowEntry<V> {
  readonly key: K
}

export class TestKeyValueStore<K, V> {
  private readonly parts: StoreParts<KeyValueStore<K, V>>

  constructor(parts: StoreParts<KeyValueStore<K, V>>) {
    this.parts = parts
  }

  /** The value, or `undefined`. */
  get(key: K): V | undefined {
    return this.getWithTimestamp(key)?.value
  }

  getWithTimestamp(key: K): ValueAndTimestamp<V> | undefined {
    return this.parts.first(store => store.getWithTimestamp(key))
  }

  /**
   * Writes a row, or deletes it with `undefined`, in the partition that has it, else in the one where records of the key
   * are processed; committed like what a record writes. A global table's row is gone after a restart: its topic has not
   * got it.
   */
  put(key: K, value: V | undefined, timestamp = 0): void {
    this.parts.write(
      key,
      store => store.getWithTimestamp(key) !== undefined,
      store => store.put(key, value, timestamp),
    )
  }

  /** Deletes a row, and answers what was there. */
  delete(key: K, timestamp = 0): V | undefined {
    const before = this.get(key)
    if (before !== undefined) this.put(key, undefined, timestamp)
    return before
  }

  /** How many rows there are. */
  get size(): number {
    return this.toMap().size
  }

  /** All rows, in the order of the key's bytes within a partition. */
  toMap(): Map<K, V> {
    const rows = new Map<K, V>()
    for (const { task, store } of this.parts.places()) {
      task.settle()
      const { keySerde, valueSerde, timestamped } = store.definition
      for (const [key, value] of rawEntries(task, store)) {
        const decoded = keySerde.deserialize(key.subarray(store.prefix.length))
        rows.set(decoded as K, valueSerde.deserialize(plainValue(value, timestamped)) as V)
      }
    }
    return rows
  }
}

export class TestWindowStore<K, V> {
  private readonly parts: StoreParts<WindowStore<K, V>>

  constructor(parts: StoreParts<WindowStore<K, V>>) {
    this.parts = parts
  }

  /** The window of `key` that starts at `windowStart`, or `undefined`. */
  fetch(key: K, windowStart: number): ValueAndTimestamp<V> | undefined {
    return this.fetchRange(key, windowStart, windowStart)[0]
  }

  /** Windows of `key` whose start lies in `[from, to]`, earliest first. */
  fetchRange(key: K, from: number, to: number): readonly WindowEntry<V>[] {
    return (
      this.parts.first(store => {
        const entries = store.fetchRange(key, from, to)
        return entries.length === 0 ? undefined : entries
      }) ?? []
    )
  }

  /**
   * Writes a window of `key`, or deletes it with `undefined`, in the partition that has it, else in the one where records
   * of the key are processed. False when it has expired, and nothing was written.
   */
  put(key: K, value: V | undefined, windowStart: number, timestamp: number = windowStart): boolean {
    return this.parts.write(
      key,
      store => store.fetch(key, windowStart) !== undefined,
      store => store.put(key, value, windowStart, timestamp),
    )
  }

  /** All windows that have not expired, by start; of equal starts, in the order of the key's bytes. */
  toArray(): readonly TestWindow<K, V>[] {
    const windows: TestWindow<K, V>[] = []
    for (const { task, store } of this.parts.places()) {
      task.settle()
      const { keySerde, valueSerde } = store.definition
      for (const [bytes, bucket] of rawEntries(task, store)) {
        // The store's own entry, its latest start, has no segment.
        if (bytes.length === store.prefix.length) continue
        const key = keySerde.deserialize(bytes.subarray(store.prefix.length + 8)) as K
        const entries: WindowEntry<unknown>[] = []
        WindowBucket.decode<unknown>(bucket).collect(0, Infinity, valueSerde, entries)
        for (const entry of entries as WindowEntry<V>[]) {
          if ((store.store as WindowStore<K, V>).fetch(key, entry.start) !== undefined)
            windows.push({ key, ...entry })
        }
      }
    }
    return windows.sort((a, b) => a.start - b.start)
  }
}

/** The backend's entries of one store. */
export function rawEntries(
  task: Place['task'],
  { prefix }: DriverStore,
): readonly (readonly [Uint8Array, Uint8Array])[] {
  const to = afterPrefix(prefix)
  return task.backend.entriesNow(to === undefined ? { from: prefix } : { from: prefix, to })
}
