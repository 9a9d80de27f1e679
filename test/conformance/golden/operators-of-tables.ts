/** Declares the operators that are called on tables. */
import * as functions from './functions.ts'
import {
  versionedOf,
  named,
  storeOf,
  text,
  type DeclaredAs,
  type Operator,
  type OperatorTable,
  type Table,
} from './operator.ts'
import type { NodeSpec } from './scenario.ts'

/** An operator that makes another table of the same keys. */
function keepsKeys(apply: (table: Table, node: NodeSpec) => Table): Operator<'table'> {
  return {
    makes: 'table',
    declare: (node, { table, windowedKeys }) => [{ kind: 'table', table: apply(table, node), windowedKeys }],
  }
}

const options = (node: NodeSpec) => ({ ...named(node), ...storeOf(node), ...versionedOf(node) })

const textValues = (node: NodeSpec) => ({ ...options(node), value: text })

const toStream: Operator<'table'> = {
  makes: 'stream',
  declare: (node, { table, windowedKeys }) => {
    const { fn } = node
    if (fn === undefined) return [{ kind: 'stream', stream: table.toStream(named(node)), windowedKeys }]
    const stream = table.toStream<unknown>(functions.keyMapper(fn), { ...named(node), key: text })
    return [{ kind: 'stream', stream, windowedKeys: false }]
  },
}

/** A join with another table; what it reads from second is looked at when it is declared. */
function joining(join: (table: Table, other: Table, node: NodeSpec) => Table): Operator<'table'> {
  return {
    makes: 'table',
    declare: (node, { table, windowedKeys }, _site, second) => {
      const other = (second as DeclaredAs<'table'>).table
      return [{ kind: 'table', table: join(table, other, node), windowedKeys }]
    },
  }
}

const joins: OperatorTable<'table'> = new Map([
  ['join', joining((table, other, node) => table.join(other, functions.joiner(node.fn!), textValues(node)))],
  [
    'leftJoin',
    joining((table, other, node) => table.leftJoin(other, functions.joiner(node.fn!), textValues(node))),
  ],
  [
    'outerJoin',
    joining((table, other, node) => table.outerJoin(other, functions.joiner(node.fn!), textValues(node))),
  ],
])

function foreignKeyJoin(operator: 'join' | 'leftJoin'): Operator<'table'> {
  return joining((table, other, node) => {
    const on = functions.keyMapper(node.fk!)
    const options = { ...textValues(node), on }
    const joiner = functions.joiner(node.fn!)
    return operator === 'join'
      ? table.join<unknown, unknown, unknown>(other, joiner, options)
      : table.leftJoin<unknown, unknown, unknown>(other, joiner, options)
  })
}

const groupTable: Operator<'table'> = {
  makes: 'grouped-table',
  declare: (node, { table }) => {
    const groupedTable = table.groupBy<unknown>(functions.keyMapper(node.fn!), { ...named(node), key: text })
    return [{ kind: 'grouped-table', groupedTable, windowedKeys: false }]
  },
}

const suppress: Operator<'table'> = {
  makes: 'table',
  declare: (node, { table, windowedKeys }) => {
    const { until, maxRecords, full } = node
    const bounded = { ...named(node), ...(maxRecords === undefined ? {} : { maxRecords }) }
    const suppressed =
      until === 'close'
        ? table.suppress({ ...bounded, until: 'window-close' })
        : table.suppress({ ...bounded, until: until!, whenFull: full === 'stop' ? 'stop' : 'emit-early' })
    return [{ kind: 'table', table: suppressed, windowedKeys }]
  },
}

export const operatorsOfTables: OperatorTable<'table'> = new Map([
  ['filter', keepsKeys((table, node) => table.filter(functions.predicate(node.pred!), options(node)))],
  ['filterNot', keepsKeys((table, node) => table.filterNot(functions.predicate(node.pred!), options(node)))],
  [
    'mapValues',
    keepsKeys((table, node) =>
      table.mapValues<unknown>(functions.valueMapper(node.fn!), { ...options(node), value: text }),
    ),
  ],
  [
    'transformValues',
    keepsKeys((table, node) =>
      table.transformValues<unknown>(functions.valueMapper(node.fn!), textValues(node)),
    ),
  ],
  ...joins,
  ['fkJoin', foreignKeyJoin('join')],
  ['fkLeftJoin', foreignKeyJoin('leftJoin')],
  ['groupTable', groupTable],
  ['suppress', suppress],
  ['toStream', toStream],
])
