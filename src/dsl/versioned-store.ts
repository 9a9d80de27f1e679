/** `versionedStore`: a store of versions as a value, for processors that look back in time. */
import type { Serde } from '../serdes/serde.ts'
import { checkOptions } from './argument-checks.ts'
import { baseDefinition, typedHandle, type DeclaredStore, type TypedStoreOptions } from './store-handle.ts'
import { keptVersions, type VersionedOptions } from './version-options.ts'

/** What `versionedStore` takes beside the name. */
export interface VersionedStoreOptions<K, V> extends TypedStoreOptions<K, V>, VersionedOptions {}

/** A versioned store as it was declared. */
export interface VersionedStoreHandle<K, V> extends DeclaredStore {
  readonly kind: 'versioned'
  readonly key: Serde<K>
  readonly value: Serde<V>
}

/**
 * Declares a versioned store for processors: values by key and time, each valid until the next. Processors see a
 * `ProcessorVersionedStore`.
 *
 * `history` is how long values are kept, and how late they may come; the latest value of a key stays. MR-1005 refuses a
 * name that Kafka does not allow, MR-1004 a missing serde; a negative history, or more than 1,000 segments of it, is a
 * MR-1010.
 *
 * @example
 * ```ts
 * import { defineApp, integer, string, topic, versionedStore } from 'millrace'
 *
 * const prices = topic('prices', { key: string(), value: integer() })
 * const changes = topic('changes-per-hour', { key: string(), value: integer() })
 * const known = versionedStore('known-prices', { key: string(), value: integer(), history: '1h' })
 *
 * export default defineApp({
 *   id: 'price-changes',
 *   build(b) {
 *     b.stream(prices)
 *       .processValues({
 *         stores: { known },
 *         *process({ key, value, timestamp }, { stores }) {
 *           stores.known.put(key, value)
 *           const before = stores.known.get(key, timestamp - 3_600_000)
 *           if (before !== undefined) yield value - before
 *         },
 *       })
 *       .to(changes)
 *   },
 * })
 * ```
 */
export function versionedStore<K, V>(
  name: string,
  options: VersionedStoreOptions<K, V>,
): VersionedStoreHandle<K, V> {
  checkOptions(options, 'versionedStore')
  const { history, segmentInterval } = options
  const base = baseDefinition('versionedStore', name, options)
  const versioned = segmentInterval === undefined ? { history } : { history, segmentInterval }
  const versions = keptVersions({ store: name, versioned }, `versionedStore '${name}'`)!
  const definition = Object.freeze({ kind: 'versioned', ...base, timestamped: true, ...versions } as const)
  return typedHandle(definition, options)
}
