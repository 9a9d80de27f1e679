/** Plans a join of two streams: names in Kafka's order, the stores of both sides, and the nodes that use them. */
import { misuse } from '../base/misuse.ts'
import { StreamsError } from '../base/errors.ts'
import type { JoinCallback } from '../operators/callbacks.ts'
import { declaredAt } from '../base/declared-at.ts'
import type { StorePlan } from '../plan/node-base.ts'
import type { JoinSide } from '../plan/node-base.ts'
import type { StreamStreamJoinNode } from '../plan/node.ts'
import type { Plan } from '../plan/plan.ts'
import { json } from '../serdes/json.ts'
import { validateName } from '../topology/names.ts'
import { joinWindows } from '../windows/join-windows.ts'
import { checkOptions } from './argument-checks.ts'
import type { AnyStream, Dsl, StreamState } from './handle.ts'
import type { StreamJoinOptions } from './join-options.ts'
import { idleMsOf } from './idle-option.ts'
import type { LateSidesOption } from './late-option.ts'
import { lateHandler, lateNodeName, planLateRecords, type LateHandler } from './late-plan.ts'
import type { StoreBackend } from '../state/store-supplier.ts'
import { checkBackend, requireKeySerde } from './store-plan.ts'

export type AnyStreamJoinOptions = StreamJoinOptions<unknown, unknown, unknown> &
  LateSidesOption<AnyStream, AnyStream>

/** What a join is asked to do. The sides have been through repartition topics, if they must. */
export interface StreamJoinRequest {
  readonly operator: StreamStreamJoinNode['operator']
  readonly left: StreamState
  readonly right: StreamState
  readonly joiner: JoinCallback
  readonly options: AnyStreamJoinOptions
}

/** Refuses a join of streams that does not say how far apart in time records may be: MR-1009. */
export function checkWithin(operator: string, options: AnyStreamJoinOptions | undefined): void {
  if (options?.within !== undefined && options.within !== null) return
  throw new StreamsError('MR-1009', {
    what: `${operator} of two streams does not say how far apart in time records may be`,
    where: declaredAt(),
    why: 'Streams have no end: a record can wait for its match only for a limited time.',
    fix: `say it: ${operator}(other, joiner, { within: '5m' })`,
  })
}

/** Adds the nodes; the result has the keys of both sides. */
export function planStreamJoin(dsl: Dsl, request: StreamJoinRequest): StreamState {
  const { plan } = dsl
  const { operator, left, right, joiner, options } = request
  checkStores(operator, options)
  const windows = joinWindows(options.within, options.grace)
  const idleMs = idleMsOf(options, operator)
  if (idleMs !== undefined && operator === 'join')
    throw misuse('join: no record waits to go without a match; idle is for leftJoin and outerJoin')
  const late = lateHandlersOf(operator, options)
  const names = namesOf(plan, operator, options)
  const keySerde = requireKeySerde(left.keySerde ?? right.keySerde, operator)
  const place = declaredAt()
  const { logging = true, backend = plan.backend } = options
  const common = { named: options.store !== undefined, logging, backend }
  const serdes = {
    left: options.left ?? left.valueSerde ?? json<unknown>(),
    right: options.right ?? right.valueSerde ?? json<unknown>(),
  }
  const sides = (['left', 'right'] as const).map(side => {
    const { windowName, store } = names[side]
    const valueSerde = serdes[side]
    const window = plan.add({
      kind: 'join-window',
      name: windowName,
      declaredAt: place,
      parent: request[side].node,
      store: joinStore(store, { keySerde, valueSerde }, { ...common, ...options.stores?.[side] }),
      windows,
      late: lateNodeName(windowName, late[side]),
    })
    return { window, valueSerde, late: late[side] }
  })
  const heldStore = joinStore(names.held, { keySerde, valueSerde: serdes.left }, common)
  const held = operator === 'join' ? undefined : Object.freeze({ store: heldStore, ...serdes })
  const node = plan.add({
    kind: 'stream-stream-join',
    name: names.merge,
    declaredAt: place,
    operator,
    parents: Object.freeze([...new Set([left.node, right.node])]),
    left: names.left,
    right: names.right,
    windows,
    joiner,
    held,
    store: held?.store,
    idleMs,
  })
  for (const side of sides) planLateRecords(dsl, [side.window], { keySerde, ...side })
  return { node, keySerde, valueSerde: options.value, rekeyed: false }
}

