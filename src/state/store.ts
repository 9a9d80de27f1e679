/**
 * The stores that operators and processors use, and what a task does with any of them.
 *
 * A store is a committed backend plus an overlay of what was written since the last commit (DESIGN 4). Reads
 * see the overlay first. `stage` hands each changed entry to the changelog, once, with its last value; the same
 * bytes then wait until the transaction has committed, and `apply` moves them into the backend. `discard` is the abort.
 */
import type { Headers } from '../record/record.ts'
import type { BytesWrite } from './ordered-bytes.ts'

/** Where `stage` sends changelog records: the task's producer, on the task's own partition. */
export interface ChangelogSink {
  /** The bytes are the sink's to copy before it returns: the caller may use their memory again. */
  append(key: Uint8Array, value: Uint8Array | null, timestamp: number, headers?: Headers): void
}

/** A changelog record on its way back into a store. */
export interface ChangelogRecord {
  readonly key: Uint8Array
  readonly value: Uint8Array | null
  readonly timestamp: number
  readonly offset: number
  /** Only for stores that restore them. */
  readonly headers?: Headers
}

export interface StateStore {
  readonly name: string
  /** Sends what changed since the last `stage` to `changelog` and remembers its backend entries for `apply`. */
  stage(changelog: ChangelogSink): void
  /**
   * The transaction has committed: the backend entries of the last `stage`. The caller writes them, together with
   * the changelog offset, in one atomic batch; until `applied` is called, reads are answered from memory.
   */
  apply(): readonly BytesWrite[]
  /** The batch of the last `apply` is in the backend. */
  applied(): void
  /** The transaction was aborted: forgets everything since the last `apply`. */
  discard(): void
  /** Turns changelog records into backend entries, without touching the overlay (restore, standby). */
  restore(records: readonly ChangelogRecord[]): readonly BytesWrite[]
  /** Called once when the restore is done: rebuilds what is only in memory (time indexes) from the backend. */
  restored?(): Promise<void>
  /** Backend work of its own after a commit: ranges to clear, such as expired segments. */
  expired?(): readonly { readonly from: Uint8Array; readonly to: Uint8Array }[]
  /** Whether `restore` wants the headers of changelog records. Default false. */
  readonly restoresHeaders?: boolean
  close(): void
}

/** A value and the time of the update that made it. */
export interface ValueAndTimestamp<V> {
  readonly value: V
  readonly timestamp: number
}

/** What a map can hold instead of a key: equal for two keys exactly when their bytes are equal. */
export type KeyIdentity = string | number | bigint | boolean

/** A part of a store's keys, in the order of their serialised bytes. */
export interface KeyRange<K> {
  /** Bounds, both included; absent ones are open. */
  readonly from?: K | undefined
  readonly to?: K | undefined
  /** Keys whose bytes begin so. Not together with bounds. */
  readonly prefix?: Uint8Array | undefined
  readonly reverse?: boolean | undefined
}

/** Windows of all keys, or of a range of keys, by their start. */
export interface WindowRange<K> {
  /** Bounds of the start, both included; absent ones are open. */
  readonly from?: number | undefined
  readonly to?: number | undefined
  /** Bounds of the key, both included, in the order of their serialised bytes. */
  readonly keyFrom?: K | undefined
  readonly keyTo?: K | undefined
  readonly reverse?: boolean | undefined
}

/** Sessions of all keys, or of a range of keys. */
export interface SessionRange<K> {
  /** Bounds of the end and a greatest start, all included; absent ones are open. */
  readonly earliestEnd?: number | undefined
  readonly latestEnd?: number | undefined
  readonly latestStart?: number | undefined
  /** Bounds of the key, both included, in the order of their serialised bytes. */
  readonly keyFrom?: K | undefined
  readonly keyTo?: K | undefined
  readonly reverse?: boolean | undefined
}

export interface KeyValueStore<K, V> extends StateStore {
  /** Stands for `key` in maps. */
  identity(key: K): KeyIdentity
  /** The value, or `undefined`. */
  get(key: K): V | undefined
  /** The value with its timestamp, or `undefined`. Stores without timestamps answer -1 for it. */
  getWithTimestamp(key: K): ValueAndTimestamp<V> | undefined
  /** Writes, or deletes when `value` is `undefined` or `null`. `timestamp` goes to the changelog record. */
  put(key: K, value: V | undefined, timestamp: number): void
  /** Deletes, and answers what was there. */
  delete(key: K, timestamp: number): V | undefined
  /** Every entry in the order of the serialised keys, overlay included. Asynchronous: it scans the backend. */
  entries(range?: {
    readonly from?: K
    readonly to?: K
    readonly reverse?: boolean
  }): AsyncIterable<readonly [K, V]>
  /**
   * Every entry in the order of the serialised keys, without waiting: keys as they are at the call, values as they are
   * when their turn comes. Only of a store that was declared `walkable`; an error of another.
   */
  walk(range?: KeyRange<K>): Iterable<readonly [K, V]>
  /** Counts entries, exactly for memory stores, roughly otherwise. */
  approximateCount(): number
}

