/** Adds a stream-stream join: what keeps the records of each side, one processor for each side, and what unites them. */
import { joinWindow } from '../operators/join-window.ts'
import { passThrough } from '../operators/pass-through.ts'
import { streamSelfJoin } from '../operators/stream-self-join.ts'
import { streamStreamJoin } from '../operators/stream-stream-join.ts'
import { streamStreamOuterJoin } from '../operators/stream-stream-outer-join.ts'
import { heldKeySerde, heldValuesSerde } from '../state/held-serde.ts'
import type { Serde } from '../serdes/serde.ts'
import type { HeldRecordStoreDefinition } from '../topology/node.ts'
import type { Topology } from '../topology/topology.ts'
import { joinRetentionOf } from '../windows/join-windows.ts'
import type { Compilation } from './compilation.ts'
import { windowStore } from './compile-store.ts'
import type { HeldRecords } from './node-base.ts'
import type { JoinWindowNode, StreamStreamJoinNode } from './node.ts'

export function addJoinWindow(node: JoinWindowNode, { topology, parentNames, windowsOf }: Compilation): void {
  const { name, store, windows, declaredAt } = node
  const definition = windowStore(store, windows.beforeMs + windows.afterMs, joinRetentionOf(windows))
  topology.addStateStore({ ...definition, duplicates: true })
  const stores = [store.name]
  const late = windowsOf(node).flatMap(each => (each.late === undefined ? [] : [each.late]))
  topology.addProcessor(name, {
    parents: parentNames(node),
    supplier: joinWindow({ store: store.name, late }),
    stores,
    declaredAt,
  })
}

/** The windows of both sides were declared before the join, so they are there. */
export function addStreamStreamJoin(
  node: StreamStreamJoinNode,
  { topology, sourceNames, selfJoins }: Compilation,
): void {
  const { name, left, right, windows, joiner, declaredAt } = node
  if (selfJoins.has(node)) {
    const { store } = left
    const supplier = streamSelfJoin({ store, windows, joiner })
    topology.addProcessor(name, { parents: [left.windowName], supplier, stores: [store], declaredAt })
  } else {
    addSides(node, topology)
    const parents = [left.joinName, right.joinName]
    topology.addProcessor(name, { parents, supplier: passThrough(), declaredAt })
  }
  topology.copartition({ sources: sourceNames(node), operator: `${node.operator} '${name}'`, declaredAt })
}

function addSides(node: StreamStreamJoinNode, topology: Topology): void {
  const { left, right, windows, joiner, held, operator, idleMs, declaredAt } = node
  if (held !== undefined) topology.addStateStore(heldRecordStore(held))
  const sides = [
    { side: 'left', own: left, other: right, keepsUnmatched: true },
    { side: 'right', own: right, other: left, keepsUnmatched: operator === 'outerJoin' },
  ] as const
  for (const { side, own, other, keepsUnmatched } of sides) {
    const options = { side, windows, joiner, otherStore: other.store } as const
    const supplier =
      held === undefined
        ? streamStreamJoin(options)
        : streamStreamOuterJoin({ ...options, heldStore: held.store.name, keepsUnmatched, idleMs })
    const stores = held === undefined ? [other.store] : [other.store, held.store.name]
    topology.addProcessor(own.joinName, { parents: [own.windowName], supplier, stores, declaredAt })
  }
}

function heldRecordStore({ store, left, right }: HeldRecords): HeldRecordStoreDefinition {
  const { name, keySerde, changelog, backend } = store
  return {
    kind: 'held-records',
    name,
    keySerde: heldKeySerde(keySerde) as Serde<unknown>,
    valueSerde: heldValuesSerde(left, right) as Serde<unknown>,
    timestamped: false,
    changelog,
    cache: false,
    backend,
  }
}
