/**
 * How many partitions every internal topic and how many tasks every sub-topology has (semantics O1 to O5).
 *
 * Topics of others have the counts they have. A repartition topic without a count of its own takes the one of the
 * topics it is joined with, or the greatest count among the sources of the sub-topology that writes to it; as that
 * may be a repartition topic too, counts are worked out until nothing changes. Only counts can be compared: that
 * the producers of joined topics partition alike is up to them (O4).
 */
import { assert } from '../base/assert.ts'
import { StreamsError } from '../base/errors.ts'
import type { MatchedTopology } from './matched-topics.ts'
import type { SourceNode } from './node.ts'
import type { CopartitionGroup } from './options.ts'

/** The result of `planPartitions`. */
export interface PartitionPlan {
  /** By repartition topic, named without the application id. */
  readonly repartitionTopics: ReadonlyMap<string, number>
  /** By sub-topology id: the number of tasks, and of partitions of its changelogs. */
  readonly taskCounts: readonly number[]
}

/**
 * Works all counts out from those of the external topics. MR-2001 for a topic that `countOf` does not know, MR-2101
 * when topics that must have equally many partitions do not.
 */
export function planPartitions(
  topology: MatchedTopology,
  countOf: (topic: string) => number | undefined,
): PartitionPlan {
  const counts = new Map<string, number>()
  for (const part of topology.subtopologies()) {
    for (const topic of part.sourceTopics) {
      const repartition = topology.repartitionTopics.get(topic)
      const count = repartition === undefined ? countOf(topic) : repartition.partitions
      if (count !== undefined) counts.set(topic, count)
      else if (repartition === undefined) throw unknownTopic(topic)
    }
  }
  deriveRepartitionCounts(topology, counts)
  for (const group of topology.copartitionGroups) checkGroup(topology, group, counts)
  const repartitionTopics = new Map<string, number>()
  for (const name of topology.repartitionTopics.keys()) {
    const count = counts.get(name)
    assert(count !== undefined, `repartition topic ${name} has no partition count`)
    repartitionTopics.set(name, count)
  }
  // Ids have gaps where a part is global.
  const taskCounts = [...topology.subtopologies(), ...topology.globalParts()].map(() => 0)
  for (const part of topology.subtopologies())
    taskCounts[part.id] = Math.max(0, ...part.sourceTopics.map(topic => counts.get(topic)!))
  return { repartitionTopics, taskCounts }
}

/** Refuses, with MR-2101 and before any topic is known, repartition topics with given counts that differ where they meet (O1). */
export function checkGivenCounts(topology: MatchedTopology): void {
  for (const group of topology.copartitionGroups) {
    const given = topicsOf(topology, group).filter(topic => fixedCount(topology, topic) !== undefined)
    checkEqualCounts(given, group, topic => fixedCount(topology, topic))
  }
}

/** Gives counts to the repartition topics that have none, in `counts`. */
function deriveRepartitionCounts(topology: MatchedTopology, counts: Map<string, number>): void {
  const open = new Set([...topology.repartitionTopics.keys()].filter(name => !counts.has(name)))
  while (open.size > 0) {
    const before = open.size
    for (const name of open) {
      const count = joinedCount(topology, name, counts) ?? upstreamCount(topology, name, counts, 'wait')
      if (count === undefined) continue
      counts.set(name, count)
      open.delete(name)
    }
    if (open.size < before) continue
    settleLoop(topology, open, counts)
  }
  levelInternalGroups(topology, counts)
}

/**
 * Gives a count to one of the topics that feed one another, such as that of an aggregate with which the table that it
 * was made of is joined: what is known of the topics above it decides, as in Kafka.
 */
function settleLoop(topology: MatchedTopology, open: Set<string>, counts: Map<string, number>): void {
  for (const name of open) {
    const count = upstreamCount(topology, name, counts, 'pass over')
    if (count === undefined) continue
    counts.set(name, count)
    open.delete(name)
    return
  }
  // What is left only feeds itself: a loop through repartition topics without a count anywhere.
  throw new StreamsError('MR-1001', {
    what: `the partition count of repartition topic '${[...open][0]}' depends on itself`,
    fix: 'give it one: repartition({ partitions: 6 })',
  })
}

