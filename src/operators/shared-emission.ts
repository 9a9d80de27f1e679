/**
 * What a fold forwards its updates through: an emission of its own, or the one of all nodes that fold into its store.
 *
 * Held back by each node of a `cogroup` on its own, a key that two streams update would be forwarded twice in a commit, with
 * old values that contradict each other (semantics C2). So all of them use the emission of the node that was started last,
 * as in Kafka, where the store's cache forwards through that node; nodes are flushed in the order in which they start, so it
 * is also flushed when the others have seen all their records. A task that starts anew brings new emissions.
 */
import { assert } from '../base/assert.ts'
import type { ProcessorContext } from '../processor/processor.ts'
import type { StateStore } from '../state/store.ts'
import { Emission } from './emission.ts'

/** What every fold is told of its emission. */
export interface FoldEmissionOptions {
  /** The name of its store. */
  readonly store: string
  readonly sendOldValues: boolean
  /** Whether other nodes fold into the same store (`cogroup`); then all hold back in one place. Default false. */
  readonly sharesEmission?: boolean | undefined
}

/** The emissions of the nodes that were started last, by the store that they share. */
const emissions = new WeakMap<StateStore, Emission>()

export class FoldEmission {
  readonly own: Emission
  private readonly store: StateStore
  private readonly shared: boolean

  constructor(
    context: ProcessorContext,
    store: StateStore,
    { store: name, sendOldValues, sharesEmission = false }: FoldEmissionOptions,
  ) {
    this.own = new Emission(context, name, sendOldValues)
    this.store = store
    this.shared = sharesEmission && this.own.holdsBack
    if (this.shared) emissions.set(store, this.own)
  }

  /** The one to forward through. */
  get current(): Emission {
    if (!this.shared) return this.own
    const last = emissions.get(this.store)
    assert(last !== undefined, `no emission was shared for store '${this.store.name}'`)
    return last
  }

  /** One that is shared is flushed by the last of the nodes, when all have seen their records. */
  flush(): void {
    if (this.current === this.own) this.own.flush()
  }
}
