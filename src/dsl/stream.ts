/** `KStream`: checks what its methods are given, adds a node to the plan and wraps it. */
import { misuse } from '../base/misuse.ts'
import type { AsyncCallback } from '../operators/async-call.ts'
import type { JoinCallback } from '../operators/callbacks.ts'
import { declaredAt } from '../base/declared-at.ts'
import type { MapNode, RepartitionNode, StreamNode } from '../plan/node.ts'
import type { Serde } from '../serdes/serde.ts'
import type { AsyncOptions } from './async-options.ts'
import { planMapValuesAsync } from './async-plan.ts'
import { branchByList, branchByName } from './branch.ts'
import type { AnyMapper, AnyPredicate } from './function-types.ts'
import {
  isGlobalTable,
  planGlobalJoin,
  type AnyGlobalJoinOptions,
  type AnyGlobalTable,
} from './global-plan.ts'
import type { AnyDedupeOptions } from './dedupe-options.ts'
import { planDedupe } from './dedupe-plan.ts'
import { GroupedStream } from './grouped-stream.ts'
import { atLine, checkAnyOptions, checkFunction, checkOptions, checkSerde } from './argument-checks.ts'
import {
  isStream,
  state,
  streamStateOf,
  tableStateOf,
  type AnyStream,
  type AnyTable,
  type Dsl,
  type MembersOf,
  type StreamState,
} from './handle.ts'
import { keysOf, valuesOf, type AnyKeyOptions } from './made-serdes.ts'
import type { BranchOptions, NamedOptions, RepartitionOptions, SinkOptions, ValueOptions } from './options.ts'
import type { PrintOptions } from './print-options.ts'
import { planPrint } from './print.ts'
import { planProcess, type AnyProcessor } from './process-plan.ts'
import { planRepartition } from './repartition.ts'
import { planSink } from './sink-plan.ts'
import {
  checkWithin,
  planStreamJoin,
  type AnyStreamJoinOptions,
  type StreamJoinRequest,
} from './stream-join.ts'
import { planStore, storeOptions, type StoreArgument } from './store-plan.ts'
import type { KGroupedStream } from './kgrouped-stream.ts'
import { planTableJoin, type TableJoinOptions } from './table-join.ts'
import type { DynamicTopic, SinkTopic } from './topic.ts'

type AnyJoinOptions = TableJoinOptions<unknown, unknown> | AnyStreamJoinOptions
type AnyGrouped = KGroupedStream<unknown, unknown>

export class Stream implements MembersOf<AnyStream> {
  readonly [state]: StreamState
  readonly #dsl: Dsl
  /** The repartition that joins of this stream share unless they have names. */
  #joinRepartition: RepartitionNode | undefined

  constructor(dsl: Dsl, streamState: StreamState) {
    this.#dsl = dsl
    this[state] = streamState
  }

  filter(predicate: AnyPredicate, options?: NamedOptions): AnyStream {
    return this.#filter(predicate, false, options)
  }

  filterNot(predicate: AnyPredicate, options?: NamedOptions): AnyStream {
    return this.#filter(predicate, true, options)
  }

  mapValues(fn: AnyMapper, options?: ValueOptions<unknown>): AnyStream {
    return this.#map('map-values', 'KSTREAM-MAPVALUES-', fn, options, valuesOf(options, 'mapValues'))
  }

  mapValuesAsync(fn: AsyncCallback, options: AsyncOptions = {}): AnyStream {
    checkOptions(options, 'mapValuesAsync')
    const { plan } = this.#dsl
    const node = atLine('mapValuesAsync', () => planMapValuesAsync(plan, fn, options, this[state]))
    return this.#dsl.stream({ ...this[state], ...valuesOf(options, 'mapValuesAsync'), node })
  }

