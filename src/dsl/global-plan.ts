/** Plans global tables, global stores and the joins with them. */
import { misuse } from '../base/misuse.ts'
import type { JoinCallback, ValueCallback } from '../operators/callbacks.ts'
import { process } from '../operators/process-records.ts'
import { declaredAt } from '../base/declared-at.ts'
import type { StorePlan } from '../plan/node-base.ts'
import type { GlobalTableNode } from '../plan/node.ts'
import type { Plan } from '../plan/plan.ts'
import type { Serde } from '../serdes/serde.ts'
import type { TimestampExtractor } from '../topology/node.ts'
import type { GlobalKTable, GlobalStoreDefinition } from './global-table.ts'
import { checkFunction } from './argument-checks.ts'
import type { StreamState } from './handle.ts'
import type { StoreHandle } from './store-handle.ts'
import type { NamedOptions, StoreOptions, ValueOptions } from './options.ts'
import { planStore } from './store-plan.ts'
import type { Topic } from './topic.ts'
import { refuseVersions } from './version-options.ts'

/** Where a global table keeps its node. */
const globalNode = Symbol('millrace.globalNode')

export type AnyGlobalTable = GlobalKTable<unknown, unknown>

/** What the classes behind the types see of a join's options. */
export interface AnyGlobalJoinOptions extends ValueOptions<unknown> {
  readonly on?: ValueCallback<unknown>
}

export function planGlobalTable(
  plan: Plan,
  topic: Topic<unknown, unknown>,
  options: StoreOptions<unknown>,
  timestamp: TimestampExtractor | undefined,
): AnyGlobalTable {
  refuseVersions(options, 'globalTable', 'global tables')
  const { key: keySerde, value: valueSerde } = topic
  const prefix = `${topic.name}-`
  const store = planStore(plan, { prefix, options, keySerde, valueSerde, operator: 'globalTable' })
  return addNode(plan, topic, { store, name: options.name, timestamp, supplier: undefined, walkable: true })
}

export function planGlobalStore(
  plan: Plan,
  topic: Topic<unknown, unknown>,
  definition: GlobalStoreDefinition<unknown, unknown, unknown, unknown> & NamedOptions,
  timestamp: TimestampExtractor | undefined,
): AnyGlobalTable {
  checkFunction(definition?.process, 'globalStore')
  const { store: handle } = definition
  const { name, key: keySerde, value: valueSerde } = handle
  const { kind, walkable = true, backend, entriesMax } = handle.definition
  if (kind !== 'key-value' || entriesMax !== undefined)
    throw misuse(`globalStore: store '${name}' must be one made by kvStore, which keeps every row`)
  const common = { named: true, changelog: false, cache: false } as const
  const supplier = process({
    stores: [{ property: 'store', store: name, kind: 'key-value' }],
    process: (record, { stores }) => {
      definition.process(record, { store: stores['store'] } as Parameters<typeof definition.process>[1])
    },
    punctuations: () => [],
    valuesOnly: true,
  })
  const store = { ...common, name, keySerde, valueSerde, backend }
  return addNode(plan, topic, { store, name: definition.name, timestamp, supplier, walkable })
}

/** What a join of a stream with a global table makes. */
export function planGlobalJoin(
  plan: Plan,
  stream: StreamState,
  join: {
    readonly table: AnyGlobalTable
    readonly joiner: JoinCallback
    readonly left: boolean
    readonly options: AnyGlobalJoinOptions | undefined
  },
): StreamState {
  const { table, joiner, left, options = {} } = join
  const operator = left ? 'leftJoin' : 'join'
  checkFunction(joiner, operator)
  checkFunction(options.on, `${operator} with a global table: on`)
  const node = plan.add({
    kind: 'stream-global-join',
    // One prefix for both, as in Kafka.
    name: plan.processorName('KSTREAM-LEFTJOIN-', options.name),
    declaredAt: declaredAt(),
    parent: stream.node,
    table: globalNodeOf(plan, table)!,
    on: options.on!,
    joiner,
    left,
  })
  return { ...stream, node, valueSerde: options.value }
}

/** The node of a global table; `undefined` for anything else. MR-1008 for one of another builder. */
export function globalNodeOf(
  plan: Plan,
  handle: StoreHandle | object | undefined,
): GlobalTableNode | undefined {
  const node = (handle as { [globalNode]?: GlobalTableNode } | null | undefined)?.[globalNode]
  if (node !== undefined) plan.checkOwn(node, declaredAt())
  return node
}

/** Whether what was handed in is a global table. */
export function isGlobalTable(handle: object): handle is AnyGlobalTable {
  return typeof handle === 'object' && handle !== null && globalNode in handle
}

function addNode(
  plan: Plan,
  { name: topic, key: keySerde, value: valueSerde }: Topic<unknown, unknown>,
  table: Pick<GlobalTableNode, 'timestamp' | 'supplier' | 'walkable'> & {
    readonly store: StorePlan
    readonly name: string | undefined
  },
): AnyGlobalTable {
  const { store, name, ...rest } = table
  const sourceName = plan.processorName('KSTREAM-SOURCE-', name, '-source')
  const node = plan.add({
    kind: 'global-table',
    name: plan.processorName('KTABLE-SOURCE-', name),
    declaredAt: declaredAt(),
    sourceName,
    topic,
    keySerde: keySerde satisfies Serde<unknown>,
    valueSerde,
    store,
    ...rest,
  })
  return Object.freeze({ kind: 'global', name: store.name, [globalNode]: node })
}
