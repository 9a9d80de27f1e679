/** What a store needs to know of its declaration; the topology's definitions (`src/topology/node.ts`) fit. */
import type { Headers } from '../record/record.ts'
import type { Serde } from '../serdes/serde.ts'

interface StoreDefinitionBase<K, V> {
  readonly name: string
  readonly keySerde: Serde<K>
  readonly valueSerde: Serde<V>
  /** Whether backend values carry a timestamp. */
  readonly timestamped: boolean
}

export interface KeyValueStoreDefinition<K = unknown, V = unknown> extends StoreDefinitionBase<K, V> {
  readonly kind: 'key-value'
  /** Whether values are kept with headers, `ValueWithHeaders`. Default false. */
  readonly headers?: boolean | undefined
  /** Keeps so many rows at most, those used last. Default: all. */
  readonly entriesMax?: number | undefined
  /** Headers of the changelog records that carry a value, such as the version of its layout. Default: none. */
  readonly changelogHeaders?: Headers | undefined
  /** Whether `walk` may be called; every key is then kept in memory. Default false. */
  readonly walkable?: boolean | undefined
}

export interface WindowStoreDefinition<K = unknown, V = unknown> extends StoreDefinitionBase<K, V> {
  readonly kind: 'window'
  /** Whether values are kept with headers, `ValueWithHeaders`. Default false. */
  readonly headers?: boolean | undefined
  readonly windowSizeMs: number
  readonly retentionMs: number
  /** Whether rows of one key and start are kept beside one another; such a store deletes nothing. Default false. */
  readonly duplicates?: boolean | undefined
  /** Whether `walk` may be called; every key is then kept in memory. Default false. */
  readonly walkable?: boolean | undefined
}

export interface SessionStoreDefinition<K = unknown, V = unknown> extends StoreDefinitionBase<K, V> {
  readonly kind: 'session'
  /** Whether values are kept with headers, `ValueWithHeaders`. Default false. */
  readonly headers?: boolean | undefined
  readonly retentionMs: number
  /** Whether `walk` may be called; every key is then kept in memory. Default false. */
  readonly walkable?: boolean | undefined
}

export interface VersionedStoreDefinition<K = unknown, V = unknown> extends StoreDefinitionBase<K, V> {
  readonly kind: 'versioned'
  /** How long versions are kept, and may be late. */
  readonly historyMs: number
  readonly segmentIntervalMs: number
}

/** Its serdes are those of `held-serde.ts`. */
export interface HeldRecordStoreDefinition extends StoreDefinitionBase<unknown, unknown> {
  readonly kind: 'held-records'
}