  dedupe(options: AnyDedupeOptions<unknown, unknown, unknown>): AnyStream {
    const node = atLine('dedupe', () => planDedupe(this.#dsl.plan, options, this[state]))
    return this.#dsl.stream({ ...this[state], node })
  }

  flatMapValues(fn: AnyMapper, options?: ValueOptions<unknown>): AnyStream {
    return this.#map(
      'flat-map-values',
      'KSTREAM-FLATMAPVALUES-',
      fn,
      options,
      valuesOf(options, 'flatMapValues'),
    )
  }

  map(fn: AnyMapper, options?: AnyKeyOptions): AnyStream {
    return this.#map('map', 'KSTREAM-MAP-', fn, options, {
      ...keysOf(options, 'map'),
      valueSerde: undefined,
    })
  }

  flatMap(fn: AnyMapper, options?: AnyKeyOptions): AnyStream {
    return this.#map('flat-map', 'KSTREAM-FLATMAP-', fn, options, {
      ...keysOf(options, 'flatMap'),
      valueSerde: undefined,
    })
  }

  selectKey(fn: AnyMapper, options?: AnyKeyOptions): AnyStream {
    return this.#map('select-key', 'KSTREAM-KEY-SELECT-', fn, options, keysOf(options, 'selectKey'))
  }

  peek(action: AnyMapper, options?: NamedOptions): AnyStream {
    return this.#map('peek', 'KSTREAM-PEEK-', action, options, {})
  }

  foreach(action: AnyMapper, options?: NamedOptions): void {
    this.#map('foreach', 'KSTREAM-FOREACH-', action, options, {})
  }

  print(options: PrintOptions<unknown, unknown> = {}): void {
    planPrint(this.#dsl.plan, this[state].node, options)
  }

  merge(other: AnyStream, options?: NamedOptions): AnyStream {
    const { plan } = this.#dsl
    const left = this[state]
    const right = streamStateOf(other, 'merge')
    checkAnyOptions(options, 'merge')
    const node = plan.add({
      kind: 'merge',
      name: plan.processorName('KSTREAM-MERGE-', options?.name),
      declaredAt: declaredAt(),
      parents: Object.freeze([left.node, right.node]),
    })
    return this.#dsl.stream({
      node,
      // Streams whose serdes differ have none together: nothing says which one the merged records would be written with.
      keySerde: left.keySerde === right.keySerde ? left.keySerde : undefined,
      valueSerde: left.valueSerde === right.valueSerde ? left.valueSerde : undefined,
      rekeyed: left.rekeyed || right.rekeyed,
    })
  }

  branch(
    branches: Readonly<Record<string, AnyPredicate>> | readonly { readonly when: AnyPredicate }[],
    options?: BranchOptions,
  ): object {
    checkOptions(branches, 'branch')
    // The signature of isArray does not see that a readonly list is one.
    const list = branches as readonly { readonly when: AnyPredicate }[]
    const byName = branches as Readonly<Record<string, AnyPredicate>>
    return atLine('branch', () =>
      Array.isArray(branches)
        ? branchByList(this.#dsl, this[state], list, options)
        : branchByName(this.#dsl, this[state], byName, options),
    )
  }

  groupByKey(options?: NamedOptions & { readonly value?: Serde<unknown> }): AnyGrouped {
    checkAnyOptions(options, 'groupByKey')
    checkSerde(options?.value, 'groupByKey', 'value')
    const valueSerde = options?.value ?? this[state].valueSerde
    return new GroupedStream(this.#dsl, { ...this[state], valueSerde, name: options?.name }) as AnyGrouped
  }

  groupBy(fn: AnyMapper, options?: AnyKeyOptions): AnyGrouped {
    checkFunction(fn, 'groupBy')
    const rekeyed = this.selectKey(fn, options)
    return new GroupedStream(this.#dsl, {
      ...streamStateOf(rekeyed, 'groupBy'),
      name: options?.name,
    }) as AnyGrouped
  }

  join(
    other: AnyTable | AnyGlobalTable | AnyStream,
    joiner: JoinCallback,
    options?: AnyJoinOptions,
  ): AnyStream {
    if (isStream(other)) return this.#joinStream('join', other as AnyStream, joiner, options)
    return this.#joinTable(other as AnyTable | AnyGlobalTable, joiner, false, options)
  }

  leftJoin(
    other: AnyTable | AnyGlobalTable | AnyStream,
    joiner: JoinCallback,
    options?: AnyJoinOptions,
  ): AnyStream {
    if (isStream(other)) return this.#joinStream('leftJoin', other as AnyStream, joiner, options)
    return this.#joinTable(other as AnyTable | AnyGlobalTable, joiner, true, options)
  }

  outerJoin(other: AnyStream, joiner: JoinCallback, options: AnyStreamJoinOptions): AnyStream {
    streamStateOf(other, 'outerJoin')
    return this.#joinStream('outerJoin', other, joiner, options)
  }

  repartition(options: RepartitionOptions<unknown, unknown> = {}): AnyStream {
    checkOptions(options, 'repartition')
    const { plan } = this.#dsl
    const { name, partitions, partitioner } = options
    if (partitions !== undefined && (!Number.isInteger(partitions) || partitions < 1)) {
      throw misuse(`repartition: partitions must be an integer of at least 1, not ${partitions}`)
    }
    const node = plan.add(
      planRepartition(plan, {
        parent: this[state].node,
        prefix: name ?? plan.processorName('KSTREAM-REPARTITION-'),
        named: name !== undefined,
        forced: true,
        keySerde: options.key ?? this[state].keySerde,
        valueSerde: options.value ?? this[state].valueSerde,
        operator: 'repartition',
        partitions,
        partitioner,
      }),
    )
    return this.#dsl.stream(stateAfter(node))
  }

  toTable(store?: StoreArgument): AnyTable {
    const { plan } = this.#dsl
    const { rekeyed, keySerde, valueSerde } = this[state]
    const options = storeOptions(store)
    const operator = 'toTable'
    const name = plan.processorName('KSTREAM-TOTABLE-', options.name)
    const storePlan = planStore(plan, {
      prefix: 'KSTREAM-TOTABLE-',
      options,
      keySerde,
      valueSerde,
      operator,
      expires: true,
    })
    let parent = this[state].node
    if (rekeyed) {
      const named = options.name !== undefined
      const request = { parent, prefix: name, named, keySerde, valueSerde, operator }
      parent = plan.add(planRepartition(plan, request))
    }
    const node = plan.add({ kind: 'to-table', name, declaredAt: declaredAt(), parent, store: storePlan })
    return this.#dsl.table({ node, keySerde: storePlan.keySerde, valueSerde: storePlan.valueSerde })
  }

  process(processor: AnyProcessor & AnyKeyOptions & ValueOptions<unknown>): AnyStream {
    const node = atLine('process', () => planProcess(this.#dsl.plan, 'process', processor, this[state]))
    return this.#dsl.stream({ node, ...keysOf(processor, 'process'), ...valuesOf(processor, 'process') })
  }

  processValues(processor: AnyProcessor & ValueOptions<unknown>): AnyStream {
    const { plan } = this.#dsl
    const node = atLine('processValues', () => planProcess(plan, 'process-values', processor, this[state]))
    return this.#dsl.stream({ ...this[state], ...valuesOf(processor, 'processValues'), node })
  }

  through<R>(operator: (stream: AnyStream) => R): R {
    checkFunction(operator, 'through')
    return operator(this as unknown as AnyStream)
  }

  to(target: SinkTopic<unknown, unknown> | DynamicTopic<unknown, unknown>, options?: SinkOptions): void {
    planSink(this.#dsl.plan, this[state].node, target, options)
  }

  #filter(predicate: AnyPredicate, negate: boolean, options?: NamedOptions): AnyStream {
    const operator = negate ? 'filterNot' : 'filter'
    checkFunction(predicate, operator)
    checkAnyOptions(options, operator)
    const { plan } = this.#dsl
    const node = plan.add({
      kind: 'filter',
      name: plan.processorName('KSTREAM-FILTER-', options?.name),
      declaredAt: declaredAt(),
      parent: this[state].node,
      predicate,
      negate,
    })
    return this.#dsl.stream({ ...this[state], node })
  }

  #map(
    kind: MapNode['kind'],
    prefix: string,
    fn: AnyMapper,
    options: NamedOptions | undefined,
    changes: Partial<StreamState>,
  ): AnyStream {
    const operator = kind.replace(/-(.)/g, (_dash, letter: string) => letter.toUpperCase())
    checkFunction(fn, operator)
    checkAnyOptions(options, operator)
    const { plan } = this.#dsl
    const node = plan.add({
      kind,
      name: plan.processorName(prefix, options?.name),
      declaredAt: declaredAt(),
      parent: this[state].node,
      fn,
    })
    return this.#dsl.stream({ ...this[state], ...changes, node })
  }

  #joinTable(
    table: AnyTable | AnyGlobalTable,
    joiner: JoinCallback,
    left: boolean,
    options: AnyGlobalJoinOptions & TableJoinOptions<unknown, unknown> = {},
  ): AnyStream {
    const operator = left ? 'leftJoin' : 'join'
    checkOptions(options, operator)
    if (isGlobalTable(table)) {
      const join = { table, joiner, left, options }
      return this.#dsl.stream(planGlobalJoin(this.#dsl.plan, this[state], join))
    }
    checkFunction(joiner, operator)
    const { plan } = this.#dsl
    const tableNode = tableStateOf(table, operator).node
    plan.checkOwn(tableNode, declaredAt())
    const own = this[state]
    const parent = own.rekeyed ? this.#repartitionForJoin(options.name, operator) : own.node
    const request = { ...own, operator, parent, table: tableNode, joiner, options } as const
    const node = atLine(operator, () => planTableJoin(plan, request))
    const { valueSerde } = valuesOf(options, operator)
    return this.#dsl.stream({ node, keySerde: own.keySerde, valueSerde, rekeyed: false })
  }

  #joinStream(
    operator: StreamJoinRequest['operator'],
    other: AnyStream,
    joiner: JoinCallback,
    options: AnyJoinOptions | undefined,
  ): AnyStream {
    checkFunction(joiner, operator)
    const checked = options as AnyStreamJoinOptions
    checkWithin(operator, checked)
    const right = other as unknown as Stream
    this.#dsl.plan.checkOwn(right[state].node, declaredAt())
    const suffixed = (suffix: string) => (checked.name === undefined ? undefined : checked.name + suffix)
    const request = {
      operator,
      left: this.#copartitioned(suffixed('-left'), operator),
      right: right.#copartitioned(suffixed('-right'), operator),
      joiner,
      options: checked,
    }
    return this.#dsl.stream(atLine(operator, () => planStreamJoin(this.#dsl, request)))
  }

  /** The stream as a join needs it: after a repartition topic, if the key was changed. */
  #copartitioned(name: string | undefined, operator: string): StreamState {
    const own = this[state]
    return own.rekeyed ? { ...own, node: this.#repartitionForJoin(name, operator), rekeyed: false } : own
  }

  #repartitionForJoin(name: string | undefined, operator: string): StreamNode {
    const { plan } = this.#dsl
    const { node: parent, keySerde, valueSerde } = this[state]
    const prefix = name ?? parent.name
    const named = name !== undefined
    const planned = planRepartition(plan, { parent, prefix, named, keySerde, valueSerde, operator })
    if (this.#joinRepartition !== undefined && !named) return this.#joinRepartition
    this.#joinRepartition = plan.add(planned)
    return this.#joinRepartition
  }
}

/** What a stream that comes out of a repartition topic knows of itself. */
function stateAfter(node: RepartitionNode): StreamState {
  return { node, keySerde: node.keySerde, valueSerde: node.valueSerde, rekeyed: false }
}
