/** Declares the operators that are called on tables. */
import * as functions from './functions.ts'
import {
  lacksVersions,
  named,
  storeOf,
  text,
  type Operator,
  type OperatorTable,
  type Table,
} from './operator.ts'
import type { NodeSpec } from './scenario.ts'

/** An operator that makes another table of the same keys. */
function keepsKeys(apply: (table: Table, node: NodeSpec) => Table): Operator<'table'> {
  return {
    makes: 'table',
    lacks: lacksVersions,
    declare: (node, { table, windowedKeys }) => [{ kind: 'table', table: apply(table, node), windowedKeys }],
  }
}

const options = (node: NodeSpec) => ({ ...named(node), ...storeOf(node) })

const toStream: Operator<'table'> = {
  makes: 'stream',
  declare: (node, { table, windowedKeys }) => {
    const { fn } = node
    if (fn === undefined) return [{ kind: 'stream', stream: table.toStream(named(node)), windowedKeys }]
    const stream = table.toStream<unknown>(functions.keyMapper(fn), { ...named(node), key: text })
    return [{ kind: 'stream', stream, windowedKeys: false }]
  },
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
  ['groupTable', groupTable],
  ['suppress', suppress],
  ['toStream', toStream],
])
