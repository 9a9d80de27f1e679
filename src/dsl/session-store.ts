/** `sessionStore`: a store of sessions as a value, for processors that keep aggregates by key and span of time. */
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

/** What `sessionStore` takes beside the name. */
export interface SessionStoreOptions<K, V> extends TypedStoreOptions<K, V>, HeadersOption {
  /** Sessions are kept until one is put that ends so much later. */
  readonly retention: Duration
  /** Whether sessions of many keys can be gone through. Every key is then kept in memory. Default true. */
  readonly walkable?: boolean
}

/** A session store as it was declared. */
export interface SessionStoreHandle<K, V> extends DeclaredStore {
  readonly kind: 'session'
  readonly key: Serde<K>
  readonly value: Serde<V>
}

/**
 * Declares a session store for processors: aggregates by key, first and last time. Processors see a
 * `ProcessorSessionStore`.
 *
 * MR-1005 refuses a name that Kafka does not allow, MR-1004 a missing serde; a retention below 1 ms is MR-1010.
 *
 * @example
 * ```ts
 * import { defineApp, integer, sessionStore, string, topic } from 'millrace'
 *
 * const visits = topic('visits', { key: string(), value: string() })
 * const lengths = topic('lengths', { key: string(), value: integer() })
 * const sessions = sessionStore('sessions', { key: string(), value: integer(), retention: '1d' })
 *
 * export default defineApp({
 *   id: 'visits',
 *   build(b) {
 *     b.stream(visits)
 *       .processValues({
 *         stores: { sessions },
 *         *process({ key, timestamp: at }, { stores: { sessions } }) {
 *           const [last] = sessions.findSessions(key, at - 30_000, at)
 *           if (last !== undefined) sessions.remove(key, last)
 *           const start = last?.start ?? at
 *           sessions.put(key, { start, end: at }, (last?.value ?? 0) + 1)
 *           yield at - start
 *         },
 *       })
 *       .to(lengths)
 *   },
 * })
 * ```
 */
export function sessionStore<K, V>(
  name: string,
  options: SessionStoreOptions<K, V> & { readonly headers: true },
): SessionStoreHandle<K, ValueWithHeaders<V>>
export function sessionStore<K, V>(
  name: string,
  options: SessionStoreOptions<K, V> & { readonly headers?: false },
): SessionStoreHandle<K, V>
export function sessionStore<K, V>(
  name: string,
  options: SessionStoreOptions<K, V>,
): SessionStoreHandle<K, V> | SessionStoreHandle<K, ValueWithHeaders<V>> {
  checkOptions(options, 'sessionStore')
  const { walkable = true } = options
  const base = keepingHeaders(baseDefinition('sessionStore', name, options), options)
  const retentionMs = toMilliseconds(options.retention, `sessionStore '${name}': retention`)
  if (!(retentionMs >= 1))
    throw misuse(`sessionStore '${name}': retention must be at least 1 ms, not ${retentionMs}`)
  const rest = { timestamped: false, retentionMs, walkable }
  const definition = Object.freeze({ kind: 'session', ...base, ...rest } as const)
  return typedHandle(definition, options)
}
