/** Finds the sources above a node: what must be partitioned alike where their records meet. */
import { parentsOf } from './node-relations.ts'
import type { PlanNode } from './node.ts'

/** The nodes that read topics whose records can reach a node without passing another topic. */
export function sourcesOf(node: PlanNode): ReadonlySet<PlanNode> {
  const sources = new Set<PlanNode>()
  const visited = new Set<PlanNode>()
  const visit = (current: PlanNode): void => {
    if (visited.has(current)) return
    visited.add(current)
    const fromTopic = current.kind === 'repartition' || current.kind === 'table-repartition'
    const parents = fromTopic ? [] : parentsOf(current)
    if (parents.length === 0) sources.add(current)
    if (current.kind === 'foreign-key-join') {
      // Answers come from a topic of the join's own, to the tasks of the left table.
      sources.add(current)
      return visit(current.parents[0].parent)
    }
    for (const parent of parents) visit(parent)
    // After a join the table's sources are those of the result as well: a further join must agree with them too.
    if (current.kind === 'stream-table-join') visit(current.table)
  }
  visit(node)
  return sources
}
