/** Adds the three nodes of a table-table join: one for each side, and the result. */
import { tableJoinResult, tableJoinSide } from '../operators/table-join.ts'
import type { Compilation } from './compilation.ts'
import { keyValueStore } from './compile-store.ts'
import type { TableJoinNode } from './node.ts'
import { valueGetterOf } from './value-getters.ts'

export function addTableJoin(node: TableJoinNode, compilation: Compilation): void {
  const { topology, tables } = compilation
  const { name, leftName, rightName, parents, joiner, type, declaredAt } = node
  const [left, right] = parents
  const sendOldValues = tables.sendsOldValues(node)
  const lefts = valueGetterOf(left)
  const rights = valueGetterOf(right)
  topology.addProcessor(leftName, {
    parents: [left.name],
    supplier: tableJoinSide({ side: 'left', type, other: rights, joiner, sendOldValues }),
    stores: rights.stores,
    declaredAt,
  })
  topology.addProcessor(rightName, {
    parents: [right.name],
    supplier: tableJoinSide({ side: 'right', type, other: lefts, joiner, sendOldValues }),
    stores: lefts.stores,
    declaredAt,
  })
  const definition = node.store === undefined ? undefined : keyValueStore(node.store)
  if (definition !== undefined) topology.addStateStore(definition)
  topology.addProcessor(name, {
    parents: [leftName, rightName],
    supplier: tableJoinResult({ store: definition?.name, sendOldValues }),
    stores: definition === undefined ? [] : [definition.name],
    declaredAt,
  })
  const operator = `${operatorOf[type]} '${name}'`
  topology.copartition({ sources: compilation.sourceNames(node), operator, declaredAt })
}

const operatorOf = { inner: 'join', left: 'leftJoin', outer: 'outerJoin' } as const
