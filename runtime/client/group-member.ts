/** A member of a consumer group: joins, heartbeats on its own timer, and gives partitions up only after `onRevoked` is done. */
import type { TopicPartition } from '../../src/base/topic-partition.ts'
import type { Assignor } from './assignor.ts'
import type { Cluster } from './cluster.ts'
import type { GroupMetadata } from './offsets.ts'

/** An assignment that has taken effect. */
export interface Assignment {
  /** What is new. */
  readonly added: readonly TopicPartition[]
  /** Everything owned now. */
  readonly owned: readonly TopicPartition[]
  /** What the leader's assignor sent to this member. */
  readonly userData: Uint8Array | null
}

export interface GroupMemberOptions {
  readonly cluster: Cluster
  readonly groupId: string
  readonly topics: readonly string[]
  /** Static membership: the identity that survives a restart within the session timeout. */
  readonly instanceId?: string
  /** In order of preference; all members must have one in common. */
  readonly assignors: readonly Assignor[]
  /** Default 45 000. */
  readonly sessionTimeoutMs?: number
  /** How long members have to give partitions up and join again; also the longest time between two `poll`s. Default 300 000. */
  readonly rebalanceTimeoutMs?: number
  /** Default 3 000. */
  readonly heartbeatIntervalMs?: number
  /** What goes with this member's subscription, asked for at each join. */
  readonly userData?: () => Uint8Array | null
  /** Commit these and stop working on them; they are given up when the promise resolves. */
  readonly onRevoked: (partitions: readonly TopicPartition[]) => Promise<void>
  /** Called after each rebalance, even if nothing was added. */
  readonly onAssigned: (assignment: Assignment) => Promise<void>
  /** These were taken away (session expired, fenced): drop them without committing. */
  readonly onLost: (partitions: readonly TopicPartition[]) => Promise<void>
  /** Called when there is something for `poll` to do: wakes a loop that waits elsewhere. */
  readonly onWork?: () => void
}

export declare class GroupMember {
  constructor(options: GroupMemberOptions)
  /** What is owned now. */
  readonly owned: readonly TopicPartition[]
  /** Whether `poll` has something to do. */
  readonly hasWork: boolean
  /** For commits. Generation -1 while not joined. */
  readonly metadata: GroupMetadata
  /** Begins to join. The callbacks are only ever called from within `poll`. */
  start(): void
  /** Runs the callbacks that are due and returns; resolves at once when none are. MR-5047 if fenced by another of the same instance id. */
  poll(): Promise<void>
  /** Asks for another rebalance. */
  rejoin(reason: string): void
  /** Replaces the topics subscribed to, and rejoins. */
  subscribe(topics: readonly string[]): void
  /** Gives everything up (`onRevoked`) and leaves; a static member stays a member unless `leaveStatic`. Idempotent. */
  close(options?: { readonly leaveStatic?: boolean }): Promise<void>
}
