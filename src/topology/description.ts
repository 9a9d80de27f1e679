/**
 * What a topology looks like, as data (semantics N10): the one model that every view is made from.
 *
 * Within a sub-topology nodes come by the size of what hangs below them, greatest first, then by name. Lists of
 * neighbours are ordered by the sizes as they were when the neighbour was linked, which is an accident of Kafka's
 * that users' snapshots depend on: see `java-order.ts`.
 */
import { unreachable } from '../base/assert.ts'
import { hashOrder, TreeOrder } from './java-order.ts'
import type { SourceNode, StoreDefinition, TopologyNode } from './node.ts'
import { patternText } from './source-topics.ts'
import type { Subtopology } from './subtopologies.ts'

/** A source: what reads topics. */
export interface SourceDescription {
  readonly kind: 'source'
  readonly name: string
  /** None where there is a pattern. */
  readonly topics: readonly string[]
  /** Matches the whole names of the topics that it reads. */
  readonly pattern?: string
  /** Names of the nodes that it forwards to. */
  readonly successors: readonly string[]
}

/** A processor. */
export interface ProcessorDescription {
  readonly kind: 'processor'
  readonly name: string
  readonly stores: readonly string[]
  readonly predecessors: readonly string[]
  readonly successors: readonly string[]
}

/** A sink: what writes a topic. */
export interface SinkDescription {
  readonly kind: 'sink'
  readonly name: string
  /** Absent where the topic is chosen record by record. */
  readonly topic?: string
  /** Stands for the function that chooses the topic. */
  readonly topicExtractor?: string
  readonly predecessors: readonly string[]
}

export type NodeDescription = SourceDescription | ProcessorDescription | SinkDescription

/** A store of a sub-topology. */
export interface StoreDescription {
  readonly name: string
  readonly kind: StoreDefinition['kind']
  /** Whether a changelog, or the topic that it is made from, brings it back. */
  readonly restorable: boolean
}

/** A part that runs as tasks; of a global store, a part that every instance runs for itself. */
export interface SubtopologyDescription {
  readonly id: number
  readonly isGlobal: boolean
  readonly nodes: readonly NodeDescription[]
  readonly stores: readonly StoreDescription[]
}

/** A whole topology. Topics of the application's own bear their names without the application id. */
export interface TopologyDescription {
  readonly subtopologies: readonly SubtopologyDescription[]
}

/** The description of all parts of a topology. */
export function descriptionOf(
  parts: readonly Subtopology[],
  isGlobal: (part: Subtopology) => boolean = () => false,
): TopologyDescription {
  return { subtopologies: parts.map(part => describePart(part, isGlobal(part))) }
}

function describePart(part: Subtopology, isGlobal: boolean): SubtopologyDescription {
  const ordered = new TreeOrder(bySizeThenName)
  for (const linked of linkedNodes(part.nodes)) ordered.add(linked)
  return {
    id: part.id,
    isGlobal,
    nodes: [...ordered].map(describeNode),
    stores: part.stores.map(({ name, kind, changelog, changelogTopic }) => {
      return { name, kind, restorable: isGlobal || changelog !== false || changelogTopic !== undefined }
    }),
  }
}

interface LinkedNode {
  readonly node: TopologyNode
  readonly parents: TreeOrder<LinkedNode>
  readonly children: TreeOrder<LinkedNode>
  /** One, and the sizes of all children. */
  size: number
}

function linkedNodes(nodes: readonly TopologyNode[]): readonly LinkedNode[] {
  const byName = new Map<string, LinkedNode>()
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
    const linked = byName.get(name)!
    if (linked.node.kind === 'source') continue
    for (const parentName of linked.node.parents) {
      const parent = byName.get(parentName)!
      linked.parents.add(parent)
      parent.children.add(linked)
      grow(parent, linked.size)
    }
  }
  return names.map(name => byName.get(name)!)
}

function grow(linked: LinkedNode, count: number): void {
  linked.size += count
  for (const parent of linked.parents) grow(parent, count)
}

function bySizeThenName(left: LinkedNode, right: LinkedNode): number {
  if (left === right) return 0
  if (left.size !== right.size) return right.size - left.size
  return left.node.name < right.node.name ? -1 : 1
}

function describeNode({ node, parents, children }: LinkedNode): NodeDescription {
  const { kind, name } = node
  const [predecessors, successors] = [namesOf(parents), namesOf(children)]
  switch (kind) {
    case 'source':
      return node.pattern === undefined
        ? { kind, name, topics: topicsOf(node), successors }
        : { kind, name, topics: [], pattern: patternText(node.pattern), successors }
    case 'processor':
      return { kind, name, stores: hashOrder(node.stores), predecessors, successors }
    case 'sink':
      return typeof node.topic === 'string'
        ? { kind, name, topic: node.topic, predecessors }
        : { kind, name, topicExtractor: node.topic.describeAs, predecessors }
    default:
      return unreachable(node)
  }
}

function topicsOf({ topics }: SourceNode): readonly string[] {
  return hashOrder(topics)
}

function namesOf(nodes: TreeOrder<LinkedNode>): readonly string[] {
  return [...nodes].map(({ node }) => node.name)
}
