/** Committed offsets of a group: commits them, and fetches them once no transaction is pending on them. */
import type { TopicPartition } from '../../src/base/topic-partition.ts'
import type { Cluster } from './cluster.ts'

/** Where a group goes on reading a partition. */
export interface OffsetToCommit extends TopicPartition {
  /** The offset of the next record to be processed. */
  readonly offset: number
  /** Epoch of the leader that served the last record before `offset`; -1 if not known (the default). */
  readonly leaderEpoch?: number
  /** Text kept with the offset, at most 4096 bytes by default on brokers. */
  readonly metadata?: string
}

/** A committed offset as the coordinator keeps it. */
export interface CommittedOffset extends TopicPartition {
  readonly offset: number
  readonly leaderEpoch: number
  readonly metadata: string
}

/** Who a member is, so that the commit of one that the group has moved on from is refused. */
export interface GroupMetadata {
  readonly groupId: string
  /** -1 for a commit from outside of the group's protocol. */
  readonly generationId: number
  /** Empty for a commit from outside of the group's protocol. */
  readonly memberId: string
  readonly instanceId: string | undefined
}

export declare class GroupOffsets {
  constructor(cluster: Cluster, groupId: string)
  /** Commits offsets. MR-5046 if the group has moved on from this member (its partitions belong to somebody else). */
  commit(offsets: Iterable<OffsetToCommit>, group: GroupMetadata): Promise<void>
  /**
   * The committed offsets of partitions, those without one left out. Waits while a transaction on them is undecided
   * (`requireStable`, default true), so that a task never starts before the records that its predecessor committed.
   */
  fetch(
    partitions: Iterable<TopicPartition>,
    options?: { readonly requireStable?: boolean },
  ): Promise<readonly CommittedOffset[]>
}
