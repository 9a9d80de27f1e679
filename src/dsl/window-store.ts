/** `windowStore`: a store of windows as a value, for processors that keep rows by key and time. */
import { misuse } from '../base/misuse.ts'
import { toMilliseconds, type Duration } from '../base/duration.ts'
import type { Serde } from '../serdes/serde.ts'
import type { ValueWithHeaders } from '../state/value-headers.ts'
import { checkOptions } from './argument-checks.ts'
import {
  baseDefinition,
  keepingHeaders,
  typedHandle,
  type DeclaredStore,
  type HeadersOption,
  type TypedStoreOptions,
} from './store-handle.ts'

/** What `windowStore` takes beside the name. */
export interface ProcessorWindowStoreOptions<K, V> extends TypedStoreOptions<K, V>, HeadersOption {
  /** The length of a window; what the store is told is only the start. */
  readonly windowSize: Duration
  /** Rows are kept until a row is put that starts so much later. At least `windowSize`. */
  readonly retention: Duration
  /** Whether rows of one key and start are kept beside one another. Default false: the last one replaces the others. */
  readonly duplicates?: boolean
  /** Whether rows of many keys can be gone through. Every key is then kept in memory. Default true. */
  readonly walkable?: boolean
}

/** A window store as it was declared. */
export interface WindowStoreHandle<K, V> extends DeclaredStore {
  readonly kind: 'window'
  readonly key: Serde<K>
  readonly value: Serde<V>
}

/**
 * Declares a window store for processors: rows by key and start, which expire. Processors see a `ProcessorWindowStore`.
 *
 * MR-1005 refuses a name that Kafka does not allow, MR-1004 a missing serde; a size that is not positive, or longer than
 * the retention, is MR-1010.
 *
 * @example
 * ```ts
 * import { defineApp, integer, string, topic, windowStore } from 'millrace'
 *
 * const readings = topic('readings', { key: string(), value: integer() })
 * const smooth = topic('smooth', { key: string(), value: integer() })
 * const recent = windowStore('recent', { key: string(), value: integer(), windowSize: '1s', retention: '1h' })
 *
 * export default defineApp({
 *   id: 'smooth',
 *   build(b) {
 *     b.stream(readings)
 *       .processValues({
 *         stores: { recent },
 *         *process({ key, value, timestamp }, { stores }) {
 *           stores.recent.put(key, value, timestamp)
 *           const minute = stores.recent.fetch(key, timestamp - 60_000, timestamp)
 *           yield Math.round(minute.reduce((sum, row) => sum + row.value, 0) / minute.length)
 *         },
 *       })
 *       .to(smooth)
 *   },
 * })
 * ```
 */
export function windowStore<K, V>(
  name: string,
  options: ProcessorWindowStoreOptions<K, V> & { readonly headers: true },
): WindowStoreHandle<K, ValueWithHeaders<V>>
export function windowStore<K, V>(
  name: string,
  options: ProcessorWindowStoreOptions<K, V> & { readonly headers?: false },
): WindowStoreHandle<K, V>
export function windowStore<K, V>(
  name: string,
  options: ProcessorWindowStoreOptions<K, V>,
): WindowStoreHandle<K, V> | WindowStoreHandle<K, ValueWithHeaders<V>> {
  checkOptions(options, 'windowStore')
  const { duplicates = false, walkable = true } = options
  const base = keepingHeaders(baseDefinition('windowStore', name, options), options)
  const windowSizeMs = toMilliseconds(options.windowSize, `windowStore '${name}': windowSize`)
  const retentionMs = toMilliseconds(options.retention, `windowStore '${name}': retention`)
  if (!(windowSizeMs >= 1))
    throw misuse(`windowStore '${name}': windowSize must be at least 1 ms, not ${windowSizeMs}`)
  if (!(retentionMs >= windowSizeMs)) {
    throw misuse(
      `windowStore '${name}': retention must be at least the window size of ${windowSizeMs} ms, not ${retentionMs}`,
    )
  }
  const times = { timestamped: true, windowSizeMs, retentionMs, duplicates, walkable }
  const definition = Object.freeze({ kind: 'window', ...base, ...times } as const)
  return typedHandle(definition, options)
}
