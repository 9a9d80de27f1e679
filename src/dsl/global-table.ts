/** Global tables: tables that every instance has whole, and what can be done with them. */
import type { Mapper } from './function-types.ts'
import type { IncomingRecord } from './incoming-record.ts'
import type { KeyValueStoreHandle } from './kv-store.ts'
import type { StoreHandle } from './store-handle.ts'
import type { ValueOptions } from './options.ts'
import type { ProcessorStore } from '../state/processor-store.ts'

/**
 * A table that every instance has whole, for joins by any key and for lookups by processors, which name it among their
 * stores. What comes into it makes no results.
 */
export interface GlobalKTable<in out K, out V> extends StoreHandle {
  readonly kind: 'global'
  /** Exists in types only. */
  readonly '~row'?: (key: K) => readonly [K, V]
}

/** What a join with a global table takes. */
export interface GlobalJoinOptions<K, V, K2, W> extends ValueOptions<W> {
  /** The key to look up, made of a record whose value is there; `undefined` for none. */
  readonly on: Mapper<K, V, K2 | undefined>
}

/** What `globalStore` takes beside the topic. */
export interface GlobalStoreDefinition<K, V, K2, V2> {
  /** Where the rows are kept. Its changelog settings are not used: the topic is what the store is made from again. */
  readonly store: KeyValueStoreHandle<K2, V2>
  /** Writes what a record stands for into the store. Runs for all records of the topic at every start. */
  readonly process: (
    record: IncomingRecord<K, V>,
    context: { readonly store: ProcessorStore<K2, V2> },
  ) => void
}
