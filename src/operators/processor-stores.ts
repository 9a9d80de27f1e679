/** Opens the stores of a processor as it sees them: by kind, to be written or only read. */
import { unreachable } from '../base/assert.ts'
import type { ProcessorContext } from '../processor/processor.ts'
import type { CustomStateStore } from '../state/custom-store.ts'
import { processorSessionStore } from '../state/processor-session-store.ts'
import { processorStore, readableStore, type UsedStore } from '../state/processor-store.ts'
import { processorVersionedStore } from '../state/processor-versioned-store.ts'
import { processorWindowStore } from '../state/processor-window-store.ts'
import type { ExpiryRule } from '../state/expiry-rule.ts'
import type { KeyValueStore, SessionStore, VersionedStore, WindowStore } from '../state/store.ts'
import { ExpiringStore } from './expiring-store.ts'
import { RowExpiry, type ExpiryContext } from './row-expiry.ts'

/** A store, and what the processor calls it. */
export interface NamedStore {
  readonly property: string
  readonly store: string
  readonly kind: 'key-value' | 'window' | 'session' | 'versioned' | 'custom' | 'global'
  /** Of window stores: whether rows of one key and start are kept beside one another. */
  readonly duplicates?: boolean
  /** Of key-value stores: when rows expire. */
  readonly expiry?: ExpiryRule | undefined
}

/** What opening a store needs of the task. */
export type StoreContext = ExpiryContext & Pick<ProcessorContext, 'store'>

/** `now` is the time of what is being processed. */
export function openStore(
  { store: name, kind, duplicates = false, expiry }: NamedStore,
  context: StoreContext,
  now: () => number,
): unknown {
  switch (kind) {
    case 'global':
      return readableStore(context.store<KeyValueStore<unknown, unknown>>(name))
    case 'key-value':
      return processorStore(keyValueStore(name, context, expiry), now)
    case 'window':
      return processorWindowStore(context.store<WindowStore<unknown, unknown>>(name), now, duplicates)
    case 'session':
      return processorSessionStore(context.store<SessionStore<unknown, unknown>>(name), now)
    case 'versioned':
      return processorVersionedStore(context.store<VersionedStore<unknown, unknown>>(name), now)
    case 'custom':
      return context.store<CustomStateStore>(name).use(now)
    default:
      return unreachable(kind)
  }
}

function keyValueStore(
  name: string,
  context: StoreContext,
  rule: ExpiryRule | undefined,
): UsedStore<unknown, unknown> {
  const store = context.store<KeyValueStore<unknown, unknown>>(name)
  if (rule === undefined) return store
  const opened = expiringStores.get(context) ?? new Map<string, ExpiringStore>()
  expiringStores.set(context, opened)
  let expiring = opened.get(name)
  if (expiring === undefined) {
    expiring = new ExpiringStore(store, new RowExpiry({ context, store, rule }))
    opened.set(name, expiring)
  }
  return expiring
}

/** Of each node, the stores that it has opened: a processor may open one again for every record. */
const expiringStores = new WeakMap<object, Map<string, ExpiringStore>>()

/** The stores by the processor's names for them. */
export function openStores(
  stores: readonly NamedStore[],
  context: StoreContext,
  now: () => number,
): Readonly<Record<string, unknown>> {
  const opened = stores.map(store => [store.property, openStore(store, context, now)] as const)
  return Object.freeze(Object.fromEntries(opened))
}
