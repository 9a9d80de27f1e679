/** The stores of an application as a test reads them: all partitions together. */
import type { KeyValueStore, ValueAndTimestamp, WindowEntry, WindowStore } from '../state/store.ts'
import { plainValue } from '../state/timestamped.ts'
import { afterPrefix } from '../state/key-layout.ts'
import { WindowBucket } from '../state/window-bucket.ts'
import type { DriverStore, DriverTask } from './driver-task.ts'

/** A store in one task. */
export interface Place {
  readonly task: Pick<DriverTask, 'settle' | 'backend'>
  readonly store: DriverStore
}

/** A window of a key, as `toArray` lists it. */
export interface TestWindow<out K, out V> extends WindowEntry<V> {
  readonly key: K
}

export class TestKeyValueStore<K, V> {
  private readonly places: () => readonly Place[]

  constructor(places: () => readonly Place[]) {
    this.places = places
  }

  /** The value, or `undefined`. */
  get(key: K): V | undefined {
    return this.getWithTimestamp(key)?.value
  }

  getWithTimestamp(key: K): ValueAndTimestamp<V> | undefined {
    for (const { store } of this.places()) {
      const row = (store.store as KeyValueStore<K, V>).getWithTimestamp(key)
      if (row !== undefined) return row
    }
    return undefined
  }

  /** Writes a row where `get` would look for it, or to the first partition: for tests that begin with a full store. */
  put(key: K, value: V | undefined, timestamp = 0): void {
    const places = this.places()
    const holds = ({ store }: Place): boolean =>
      (store.store as KeyValueStore<K, V>).getWithTimestamp(key) !== undefined
    const place = places.find(holds) ?? places[0]!
    ;(place.store.store as KeyValueStore<K, V>).put(key, value, timestamp)
  }

  /** All rows, in the order of the key's bytes within a partition. */
  toMap(): Map<K, V> {
    const rows = new Map<K, V>()
    for (const { task, store } of this.places()) {
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
  private readonly places: () => readonly Place[]

  constructor(places: () => readonly Place[]) {
    this.places = places
  }

  /** The window of `key` that starts at `windowStart`, or `undefined`. */
  fetch(key: K, windowStart: number): ValueAndTimestamp<V> | undefined {
    return this.fetchRange(key, windowStart, windowStart)[0]
  }

  /** Windows of `key` whose start lies in `[from, to]`, earliest first. */
  fetchRange(key: K, from: number, to: number): readonly WindowEntry<V>[] {
    for (const { store } of this.places()) {
      const entries = (store.store as WindowStore<K, V>).fetchRange(key, from, to)
      if (entries.length > 0) return entries
    }
    return []
  }

  /** All windows that have not expired, by start; of equal starts, in the order of the key's bytes. */
  toArray(): readonly TestWindow<K, V>[] {
    const windows: TestWindow<K, V>[] = []
    for (const { task, store } of this.places()) {
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
