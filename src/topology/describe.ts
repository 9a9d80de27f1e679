/**
 * Prints a topology in the text format of Kafka Streams' `TopologyDescription`, byte for byte (semantics N9).
 *
 * Within a sub-topology nodes come by the size of what hangs below them, greatest first, then by name. Lists of
 * neighbours are ordered by the sizes as they were when the neighbour was linked, which is an accident of Kafka's
 * that users' snapshots depend on: see `java-order.ts`.
 */
import { unreachable } from '../base/assert.ts'
import { hashOrder, TreeOrder } from './java-order.ts'
import type { TopologyNode } from './node.ts'
import type { Subtopology } from './subtopologies.ts'

interface DescribedNode {
  readonly node: TopologyNode
  readonly parents: TreeOrder<DescribedNode>
  readonly children: TreeOrder<DescribedNode>
  /** One, and the sizes of all children. */
  size: number
}

/** The description of all parts of a topology. */
export function describeTopology(
  parts: readonly Subtopology[],
  isGlobal: (part: Subtopology) => boolean = () => false,
): string {
  const texts = parts.map(part =>
    // Kafka puts no empty line after a part that is global.
    isGlobal(part)
      ? `  ${describePart(part, ' for global store (will not generate tasks)')}`
      : `  ${describePart(part, '')}\n`,
  )
  return `Topologies:\n ${texts.join('')}`
}

function describePart(subtopology: Subtopology, remark: string): string {
  let text = `Sub-topology: ${subtopology.id}${remark}\n`
  const ordered = new TreeOrder(bySizeThenName)
  for (const described of linkedNodes(subtopology.nodes)) ordered.add(described)
  for (const described of ordered) text += `    ${describeNode(described)}\n`
  return text
}

function linkedNodes(nodes: readonly TopologyNode[]): readonly DescribedNode[] {
  const byName = new Map<string, DescribedNode>()
  for (const node of nodes) {
    byName.set(node.name, {
      node,
      parents: new TreeOrder(bySizeThenName),
      children: new TreeOrder(bySizeThenName),
      size: 1,
    })
  }
  // Kafka collects the names into a HashSet first: that only matters where two names share a bucket.
  const names = hashOrder(hashOrder([...byName.keys()]))
  for (const name of names) {
    const described = byName.get(name)!
    if (described.node.kind === 'source') continue
    for (const parentName of described.node.parents) {
      const parent = byName.get(parentName)!
      described.parents.add(parent)
      parent.children.add(described)
      grow(parent, described.size)
    }
  }
  return names.map(name => byName.get(name)!)
}

function grow(described: DescribedNode, count: number): void {
  described.size += count
  for (const parent of described.parents) grow(parent, count)
}

function bySizeThenName(left: DescribedNode, right: DescribedNode): number {
  if (left === right) return 0
  if (left.size !== right.size) return right.size - left.size
  return left.node.name < right.node.name ? -1 : 1
}

function describeNode({ node, parents, children }: DescribedNode): string {
  switch (node.kind) {
    case 'source':
      return `Source: ${node.name} (topics: [${hashOrder(node.topics).join(', ')}])\n      --> ${namesOf(children)}`
    case 'processor': {
      const stores = hashOrder(node.stores).join(', ')
      const neighbours = `      --> ${namesOf(children)}\n      <-- ${namesOf(parents)}`
      return `Processor: ${node.name} (stores: [${stores}])\n${neighbours}`
    }
    case 'sink': {
      const target =
        typeof node.topic === 'string' ? `topic: ${node.topic}` : `extractor class: ${node.topic.describeAs}`
      return `Sink: ${node.name} (${target})\n      <-- ${namesOf(parents)}`
    }
    default:
      return unreachable(node)
  }
}

function namesOf(nodes: TreeOrder<DescribedNode>): string {
  const names = [...nodes].map(({ node }) => node.name)
  return names.length === 0 ? 'none' : names.join(', ')
}
