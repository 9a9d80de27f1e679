/**
 * A classic group of consumers becomes a group of the consumer protocol while it has members (KIP-848, "Online Migration"):
 * its first member of that protocol has come.
 *
 *   classic group, generation n                     group of the consumer protocol, epoch n
 *     member: subscription, assignors, time-outs ──▶  member with its classic terms
 *     its assignment of generation n             ──▶  what it has, and what it was to have so far
 *     what it had when it joined for that and    ──▶  what it is to give up: a cooperative consumer has it until it joins
 *     nobody was given                                again
 *
 * The members go on with what they have, and are told by their heartbeats to join again, which they do one by one and
 * without a barrier. Who waits for an answer is told REBALANCE_IN_PROGRESS. A group that was being rebalanced has members
 * that were given nothing yet: then the epoch is counted up at once, whoever has come.
 *
 * Refused, with GROUP_ID_NOT_FOUND and nothing changed: where the policy says so; a group that is not of consumers; one too
 * large; one whose members say what cannot be read; and one of an assignor whose own bytes in assignments would be lost, or
 * that gives a partition to two, for the server's assignors know of neither.
 */
import { kafkaErrors } from '../../../../src/protocol/errors.ts'
import { BrokerError } from '../../../broker-error.ts'
import type { BrokerConfig } from '../../../config.ts'
import type { ClassicGroup } from '../classic-group.ts'
import type { Member } from '../member.ts'
import type { GroupRecord } from '../records.ts'
import { refuseParked } from '../responses.ts'
import { assignmentOf, byTopicId, consumerProtocolType, subscriptionOf } from './classic-subscription.ts'
import { ConsumerGroup } from './consumer-group.ts'
import { hashOf } from './group-epoch.ts'
import type { MemberTimers } from './member-timers.ts'
import { migration } from './migration-policy.ts'
import type { NamedPartitions } from './reconcile.ts'
import type { ConsumerGroupRecord, MemberPosition, MemberSubscription, OwnedPartitions } from './records.ts'
import type { TopicDirectory } from './topic-directory.ts'

/** The group as it will be, and the records that make it that. */
export interface Upgrade {
  readonly group: ConsumerGroup
  readonly records: readonly GroupRecord[]
  /** Whether the classic group was in no rebalance. */
  readonly isSettled: boolean
}

/** What a member becomes. */
interface Converted {
  readonly id: string
  readonly subscription: MemberSubscription
  readonly position: MemberPosition
  /** What it said that it had when it joined. */
  readonly had: NamedPartitions
}

/** Throws GROUP_ID_NOT_FOUND. */
export function upgrade(
  classic: ClassicGroup,
  terms: { readonly config: BrokerConfig; readonly topics: TopicDirectory },
): Upgrade {
  const { config, topics } = terms
  checkUpgrade(classic, config)
  const groupId = classic.id
  const converted = Array.from(classic.members.values(), each => convertedMember(classic, each, topics))
  const members = withOwners(groupId, converted)
  const group = new ConsumerGroup(groupId)
  const epoch = classic.generation
  const metadataHash = hashOf(new Map(members.map(each => [each.id, each])), new Map(), topics)
  const records: readonly ConsumerGroupRecord[] = [
    ...members.map(
      each => ({ kind: 'consumer-member', groupId, memberId: each.id, value: each.subscription }) as const,
    ),
    { kind: 'consumer-epoch', groupId, value: { epoch, metadataHash } },
    ...members.map(
      each =>
        ({
          kind: 'consumer-target',
          groupId,
          memberId: each.id,
          value: targetOf(each.position.assigned),
        }) as const,
    ),
    // Nobody computed it here: the next is not too soon, whatever the interval.
    { kind: 'consumer-target-epoch', groupId, value: { epoch, timestampMs: 0 } },
    ...members.map(
      each => ({ kind: 'consumer-position', groupId, memberId: each.id, value: each.position }) as const,
    ),
  ]
  for (const record of records) group.replay(record)
  const tombstone: GroupRecord = { kind: 'membership', groupId, membership: undefined }
  return { group, records: [tombstone, ...records], isSettled: classic.state === 'Stable' }
}

