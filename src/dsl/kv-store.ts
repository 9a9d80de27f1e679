/** `kvStore` and `lruStore`: key-value stores as values, for processors that keep something of their own. */
import { misuse } from '../base/misuse.ts'
import type { Duration } from '../base/duration.ts'
import type { Serde } from '../serdes/serde.ts'
import type { ValueWithHeaders } from '../state/value-headers.ts'
import type { KeyValueStoreDefinition } from '../topology/node.ts'
import { checkOptions } from './argument-checks.ts'
import {
  baseDefinition,
  keepingHeaders,
  typedHandle,
  type DeclaredStore,
  type HeadersOption,
  type TypedStoreOptions,
} from './store-handle.ts'
import { expiryRule, type TtlOptions } from './ttl-options.ts'

/** What `kvStore` takes beside the name. */
export interface KeyValueStoreOptions<K, V> extends TypedStoreOptions<K, V>, HeadersOption {
  /**
   * Whether processors may walk the store with `all`, `range` and `prefixScan`. Every key is then kept in memory, about
   * 100 bytes each. Default true; false is for stores of millions of keys that are only looked up.
   */
  readonly walkable?: boolean
  /**
   * How long a row lasts after its timestamp, that of the record or punctuation that has put it: then it is deleted, from
   * the changelog too, before the processor sees the next record. Not where `walkable` is false.
   */
  readonly ttl?: Duration | TtlOptions
}

/** What `lruStore` takes beside the name. */
export interface LruStoreOptions<K, V> extends Omit<TypedStoreOptions<K, V>, 'backend'> {
  /** At least 1: so many rows are kept in each task. */
  readonly maxEntries: number
}

/** A store as it was declared; the name is that of the store, and the base of its changelog topic's. */
export interface KeyValueStoreHandle<K, V> extends DeclaredStore {
  readonly kind: 'key-value'
  readonly definition: KeyValueStoreDefinition
  readonly key: Serde<K>
  readonly value: Serde<V>
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
export function kvStore<K, V>(
  name: string,
  options: KeyValueStoreOptions<K, V> & { readonly headers: true },
): KeyValueStoreHandle<K, ValueWithHeaders<V>>
export function kvStore<K, V>(
  name: string,
  options: KeyValueStoreOptions<K, V> & { readonly headers?: false },
): KeyValueStoreHandle<K, V>
export function kvStore<K, V>(
  name: string,
  options: KeyValueStoreOptions<K, V>,
): KeyValueStoreHandle<K, V> | KeyValueStoreHandle<K, ValueWithHeaders<V>> {
  checkOptions(options, 'kvStore')
  const { walkable = true } = options
  const expiry = expiryRule(options, 'kvStore')
  if (expiry !== undefined && !walkable)
    throw misuse(
      `kvStore '${name}': rows of a store that cannot be walked do not expire; leave out ttl or walkable`,
    )
  const base = keepingHeaders(baseDefinition('kvStore', name, options), options)
  const definition = Object.freeze({
    kind: 'key-value',
    ...base,
    timestamped: true,
    walkable,
    ...(expiry && { expiry }),
  } as const)
  return typedHandle(definition, options)
}

/**
 * Declares a key-value store in memory that keeps the rows used last: a cache of bounded size. What goes beyond
 * `maxEntries` is deleted, from the changelog too, without anybody being told. Reading a row is using it.
 *
 * A `maxEntries` that is no whole number of at least 1 is MR-1010; otherwise like `kvStore`.
 *
 * @example
 * ```ts
 * import { defineApp, lruStore, string, topic } from 'millrace'
 *
 * const clicks = topic('clicks', { key: string(), value: string() })
 * const fresh = topic('fresh-clicks', { key: string(), value: string() })
 * const seen = lruStore('seen', { key: string(), value: string(), maxEntries: 10_000 })
 *
 * export default defineApp({
 *   id: 'fresh-clicks',
 *   build(b) {
 *     b.stream(clicks)
 *       .processValues({
 *         stores: { seen },
 *         *process({ value }, { stores }) {
 *           if (stores.seen.putIfAbsent(value, value) === undefined) yield value
 *         },
 *       })
 *       .to(fresh)
 *   },
 * })
 * ```
 */
export function lruStore<K, V>(name: string, options: LruStoreOptions<K, V>): KeyValueStoreHandle<K, V> {
  checkOptions(options, 'lruStore')
  const { maxEntries } = options
  if (!Number.isSafeInteger(maxEntries) || maxEntries < 1)
    throw misuse(`lruStore '${name}': maxEntries must be an integer of at least 1, not ${maxEntries}`)
  const base = baseDefinition('lruStore', name, { ...options, backend: 'memory' })
  const rest = { timestamped: true, walkable: true, entriesMax: maxEntries }
  return typedHandle(Object.freeze({ kind: 'key-value', ...base, ...rest } as const), options)
}
