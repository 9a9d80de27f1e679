/** Opens the store that a definition declares, over a backend. */
import { unreachable } from '../base/assert.ts'
import type {
  HeldRecordStoreDefinition,
  KeyValueStoreDefinition,
  SessionStoreDefinition,
  VersionedStoreDefinition,
  WindowStoreDefinition,
} from './definition.ts'
import { CustomStateStore, type CustomStoreDefinition } from './custom-store.ts'
import { HeaderKeyValueStore, HeaderSessionStore, HeaderWindowStore } from './header-stores.ts'
import { HeldRecordStore } from './held-record-store.ts'
import { OverlayKeyValueStore } from './key-value-store.ts'
import { LruStore } from './lru-store.ts'
import type { OrderedBytes } from './ordered-bytes.ts'
import { OverlaySessionStore } from './session-store.ts'
import type { Serde } from '../serdes/serde.ts'
import type { StateStore } from './store.ts'
import type { ValueWithHeaders } from './value-headers.ts'
import { OverlayVersionedStore } from './versioned-store.ts'
import { OverlayWindowStore } from './window-store.ts'

export interface OpenStoreOptions {
  /**
   * Decoded entries kept in memory beside those that wait for a commit: keys, for a window or session store. Up to twice as
   * many are kept. Default 20 000.
   */
  readonly residentEntriesMax?: number
  /**
   * Whether rows by time are made entries of the backend by `apply`, not by `stage`: less work where `apply` follows only after
   * many calls of `stage`. Nothing may have changed then since the last of them. Default false.
   */
  readonly encodesOnApply?: boolean
}

/**
 * The store of `definition` over `backend`, whose keys all begin with `prefix`: no other store of the same backend may have
 * a prefix that begins with it, or that it begins with. The backend must hold what was committed, and nothing else.
 */
export function openStore(
  definition:
    | KeyValueStoreDefinition
    | WindowStoreDefinition
    | SessionStoreDefinition
    | HeldRecordStoreDefinition
    | CustomStoreDefinition
    | VersionedStoreDefinition,
  backend: OrderedBytes,
  prefix: Uint8Array,
  options: OpenStoreOptions = {},
): StateStore {
  const { residentEntriesMax = 20_000, encodesOnApply = false } = options
  const place = { backend, prefix, residentEntriesMax, encodesOnApply }
  switch (definition.kind) {
    case 'key-value':
      return openKeyValueStore(definition, backend, prefix, residentEntriesMax)
    case 'window':
      return definition.headers === true
        ? new HeaderWindowStore(withHeaders(definition), place)
        : new OverlayWindowStore(definition, place)
    case 'session':
      return definition.headers === true
        ? new HeaderSessionStore(withHeaders(definition), place)
        : new OverlaySessionStore(definition, place)
    case 'held-records':
      return new HeldRecordStore(definition, backend, prefix, residentEntriesMax)
    case 'custom':
      return new CustomStateStore(definition, backend, prefix, residentEntriesMax)
    case 'versioned':
      return new OverlayVersionedStore(definition, place)
    default:
      return unreachable(definition)
  }
}

/** What a definition of a store that keeps headers says of its values. */
type WithHeaders<D> = D & { readonly valueSerde: Serde<ValueWithHeaders<unknown>> }

function withHeaders<D extends { readonly valueSerde: Serde<unknown> }>(definition: D): WithHeaders<D> {
  return definition as WithHeaders<D>
}

function openKeyValueStore(
  definition: KeyValueStoreDefinition,
  backend: OrderedBytes,
  prefix: Uint8Array,
  residentEntriesMax: number,
): StateStore {
  const { entriesMax, keySerde, headers } = definition
  if (headers === true)
    return new HeaderKeyValueStore(withHeaders(definition), backend, prefix, residentEntriesMax)
  if (entriesMax === undefined)
    return new OverlayKeyValueStore(definition, backend, prefix, residentEntriesMax)
  const rows = new OverlayKeyValueStore(
    { ...definition, walkable: true },
    backend,
    prefix,
    residentEntriesMax,
  )
  return new LruStore(rows, entriesMax, key => keySerde.deserialize(key))
}
