/**
 * The topics that the application owns: what they are called and how they are configured (semantics N4, N5).
 *
 * Inside a topology internal topics have no application id, as Kafka's `describe()` prints them; on a broker they
 * begin with it. Changelogs of key-value stores are compacted; those of window stores are deleted after the store's
 * retention and a day as well, because the windows of a compacted topic would never leave it. Repartition topics are
 * kept for good, and emptied by DeleteRecords as far as they have been processed.
 */
import { unreachable } from '../base/assert.ts'
import type { StoreDefinition } from './node.ts'
import { internalTopicName, storeChangelogTopic } from './names.ts'
import type { Subtopology } from './subtopologies.ts'
import type { Topology } from './topology.ts'

/** How much longer a window store's changelog keeps its records than the store does. */
export const changelogRetentionAddedMs: number = 24 * 60 * 60 * 1000

/** An internal topic as it is to be created. */
export interface InternalTopic {
  /** The real name, application id included. */
  readonly name: string
  readonly kind: 'changelog' | 'repartition'
  readonly config: Readonly<Record<string, string>>
}

/** The changelog of a store. */
export interface ChangelogTopic extends InternalTopic {
  readonly kind: 'changelog'
  readonly store: string
  /** It has one partition for each task of this sub-topology. */
  readonly subtopology: number
}

/** The topics that the application must create; what each store's changelog is. */
export interface InternalTopics {
  readonly changelogs: readonly ChangelogTopic[]
  readonly repartitions: readonly InternalTopic[]
}

/** All internal topics of a topology that runs as `applicationId`. */
export function internalTopics(topology: Topology, applicationId: string): InternalTopics {
  return {
    changelogs: topology.subtopologies().flatMap(part => changelogsOf(part, applicationId)),
    repartitions: [...topology.repartitionTopics.keys()].map(name => ({
      name: internalTopicName(applicationId, name),
      kind: 'repartition',
      config: repartitionConfig,
    })),
  }
}

/** The topic on the broker that a topic of the topology stands for. */
export function realTopicName(topology: Topology, applicationId: string, topic: string): string {
  return topology.repartitionTopics.has(topic) ? internalTopicName(applicationId, topic) : topic
}

/** The changelog topic of a store, or `undefined` when it has none. */
export function changelogTopicOf(store: StoreDefinition, applicationId: string): string | undefined {
  if (store.changelogTopic !== undefined) return store.changelogTopic
  return store.changelog === false ? undefined : storeChangelogTopic(applicationId, store.name)
}

const repartitionConfig: Readonly<Record<string, string>> = Object.freeze({
  'cleanup.policy': 'delete',
  'message.timestamp.type': 'CreateTime',
  'retention.ms': '-1',
  'segment.bytes': String(50 * 1024 * 1024),
})

function changelogsOf(part: Subtopology, applicationId: string): readonly ChangelogTopic[] {
  const topics: ChangelogTopic[] = []
  for (const store of part.stores) {
    // A store that is rebuilt from a topic of somebody else has nothing to create.
    if (store.changelog === false || store.changelogTopic !== undefined) continue
    topics.push({
      name: storeChangelogTopic(applicationId, store.name),
      kind: 'changelog',
      store: store.name,
      subtopology: part.id,
      config: { ...changelogConfig(store), ...store.changelog },
    })
  }
  return topics
}

function changelogConfig(store: StoreDefinition): Readonly<Record<string, string>> {
  const common = { 'message.timestamp.type': 'CreateTime' }
  switch (store.kind) {
    case 'key-value':
    case 'held-records':
    case 'custom':
      return { ...common, 'cleanup.policy': 'compact' }
    case 'window':
    case 'session':
      return {
        ...common,
        'cleanup.policy': 'compact,delete',
        // -1: for good, as an unlimited window is kept.
        'retention.ms': String(
          Number.isFinite(store.retentionMs) ? store.retentionMs + changelogRetentionAddedMs : -1,
        ),
      }
    case 'versioned':
      return {
        ...common,
        'cleanup.policy': 'compact',
        // A key's records are its versions: while they are looked up, compaction must not take them (semantics V4).
        'min.compaction.lag.ms': String(store.historyMs + changelogRetentionAddedMs),
      }
    default:
      return unreachable(store)
  }
}
