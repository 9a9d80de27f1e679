/** How partitions are dealt out to the members of a group: computed by one of them, the leader, for all. */
import type { TopicPartition } from '../../src/base/topic-partition.ts'

/** What the leader knows of a member. */
export interface AssignorMember {
  readonly memberId: string
  readonly instanceId: string | undefined
  readonly topics: readonly string[]
  /** What it owned when it joined. */
  readonly owned: readonly TopicPartition[]
  /** Generation in which it owned that; -1 if not known. */
  readonly ownedGeneration: number
  readonly rackId: string | undefined
  readonly userData: Uint8Array | null
}

export interface MemberAssignment {
  readonly partitions: readonly TopicPartition[]
  readonly userData: Uint8Array | null
}

export interface AssignorView {
  readonly groupId: string
  readonly generationId: number
  readonly members: readonly AssignorMember[]
  /** Partition counts of all topics that a member subscribes to; topics that do not exist are left out. */
  readonly partitionCounts: ReadonlyMap<string, number>
}

export interface Assignor {
  /** Name on the wire, e.g. `cooperative-sticky`. */
  readonly name: string
  /** `eager`: everything is revoked before joining. `cooperative`: only what moves is, after the assignment is known. */
  readonly rebalance: 'eager' | 'cooperative'
  /** An entry for each member. */
  assign(
    view: AssignorView,
  ): ReadonlyMap<string, MemberAssignment> | Promise<ReadonlyMap<string, MemberAssignment>>
}