export interface WindowStore<K, V> extends StateStore {
  /** Stands for `key` in maps. */
  identity(key: K): KeyIdentity
  /** The value of the window of `key` that starts at `windowStart`, or `undefined`. */
  fetch(key: K, windowStart: number): ValueAndTimestamp<V> | undefined
  /** Windows of `key` whose start lies in `[from, to]`, both included, earliest first. */
  fetchRange(key: K, from: number, to: number): readonly WindowEntry<V>[]
  /** Every window that has not expired, by segment and key bytes, without waiting. Only of a `walkable` store. */
  walk(range?: WindowRange<K>): Iterable<readonly [K, WindowEntry<V>]>
  /** Writes or deletes (`undefined`); a window older than the retention is not written, and answers false. */
  put(key: K, value: V | undefined, windowStart: number, timestamp: number): boolean
  /** Every window of every key in the order (start, key bytes), expired ones left out. */
  entries(range?: {
    readonly from?: number
    readonly to?: number
  }): AsyncIterable<readonly [key: K, entry: WindowEntry<V>]>
}

export interface WindowEntry<V> extends ValueAndTimestamp<V> {
  readonly start: number
}

export interface SessionStore<K, V> extends StateStore {
  /** Stands for `key` in maps. */
  identity(key: K): KeyIdentity
  /** The value of the session of `key` from `start` to `end`, both included, or `undefined`. */
  fetchSession(key: K, start: number, end: number): V | undefined
  /**
   * The sessions of `key` that end at or after `earliestEnd` and start at or before `latestStart`, by end, then start:
   * with a record's time less and plus the gap, those that the record belongs to.
   */
  findSessions(key: K, earliestEnd: number, latestStart: number): readonly SessionEntry<V>[]
  /** Writes or removes (`undefined`); a session that ends before the retention is not written, and answers false. */
  put(
    key: K,
    session: { readonly start: number; readonly end: number },
    value: V | undefined,
    timestamp: number,
  ): boolean
  /** Every session that has not expired, by segment and key bytes, without waiting. Only of a `walkable` store. */
  walk(range?: SessionRange<K>): Iterable<readonly [K, SessionEntry<V>]>
  /** Every session of every key in the order (end, start, key bytes), expired ones left out. */
  entries(): AsyncIterable<readonly [key: K, entry: SessionEntry<V>]>
}

/** A session of a key: the times of its first and its last record, both included, and its value. */
export interface SessionEntry<V> {
  readonly start: number
  readonly end: number
  readonly value: V
}

/**
 * Every value of each key for some time (semantics V1). Versions may be put in any order of their times; a version lasts
 * until the next one's time.
 */
export interface VersionedStore<K, V> extends StateStore {
  /** Stands for `key` in maps. */
  identity(key: K): KeyIdentity
  /** The latest value, or with `asOf` the one that was valid then; `undefined` where there was none. */
  get(key: K, asOf?: number): V | undefined
  /** The latest value with the time from which it is valid, or `undefined`. */
  getWithTimestamp(key: K): ValueAndTimestamp<V> | undefined
  /**
   * Like `get`, with the times. Of a time that the history does not reach back to only the latest version is known, if it
   * was valid then.
   */
  getVersion(key: K, asOf?: number): ValueVersion<V> | undefined
  /** The versions that were valid at any time in `[from, to]`, by ascending time; deletes are not among them. */
  versions(
    key: K,
    range?: { readonly from?: number; readonly to?: number; readonly reverse?: boolean },
  ): readonly ValueVersion<V>[]
  /**
   * Writes a version, a delete where `value` is `undefined`, and answers until when it is valid: Infinity for the latest.
   * One that is older than the history is not written, and answers `undefined`.
   */
  put(key: K, value: V | undefined, timestamp: number): number | undefined
  /** Deletes from `timestamp` on, and answers what was valid then. */
  delete(key: K, timestamp: number): ValueVersion<V> | undefined
  /** The latest version of every key that has one, in the order of the serialised keys. */
  entries(): AsyncIterable<readonly [key: K, version: ValueVersion<V>]>
}

/** A value that was valid from its timestamp until another time. */
export interface ValueVersion<V> extends ValueAndTimestamp<V> {
  /** When it was replaced or deleted, excluded; Infinity for the latest. */
  readonly validTo: number
}
