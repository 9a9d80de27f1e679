/**
 * A group of the consumer protocol becomes a classic group: the last member that spoke it has gone, or came back as a member
 * of the classic protocol under the same instance id (KIP-848, "Online Migration").
 *
 * The generation is the group's epoch, so that members that had come to it go on without a gap, and everyone's assignment is
 * what it has. (Kafka writes its target. A group that is upgraded again before its members have joined would then give away
 * what they still have and were not to have in the end.) Then the classic group is rebalanced, since what the one that left
 * was to have belongs to nobody, and what is still on its way between members must wait at the barrier. Where neither is the
 * case, and the member that came wants what the one before it did, the group stays as it is.
 *
 * That a rebalance has to follow is in the log: the record names no leader. So a broker that is killed in between begins it
 * when it starts (`Rebalance.loaded`), instead of finding a stable group in which nobody has those partitions.
 */
import { assert } from '../../../../src/base/assert.ts'
import type { BrokerConfig } from '../../../config.ts'
import type { MemberTerms } from '../member.ts'
import { chosenProtocol, votesOf } from '../protocol-choice.ts'
import type { Rebalance } from '../rebalance.ts'
import type { GroupRecord, MemberRecord } from '../records.ts'
import type { GroupShard } from '../shard.ts'
import { classicAssignment, consumerProtocolType } from './classic-subscription.ts'
import type { ConsumerGroup, ConsumerMember } from './consumer-group.ts'
import { migration } from './migration-policy.ts'
import { allOwned } from './reconcile.ts'
import type { MemberPosition } from './records.ts'
import { groupTombstones } from './removal.ts'
import type { TopicDirectory } from './topic-directory.ts'

/** Whether a group becomes a classic one when these leave: all who stay are of the classic protocol, not all who go. */
export function downgrades(
  group: ConsumerGroup,
  leaving: ReadonlySet<string>,
  config: Pick<BrokerConfig, 'group.consumer.migration.policy' | 'group.max.size'>,
): boolean {
  const staying = group.members.size - leaving.size
  return (
    staying > 0 &&
    isLastOfConsumers(group, leaving) &&
    migration(config).downgrades &&
    staying <= config['group.max.size']
  )
}

/** Whether a group becomes a classic one when a static member comes back with the classic protocol. */
export function downgradesByReturn(
  group: ConsumerGroup,
  holderId: string,
  config: Pick<BrokerConfig, 'group.consumer.migration.policy' | 'group.max.size'>,
): boolean {
  return (
    isLastOfConsumers(group, new Set([holderId])) &&
    migration(config).downgrades &&
    group.members.size <= config['group.max.size']
  )
}

function isLastOfConsumers(group: ConsumerGroup, leaving: ReadonlySet<string>): boolean {
  if (!group.isClassicWithout(leaving)) return false
  for (const id of leaving) if (group.members.get(id)?.subscription.classic === null) return true
  return false
}

/** A member of the classic group to be. */
export interface ClassicMember {
  readonly member: ConsumerMember
  readonly has: MemberPosition
}

/** Those of a group who stay. */
export function stayingMembers(group: ConsumerGroup, leaving: ReadonlySet<string>): ClassicMember[] {
  return [...group.members.values()]
    .filter(({ id }) => !leaving.has(id))
    .map(member => ({ member, has: member.position }))
}

/** The classic group to be. */
export interface Downgrade {
  readonly records: readonly GroupRecord[]
  readonly protocolName: string
  /** By member id. */
  readonly terms: ReadonlyMap<string, MemberTerms>
}

export function downgrade(
  group: ConsumerGroup,
  members: readonly ClassicMember[],
  { topics, nowMs, rebalances }: { topics: TopicDirectory; nowMs: number; rebalances: boolean },
): Downgrade {
  const terms = new Map(members.map(({ member }) => [member.id, termsOf(member)]))
  const brought = Array.from(terms.values(), ({ protocols }) => protocols)
  const protocolName = chosenProtocol(brought, votesOf(brought))
  assert(protocolName !== undefined, 'classic members of a consumer group have no protocol in common')
  const recorded = members.map(({ member, has }): MemberRecord => {
    const { protocols, ...timeouts } = terms.get(member.id)!
    const { instanceId, clientId, clientHost } = member.subscription
    const subscription = protocols.find(({ name }) => name === protocolName)!.metadata
    const assignment = classicAssignment(allOwned(has), subscription, topics)
    return { memberId: member.id, instanceId, clientId, clientHost, ...timeouts, subscription, assignment }
  })
  const membership = {
    protocolType: consumerProtocolType,
    generation: group.epoch,
    protocolName,
    leaderId: rebalances ? null : (members[0]?.member.id ?? null),
    stateTimestampMs: nowMs,
    members: recorded,
  }
  return {
    records: [...groupTombstones(group), { kind: 'membership', groupId: group.id, membership }],
    protocolName,
    terms,
  }
}

/** The records are in the log: the members' sessions begin, and the rebalance if there is to be one. */
export function finishDowngrade(
  shard: GroupShard,
  groupId: string,
  terms: ReadonlyMap<string, MemberTerms>,
  rebalance: Rebalance,
): void {
  const group = shard.groups.get(groupId)
  assert(group !== undefined, 'a downgrade left no classic group behind')
  // The record has what members say under the chosen protocol alone.
  for (const member of group.members.values()) group.setTerms(member, terms.get(member.id)!)
  rebalance.loaded(group)
}

function termsOf({ subscription }: ConsumerMember): MemberTerms {
  const { classic, rebalanceTimeoutMs } = subscription
  assert(classic !== null, 'a member of the consumer protocol is taken into a classic group')
  return { ...classic, rebalanceTimeoutMs }
}
