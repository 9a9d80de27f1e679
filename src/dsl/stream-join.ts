/** Plans a join of two streams: names in Kafka's order, the stores of both sides, and the nodes that use them. */
import { StreamsError } from '../base/errors.ts'
import type { JoinCallback } from '../operators/callbacks.ts'
import { declaredAt } from '../plan/declared-at.ts'
import type { JoinSide, StorePlan, StreamStreamJoinNode } from '../plan/node.ts'
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
  const storeOf = ({ store }: JoinSide, valueSerde: Serde<unknown> | undefined): StorePlan =>
    joinStore(store, { keySerde, valueSerde: valueSerde ?? json<unknown>() }, options)
  const sides = { left: sideOf('left', windowNames[0]), right: sideOf('right', windowNames[1]) }
  const place = declaredAt()
  for (const [side, from, serde] of [
    [sides.left, left, options.left ?? left.valueSerde],
    [sides.right, right, options.right ?? right.valueSerde],
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
    store: undefined,
  })
  return { node, keySerde: left.keySerde ?? right.keySerde, valueSerde: options.value, rekeyed: false }
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
