/** Finds out how long after its end a window of a table may still change, from the windows above it (semantics P3). */
import { StreamsError } from '../base/errors.ts'
import { graceOfCogroup } from './cogroup-windows.ts'
import { parentsOf } from './node-relations.ts'
import type { PlanNode, TableNode } from './node.ts'

/** The greatest grace of the nearest windowed folds above `table`, itself included; MR-1001 where a way up has none. */
export function windowGraceAbove(table: TableNode, place: string | undefined): number {
  const visit = (node: PlanNode): number => {
    const grace = graceOf(node)
    if (grace !== undefined) return grace
    const parents = parentsOf(node)
    if (parents.length === 0) throw notWindowed(table, place)
    return Math.max(...parents.map(visit))
  }
  return visit(table)
}

function graceOf(node: PlanNode): number | undefined {
  switch (node.kind) {
    case 'window-aggregate':
      return node.windows.graceMs
    case 'session-aggregate':
      return node.windows.gapMs + node.windows.graceMs
    case 'cogroup-fold':
      return node.windowed === undefined ? undefined : graceOfCogroup(node.windowed)
    default:
      return undefined
  }
}

function notWindowed(table: TableNode, place: string | undefined): StreamsError {
  return new StreamsError('MR-1001', {
    what: `suppress until windows close: no windows lead to '${table.name}'`,
    where: place,
    why: 'Only rows of windows become final, when stream time less the grace has passed their end.',
    fix: `fold with windowedBy(...) before, or suppress until a time limit: { until: '5m' }`,
  })
}
