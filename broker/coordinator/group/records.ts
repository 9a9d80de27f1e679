/**
 * What the log remembers of groups: memberships and committed offsets, as the coordinator thinks of them.
 *
 * `record-codec.ts` turns them into Kafka's own keys and values (semantics G64, G66).
 */

import type { ConsumerGroupRecord } from './consumer/records.ts'

export type GroupRecord = MembershipRecord | OffsetRecord | ConsumerGroupRecord

/** A group's generation with its members; `undefined` forgets the group. */
export interface MembershipRecord {
  readonly kind: 'membership'
  readonly groupId: string
  readonly membership: Membership | undefined
}

/** A committed offset; `undefined` forgets it. */
export interface OffsetRecord {
  readonly kind: 'offset'
  readonly groupId: string
  readonly topic: string
  readonly partition: number
  readonly committed: CommittedOffset | undefined
}

export interface Membership {
  readonly protocolType: string
  readonly generation: number
  readonly protocolName: string | null
  readonly leaderId: string | null
  /** When the group entered the state that this record describes; -1 in records of old brokers. */
  readonly stateTimestampMs: number
  readonly members: readonly MemberRecord[]
}

export interface MemberRecord {
  readonly memberId: string
  readonly instanceId: string | null
  readonly clientId: string
  readonly clientHost: string
  readonly rebalanceTimeoutMs: number
  readonly sessionTimeoutMs: number
  readonly subscription: Uint8Array
  readonly assignment: Uint8Array
}

export interface CommittedOffset {
  readonly offset: number
  readonly leaderEpoch: number
  readonly metadata: string
  readonly commitTimestampMs: number
  /** Given by clients of old (OffsetCommit v2 to v4); -1: the broker's retention holds. */
  readonly expireTimestampMs: number
}
