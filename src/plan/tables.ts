/**
 * Works out which tables keep their rows, and which send old values along with new ones (semantics K1, K5).
 *
 * A source table keeps rows only if its store was given a name or something looks rows up in it. A filter asks for old
 * values, but only of what has them anyway: knowing the old value it can stay silent about rows that never passed.
 * What has them depends on the operators declared before, so the nodes are visited in the order of declaration, as
 * Kafka does when its DSL is called.
 */
import type { StorePlan } from './node-base.ts'
import type {
  PlanNode,
  SuppressNode,
  TableFilterNode,
  TableMapValuesNode,
  TableNode,
  TableTransformValuesNode,
} from './node.ts'

/** Tables whose rows, where they keep none, are found through the table above. */
type DerivedNode = TableFilterNode | TableMapValuesNode | TableTransformValuesNode | SuppressNode

/** The answers, for every table of a plan. */
export interface TableAnalysis {
  /** Whether the table keeps its rows in its store. */
  readonly keepsRows: (table: TableNode) => boolean
  readonly sendsOldValues: (table: TableNode) => boolean
}

export function analyseTables(nodes: readonly PlanNode[]): TableAnalysis {
  const kept = new Set<TableNode>()
  const sending = new Set<TableNode>()
  for (const node of nodes) {
    switch (node.kind) {
      case 'table-source':
      case 'to-table':
        if (keepsByItself(node.store)) kept.add(node)
        break
      case 'stream-aggregate':
      case 'window-aggregate':
      case 'session-aggregate':
      case 'table-aggregate':
      case 'cogroup':
        kept.add(node)
        break
      case 'table-map-values':
      case 'table-transform-values':
        if (node.store !== undefined) kept.add(node)
        break
      case 'table-filter':
        if (node.store !== undefined) kept.add(node)
        if (askForOldValues(node.parent, kept, sending)) sending.add(node)
        break
      case 'suppress':
      case 'table-group':
        makeSendOldValues(node.parent, kept, sending)
        break
      case 'table-join': {
        const [left, right] = node.parents
        if (node.store !== undefined) kept.add(node)
        if (node.type !== 'inner') makeSendOldValues(left, kept, sending)
        if (node.type === 'outer') makeSendOldValues(right, kept, sending)
        keepRowsFor(left, kept)
        keepRowsFor(right, kept)
        break
      }
      case 'foreign-key-join': {
        const [subscription, change] = node.parents
        if (node.store.named) kept.add(node)
        for (const side of [change.parent, subscription.parent]) {
          makeSendOldValues(side, kept, sending)
          keepRowsFor(side, kept)
        }
        break
      }
      case 'stream-table-join':
        keepRowsFor(node.table, kept)
        break
      default:
        break
    }
  }
  return { keepsRows: table => kept.has(table), sendsOldValues: table => sending.has(table) }
}

/** Whether the rows are kept though nothing looks them up. */
function keepsByItself({ named, versions, expiry, entriesMax }: StorePlan): boolean {
  return named || versions !== undefined || expiry !== undefined || entriesMax !== undefined
}

/** Makes sure that rows of `table` can be looked up, in its own store or computed from one above. */
function keepRowsFor(table: TableNode, kept: Set<TableNode>): void {
  if (kept.has(table)) return
  if (isDerived(table)) keepRowsFor(table.parent, kept)
  else if (table.kind === 'table-join') for (const side of table.parents) keepRowsFor(side, kept)
  else kept.add(table)
}

/** Makes `table` send old values; where it has none, what they come from is made to keep its rows. */
function makeSendOldValues(table: TableNode, kept: Set<TableNode>, sending: Set<TableNode>): void {
  if (sending.has(table)) return
  const derived = isDerived(table)
  // What a join sends is made of the changes of both sides, even where it keeps its rows.
  if (table.kind === 'table-join') for (const side of table.parents) makeSendOldValues(side, kept, sending)
  else if (!kept.has(table)) {
    if (derived) makeSendOldValues(table.parent, kept, sending)
    else kept.add(table)
  }
  sending.add(table)
  if (table.kind === 'cogroup') for (const fold of table.parents) sending.add(fold)
}

/** Makes `table` send old values if it has them; answers whether it does. */
function askForOldValues(table: TableNode, kept: Set<TableNode>, sending: Set<TableNode>): boolean {
  if (sending.has(table)) return true
  if (table.kind === 'table-join') {
    makeSendOldValues(table, kept, sending)
    return true
  }
  const derived = isDerived(table)
  const has = kept.has(table) || (derived && askForOldValues(table.parent, kept, sending))
  if (has) sending.add(table)
  // What the cogroup passes on is made by its folds.
  if (has && table.kind === 'cogroup') for (const fold of table.parents) sending.add(fold)
  return has
}

/** Whether rows of `table`, where it keeps none, are found through the table above. */
function isDerived(table: TableNode): table is DerivedNode {
  return (
    table.kind === 'table-filter' ||
    table.kind === 'table-map-values' ||
    table.kind === 'table-transform-values' ||
    table.kind === 'suppress'
  )
}
