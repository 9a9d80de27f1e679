/**
 * A topology whose pattern sources have the topics that there are (semantics D2).
 *
 * A topology is built without knowing any topic. Who runs it lists the topics, and gets it with those that each pattern
 * matches; later, when there are more, again. Kafka's own topics and those of the application are nobody's.
 */
import { StreamsError } from '../base/errors.ts'
import { internalTopicName } from './names.ts'
import type { SourceNode, TopologyNode } from './node.ts'
import type { Subtopology } from './subtopologies.ts'
import type { Topology } from './topology.ts'

/** What is known of a topology once its topics are. */
export interface MatchedTopology extends Pick<
  Topology,
  'nodes' | 'stores' | 'repartitionTopics' | 'copartitionGroups' | 'subtopologies' | 'globalParts'
> {}

/** Whether any source of a topology has a pattern. */
export function hasPatterns(topology: MatchedTopology): boolean {
  return [...topology.nodes.values()].some(node => node.kind === 'source' && node.pattern !== undefined)
}

/** The topics among `names` that a pattern of the topology matches. MR-1001 for one that two of them match. */
export function matchedBy(
  topology: MatchedTopology,
  applicationId: string,
  names: Iterable<string>,
): readonly string[] {
  const sources = [...topology.nodes.values()].filter(node => node.kind === 'source')
  return [...names].filter(name => {
    if (name.startsWith('__') || isInternal(name, applicationId)) return false
    const matching = sources.filter(({ pattern }) => pattern?.test(name) === true)
    const [first, second] = matching
    if (first !== undefined && second !== undefined) throw matchedTwice(name, first, second)
    return first !== undefined
  })
}

/** The topology with these topics, each of which one pattern matches, as what its patterns stand for. */
export function withMatchedTopics(topology: MatchedTopology, topics: readonly string[]): MatchedTopology {
  const bind = (node: TopologyNode): TopologyNode => {
    if (node.kind !== 'source' || node.pattern === undefined) return node
    const { pattern } = node
    return Object.freeze({ ...node, topics: Object.freeze(topics.filter(topic => pattern.test(topic))) })
  }
  const nodes = new Map([...topology.nodes].map(([name, node]) => [name, bind(node)]))
  const boundPart = (part: Subtopology): Subtopology => {
    const sources = part.sources.map(({ name }) => nodes.get(name) as SourceNode)
    return Object.freeze({
      ...part,
      nodes: part.nodes.map(({ name }) => nodes.get(name)!),
      sources,
      sourceTopics: sources.flatMap(source => source.topics),
    })
  }
  const parts = topology.subtopologies().map(boundPart)
  const { stores, repartitionTopics, copartitionGroups } = topology
  const globalParts = (): readonly Subtopology[] => topology.globalParts()
  return { nodes, stores, repartitionTopics, copartitionGroups, subtopologies: () => parts, globalParts }
}

function isInternal(name: string, applicationId: string): boolean {
  return name.startsWith(internalTopicName(applicationId, '')) && /-(?:changelog|repartition)$/.test(name)
}

function matchedTwice(topic: string, first: SourceNode, second: SourceNode): StreamsError {
  return new StreamsError('MR-1001', {
    what: `topic '${topic}' is matched by the patterns of source '${first.name}' and of source '${second.name}'`,
    why: 'A topic has one source: its records could not go to both in one order.',
    fix: 'narrow the patterns until no topic fits both',
  })
}