/** The records are in the log: answers who waited on the classic group, and starts the sessions of its members anew. */
export function finishUpgrade(classic: ClassicGroup, timers: MemberTimers): void {
  for (const member of classic.members.values()) {
    refuseParked(member, kafkaErrors.REBALANCE_IN_PROGRESS.code)
    timers.touch(classic.id, member.id, member.terms.sessionTimeoutMs)
  }
}

function checkUpgrade(classic: ClassicGroup, config: BrokerConfig): void {
  if (!migration(config).upgrades) throw refusal(classic.id, 'online upgrade is disabled')
  if (classic.protocolType !== consumerProtocolType) {
    throw refusal(classic.id, 'the group does not use the consumer embedded protocol')
  }
  if (classic.members.size > config['group.consumer.max.size']) {
    throw refusal(classic.id, 'the group size exceeds the consumer group maximum size')
  }
}

function convertedMember(classic: ClassicGroup, member: Member, topics: TopicDirectory): Converted {
  const { sessionTimeoutMs, rebalanceTimeoutMs, protocols } = member.terms
  // A group in its first rebalance has not chosen a protocol yet.
  const subscription = subscriptionOf(member.metadataOf(classic.protocolName ?? classic.selectProtocol()))
  const assignment = assignmentOf(member.assignment)
  if (subscription === undefined || assignment === undefined) {
    throw refusal(classic.id, 'the embedded consumer protocol is malformed')
  }
  if (assignment.userData !== null && assignment.userData.length > 0) {
    throw refusal(
      classic.id,
      'an unsupported custom assignor is in use. Please refer to the documentation or switch to a default assignor before re-attempting the upgrade',
    )
  }
  const epoch = classic.generation
  const assigned = new Map(
    [...byTopicId(assignment.assignedPartitions, topics)].map(([topicId, partitions]) => {
      const since = [...partitions].sort((one, other) => one - other).map(each => [each, epoch] as const)
      return [topicId, new Map(since)]
    }),
  )
  return {
    id: member.id,
    subscription: {
      instanceId: member.instanceId,
      rackId: subscription.rackId,
      clientId: member.clientId,
      clientHost: member.clientHost,
      topicNames: [...new Set(subscription.topics)],
      topicRegex: null,
      rebalanceTimeoutMs,
      serverAssignor: null,
      classic: { sessionTimeoutMs, protocols },
    },
    position: { epoch, previousEpoch: epoch, state: 'stable', assigned, revoking: new Map() },
    had: byTopicId(subscription.ownedPartitions, topics),
  }
}

/** The members with what each has still to give up. Throws GROUP_ID_NOT_FOUND if two were given the same. */
function withOwners(groupId: string, members: readonly Converted[]): readonly Converted[] {
  const owned = new Set<string>()
  const keyOf = (topicId: string, partition: number) => `${topicId}/${partition}`
  for (const { position } of members) {
    for (const [topicId, partitions] of position.assigned) {
      for (const partition of partitions.keys()) {
        const key = keyOf(topicId, partition)
        if (owned.has(key)) throw refusal(groupId, 'its assignor gives a partition to two members')
        owned.add(key)
      }
    }
  }
  return members.map(member => {
    const revoking = new Map<string, Map<number, number>>()
    for (const [topicId, partitions] of member.had) {
      const kept = [...partitions].filter(partition => !owned.has(keyOf(topicId, partition)))
      for (const partition of kept) owned.add(keyOf(topicId, partition))
      if (kept.length > 0) revoking.set(topicId, new Map(kept.map(each => [each, member.position.epoch])))
    }
    if (revoking.size === 0) return member
    return { ...member, position: { ...member.position, state: 'unrevoked', revoking } }
  })
}

function targetOf(assigned: OwnedPartitions): ReadonlyMap<string, readonly number[]> {
  return new Map(Array.from(assigned, ([topicId, partitions]) => [topicId, [...partitions.keys()]]))
}

function refusal(groupId: string, why: string): BrokerError {
  const message = `Cannot upgrade classic group ${groupId} to consumer group because ${why}.`
  return new BrokerError(kafkaErrors.GROUP_ID_NOT_FOUND.code, message)
}
