/** Plans a join of two streams: names in Kafka's order, the stores of both sides, and the nodes that use them. */
import { StreamsError } from '../base/errors.ts'
import type { JoinCallback } from '../operators/callbacks.ts'
import { declaredAt } from '../plan/declared-at.ts'
import type { StorePlan } from '../plan/node-base.ts'
import type { JoinSide, StreamStreamJoinNode } from '../plan/node.ts'
import { json } from '../serdes/json.ts'
import type { Serde } from '../serdes/serde.ts'
import { validateName } from '../topology/names.ts'
import { joinWindows } from '../windows/join-windows.ts'
import type { Dsl, StreamState } from './handle.ts'
import type { StreamJoinOptions } from './join-options.ts'
import { requireKeySerde } from './store-plan.ts'

export type AnyStreamJoinOptions = StreamJoinOptions<unknown, unknown, unknown>

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
  if (options?.within !== undefined) return
  throw new StreamsError('MR-1009', {
    what: `${operator} of two streams does not say how far apart in time records may be`,
    where: declaredAt(),
    why: 'Streams have no end: a record can wait for its match only for a limited time.',
    fix: `say it: ${operator}(other, joiner, { within: '5m' })`,
  })
}

/** Adds the nodes; the result has the keys of both sides. */
export function planStreamJoin({ plan }: Dsl, request: StreamJoinRequest): StreamState {
  const { operator, left, right, joiner, options } = request
  const { name, store: base } = options
  if (base !== undefined) validateName(base, 'a store', declaredAt())
  const windows = joinWindows(options.within, options.grace)
  const keepsLeft = operator !== 'join'
  const keepsRight = operator === 'outerJoin'
  const suffixes = {
    left: keepsRight ? '-outer-this-join' : '-this-join',
    right: keepsLeft ? '-outer-other-join' : '-other-join',
  }
  // All indexes are taken first, in this order; that of a join also numbers its store.
  const windowNames = [
    plan.processorName('KSTREAM-WINDOWED-', name, '-this-windowed'),
    plan.processorName('KSTREAM-WINDOWED-', name, '-other-windowed'),
  ] as const
  const generated = {
    left: plan.processorName(keepsRight ? 'KSTREAM-OUTERTHIS-' : 'KSTREAM-JOINTHIS-'),
    right: plan.processorName(keepsLeft ? 'KSTREAM-OUTEROTHER-' : 'KSTREAM-JOINOTHER-'),
  }
  const mergeName = plan.processorName('KSTREAM-MERGE-', name, '-merge')
  const keySerde = requireKeySerde(left.keySerde ?? right.keySerde, operator)
  const sideOf = (side: 'left' | 'right', windowName: string): JoinSide => ({
    windowName,
    joinName: name === undefined ? generated[side] : name + suffixes[side],
    store: `${base === undefined ? generated[side] : base + suffixes[side]}-store`,
  })
  const storeOf = ({ store }: JoinSide, valueSerde: Serde<unknown>): StorePlan =>
    joinStore(store, { keySerde, valueSerde }, options)
  const sides = { left: sideOf('left', windowNames[0]), right: sideOf('right', windowNames[1]) }
  const place = declaredAt()
  const serdes = {
    left: options.left ?? left.valueSerde ?? json<unknown>(),
    right: options.right ?? right.valueSerde ?? json<unknown>(),
  }
  for (const [side, from, serde] of [
    [sides.left, left, serdes.left],
    [sides.right, right, serdes.right],
  ] as const) {
    plan.add({
      kind: 'join-window',
      name: side.windowName,
      declaredAt: place,
      parent: from.node,
      store: storeOf(side, serde),
      windows,
    })
  }
  const heldName = base ?? `KSTREAM-OUTERSHARED-${numberOf(generated.left)}`
  const heldSuffix = base === undefined ? '' : keepsRight ? '-outer-shared-join' : '-left-shared-join'
  const heldStore = joinStore(
    `${heldName}${heldSuffix}-store`,
    { keySerde, valueSerde: serdes.left },
    options,
  )
  const held = keepsLeft ? Object.freeze({ store: heldStore, ...serdes }) : undefined
  const node = plan.add({
    kind: 'stream-stream-join',
    name: mergeName,
    declaredAt: place,
    operator,
    parents: Object.freeze([...new Set([left.node, right.node])]),
    left: sides.left,
    right: sides.right,
    windows,
    joiner,
    held,
    store: held?.store,
  })
  return { node, keySerde: left.keySerde ?? right.keySerde, valueSerde: options.value, rekeyed: false }
}

/** The number of a generated name: the store of held records has that of the left side. */
function numberOf(generated: string): string {
  return generated.slice(generated.lastIndexOf('-') + 1)
}

function joinStore(
  name: string,
  serdes: Pick<StorePlan, 'keySerde' | 'valueSerde'>,
  { store, logging = true, backend = 'persistent' }: AnyStreamJoinOptions,
): StorePlan {
  const changelog = logging === true ? {} : logging
  // Kafka keeps no cache before these stores (semantics J13).
  return Object.freeze({ name, named: store !== undefined, ...serdes, changelog, cache: false, backend })
}
