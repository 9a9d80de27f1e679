/** `KGroupedTable`: folds of the rows of each group, with the repartition topic that brings a group together. */
import type { FoldCallback } from '../operators/callbacks.ts'
import { declaredAt } from '../base/declared-at.ts'
import type { TableGroupNode, TableRepartitionNode } from '../plan/node.ts'
import { integer } from '../serdes/primitives.ts'
import type { Serde } from '../serdes/serde.ts'
import { repartitionTopicName } from '../topology/names.ts'
import type { Aggregator, Initializer } from './function-types.ts'
import { checkFunction } from './argument-checks.ts'
import type { AnyTable, Dsl, MembersOf } from './handle.ts'
import type { StoreOptions } from './options.ts'
import { planStore, storeOptions } from './store-plan.ts'
import type { KGroupedTable } from './ktable.ts'

type AnyGroupedTable = KGroupedTable<unknown, unknown>
type AnyAggregator = Aggregator<unknown, unknown, unknown>

/** What is added to a group and taken out of it. */
interface FoldFunctions {
  readonly add: AnyAggregator
  readonly subtract: AnyAggregator
}

/** A table's rows with new keys, and the name that the repartition topic of the grouping was given. */
interface TableGrouping {
  readonly node: TableGroupNode
  readonly name: string | undefined
  readonly keySerde: Serde<unknown>
  readonly valueSerde: Serde<unknown>
}

interface Fold {
  readonly operator: 'count' | 'reduce' | 'aggregate'
  readonly initial: (() => unknown) | undefined
  readonly add: FoldCallback
  readonly subtract: FoldCallback
  readonly valueSerde: Serde<unknown> | undefined
}

export class GroupedTable implements MembersOf<AnyGroupedTable> {
  readonly #dsl: Dsl
  readonly #grouping: TableGrouping
  #shared: TableRepartitionNode | undefined

  constructor(dsl: Dsl, grouping: TableGrouping) {
    this.#dsl = dsl
    this.#grouping = grouping
  }

  count(store?: string | StoreOptions<unknown>): AnyTable {
    return this.#fold(countFold, storeOptions(store))
  }

  reduce(options: FoldFunctions & StoreOptions<unknown>): AnyTable {
    const { valueSerde } = this.#grouping
    return this.#fold({ ...foldOf('reduce', options), initial: undefined, valueSerde }, options)
  }

  aggregate(
    options: FoldFunctions & { readonly initial: Initializer<unknown> } & StoreOptions<unknown>,
  ): AnyTable {
    checkFunction(options?.initial, 'aggregate: initial')
    const { initial } = options
    return this.#fold({ ...foldOf('aggregate', options), initial, valueSerde: undefined }, options)
  }

  /** Takes the indexes in Kafka's order: store, sink, source, operator. */
  #fold({ operator, initial, add, subtract, valueSerde }: Fold, options: StoreOptions<unknown>): AnyTable {
    const { plan } = this.#dsl
    const { keySerde } = this.#grouping
    const store = planStore(plan, { prefix: 'KTABLE-AGGREGATE-', options, keySerde, valueSerde, operator })
    const sinkName = plan.processorName('KSTREAM-SINK-', options.name, '-sink')
    const sourceName = plan.processorName('KSTREAM-SOURCE-', options.name, '-source')
    const prefix = operator === 'reduce' ? 'KTABLE-REDUCE-' : 'KTABLE-AGGREGATE-'
    const name = plan.processorName(prefix, options.name)
    const node = plan.add({
      kind: 'table-aggregate',
      name,
      declaredAt: declaredAt(),
      parent: this.#repartition(sinkName, sourceName, store.name, store.named),
      store,
      initial,
      add,
      subtract,
    })
    return this.#dsl.table({ node, keySerde: store.keySerde, valueSerde: store.valueSerde })
  }

  /** A named grouping has one topic for all its folds; without a name each fold has its own, named after its store. */
  #repartition(
    sinkName: string,
    sourceName: string,
    store: string,
    storeNamed: boolean,
  ): TableRepartitionNode {
    const { plan } = this.#dsl
    const { name, node: parent, keySerde, valueSerde } = this.#grouping
    if (this.#shared !== undefined && name !== undefined) {
      plan.touch(this.#shared)
      return this.#shared
    }
    this.#shared = plan.add({
      kind: 'table-repartition',
      name: sourceName,
      sinkName,
      declaredAt: declaredAt(),
      parent,
      topic: repartitionTopicName(name ?? store),
      named: name !== undefined || storeNamed,
      keySerde,
      valueSerde,
    })
    return this.#shared
  }
}

const countFold: Fold = {
  operator: 'count',
  initial: () => 0,
  add: count => (count as number) + 1,
  subtract: count => (count as number) - 1,
  valueSerde: integer() as Serde<unknown>,
}

function foldOf<O extends Fold['operator']>(operator: O, options: FoldFunctions) {
  checkFunction(options?.add, `${operator}: add`)
  checkFunction(options.subtract, `${operator}: subtract`)
  const { add, subtract } = options
  return { operator, add, subtract }
}
