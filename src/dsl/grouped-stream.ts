/** `KGroupedStream` and `WindowedStream`: folds by key, and by key and window. */
import type { FoldCallback } from '../operators/callbacks.ts'
import { declaredAt } from '../plan/declared-at.ts'
import type { RepartitionNode, StorePlan, StreamNode } from '../plan/node.ts'
import { integer } from '../serdes/primitives.ts'
import type { Serde } from '../serdes/serde.ts'
import { windowed } from '../serdes/windowed.ts'
import type { TimeWindows } from '../windows/time-windows.ts'
import { Cogrouped, type AnyCogrouped } from './cogrouped-stream.ts'
import { groupingKey, type Grouping } from './grouping.ts'
import { checkFunction, type AnyTable, type Dsl, type MembersOf } from './handle.ts'
import type { Aggregator, Initializer } from './function-types.ts'
import type { StoreOptions, WindowStoreOptions } from './options.ts'
import { planRepartition } from './repartition.ts'
import { planStore, requireKeySerde, storeOptions } from './store-plan.ts'
import type { KGroupedStream, WindowedStream } from './streams.ts'
import { retentionFor } from './window-retention.ts'

type AnyGrouped = KGroupedStream<unknown, unknown>
type AnyWindowed = WindowedStream<unknown, unknown>
type AnyAggregator = Aggregator<unknown, unknown, unknown>

interface AggregateFunctions {
  readonly initial: Initializer<unknown>
  readonly add: AnyAggregator
}

/** What a fold does, but for its windows and its store. */
interface Fold {
  readonly operator: 'count' | 'reduce' | 'aggregate'
  readonly initial: (() => unknown) | undefined
  readonly add: FoldCallback
  /** Used when the options name no serde. */
  readonly valueSerde: Serde<unknown> | undefined
}

export class GroupedStream implements MembersOf<AnyGrouped> {
  readonly [groupingKey]: Grouping
  readonly #dsl: Dsl
  readonly #grouping: Grouping
  readonly #folds: FoldPlanner

  constructor(dsl: Dsl, grouping: Grouping) {
    this.#dsl = dsl
    this.#grouping = this[groupingKey] = grouping
    this.#folds = new FoldPlanner(dsl, grouping)
  }

  cogroup(add: AnyAggregator): AnyCogrouped {
    return Cogrouped.of(this.#dsl, this.#grouping, add)
  }

  count(store?: string | StoreOptions<unknown>): AnyTable {
    return this.#fold(countFold, storeOptions(store))
  }

  reduce(reducer: AnyAggregator, store?: string | StoreOptions<unknown>): AnyTable {
    return this.#fold(reduceFold(reducer, this.#grouping), storeOptions(store))
  }

  aggregate(options: AggregateFunctions & StoreOptions<unknown>): AnyTable {
    return this.#fold(aggregateFold(options), options)
  }

  windowedBy(windows: TimeWindows): AnyWindowed {
    return new TimeWindowedStream(this.#dsl, this.#grouping, this.#folds, windows) as AnyWindowed
  }

  #fold(fold: Fold, options: StoreOptions<unknown>): AnyTable {
    const { plan } = this.#dsl
    const { store, name, parent, place } = this.#folds.prepare(fold, options)
    const node = plan.add({
      kind: 'stream-aggregate',
      name,
      declaredAt: place,
      parent,
      store,
      initial: fold.initial,
      add: fold.add,
      readsValue: fold.operator !== 'count',
    })
    return this.#dsl.table({ node, keySerde: store.keySerde, valueSerde: store.valueSerde })
  }
}

class TimeWindowedStream implements MembersOf<AnyWindowed> {
  readonly #dsl: Dsl
  readonly #grouping: Grouping
  readonly #folds: FoldPlanner
  readonly #windows: TimeWindows

  constructor(dsl: Dsl, grouping: Grouping, folds: FoldPlanner, windows: TimeWindows) {
    if (windows?.kind !== 'time') throw new TypeError('windowedBy: expected tumbling(...) or hopping(...)')
    this.#dsl = dsl
    this.#grouping = grouping
    this.#folds = folds
    this.#windows = windows
  }

  count(store?: string | WindowStoreOptions<unknown>): AnyTable {
    return this.#fold(countFold, storeOptions(store))
  }

  reduce(reducer: AnyAggregator, store?: string | WindowStoreOptions<unknown>): AnyTable {
    return this.#fold(reduceFold(reducer, this.#grouping), storeOptions(store))
  }

  aggregate(options: AggregateFunctions & WindowStoreOptions<unknown>): AnyTable {
    return this.#fold(aggregateFold(options), options)
  }

  #fold(fold: Fold, options: WindowStoreOptions<unknown>): AnyTable {
    const { plan } = this.#dsl
    const windows = this.#windows
    const retentionMs = retentionFor(windows, options, fold.operator)
    const { store, name, parent, place } = this.#folds.prepare(fold, options)
    const node = plan.add({
      kind: 'window-aggregate',
      name,
      declaredAt: place,
      parent,
      store,
      initial: fold.initial,
      add: fold.add,
      readsValue: fold.operator !== 'count',
      windows,
      retentionMs,
    })
    const keySerde = windowed(store.keySerde, windows.sizeMs) as Serde<unknown>
    return this.#dsl.table({ node, keySerde, valueSerde: store.valueSerde })
  }
}

/** Names and stores of the folds of one grouping, and the repartition topic that they may share. */
class FoldPlanner {
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
  ): { store: StorePlan; name: string; parent: StreamNode; place: string | undefined } {
    const { plan } = this.#dsl
    const { keySerde } = this.#grouping
    const { operator, valueSerde } = fold
    const prefix = operator === 'reduce' ? 'KSTREAM-REDUCE-' : 'KSTREAM-AGGREGATE-'
    // Kafka once named a topic here and still takes the index, so that names stay as they are (KGroupedStreamImpl).
    if (operator === 'count' && options.store === undefined) plan.storeName(prefix)
    const store = planStore(plan, { prefix, options, keySerde, valueSerde, operator })
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

const countFold: Fold = {
  operator: 'count',
  initial: () => 0,
  add: count => (count as number) + 1,
  valueSerde: integer() as Serde<unknown>,
}

function reduceFold(reducer: AnyAggregator, { valueSerde }: Grouping): Fold {
  checkFunction(reducer, 'reduce')
  return { operator: 'reduce', initial: undefined, add: reducer, valueSerde }
}

function aggregateFold(options: AggregateFunctions): Fold {
  checkFunction(options?.initial, 'aggregate: initial')
  checkFunction(options.add, 'aggregate: add')
  const { initial, add } = options
  return { operator: 'aggregate', initial, add, valueSerde: undefined }
}
