/** `kvStore`: a key-value store as a value, for processors that keep something of their own. */
import { StreamsError } from '../base/errors.ts'
import type { Serde } from '../serdes/serde.ts'
import { validateName } from '../topology/names.ts'

/** What `kvStore` takes beside the name. */
export interface KeyValueStoreOptions<K, V> {
  readonly key: Serde<K>
  readonly value: Serde<V>
  /** Whether a changelog topic is kept, or settings for it. Without one a crash loses the store. Default true. */
  readonly logging?: boolean | Readonly<Record<string, string>>
  /** `memory` keeps the store off the disk; it is then restored from its changelog at every start. */
  readonly backend?: 'persistent' | 'memory'
  /**
   * Whether processors may walk the store with `all`. Every key is then kept in memory, about 100 bytes each. Default
   * true; false is for stores of millions of keys that are only looked up.
   */
  readonly walkable?: boolean
}

/** A store that processors can name. */
export interface StoreHandle {
  readonly kind: 'key-value' | 'global'
  readonly name: string
}

/** A store as it was declared; the name is that of the store, and the base of its changelog topic's. */
export interface KeyValueStoreHandle<K, V> extends StoreHandle {
  readonly kind: 'key-value'
  readonly key: Serde<K>
  readonly value: Serde<V>
  readonly changelog: false | Readonly<Record<string, string>>
  readonly backend: 'persistent' | 'memory'
  readonly walkable: boolean
}

/**
 * Declares a key-value store for `process` and `processValues`: once, beside its types, for all that use it.
 *
 * Processors that name the same handle share the store, and then run in one task. A `StreamsError` MR-1005 refuses a
 * name that Kafka does not allow, MR-1004 a missing serde. Declaring creates nothing.
 *
 * @example
 * ```ts
 * import { defineApp, integer, kvStore, string, topic } from 'millrace'
 *
 * const readings = topic('readings', { key: string(), value: integer() })
 * const rises = topic('rises', { key: string(), value: integer() })
 * const last = kvStore('last-reading', { key: string(), value: integer() })
 *
 * export default defineApp({
 *   id: 'rises',
 *   build(b) {
 *     b.stream(readings)
 *       .processValues({
 *         stores: { last },
 *         *process({ key, value }, { stores }) {
 *           const before = stores.last.get(key)
 *           stores.last.put(key, value)
 *           if (before !== undefined && value > before) yield value - before
 *         },
 *       })
 *       .to(rises)
 *   },
 * })
 * ```
 */
export function kvStore<K, V>(name: string, options: KeyValueStoreOptions<K, V>): KeyValueStoreHandle<K, V> {
  validateName(name, 'a store')
  const { key, value, logging = true, backend = 'persistent', walkable = true } = options
  if (typeof key?.serialize !== 'function') throw missingSerde(name, 'key')
  if (typeof value?.serialize !== 'function') throw missingSerde(name, 'value')
  const changelog = logging === true ? {} : logging
  return Object.freeze({ kind: 'key-value', name, key, value, changelog, backend, walkable })
}

function missingSerde(name: string, part: 'key' | 'value'): StreamsError {
  return new StreamsError('MR-1004', {
    what: `store '${name}' has no serde for its ${part}s`,
    fix: `kvStore('${name}', { ${part}: ${part === 'key' ? 'string()' : 'json()'}, ... })`,
  })
}
