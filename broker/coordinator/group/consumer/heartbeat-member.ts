/** Whose heartbeat it is: the member as its group has it, with what the request changes of its subscription. */
import { assert } from '../../../../src/base/assert.ts'
import { kafkaErrors } from '../../../../src/protocol/errors.ts'
import type { ConsumerGroupHeartbeatRequest } from '../../../../src/protocol/messages/68-consumer-group-heartbeat.ts'
import { BrokerError } from '../../../broker-error.ts'
import { awayEpoch, startPosition, type ConsumerGroup, type ConsumerMember } from './consumer-group.ts'
import { checkEpoch, checkRegex, knownMember } from './heartbeat-check.ts'
import type { NamedPartitions } from './reconcile.ts'
import type { MemberSubscription, Target } from './records.ts'

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
  if (holderId !== undefined && holderId !== id) return replaced(group, holderId, id)
  const existing = group.members.get(id)
  if (existing !== undefined) return { member: existing, isNew: false, replaces: undefined, targets }
  const subscription = blankSubscription(request)
  const member = { id, subscription, position: startPosition }
  return { member, isNew: true, replaces: undefined, targets }
}

/** A static member takes the place of one that went away and has its partitions. Throws UNRELEASED_INSTANCE_ID. */
function replaced(group: ConsumerGroup, holderId: string, id: string): Found {
  const holder = group.members.get(holderId)
  assert(holder !== undefined, 'an instance id of nobody')
  if (holder.position.epoch !== awayEpoch) {
    throw new BrokerError(
      kafkaErrors.UNRELEASED_INSTANCE_ID.code,
      `Static member ${id} with instance id ${holder.subscription.instanceId} cannot join the group because the ` +
        `instance id is owned by member ${holderId}.`,
    )
  }
  const position = { ...holder.position, epoch: 0, previousEpoch: 0 }
  const targets = new Map(group.targets)
  targets.set(id, group.targetOf(holderId))
  return {
    member: { id, subscription: holder.subscription, position },
    isNew: false,
    replaces: holderId,
    targets,
  }
}

function blankSubscription({ instanceId }: ConsumerGroupHeartbeatRequest): MemberSubscription {
  return {
    instanceId,
    rackId: null,
    clientId: '',
    clientHost: '',
    topicNames: [],
    topicRegex: null,
    rebalanceTimeoutMs: -1,
    serverAssignor: null,
  }
}

/** The member with what the request changes of it; the same subscription object if nothing. */
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
    topicNames:
      request.subscribedTopicNames === null ? before.topicNames : [...new Set(request.subscribedTopicNames)],
    // An empty one takes it back.
    topicRegex: regex === null ? before.topicRegex : regex === '' ? null : regex,
    rebalanceTimeoutMs:
      request.rebalanceTimeoutMs === -1 ? before.rebalanceTimeoutMs : request.rebalanceTimeoutMs,
    serverAssignor: request.serverAssignor ?? before.serverAssignor,
  }
  if (after.topicRegex !== null && after.topicRegex !== before.topicRegex) checkRegex(after.topicRegex)
  const { topicNames: _names, ...rest } = after
  const isSame =
    sameNames(before.topicNames, after.topicNames) &&
    (Object.keys(rest) as (keyof typeof rest)[]).every(key => before[key] === after[key])
  return isSame ? member : { ...member, subscription: after }
}

/** Whether both have the same names, in any order. */
export function sameNames(left: readonly string[], right: readonly string[]): boolean {
  if (left.length !== right.length) return false
  const names = new Set(left)
  return right.every(name => names.has(name))
}

/** What a member says that it has; `undefined` if it does not say. */
export function namedOf({ topicPartitions }: ConsumerGroupHeartbeatRequest): NamedPartitions | undefined {
  if (topicPartitions === null) return undefined
  return new Map(topicPartitions.map(({ topicId, partitions }) => [topicId, new Set(partitions)]))
}
