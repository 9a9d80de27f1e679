/** Creates, describes, alters and deletes what a cluster keeps: topics, configurations, records, groups and their offsets. */
import type { TopicPartition } from '../../src/base/topic-partition.ts'
import type { Cluster } from './cluster.ts'
import type { TopicMetadata } from './metadata-cache.ts'
import type { CommittedOffset, OffsetToCommit } from './offsets.ts'

export interface NewTopic {
  readonly name: string
  /** -1: the broker's default. */
  readonly partitions: number
  /** Default -1: the broker's default. */
  readonly replicationFactor?: number
  readonly configs?: Readonly<Record<string, string>>
}

/** Whether a topic was made by this call; `exists` if it was there already. */
export interface TopicCreation {
  readonly name: string
  readonly outcome: 'created' | 'exists'
}

/** An offset that is asked for by what it stands for rather than by number. */
export type OffsetSpec = 'earliest' | 'latest' | 'max-timestamp' | { readonly timestamp: number }

export interface ListedOffset extends TopicPartition {
  /** -1 if there is no record at or after the timestamp. */
  readonly offset: number
  readonly timestamp: number
  readonly leaderEpoch: number
}

export interface ConfigEntry {
  readonly name: string
  readonly value: string | null
  readonly isDefault: boolean
  readonly readOnly: boolean
}

export interface GroupDescription {
  readonly groupId: string
  readonly state: string
  readonly protocolType: string
  readonly protocol: string
  readonly members: readonly {
    readonly memberId: string
    readonly instanceId: string | undefined
    readonly clientId: string
    readonly clientHost: string
    readonly subscription: Uint8Array
    readonly assignment: Uint8Array
  }[]
}

export declare class Admin {
  constructor(cluster: Cluster)
  createTopics(
    topics: readonly NewTopic[],
    options?: { readonly validateOnly?: boolean },
  ): Promise<readonly TopicCreation[]>
  /** Not an error if one does not exist. */
  deleteTopics(names: readonly string[]): Promise<void>
  /** Topics that exist, with their partitions; those that do not are left out. */
  describeTopics(names: readonly string[]): Promise<readonly TopicMetadata[]>
  listTopics(): Promise<readonly TopicMetadata[]>
  createPartitions(topic: string, count: number): Promise<void>
  listOffsets(
    partitions: Iterable<TopicPartition>,
    spec: OffsetSpec,
    options?: { readonly isolation?: 'read_committed' | 'read_uncommitted' },
  ): Promise<readonly ListedOffset[]>
  /** Deletes the records before each offset. */
  deleteRecords(before: Iterable<TopicPartition & { readonly offset: number }>): Promise<void>
  describeConfigs(resource: 'topic' | 'broker', name: string): Promise<readonly ConfigEntry[]>
  /** Sets configs; `null` puts one back to its default. */
  alterConfigs(
    resource: 'topic' | 'broker',
    name: string,
    configs: Readonly<Record<string, string | null>>,
  ): Promise<void>
  listGroups(): Promise<
    readonly { readonly groupId: string; readonly protocolType: string; readonly state: string }[]
  >
  describeGroups(groupIds: readonly string[]): Promise<readonly GroupDescription[]>
  /** All committed offsets of a group. */
  listGroupOffsets(groupId: string): Promise<readonly CommittedOffset[]>
  /** Sets offsets of a group that has no members. */
  alterGroupOffsets(groupId: string, offsets: Iterable<OffsetToCommit>): Promise<void>
  deleteGroupOffsets(groupId: string, partitions: Iterable<TopicPartition>): Promise<void>
  /** Not an error if one does not exist. */
  deleteGroups(groupIds: readonly string[]): Promise<void>
}
