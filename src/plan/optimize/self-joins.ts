/**
 * `single.store.self.join`: a stream that is joined with itself keeps its records once (semantics J14).
 *
 * Two streams of the same topics are one stream here, because they have one source.
 */
import { parentsOf } from '../node-relations.ts'
import type { PlanNode } from '../node.ts'

/** The joins of streams with themselves, and what keeps the records of their right sides, which is left out. */
export function selfJoinsOf(
  nodes: readonly PlanNode[],
  representative: (node: PlanNode) => PlanNode,
): { readonly joins: ReadonlySet<PlanNode>; readonly leftOut: ReadonlySet<PlanNode> } {
  const joins = new Set<PlanNode>()
  const rightWindows = new Set<string>()
  for (const node of nodes) {
    if (node.kind !== 'stream-stream-join') continue
    if (new Set(parentsOf(node).map(representative)).size > 1) continue
    joins.add(node)
    rightWindows.add(node.right.windowName)
  }
  const leftOut = nodes.filter(({ kind, name }) => kind === 'join-window' && rightWindows.has(name))
  return { joins, leftOut: new Set(leftOut) }
}
