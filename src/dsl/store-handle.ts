/** What all stores that processors can name have in common: how they are declared, and how they are kept. */
import { StreamsError } from '../base/errors.ts'
import type { Serde } from '../serdes/serde.ts'
import { valueWithHeaders } from '../state/value-headers.ts'
import { validateName } from '../topology/names.ts'
import type { StoreDefinition } from '../topology/node.ts'
import type { StoreBackend } from '../state/store-supplier.ts'

/** A store that processors can name. */
export interface StoreHandle {
  readonly kind: StoreDefinition['kind'] | 'global'
  readonly name: string
}

/** A store that was declared on its own, for processors of the DSL and for `Topology.addStateStore` alike. */
export interface DeclaredStore extends StoreHandle {
  readonly kind: StoreDefinition['kind']
  readonly definition: StoreDefinition
}

/** How a store is kept. */
export interface KeepingOptions {
  /**
   * Whether a changelog topic is kept, or settings for it. Without one a crash loses what was not on disk, and all of a
   * store that moves to another instance (semantics B30). Default true.
   */
  readonly logging?: boolean | Readonly<Record<string, string>>
  /** `memory` keeps the store off the disk; it is then restored from its changelog at every start. */
  readonly backend?: StoreBackend
}

/** What stores of keys and values take beside their name. */
export interface TypedStoreOptions<K, V> extends KeepingOptions {
  readonly key: Serde<K>
  readonly value: Serde<V>
}

/** What stores take that may keep headers. */
export interface HeadersOption {
  /**
   * Whether each value is kept with the headers of a record (KIP-1271): values are then `{ value, headers }`, which a
   * processor puts and gets. In the changelog the headers are those of the record, as Kafka writes them. Default false.
   *
   * @example
   * ```ts
   * import { defineApp, kvStore, string, topic } from 'millrace'
   *
   * const orders = topic('orders', { key: string(), value: string() })
   * const shipments = topic('shipments', { key: string(), value: string() })
   * const shipped = topic('shipped-orders', { key: string(), value: string() })
   * const open = kvStore('open-orders', { key: string(), value: string(), headers: true })
   *
   * export default defineApp({
   *   id: 'shipping',
   *   build(b) {
   *     b.stream(orders).process({
   *       stores: { open },
   *       process: ({ key, value, headers }, { stores }) => stores.open.put(key, { value, headers }),
   *     })
   *     b.stream(shipments)
   *       .processValues({
   *         stores: { open },
   *         *process({ key }, { stores, result }) {
   *           const order = stores.open.delete(key)
   *           // What was noted with the order, such as a trace id, goes on with its shipment.
   *           if (order !== undefined) yield result(order.value, { headers: order.headers })
   *         },
   *       })
   *       .to(shipped)
   *   },
   * })
   * ```
   */
  readonly headers?: boolean
}

/** The definition of a store whose values are kept with headers, if that was asked for. */
export function keepingHeaders<D extends { readonly valueSerde: Serde<unknown> }>(
  definition: D,
  { headers = false }: HeadersOption,
): D {
  if (!headers) return definition
  const valueSerde = valueWithHeaders(definition.valueSerde) as Serde<unknown>
  return { ...definition, valueSerde, headers }
}

/** What the definitions of all stores have; refuses a name with MR-1005 and a missing serde with MR-1004. */
export function baseDefinition<K, V>(maker: string, name: string, options: TypedStoreOptions<K, V>) {
  validateName(name, 'a store')
  const { key, value } = options
  if (typeof key?.serialize !== 'function') throw missingSerde(maker, name, 'key')
  if (typeof value?.serialize !== 'function') throw missingSerde(maker, name, 'value')
  return {
    name,
    keySerde: key as unknown as Serde<unknown>,
    valueSerde: value as unknown as Serde<unknown>,
    ...keeping(options),
  }
}

/** The handle of a store of keys and values: its definition with the types that its serdes were given with. */
export function typedHandle<K, V, D extends StoreDefinition>(
  definition: D,
  { key }: Pick<TypedStoreOptions<K, V>, 'key' | 'value'>,
) {
  const kind: D['kind'] = definition.kind
  const value = definition.valueSerde as unknown as Serde<V>
  return Object.freeze({ kind, name: definition.name, key, value, definition })
}

/** How a store is kept, as its definition says it. */
export function keeping({ logging = true, backend = 'persistent' }: KeepingOptions) {
  // Only tables put updates out, so only theirs can be held back.
  return { changelog: logging === true ? {} : logging, backend, cache: false }
}

function missingSerde(maker: string, name: string, part: 'key' | 'value'): StreamsError {
  return new StreamsError('MR-1004', {
    what: `store '${name}' has no serde for its ${part}s`,
    fix: `${maker}('${name}', { ${part}: ${part === 'key' ? 'string()' : 'json()'}, ... })`,
  })
}
