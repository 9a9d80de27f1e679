/** What a store needs to know of its declaration; the topology's definitions (`src/topology/node.ts`) fit. */
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
}

export interface WindowStoreDefinition<K = unknown, V = unknown> extends StoreDefinitionBase<K, V> {
  readonly kind: 'window'
  readonly windowSizeMs: number
  readonly retentionMs: number
}