/** The count that a join with a topic of a known, given count demands. */
function joinedCount(
  topology: MatchedTopology,
  name: string,
  counts: ReadonlyMap<string, number>,
): number | undefined {
  for (const group of topology.copartitionGroups) {
    const topics = topicsOf(topology, group)
    if (!topics.includes(name)) continue
    for (const topic of topics) {
      const given = !topology.repartitionTopics.has(topic) || fixedCount(topology, topic) !== undefined
      if (given) return counts.get(topic)
    }
  }
  return undefined
}

/** The greatest count among the sources of the sub-topologies that write to it: once all are known, or of those that are. */
function upstreamCount(
  topology: MatchedTopology,
  name: string,
  counts: ReadonlyMap<string, number>,
  unknownOnes: 'wait' | 'pass over',
): number | undefined {
  let greatest: number | undefined
  for (const part of topology.subtopologies()) {
    if (!part.sinks.some(sink => sink.topic === name)) continue
    // A pattern that matches nothing yet: its first topic is most likely to have one.
    if (part.sources.some(({ pattern, topics }) => pattern !== undefined && topics.length === 0)) greatest = 1
    for (const topic of part.sourceTopics) {
      const count = counts.get(topic)
      if (count === undefined && unknownOnes === 'wait') return undefined
      if (count !== undefined) greatest = Math.max(greatest ?? 0, count)
    }
  }
  return greatest
}

/** Groups of nothing but derived repartition topics take the greatest count among them (O2). */
function levelInternalGroups(topology: MatchedTopology, counts: Map<string, number>): void {
  for (const group of topology.copartitionGroups) {
    const topics = topicsOf(topology, group)
    const derived = topics.every(
      topic => topology.repartitionTopics.has(topic) && fixedCount(topology, topic) === undefined,
    )
    if (!derived) continue
    const greatest = Math.max(...topics.map(topic => counts.get(topic)!))
    for (const topic of topics) counts.set(topic, greatest)
  }
}

function checkGroup(
  topology: MatchedTopology,
  group: CopartitionGroup,
  counts: ReadonlyMap<string, number>,
): void {
  checkEqualCounts(topicsOf(topology, group), group, topic => counts.get(topic))
}

function checkEqualCounts(
  [first, ...others]: readonly string[],
  group: CopartitionGroup,
  countOf: (topic: string) => number | undefined,
): void {
  if (first === undefined) return
  for (const other of others) {
    if (countOf(first) === countOf(other)) continue
    const left = `'${first}' (${countOf(first)} partitions)`
    const right = `'${other}' (${countOf(other)} partitions)`
    throw new StreamsError('MR-2101', {
      what: `Cannot combine ${left} with ${right}`,
      where: group.declaredAt === undefined ? group.operator : `${group.operator}  ${group.declaredAt}`,
      why: 'Both sides must have the same number of partitions, otherwise equal keys land in different tasks.',
      fix: `create both topics with the same number of partitions, or call .repartition({ partitions: ${countOf(first)} }) on one side first`,
    })
  }
}

function fixedCount(topology: MatchedTopology, topic: string): number | undefined {
  return topology.repartitionTopics.get(topic)?.partitions
}

function topicsOf(topology: MatchedTopology, group: CopartitionGroup): readonly string[] {
  return group.sources.flatMap(name => (topology.nodes.get(name) as SourceNode).topics)
}

function unknownTopic(topic: string): StreamsError {
  return new StreamsError('MR-2001', {
    what: `Topic '${topic}', which the topology reads, does not exist`,
    why: 'Streams never creates the topics that it reads or writes for others, so that a typing mistake cannot.',
    fix: `create it first, or declare its partitions: topic('${topic}', { ..., partitions: 1 })`,
  })
}
