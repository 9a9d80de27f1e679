/**
 * The topics of an application's patterns as they are on the broker, now and as time goes by (semantics D2).
 *
 * Every instance looks for itself, when it starts and from then on at intervals, and tells the group what it subscribes
 * to; whoever leads the group deals out the partitions of all topics that somebody has seen.
 */
import type { TopicPartition } from '../../src/base/topic-partition.ts'
import {
  hasPatterns,
  matchedBy,
  withMatchedTopics,
  type MatchedTopology,
} from '../../src/topology/matched-topics.ts'
import type { SourceNode } from '../../src/topology/node.ts'
import type { Subtopology } from '../../src/topology/subtopologies.ts'
import type { Topology } from '../../src/topology/topology.ts'
import type { Admin } from '../client/admin.ts'

export interface PatternTopicsOptions {
  readonly topology: Topology
  readonly applicationId: string
  readonly admin: Admin
}

export class PatternTopics {
  /** Whether there are any patterns. */
  readonly exist: boolean
  readonly #options: PatternTopicsOptions

  constructor(options: PatternTopicsOptions) {
    this.#options = options
    this.exist = hasPatterns(options.topology)
  }

  /** The source whose pattern matches a topic; `undefined` for topics that are named, and all others. */
  sourceOf(topic: string): SourceNode | undefined {
    if (!this.exist) return undefined
    const { topology, applicationId } = this.#options
    if (matchedBy(topology, applicationId, [topic]).length === 0) return undefined
    for (const node of topology.nodes.values())
      if (node.kind === 'source' && node.pattern?.test(topic) === true) return node
    return undefined
  }

  /** The sub-topology whose source has a pattern that matches a topic. */
  subtopologyOf(topic: string): number | undefined {
    const source = this.sourceOf(topic)
    if (source === undefined) return undefined
    return this.#options.topology.subtopologies().find(({ sources }) => sources.includes(source))?.id
  }

  /** All topics of the broker that patterns match, in the order of their names. */
  async current(): Promise<readonly string[]> {
    if (!this.exist) return []
    const { topology, applicationId, admin } = this.#options
    const names = (await admin.listTopics()).map(({ name }) => name)
    return matchedBy(topology, applicationId, names).toSorted()
  }

  /** The topology with these topics. */
  boundTo(topics: readonly string[]): MatchedTopology {
    return this.exist ? withMatchedTopics(this.#options.topology, topics) : this.#options.topology
  }

  /** The sub-topology of a task, with the matched topics that its partitions are of. */
  boundPart(id: number, partitions: readonly TopicPartition[]): Subtopology {
    const { topology, applicationId } = this.#options
    const names = new Set(partitions.map(({ topic }) => topic))
    const bound = this.boundTo(this.exist ? matchedBy(topology, applicationId, names) : [])
    return bound.subtopologies().find(part => part.id === id)!
  }
}
