/** Adds the three nodes of a table-table join: one for each side, and the result. */
import { tableJoinResult, tableJoinSide } from '../operators/table-join.ts'
import type { Compilation } from './compilation.ts'
import { rowStore } from './compile-store.ts'
import type { TableJoinNode, TableNode } from './node.ts'
import { valueGetterOf } from './value-getters.ts'
import { keepsVersions } from './versions.ts'

export function addTableJoin(node: TableJoinNode, compilation: Compilation): void {
  const { topology, tables } = compilation
  const { name, leftName, rightName, parents, joiner, type, declaredAt } = node
  const [left, right] = parents
  const sendOldValues = tables.sendsOldValues(node)
  const lefts = valueGetterOf(left)
  const rights = valueGetterOf(right)
  const side = (table: TableNode) => ({ type, joiner, sendOldValues, ofVersions: keepsVersions(table) })
  topology.addProcessor(leftName, {
    parents: [left.name],
    supplier: tableJoinSide({ ...side(left), side: 'left', other: rights }),
    stores: rights.stores,
    declaredAt,
  })
  topology.addProcessor(rightName, {
    parents: [right.name],
    supplier: tableJoinSide({ ...side(right), side: 'right', other: lefts }),
    stores: lefts.stores,
    declaredAt,
  })
  const definition = node.store === undefined ? undefined : rowStore(node.store)
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
