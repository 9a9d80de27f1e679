/** The folds of a grouped stream, and how the stores and repartition topics of those of one grouping are named. */
import type { FoldCallback } from '../operators/callbacks.ts'
import { declaredAt } from '../base/declared-at.ts'
import type { StorePlan } from '../plan/node-base.ts'
import type { RepartitionNode, StreamNode } from '../plan/node.ts'
import { integer } from '../serdes/primitives.ts'
import type { Serde } from '../serdes/serde.ts'
import type { Aggregator, Initializer } from './function-types.ts'
import type { Grouping } from './grouping.ts'
import { checkFunction } from './argument-checks.ts'
import type { Dsl } from './handle.ts'
import type { StoreOptions } from './options.ts'
import { planRepartition } from './repartition.ts'
import { planStore, requireKeySerde } from './store-plan.ts'

export type AnyAggregator = Aggregator<unknown, unknown, unknown>

export interface AggregateFunctions {
  readonly initial: Initializer<unknown>
  readonly add: AnyAggregator
}

/** What a fold does, but for its windows and its store. */
export interface Fold {
  readonly operator: 'count' | 'reduce' | 'aggregate'
  /** Whether an index is taken for a name that nothing has: where Kafka's counts do. */
  readonly takesSpareIndex?: boolean
  readonly initial: (() => unknown) | undefined
  readonly add: FoldCallback
  /** Used when the options name no serde. */
  readonly valueSerde: Serde<unknown> | undefined
}

/** Names and stores of the folds of one grouping, and the repartition topic that they may share. */
export class FoldPlanner {
  readonly #dsl: Dsl
  readonly #grouping: Grouping
  #shared: RepartitionNode | undefined

  constructor(dsl: Dsl, grouping: Grouping) {
    this.#dsl = dsl
    this.#grouping = grouping
  }

  /** Takes the indexes in Kafka's order: store, operator, repartition. */
  prepare(
    fold: Fold,
    options: StoreOptions<unknown>,
    expires = false,
  ): { store: StorePlan; name: string; parent: StreamNode; place: string | undefined } {
    const { plan } = this.#dsl
    const { keySerde } = this.#grouping
    const { operator, valueSerde } = fold
    const prefix = operator === 'reduce' ? 'KSTREAM-REDUCE-' : 'KSTREAM-AGGREGATE-'
    // Kafka once named a topic here and still takes the index, so that names stay as they are (KGroupedStreamImpl).
    if (fold.takesSpareIndex === true && options.store === undefined) plan.storeName(prefix)
    const store = planStore(plan, { prefix, options, keySerde, valueSerde, operator, expires })
    const name = plan.processorName(prefix, options.name)
    return { store, name, parent: this.#parentFor(store, operator), place: declaredAt() }
  }

  #parentFor(store: StorePlan, operator: string): StreamNode {
    const { plan } = this.#dsl
    const { node, rekeyed, name, keySerde, valueSerde } = this.#grouping
    if (!rekeyed) return node
    const planned = planRepartition(plan, {
      parent: node,
      prefix: name ?? store.name,
      named: name !== undefined || store.named,
      keySerde: requireKeySerde(keySerde, operator),
      valueSerde,
      operator,
    })
    // A named grouping has one topic for all its folds; without a name each fold has its own, named after its store.
    if (name === undefined) return plan.add(planned)
    if (this.#shared === undefined) this.#shared = plan.add(planned)
    else plan.touch(this.#shared)
    return this.#shared
  }
}

export const countFold: Fold = {
  operator: 'count',
  takesSpareIndex: true,
  initial: () => 0,
  add: count => (count as number) + 1,
  valueSerde: integer() as Serde<unknown>,
}

export function reduceFold(reducer: AnyAggregator, { valueSerde }: Grouping): Fold {
  checkFunction(reducer, 'reduce')
  return { operator: 'reduce', initial: undefined, add: reducer, valueSerde }
}

export function aggregateFold(options: AggregateFunctions): Fold {
  checkFunction(options?.initial, 'aggregate: initial')
  checkFunction(options.add, 'aggregate: add')
  const { initial, add } = options
  return { operator: 'aggregate', initial, add, valueSerde: undefined }
}
