/**
 * The rows that an operator keeps for its table, in a key-value store or with their versions in a versioned one.
 *
 * What an operator reads is the latest row in either case. A write says what became of it: a version may come late, and
 * then is not the latest, or be older than the history, and then is not written at all (semantics V1, V6).
 */
import type { ProcessorContext } from '../processor/processor.ts'
import type {
  KeyIdentity,
  KeyValueStore,
  StateStore,
  ValueAndTimestamp,
  VersionedStore,
} from '../state/store.ts'

/** What became of a row that was written: the latest of its key, an earlier version, or nothing. */
export type PutOutcome = 'latest' | 'late' | 'too-old'

export interface TableRows {
  readonly store: StateStore
  identity(key: unknown): KeyIdentity
  /** The latest value, or `undefined`. */
  get(key: unknown): unknown
  getWithTimestamp(key: unknown): ValueAndTimestamp<unknown> | undefined
  /** Deletes where `value` is `undefined`. Rows of a key-value store are always the latest. */
  put(key: unknown, value: unknown, timestamp: number): PutOutcome
}

/** The rows in the store called `name`. */
export function openRows(context: ProcessorContext, name: string): TableRows {
  const store = context.store<AnyRowStore>(name)
  return isVersioned(store) ? new VersionedRows(store) : new PlainRows(store)
}

export type AnyRowStore = KeyValueStore<unknown, unknown> | VersionedStore<unknown, unknown>

/** Whether a store keeps versions. */
export function isVersioned(store: AnyRowStore): store is VersionedStore<unknown, unknown> {
  return 'getVersion' in store
}

class PlainRows implements TableRows {
  readonly store: KeyValueStore<unknown, unknown>

  constructor(store: KeyValueStore<unknown, unknown>) {
    this.store = store
  }

  identity(key: unknown): KeyIdentity {
    return this.store.identity(key)
  }

  get(key: unknown): unknown {
    return this.store.get(key)
  }

  getWithTimestamp(key: unknown): ValueAndTimestamp<unknown> | undefined {
    return this.store.getWithTimestamp(key)
  }

  put(key: unknown, value: unknown, timestamp: number): PutOutcome {
    this.store.put(key, value, timestamp)
    return 'latest'
  }
}

class VersionedRows implements TableRows {
  readonly store: VersionedStore<unknown, unknown>

  constructor(store: VersionedStore<unknown, unknown>) {
    this.store = store
  }

  identity(key: unknown): KeyIdentity {
    return this.store.identity(key)
  }

  get(key: unknown): unknown {
    return this.store.get(key)
  }

  getWithTimestamp(key: unknown): ValueAndTimestamp<unknown> | undefined {
    return this.store.getWithTimestamp(key)
  }

  put(key: unknown, value: unknown, timestamp: number): PutOutcome {
    const validTo = this.store.put(key, value, timestamp)
    if (validTo === undefined) return 'too-old'
    return validTo === Infinity ? 'latest' : 'late'
  }
}
