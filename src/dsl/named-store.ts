/** A handle as the operators see it: which store, of which kind. */
import { misuse } from '../base/misuse.ts'
import type { NamedStore } from '../operators/processor-stores.ts'
import type { Plan } from '../plan/plan.ts'
import type { DeclaredStore, StoreHandle } from './store-handle.ts'

/** What a processor calls `property`; MR-1010 for a handle that no processor can use. */
export function namedStore(property: string, handle: StoreHandle): NamedStore {
  const { kind, name: store } = handle
  switch (kind) {
    case 'key-value': {
      const { definition } = handle as DeclaredStore
      return {
        property,
        store,
        kind,
        expiry: definition.kind === 'key-value' ? definition.expiry : undefined,
      }
    }
    case 'global':
    case 'session':
    case 'versioned':
    case 'custom':
      return { property, store, kind }
    case 'window': {
      const { definition } = handle as DeclaredStore
      return {
        property,
        store,
        kind,
        duplicates: definition.kind === 'window' && definition.duplicates === true,
      }
    }
    default:
      throw misuse(
        `store '${store}' is of kind '${kind}', which processors cannot use; make one with kvStore, windowStore, sessionStore, versionedStore or customStore`,
      )
  }
}

/** Declares a store for processors; nothing if it is declared already. */
export function declareStore(plan: Plan, handle: DeclaredStore): void {
  plan.declareStore(handle, handle.definition)
}

/** Refuses what is not a store of its own, at the line that hands it in. */
export function checkHandle(handle: StoreHandle | undefined, what: string): asserts handle is DeclaredStore {
  const definition = (handle as Partial<DeclaredStore> | null | undefined)?.definition
  if (definition !== undefined && typeof definition.name === 'string') return
  throw misuse(`${what} is no store: expected one made by kvStore or its like`, {
    fix: 'make it with kvStore, lruStore, windowStore, sessionStore, versionedStore or customStore',
  })
}
