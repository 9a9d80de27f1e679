/** Declares the folds that are called on grouped tables. */
import * as functions from './functions.ts'
import {
  named,
  storeOf,
  text,
  type GroupedRows,
  type Operator,
  type OperatorTable,
  type Table,
} from './operator.ts'
import type { NodeSpec } from './scenario.ts'

type Fold = (group: GroupedRows, node: NodeSpec) => Table

const options = (node: NodeSpec) => ({ ...named(node), ...storeOf(node) })

const functionsOf = ({ add, sub }: NodeSpec) => ({
  add: functions.fold(add!),
  subtract: functions.fold(sub!),
})

const folds: ReadonlyMap<string, Fold> = new Map<string, Fold>([
  ['count', (group, node) => group.count(options(node)) as Table],
  ['reduce', (group, node) => group.reduce({ ...functionsOf(node), ...options(node), value: text })],
  [
    'aggregate',
    (group, node) =>
      group.aggregate<unknown>({
        initial: () => node.init,
        ...functionsOf(node),
        ...options(node),
        value: text,
      }),
  ],
])

function foldOf(fold: Fold): Operator<'grouped-table'> {
  return {
    makes: 'table',
    declare: (node, { groupedTable }) => [
      { kind: 'table', table: fold(groupedTable, node), windowedKeys: false },
    ],
  }
}

export const operatorsOfGroupedTables: OperatorTable<'grouped-table'> = new Map(
  [...folds].map(([op, fold]) => [op, foldOf(fold)] as const),
)