/** Refuses names and backends of stores that are none. */
function checkStores(operator: string, { store, stores = {}, backend }: AnyStreamJoinOptions): void {
  checkOptions(stores, `${operator}: stores`)
  checkBackend(backend, operator)
  for (const name of [store, stores.left?.name, stores.right?.name])
    if (name !== undefined) validateName(name, 'a store', declaredAt())
  checkBackend(stores.left?.backend, `${operator}: stores.left`)
  checkBackend(stores.right?.backend, `${operator}: stores.right`)
}

/** The handlers of both sides, each if there is one. */
function lateHandlersOf(
  operator: string,
  { late = {} }: AnyStreamJoinOptions,
): { readonly left: LateHandler | undefined; readonly right: LateHandler | undefined } {
  checkOptions(late, `${operator}: late`)
  return {
    left: lateHandler(late.left, `${operator}: late.left`),
    right: lateHandler(late.right, `${operator}: late.right`),
  }
}

interface JoinNames {
  readonly left: JoinSide
  readonly right: JoinSide
  readonly merge: string
  /** Of the store of held records. */
  readonly held: string
}

/** Takes all indexes, in Kafka's order; that of a side also numbers its store (semantics J12). */
function namesOf(
  plan: Plan,
  operator: StreamJoinRequest['operator'],
  { name, store: base, stores }: AnyStreamJoinOptions,
): JoinNames {
  const keepsLeft = operator !== 'join'
  const keepsRight = operator === 'outerJoin'
  const suffixes = {
    left: keepsRight ? '-outer-this-join' : '-this-join',
    right: keepsLeft ? '-outer-other-join' : '-other-join',
  }
  const windowNames = {
    left: plan.processorName('KSTREAM-WINDOWED-', name, '-this-windowed'),
    right: plan.processorName('KSTREAM-WINDOWED-', name, '-other-windowed'),
  }
  const generated = {
    left: plan.processorName(keepsRight ? 'KSTREAM-OUTERTHIS-' : 'KSTREAM-JOINTHIS-'),
    right: plan.processorName(keepsLeft ? 'KSTREAM-OUTEROTHER-' : 'KSTREAM-JOINOTHER-'),
  }
  const sideOf = (side: 'left' | 'right'): JoinSide => ({
    windowName: windowNames[side],
    joinName: name === undefined ? generated[side] : name + suffixes[side],
    store: stores?.[side]?.name ?? `${base === undefined ? generated[side] : base + suffixes[side]}-store`,
  })
  const held =
    base === undefined
      ? `KSTREAM-OUTERSHARED-${numberOf(generated.left)}`
      : `${base}${keepsRight ? '-outer' : '-left'}-shared-join`
  const merge = plan.processorName('KSTREAM-MERGE-', name, '-merge')
  return { left: sideOf('left'), right: sideOf('right'), merge, held: `${held}-store` }
}

/** The number of a generated name: the store of held records has that of the left side. */
function numberOf(generated: string): string {
  return generated.slice(generated.lastIndexOf('-') + 1)
}

interface JoinStoreRequest {
  readonly named: boolean
  readonly logging: NonNullable<AnyStreamJoinOptions['logging']>
  readonly backend?: StoreBackend
  /** What it was called for its side alone. */
  readonly name?: string
}

function joinStore(
  name: string,
  serdes: Pick<StorePlan, 'keySerde' | 'valueSerde'>,
  { named, logging, backend = 'persistent', name: given }: JoinStoreRequest,
): StorePlan {
  const changelog = logging === true ? {} : logging
  const isNamed = named || given !== undefined
  // Kafka keeps no cache before these stores (semantics J13).
  return Object.freeze({ name, named: isNamed, ...serdes, changelog, cache: false, backend })
}
