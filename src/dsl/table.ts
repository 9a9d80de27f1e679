/** `KTable`: checks what its methods are given, adds a node to the plan and wraps it. */
import type { JoinCallback } from '../operators/callbacks.ts'
import type { TableJoinType } from '../operators/table-join.ts'
import { declaredAt } from '../base/declared-at.ts'
import type { StorePlan } from '../plan/node-base.ts'
import { json } from '../serdes/json.ts'
import { string } from '../serdes/primitives.ts'
import type { Serde } from '../serdes/serde.ts'
import { atLine, checkFunction, checkOptions, checkSerde } from './argument-checks.ts'
import {
  state,
  tableStateOf,
  type AnyStream,
  type AnyTable,
  type Dsl,
  type MembersOf,
  type TableState,
} from './handle.ts'
import {
  hasForeignKey,
  noOuterJoin,
  planForeignKeyJoin,
  type AnyForeignKeyJoinOptions,
} from './foreign-key-join.ts'
import { GroupedTable } from './grouped-table.ts'
import type { AnyMapper, AnyPredicate } from './function-types.ts'
import type { KeyOptions, NamedOptions, StoreOptions, SuppressOptions } from './options.ts'
import { planTransformer, type AnyTransformer } from './process-plan.ts'
import { planSuppress } from './suppress.ts'
import { checkStoreOptions, planStore, storeOptions, type StoreArgument } from './store-plan.ts'
import type { KGroupedTable } from './ktable.ts'

type AnyGroupedTable = KGroupedTable<unknown, unknown>

export class Table implements MembersOf<AnyTable> {
  readonly [state]: TableState
  readonly #dsl: Dsl

  constructor(dsl: Dsl, tableState: TableState) {
    this.#dsl = dsl
    this[state] = tableState
  }

  get storeName(): string | undefined {
    const { store } = this[state].node
    return store?.named === true ? store.name : undefined
  }

  filter(predicate: AnyPredicate, store?: StoreArgument): AnyTable {
    return this.#filter(predicate, false, store)
  }

  filterNot(predicate: AnyPredicate, store?: StoreArgument): AnyTable {
    return this.#filter(predicate, true, store)
  }

  mapValues(fn: AnyMapper, store?: StoreArgument): AnyTable {
    checkFunction(fn, 'mapValues')
    const { valueSerde, ...planned } = this.#planMapping('KTABLE-MAPVALUES-', store, 'mapValues')
    const node = this.#dsl.plan.add({ kind: 'table-map-values', fn, ...planned })
    return this.#dsl.table({ ...this[state], node, valueSerde })
  }

  transformValues(transformer: AnyMapper | AnyTransformer, store?: StoreArgument): AnyTable {
    const operator = 'transformValues'
    const { plan } = this.#dsl
    // In an object: a transformer with state of its own.
    const stateful = typeof transformer === 'object' && transformer !== null
    if (!stateful) checkFunction(transformer, operator)
    const fn = stateful ? atLine(operator, () => planTransformer(plan, transformer)) : transformer
    const prefix = 'KTABLE-TRANSFORMVALUES-'
    const { valueSerde, ...planned } = this.#planMapping(prefix, store, operator)
    const node = plan.add({ kind: 'table-transform-values', fn, ...planned })
    return this.#dsl.table({ ...this[state], node, valueSerde })
  }

  join(other: AnyTable, joiner: JoinCallback, how?: StoreArgument | AnyForeignKeyJoinOptions): AnyTable {
    return hasForeignKey(how)
      ? this.#foreignKeyJoin('join', other, joiner, how)
      : this.#join('inner', other, joiner, how)
  }

  leftJoin(other: AnyTable, joiner: JoinCallback, how?: StoreArgument | AnyForeignKeyJoinOptions): AnyTable {
    return hasForeignKey(how)
      ? this.#foreignKeyJoin('leftJoin', other, joiner, how)
      : this.#join('left', other, joiner, how)
  }

  outerJoin(other: AnyTable, joiner: JoinCallback, store?: StoreArgument): AnyTable {
    if (hasForeignKey(store)) throw noOuterJoin()
    return this.#join('outer', other, joiner, store)
  }

