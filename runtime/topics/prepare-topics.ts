/**
 * Sees to it that every topic of an application exists with the right partition count before anything runs.
 *
 * In this order: declared topics are created where that is allowed; the counts of repartition topics and changelogs
 * follow from those of the inputs (semantics O1-O5); internal topics are created. A topic that is there with another
 * partition count than the topology needs is refused: records of one key would be in two places.
 */
import { StreamsError } from '../../src/base/errors.ts'
import { internalTopics, realTopicName, changelogTopicOf } from '../../src/topology/internal-topics.ts'
import { internalTopicName } from '../../src/topology/names.ts'
import type { StoreDefinition } from '../../src/topology/node.ts'
import { planPartitions } from '../../src/topology/partition-counts.ts'
import type { Subtopology } from '../../src/topology/subtopologies.ts'
import type { Topology } from '../../src/topology/topology.ts'
import type { Admin, NewTopic } from '../client/admin.ts'
import type { TopicMetadata } from '../client/metadata-cache.ts'
import type { PatternTopics } from './pattern-topics.ts'

/** A topic that the application has declared with `topic()`. */
export interface DeclaredTopic {
  readonly name: string
  readonly partitions?: number | undefined
  readonly config?: Readonly<Record<string, string>> | undefined
}

export interface PrepareTopicsOptions {
  readonly admin: Admin
  readonly topology: Topology
  readonly applicationId: string
  readonly patterns: PatternTopics
  readonly declared: readonly DeclaredTopic[]
  /** The topic of dead letters, if there may be any. */
  readonly deadLetterTopic?: string | undefined
  /** Whether declared topics that are missing are created. */
  readonly createDeclared: boolean
  /** For those that do not say how many they want. */
  readonly partitionsDefault: number
}

/** A sub-topology with everything that a task of it must know of the broker. */
export interface PreparedSubtopology {
  readonly subtopology: Subtopology
  /** Names as on the broker. */
  readonly sourceTopics: readonly string[]
  /** By store name: the topic on the broker. */
  readonly changelogs: ReadonlyMap<string, PreparedChangelog>
}

/** A store's changelog on the broker. */
export interface PreparedChangelog {
  readonly topic: string
  readonly topicId: string
  /** Whether it is a topic that the application reads, and not one of its own (semantics O7). */
  readonly isInput: boolean
}

export interface PreparedTopics {
  readonly subtopologies: readonly PreparedSubtopology[]
  /** Partition counts of all topics that the application reads or writes, by their names on the broker. */
  readonly partitionCounts: ReadonlyMap<string, number>
  /** Repartition topics by their names on the broker: their processed records may be deleted. */
  readonly repartitionTopics: readonly string[]
}

export async function prepareTopics(options: PrepareTopicsOptions): Promise<PreparedTopics> {
  const { admin, topology, applicationId, patterns } = options
  const named = externalTopics(topology)
  if (options.deadLetterTopic !== undefined) named.add(options.deadLetterTopic)
  if (options.createDeclared) await createDeclared(options, named)
  const matched = await patterns.current()
  const bound = patterns.boundTo(matched)
  const external = new Set([...named, ...matched])
  const known = new Map<string, TopicMetadata>()
  await describeInto(known, admin, external)
  const plan = planPartitions(bound, topic => known.get(topic)?.partitions.length)
  const internal = internalTopics(topology, applicationId)
  const wanted: NewTopic[] = [
    ...internal.repartitions.map(({ name, config }) => {
      const logical = name.slice(internalTopicName(applicationId, '').length)
      return { name, partitions: plan.repartitionTopics.get(logical)!, configs: config }
    }),
    ...internal.changelogs.map(({ name, config, subtopology }) => {
      if (plan.taskCounts[subtopology] === 0) throw nothingMatched(name)
      return { name, partitions: plan.taskCounts[subtopology]!, configs: config }
    }),
  ]
  await ensureInternal(admin, wanted, known)
  const names = [...known].map(([name, { partitions }]) => [name, partitions.length] as const)
  return {
    partitionCounts: new Map(names),
    repartitionTopics: internal.repartitions.map(({ name }) => name),
    subtopologies: bound.subtopologies().map(subtopology => ({
      subtopology,
      sourceTopics: subtopology.sourceTopics.map(topic => realTopicName(topology, applicationId, topic)),
      changelogs: changelogsOf(subtopology.stores, applicationId, known),
    })),
  }
}

