/**
 * Value getters: how a join or a lookup reads the current row of a table, kept in a store or not.
 *
 * A table that keeps no rows of its own (an unmaterialised filter or mapValues) recomputes them from the rows of the
 * table above it (semantics K5). The getters mirror that chain.
 */
import type { ProcessorContext, RecordContext } from '../processor/processor.ts'
import type { SessionStore, ValueAndTimestamp, WindowStore } from '../state/store.ts'
import type { Windowed } from '../windows/window.ts'
import { absent, type ValueCallback } from './callbacks.ts'
import { isVersioned, type AnyRowStore } from './table-rows.ts'

/** Reads the row of a key. */
export interface ValueGetter {
  /** The latest row, or with `asOf` the one at that time, where the table keeps versions (semantics V5). */
  get(key: unknown, asOf?: number): ValueAndTimestamp<unknown> | undefined
}

/** Makes a getter for one task. */
export interface ValueGetterSupplier {
  /** The stores that it reads, to be connected to the node that uses it. */
  readonly stores: readonly string[]
  get(context: ProcessorContext): ValueGetter
}

/** Rows that a key-value store keeps, or a versioned one. */
export function storeValueGetter(store: string): ValueGetterSupplier {
  return {
    stores: [store],
    get: context => {
      const rows = context.store<AnyRowStore>(store)
      return isVersioned(rows)
        ? { get: (key, asOf) => rows.getVersion(key, asOf) }
        : { get: key => rows.getWithTimestamp(key) }
    },
  }
}

/** Rows that a window store keeps, looked up by windowed keys. */
export function windowValueGetter(store: string): ValueGetterSupplier {
  return {
    stores: [store],
    get: context => {
      const rows = context.store<WindowStore<unknown, unknown>>(store)
      return {
        get: key => {
          const { key: inner, window } = key as Windowed<unknown>
          return rows.fetch(inner, window.start)
        },
      }
    },
  }
}

/** Rows that a session store keeps, looked up by keys with their sessions; a row's time is its session's end. */
export function sessionValueGetter(store: string): ValueGetterSupplier {
  return {
    stores: [store],
    get: context => {
      const rows = context.store<SessionStore<unknown, unknown>>(store)
      return {
        get: key => {
          const { key: inner, window } = key as Windowed<unknown>
          const value = rows.fetchSession(inner, window.start, window.end)
          return value === undefined ? undefined : { value, timestamp: window.end }
        },
      }
    },
  }
}

/** Rows of the table above that pass the predicate. */
export function filterValueGetter(
  above: ValueGetterSupplier,
  predicate: ValueCallback<unknown>,
  negate = false,
): ValueGetterSupplier {
  return derived(above, (value, key, record) =>
    Boolean(predicate(value, key, record)) !== negate ? value : undefined,
  )
}

/** Rows of the table above, mapped. */
export function mapValuesValueGetter(
  above: ValueGetterSupplier,
  fn: ValueCallback<unknown>,
): ValueGetterSupplier {
  return derived(above, fn)
}

function derived(
  above: ValueGetterSupplier,
  compute: (value: unknown, key: unknown, record: RecordContext) => unknown,
): ValueGetterSupplier {
  return {
    stores: above.stores,
    get: context => {
      const rows = above.get(context)
      return {
        get: (key, asOf) => {
          const row = rows.get(key, asOf)
          if (row === undefined) return undefined
          const value = compute(row.value, key, context.record)
          return absent(value) ? undefined : { value, timestamp: row.timestamp }
        },
      }
    },
  }
}