  groupBy(fn: AnyMapper, options: NamedOptions & { readonly key?: Serde<unknown> } = {}): AnyGroupedTable {
    checkFunction(fn, 'groupBy')
    checkOptions(options, 'groupBy')
    checkSerde(options.key, 'groupBy', 'key')
    const { plan } = this.#dsl
    const { node: parent, valueSerde = json<unknown>() } = this[state]
    const { name, key: keySerde = string() as Serde<unknown> } = options
    const node = plan.add({
      kind: 'table-group',
      name: plan.processorName('KTABLE-SELECT-', name),
      declaredAt: declaredAt(),
      parent,
      fn,
      keySerde,
    })
    return new GroupedTable(this.#dsl, { node, name, keySerde, valueSerde }) as AnyGroupedTable
  }

  suppress(options: SuppressOptions): AnyTable {
    checkOptions(options, 'suppress')
    return atLine('suppress', () => planSuppress(this.#dsl, this[state], options))
  }

  toStream(first?: AnyMapper | NamedOptions, second?: KeyOptions<unknown>): AnyStream {
    const { plan } = this.#dsl
    const { keySerde, valueSerde, node: parent } = this[state]
    const [keyMapper, options = {}] = typeof first === 'function' ? [first, second] : [undefined, first]
    checkOptions(options, 'toStream')
    checkSerde(second?.key, 'toStream', 'key')
    const node = plan.add({
      kind: 'to-stream',
      name: plan.processorName('KTABLE-TOSTREAM-', options.name),
      declaredAt: declaredAt(),
      parent,
    })
    const stream = this.#dsl.stream({ node, keySerde, valueSerde, rekeyed: false })
    if (keyMapper === undefined) return stream
    // Two nodes, as in Kafka: the operator's name is that of the first.
    return stream.selectKey<unknown>(keyMapper, { key: second?.key ?? (string() as Serde<unknown>) })
  }

  /** What the nodes of `mapValues` and `transformValues` have in common, and the serde of the new values. */
  #planMapping(prefix: string, store: StoreArgument, operator: string) {
    const { plan } = this.#dsl
    const options = storeOptions(store)
    const storePlan = this.#optionalStore(prefix, options, undefined, operator)
    return {
      name: plan.processorName(prefix, options.name),
      declaredAt: declaredAt(),
      parent: this[state].node,
      store: storePlan,
      valueSerde: options.value,
    }
  }

  /** Takes the indexes in Kafka's order: result, left side, right side. */
  #join(type: TableJoinType, other: AnyTable, joiner: JoinCallback, store: StoreArgument): AnyTable {
    const operator = type === 'inner' ? 'join' : `${type}Join`
    checkFunction(joiner, operator)
    const { plan } = this.#dsl
    const { node: left, keySerde } = this[state]
    const { node: right } = tableStateOf(other, operator)
    const options = storeOptions(store)
    const { name } = options
    const storePlan = this.#optionalStore('KTABLE-MERGE-', options, undefined, operator)
    const node = plan.add({
      kind: 'table-join',
      name: plan.processorName('KTABLE-MERGE-', name),
      leftName: plan.processorName('KTABLE-JOINTHIS-', name, '-join-this'),
      rightName: plan.processorName('KTABLE-JOINOTHER-', name, '-join-other'),
      declaredAt: declaredAt(),
      parents: Object.freeze([left, right] as const),
      joiner,
      type,
      store: storePlan,
    })
    return this.#dsl.table({ node, keySerde, valueSerde: options.value })
  }

  #foreignKeyJoin(
    operator: 'join' | 'leftJoin',
    other: AnyTable,
    joiner: JoinCallback,
    options: AnyForeignKeyJoinOptions,
  ): AnyTable {
    checkFunction(joiner, operator)
    const right = tableStateOf(other, operator)
    const request = { operator, left: this[state], right, joiner, options }
    return this.#dsl.table(planForeignKeyJoin(this.#dsl, request))
  }

  #filter(predicate: AnyPredicate, negate: boolean, store: StoreArgument): AnyTable {
    checkFunction(predicate, negate ? 'filterNot' : 'filter')
    const { plan } = this.#dsl
    const options = storeOptions(store)
    const { valueSerde } = this[state]
    const storePlan = this.#optionalStore('KTABLE-FILTER-', options, valueSerde, 'filter')
    const node = plan.add({
      kind: 'table-filter',
      name: plan.processorName('KTABLE-FILTER-', options.name),
      declaredAt: declaredAt(),
      parent: this[state].node,
      predicate,
      negate,
      store: storePlan,
    })
    return this.#dsl.table({ ...this[state], node })
  }

  /** A table operator keeps its rows only if it is asked to. */
  #optionalStore(
    prefix: string,
    options: StoreOptions<unknown>,
    valueSerde: Serde<unknown> | undefined,
    operator: string,
  ): StorePlan | undefined {
    if (options.store === undefined && options.versioned === undefined && options.maxEntries === undefined) {
      checkStoreOptions(options, operator)
      return undefined
    }
    const { keySerde } = this[state]
    return planStore(this.#dsl.plan, { prefix, options, keySerde, valueSerde, operator })
  }
}
