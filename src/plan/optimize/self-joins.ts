/**
 * `single.store.self.join`: a stream that is joined with itself keeps its records once (semantics J14).
 *
 * Two streams of the same topics are one stream here, because they have one source.
 */
import { parentsOf } from '../node-relations.ts'
import type { JoinWindowNode, PlanNode } from '../node.ts'

export interface SelfJoins {
  readonly joins: ReadonlySet<PlanNode>
  /** What keeps the records of the right sides, which is left out; and what keeps those of the left ones in its place. */
  readonly leftOut: ReadonlyMap<PlanNode, JoinWindowNode>
}

/** The joins of streams with themselves. */
export function selfJoinsOf(
  nodes: readonly PlanNode[],
  representative: (node: PlanNode) => PlanNode,
): SelfJoins {
  const windows = new Map(nodes.flatMap(node => (node.kind === 'join-window' ? [[node.name, node]] : [])))
  const joins = new Set<PlanNode>()
  const leftOut = new Map<PlanNode, JoinWindowNode>()
  for (const node of nodes) {
    if (node.kind !== 'stream-stream-join') continue
    if (new Set(parentsOf(node).map(representative)).size > 1) continue
    joins.add(node)
    leftOut.set(windows.get(node.right.windowName)!, windows.get(node.left.windowName)!)
  }
  return { joins, leftOut }
}
