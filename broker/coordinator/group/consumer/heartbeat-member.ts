/** Whose heartbeat or JoinGroup it is: the member as its group has it, with what the request changes of its subscription. */
import { assert } from '../../../../src/base/assert.ts'
import { kafkaErrors } from '../../../../src/protocol/errors.ts'
import type { JoinGroupRequest } from '../../../../src/protocol/messages/11-join-group.ts'
import type { ConsumerGroupHeartbeatRequest } from '../../../../src/protocol/messages/68-consumer-group-heartbeat.ts'
import { BrokerError } from '../../../broker-error.ts'
import { awayEpoch, startPosition, type ConsumerGroup, type ConsumerMember } from './consumer-group.ts'
import { checkEpoch, checkRegex, knownMember } from './heartbeat-check.ts'
import type { NamedPartitions } from './reconcile.ts'
import type { MemberSubscription, Target } from './records.ts'
import { sameSubscription } from './subscription.ts'

/** The member that a heartbeat comes from, as the group has it, and what has to be written for it to be that. */
export interface Found {
  readonly member: ConsumerMember
  readonly isNew: boolean
  /** The static member whose place it takes. */
  readonly replaces: string | undefined
  readonly targets: ReadonlyMap<string, Target>
}

/** Finds the member, or makes it for who joins. `newId` is asked for an id where the request has none. */
export function findMember(
  group: ConsumerGroup,
  request: ConsumerGroupHeartbeatRequest,
  named: NamedPartitions | undefined,
  newId: () => string,
): Found {
  const { memberEpoch, instanceId } = request
  const { targets } = group
  if (memberEpoch > 0) {
    const member = knownMember(group, request)
    checkEpoch(member.position, memberEpoch, named)
    return { member, isNew: false, replaces: undefined, targets }
  }
  const id = request.memberId === '' ? newId() : request.memberId
  const holderId = instanceId === null ? undefined : group.instances.get(instanceId)
  // One that joins again because the answer was lost is itself; Kafka tells it UNRELEASED_INSTANCE_ID, which ends clients.
  if (holderId === undefined || holderId === id) return memberOrNew(group, id, instanceId)
  const holder = group.members.get(holderId)
  assert(holder !== undefined, 'an instance id of nobody')
  // One of the classic protocol never says that it goes: whoever comes with its instance id takes its place.
  if (holder.subscription.classic === null && holder.position.epoch !== awayEpoch) {
    throw new BrokerError(
      kafkaErrors.UNRELEASED_INSTANCE_ID.code,
      `Static member ${id} with instance id ${instanceId} cannot join the group because the ` +
        `instance id is owned by ${holderId} member.`,
    )
  }
  return replaced(group, holder, id)
}

/**
 * The member that a JoinGroup comes from, or one that it makes. A static one that has no id yet takes the place of the member
 * that has its instance id. Throws UNKNOWN_MEMBER_ID or FENCED_INSTANCE_ID.
 */
export function findClassicMember(
  group: ConsumerGroup,
  { memberId, groupInstanceId: instanceId }: Pick<JoinGroupRequest, 'memberId' | 'groupInstanceId'>,
  newId: () => string,
): Found {
  if (memberId !== '') {
    // A dynamic member that was given its id a moment ago, or that was fenced and comes back, is taken with it.
    if (instanceId === null) return memberOrNew(group, memberId, instanceId)
    const member = knownMember(group, { memberId, instanceId })
    return { member, isNew: false, replaces: undefined, targets: group.targets }
  }
  const holderId = instanceId === null ? undefined : group.instances.get(instanceId)
  if (holderId === undefined) return memberOrNew(group, newId(), instanceId)
  const holder = group.members.get(holderId)
  assert(holder !== undefined, 'an instance id of nobody')
  return replaced(group, holder, newId())
}

function memberOrNew(group: ConsumerGroup, id: string, instanceId: string | null): Found {
  const { targets } = group
  const existing = group.members.get(id)
  if (existing !== undefined) return { member: existing, isNew: false, replaces: undefined, targets }
  const member = { id, subscription: blankSubscription(instanceId), position: startPosition }
  return { member, isNew: true, replaces: undefined, targets }
}

/** A static member takes the place of one before it and has its partitions. */
function replaced(group: ConsumerGroup, holder: ConsumerMember, id: string): Found {
  const position = { ...holder.position, epoch: 0, previousEpoch: 0 }
  const targets = new Map(group.targets)
  targets.set(id, group.targetOf(holder.id))
  return {
    member: { id, subscription: holder.subscription, position },
    isNew: false,
    replaces: holder.id,
    targets,
  }
}

function blankSubscription(instanceId: string | null): MemberSubscription {
  return {
    instanceId,
    rackId: null,
    clientId: '',
    clientHost: '',
    topicNames: [],
    topicRegex: null,
    rebalanceTimeoutMs: -1,
    serverAssignor: null,
    classic: null,
  }
}

/** The member with what the request, which names each topic once, changes of it; the same subscription object if nothing. */
export function subscribed(
  member: ConsumerMember,
  request: ConsumerGroupHeartbeatRequest,
  { clientId, clientHost }: { readonly clientId: string; readonly clientHost: string },
): ConsumerMember {
  const before = member.subscription
  const regex = request.subscribedTopicRegex
  const after: MemberSubscription = {
    instanceId: request.instanceId ?? before.instanceId,
    rackId: request.rackId ?? before.rackId,
    clientId,
    clientHost,
    topicNames: request.subscribedTopicNames ?? before.topicNames,
    // An empty one takes it back.
    topicRegex: regex === null ? before.topicRegex : regex === '' ? null : regex,
    rebalanceTimeoutMs:
      request.rebalanceTimeoutMs === -1 ? before.rebalanceTimeoutMs : request.rebalanceTimeoutMs,
    serverAssignor: request.serverAssignor ?? before.serverAssignor,
    classic: null,
  }
  if (after.topicRegex !== null && after.topicRegex !== before.topicRegex) checkRegex(after.topicRegex)
  return sameSubscription(before, after) ? member : { ...member, subscription: after }
}

/** What a member says that it has; `undefined` if it does not say. */
export function namedOf({ topicPartitions }: ConsumerGroupHeartbeatRequest): NamedPartitions | undefined {
  if (topicPartitions === null) return undefined
  return new Map(topicPartitions.map(({ topicId, partitions }) => [topicId, new Set(partitions)]))
}
