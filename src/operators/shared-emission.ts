/**
 * The one place where all nodes that fold into a store (`cogroup`) hold back their updates.
 *
 * Held back by each node on its own, a key that two streams update would be forwarded twice in a commit, with old values
 * that contradict each other (semantics C2). All of them use the emission of the node that was started last, as in
 * Kafka, where the store's cache forwards through that node; nodes are flushed in the order in which they start, so
 * it is also flushed when the others have seen all their records. A task that starts anew brings new emissions.
 */
import { assert } from '../base/assert.ts'
import type { StateStore } from '../state/store.ts'
import type { Emission } from './emission.ts'

const emissions = new WeakMap<StateStore, Emission>()

/** Makes `emission` the one of all nodes that fold into `store`. */
export function shareEmission(store: StateStore, emission: Emission): void {
  emissions.set(store, emission)
}

export function lastEmissionOf(store: StateStore): Emission {
  const emission = emissions.get(store)
  assert(emission !== undefined, `no emission was shared for store '${store.name}'`)
  return emission
}
