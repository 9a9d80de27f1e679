/** What any node of a plan has to do with others: the nodes above it, and its store. */
import type { StorePlan } from './node-base.ts'
import type { PlanNode } from './node.ts'

/** The store that a node keeps, or would keep. */
export function storeOf(node: PlanNode): StorePlan | undefined {
  if (node.kind === 'suppress') return node.buffer
  return 'store' in node ? node.store : undefined
}

/** The nodes that a node receives records from. A table that is only looked up is not among them. */
export function parentsOf(node: PlanNode): readonly PlanNode[] {
  switch (node.kind) {
    case 'stream-source':
    case 'table-source':
    case 'global-table':
      return []
    case 'merge':
    case 'table-join':
    case 'foreign-key-join':
    case 'cogroup':
    case 'stream-stream-join':
    case 'late-records':
      return node.parents
    default:
      return [node.parent]
  }
}
