/**
 * Watching what is written to a store.
 *
 * While a store is watched, its writing method is shadowed by one of the same name on the object itself, which tells and
 * then does the same. Unwatched, the store is as it was: watching costs nothing where nobody watches.
 */
import type { StateStore } from '../state/store.ts'
import type { StoreDefinition } from '../topology/node.ts'

/** A write to a store: a row, a window's, or a session's. */
export interface StoreWrite {
  readonly store: string
  readonly key: unknown
  /** `undefined` deletes. */
  readonly value: unknown
  readonly timestamp: number
  /** The start of the window or session; absent in a key-value store. */
  readonly start?: number
  /** The end of the session. */
  readonly end?: number
}

type Method = (...args: readonly unknown[]) => unknown

/** What the arguments of a writing method say, by its name; a store of another kind is not watched. */
const writers: Readonly<
  Record<
    StoreDefinition['kind'],
    Readonly<Record<string, (args: readonly unknown[]) => Omit<StoreWrite, 'store'>>>
  >
> = {
  'key-value': { put: ([key, value, timestamp]) => ({ key, value, timestamp: timestamp as number }) },
  versioned: { put: ([key, value, timestamp]) => ({ key, value, timestamp: timestamp as number }) },
  window: {
    put: ([key, value, start, timestamp]) => {
      return { key, value, start: start as number, timestamp: timestamp as number }
    },
  },
  session: {
    put: ([key, session, value, timestamp]) => {
      return { key, ...(session as { start: number; end: number }), value, timestamp: timestamp as number }
    },
  },
  'held-records': {
    hold: ([held, value]) => {
      const { key, timestamp } = held as { key: unknown; timestamp: number }
      return { key, value, timestamp }
    },
    release: ([held]) => {
      const { key, timestamp } = held as { key: unknown; timestamp: number }
      return { key, value: undefined, timestamp }
    },
  },
  custom: {},
}

/** Has `told` called with each write, before it is done, until the answer is called. */
export function watchStore(
  store: StateStore,
  kind: StoreDefinition['kind'],
  told: (write: StoreWrite) => void,
): () => void {
  const methods = Object.entries(writers[kind])
  for (const [name, read] of methods) {
    const original = Reflect.get(store, name) as Method
    const telling: Method = (...args) => {
      told({ store: store.name, ...read(args) })
      return original.apply(store, args as unknown[])
    }
    Object.defineProperty(store, name, { value: telling, configurable: true, writable: true })
  }
  return () => {
    for (const [name] of methods) Reflect.deleteProperty(store, name)
  }
}
