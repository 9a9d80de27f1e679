/**
 * The order in which nodes become physical, and which sources become one.
 *
 * Of the nodes whose parents are written, the one that was declared first is next. Streams of exactly the same topics
 * share the source that was declared first (semantics D2). Both are Kafka's rules: the ids of sub-topologies, and so
 * the ids of tasks, depend on this order.
 */
import { assert } from '../base/assert.ts'
import { StreamsError } from '../base/errors.ts'
import { sameOffsetReset } from '../topology/offset-reset.ts'
import { parentsOf } from './node-relations.ts'
import type { PlanNode, StreamSourceNode } from './node.ts'

/** The nodes to write, in order, and what stands for a source that was merged away. */
export interface WriteOrder {
  readonly nodes: readonly PlanNode[]
  /** The node itself, or the source that it was merged into. */
  readonly representative: (node: PlanNode) => PlanNode
}

export function writeOrderOf(nodes: readonly PlanNode[], orderOf: (node: PlanNode) => number): WriteOrder {
  const merged = mergeSources(nodes)
  const representative = (node: PlanNode): PlanNode => merged.get(node) ?? node
  const left = nodes.filter(node => !merged.has(node)).sort((a, b) => orderOf(a) - orderOf(b))
  const written = new Set<PlanNode>()
  const ordered: PlanNode[] = []
  while (left.length > 0) {
    const index = left.findIndex(node => parentsOf(node).every(parent => written.has(representative(parent))))
    assert(index >= 0, 'a plan has a cycle')
    const [next] = left.splice(index, 1)
    written.add(next!)
    ordered.push(next!)
  }
  return { nodes: ordered, representative }
}

function mergeSources(nodes: readonly PlanNode[]): ReadonlyMap<PlanNode, StreamSourceNode> {
  const merged = new Map<PlanNode, StreamSourceNode>()
  const firstByTopics = new Map<string, StreamSourceNode>()
  for (const node of nodes) {
    if (node.kind !== 'stream-source') continue
    // A line feed and a slash are in no topic's name.
    const topics = node.pattern === undefined ? [...node.topics].sort().join('\n') : String(node.pattern)
    const first = firstByTopics.get(topics)
    if (first === undefined) firstByTopics.set(topics, node)
    else {
      checkAlike(first, node)
      merged.set(node, first)
    }
  }
  return merged
}

function topicsOf({ topics, pattern }: StreamSourceNode): string {
  return pattern === undefined ? `topic '${topics.join(`', '`)}'` : `the pattern ${String(pattern)}`
}

function checkAlike(first: StreamSourceNode, second: StreamSourceNode): void {
  const alike =
    first.keySerde === second.keySerde &&
    first.valueSerde === second.valueSerde &&
    sameOffsetReset(first.offsetReset, second.offsetReset)
  if (alike) return
  throw new StreamsError('MR-1006', {
    what: `${topicsOf(first)} is read twice with different serdes or offset resets`,
    where: second.declaredAt,
    why: 'An application reads a topic once; both streams get the same records.',
    fix: 'declare the topic once with topic(), and read it with the same options in both places',
  })
}
