/** Turns what an operator wants of its store into the store's definition. */
import type {
  KeyValueStoreDefinition,
  SessionStoreDefinition,
  VersionedStoreDefinition,
  WindowStoreDefinition,
} from '../topology/node.ts'
import type { Compilation } from './compilation.ts'
import type { StorePlan } from './node-base.ts'

/** The rows of a table: with their versions, where the plan says so. */
export function rowStore(store: StorePlan): KeyValueStoreDefinition | VersionedStoreDefinition {
  const { versions } = store
  return versions === undefined ? keyValueStore(store) : { kind: 'versioned', ...common(store), ...versions }
}

export function keyValueStore(store: StorePlan): KeyValueStoreDefinition {
  const { expiry, entriesMax } = store
  const bound = entriesMax === undefined ? undefined : { entriesMax, walkable: true }
  return { kind: 'key-value', ...common(store), ...(expiry && { expiry, walkable: true }), ...bound }
}

export function windowStore(
  store: StorePlan,
  windowSizeMs: number,
  retentionMs: number,
): WindowStoreDefinition {
  return { kind: 'window', ...common(store), windowSizeMs, retentionMs }
}

/** Values have no timestamps: a session's is its end. */
export function sessionStore(store: StorePlan, retentionMs: number): SessionStoreDefinition {
  return { kind: 'session', ...common(store), timestamped: false, retentionMs }
}

/** Stores of processors come into being with the first that uses them: one that nobody uses is not there. */
export function addProcessorStore(name: string, { topology, stores }: Compilation): void {
  if (!topology.stores.has(name)) topology.addStateStore(stores.get(name)!)
}

function common({ name, keySerde, valueSerde, changelog, cache, backend }: StorePlan) {
  return { name, keySerde, valueSerde, timestamped: true, changelog, cache, backend }
}
