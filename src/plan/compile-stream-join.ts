/** Adds a stream-stream join: what keeps the records of each side, one processor for each side, and what unites them. */
import { joinWindow } from '../operators/join-window.ts'
import { passThrough } from '../operators/pass-through.ts'
import { streamStreamJoin } from '../operators/stream-stream-join.ts'
import { joinRetentionOf } from '../windows/join-windows.ts'
import type { Compilation } from './compilation.ts'
import { windowStore } from './compile-store.ts'
import type { JoinWindowNode, StreamStreamJoinNode } from './node.ts'

export function addJoinWindow(node: JoinWindowNode, { topology, parentNames }: Compilation): void {
  const { name, store, windows, declaredAt } = node
  const definition = windowStore(store, windows.beforeMs + windows.afterMs, joinRetentionOf(windows))
  topology.addStateStore({ ...definition, duplicates: true })
  const stores = [store.name]
  topology.addProcessor(name, {
    parents: parentNames(node),
    supplier: joinWindow(store.name),
    stores,
    declaredAt,
  })
}

/** The windows of both sides were declared before the join, so they are there. */
export function addStreamStreamJoin(
  node: StreamStreamJoinNode,
  { topology, sourceNames }: Compilation,
): void {
  const { name, left, right, windows, joiner, declaredAt } = node
  for (const [side, own, other] of [
    ['left', left, right],
    ['right', right, left],
  ] as const) {
    const supplier = streamStreamJoin({ side, windows, joiner, otherStore: other.store })
    const stores = [other.store]
    topology.addProcessor(own.joinName, { parents: [own.windowName], supplier, stores, declaredAt })
  }
  topology.addProcessor(name, {
    parents: [left.joinName, right.joinName],
    supplier: passThrough(),
    declaredAt,
  })
  topology.copartition({ sources: sourceNames(node), operator: `${node.operator} '${name}'`, declaredAt })
}
