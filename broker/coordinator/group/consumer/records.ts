/**
 * What the log remembers of groups of the consumer protocol, as the coordinator thinks of them.
 *
 * `record-codec.ts` turns them into Kafka's own keys and values (semantics G64). In each, an `undefined` value forgets.
 */
import type { ClassicProtocol } from '../../../../src/protocol/messages/consumer-group-record.ts'

/** Topic id → partitions, ascending. */
export type Target = ReadonlyMap<string, readonly number[]>

/** Topic id → partition → the epoch in which it was assigned (KIP-1251). */
export type OwnedPartitions = ReadonlyMap<string, ReadonlyMap<number, number>>

/** What a member says besides that speaks the classic protocol. */
export interface ClassicTerms {
  readonly sessionTimeoutMs: number
  /** Its assignors with its subscription under each, in the order of its preference; at least one. */
  readonly protocols: readonly ClassicProtocol[]
}

/** Who a member is and what it subscribes to. */
export interface MemberSubscription {
  readonly instanceId: string | null
  readonly rackId: string | null
  readonly clientId: string
  readonly clientHost: string
  readonly topicNames: readonly string[]
  readonly topicRegex: string | null
  readonly rebalanceTimeoutMs: number
  readonly serverAssignor: string | null
  /** Null for a member that speaks the consumer protocol. */
  readonly classic: ClassicTerms | null
}

/**
 * Where a member stands on the way to its target.
 *
 *   stable      it has what its epoch's target gives it
 *   unrevoked   it has been told to give partitions up and has not said that it did: its epoch stands still
 *   unreleased  it is in the target's epoch, and some of its partitions are not given up by others yet
 */
export type MemberState = 'stable' | 'unrevoked' | 'unreleased'

/** What a member has. */
export interface MemberPosition {
  readonly epoch: number
  /** The epoch before: the member may still name it, if the answer with the new one was lost. */
  readonly previousEpoch: number
  readonly state: MemberState
  readonly assigned: OwnedPartitions
  /** What it has to give up and has not yet. */
  readonly revoking: OwnedPartitions
}

export interface ConsumerGroupEpoch {
  readonly epoch: number
  readonly metadataHash: number
}

export interface TargetEpoch {
  readonly epoch: number
  readonly timestampMs: number
}

export interface ResolvedRegex {
  readonly topics: readonly string[]
  readonly version: number
  readonly timestampMs: number
}

interface OfGroup {
  readonly groupId: string
}

interface OfMember extends OfGroup {
  readonly memberId: string
}

export type ConsumerGroupRecord =
  | (OfGroup & { readonly kind: 'consumer-epoch'; readonly value: ConsumerGroupEpoch | undefined })
  | (OfMember & { readonly kind: 'consumer-member'; readonly value: MemberSubscription | undefined })
  | (OfGroup & { readonly kind: 'consumer-target-epoch'; readonly value: TargetEpoch | undefined })
  | (OfMember & { readonly kind: 'consumer-target'; readonly value: Target | undefined })
  | (OfMember & { readonly kind: 'consumer-position'; readonly value: MemberPosition | undefined })
  | (OfGroup & {
      readonly kind: 'consumer-regex'
      readonly regex: string
      readonly value: ResolvedRegex | undefined
    })