function nothingMatched(changelog: string): StreamsError {
  return new StreamsError('MR-2001', {
    what: `No topic matches the pattern yet whose records go into the store of '${changelog}'`,
    why: 'The changelog gets as many partitions as the topics have, and keeps them.',
    fix: 'Create a topic that matches before the application starts.',
  })
}

/** The topics of others: sources and static sinks that are not repartition topics. */
function externalTopics(topology: Topology): Set<string> {
  const names = new Set<string>()
  for (const node of topology.nodes.values()) {
    if (node.kind === 'source') for (const topic of node.topics) names.add(topic)
    if (node.kind === 'sink' && typeof node.topic === 'string') names.add(node.topic)
  }
  for (const repartition of topology.repartitionTopics.keys()) names.delete(repartition)
  return names
}

async function createDeclared(
  { admin, declared, partitionsDefault }: PrepareTopicsOptions,
  external: ReadonlySet<string>,
): Promise<void> {
  const existing = new Set((await admin.describeTopics([...external])).map(({ name }) => name))
  const missing = declared.filter(({ name }) => external.has(name) && !existing.has(name))
  if (missing.length === 0) return
  await admin.createTopics(
    missing.map(({ name, partitions, config }) => {
      return { name, partitions: partitions ?? partitionsDefault, ...(config && { configs: config }) }
    }),
  )
}

async function ensureInternal(
  admin: Admin,
  wanted: readonly NewTopic[],
  known: Map<string, TopicMetadata>,
): Promise<void> {
  if (wanted.length === 0) return
  await admin.createTopics(wanted)
  await describeInto(known, admin, new Set(wanted.map(({ name }) => name)))
  for (const { name, partitions } of wanted) {
    const found = known.get(name)?.partitions.length
    if (found !== partitions)
      throw new StreamsError('MR-2102', {
        what: `Internal topic '${name}' has ${found ?? 'no'} partitions; the topology needs ${partitions}`,
        why: 'The inputs had another partition count when it was created; its keys are in other partitions now.',
        fix: 'Reset the application: delete its internal topics and its state directory, and process the inputs again.',
      })
  }
}

/** Adds what the broker knows of `names`; MR-2001 if it does not know one. */
async function describeInto(
  known: Map<string, TopicMetadata>,
  admin: Admin,
  names: ReadonlySet<string>,
): Promise<void> {
  for (const topic of await admin.describeTopics([...names])) known.set(topic.name, topic)
  const missing = [...names].filter(name => !known.has(name))
  if (missing.length === 0) return
  throw new StreamsError('MR-2001', {
    what: `The topology uses ${missing.length === 1 ? 'a topic that does' : 'topics that do'} not exist: ${missing.join(', ')}`,
    why: 'A missing input would look like an empty one, and a missing output would lose results.',
    fix: 'Create the topic, or run with createTopics: true to have declared topics created.',
  })
}

function changelogsOf(
  stores: readonly StoreDefinition[],
  applicationId: string,
  known: ReadonlyMap<string, TopicMetadata>,
): Map<string, PreparedChangelog> {
  const changelogs = new Map<string, PreparedChangelog>()
  for (const store of stores) {
    const topic = changelogTopicOf(store, applicationId)
    if (topic === undefined) continue
    const isInput = store.changelogTopic !== undefined
    changelogs.set(store.name, { topic, topicId: known.get(topic)!.topicId, isInput })
  }
  return changelogs
}
