/** What is wrong with a ConsumerGroupHeartbeat: the request by itself, and whoever sends it in its group. */
import { hashedLettersMax } from '../../../../src/base/text.ts'
import { kafkaErrors } from '../../../../src/protocol/errors.ts'
import type { ConsumerGroupHeartbeatRequest } from '../../../../src/protocol/messages/68-consumer-group-heartbeat.ts'
import { BrokerError } from '../../../broker-error.ts'
import type { BrokerConfig } from '../../../config.ts'
import { awayEpoch, type ConsumerGroup, type ConsumerMember } from './consumer-group.ts'
import type { MemberPosition } from './records.ts'
import type { NamedPartitions } from './reconcile.ts'
import { patternFault } from './topic-directory.ts'

/** Since this version a member makes its id up itself. */
const ownIdSince = 1

/** Throws INVALID_REQUEST or UNSUPPORTED_ASSIGNOR. */
export function checkRequest(
  request: ConsumerGroupHeartbeatRequest,
  version: number,
  assignors: readonly string[],
): void {
  const { groupId, memberId, memberEpoch, instanceId, rackId, serverAssignor } = request
  if (version >= ownIdSince || memberEpoch > 0 || memberEpoch === -1) {
    if (memberId.trim() === '') throw invalid("MemberId can't be empty.")
  }
  if (groupId.trim() === '') throw invalid("GroupId can't be empty.")
  if (instanceId?.trim() === '') throw invalid("InstanceId can't be empty.")
  if (rackId?.trim() === '') throw invalid("RackId can't be empty.")
  for (const [name, id] of Object.entries({ MemberId: memberId, InstanceId: instanceId ?? '' })) {
    if (id.length > hashedLettersMax) throw invalid(`${name} has more than ${hashedLettersMax} letters.`)
  }
  if (memberEpoch < awayEpoch) throw invalid(`MemberEpoch is invalid: ${memberEpoch}.`)
  if (memberEpoch === awayEpoch && instanceId === null) throw invalid("InstanceId can't be null.")
  if (memberEpoch === 0) checkJoin(request)
  if (serverAssignor !== null && !assignors.includes(serverAssignor)) {
    const message = `ServerAssignor ${serverAssignor} is not supported. Supported assignors: ${assignors.join(', ')}.`
    throw new BrokerError(kafkaErrors.UNSUPPORTED_ASSIGNOR.code, message)
  }
}

/** Throws GROUP_MAX_SIZE_REACHED for one more member than a group may have. */
export function checkRoom(
  group: ConsumerGroup,
  memberId: string,
  config: Pick<BrokerConfig, 'group.consumer.max.size'>,
): void {
  const { size } = group.members
  if (group.members.has(memberId) || size < config['group.consumer.max.size']) return
  const message = `The consumer group has reached its maximum capacity of ${size} members.`
  throw new BrokerError(kafkaErrors.GROUP_MAX_SIZE_REACHED.code, message)
}

/** Throws INVALID_REGULAR_EXPRESSION. */
export function checkRegex(regex: string): void {
  const fault = patternFault(regex)
  if (fault === undefined) return
  throw new BrokerError(
    kafkaErrors.INVALID_REGULAR_EXPRESSION.code,
    `SubscribedTopicRegex \`${regex}\` is not a valid regular expression: ${fault}.`,
  )
}

function checkJoin(request: ConsumerGroupHeartbeatRequest): void {
  const { rebalanceTimeoutMs, topicPartitions, subscribedTopicNames, subscribedTopicRegex } = request
  if (rebalanceTimeoutMs < 0) throw invalid('RebalanceTimeoutMs must be provided in first request.')
  if (topicPartitions === null || topicPartitions.length > 0) {
    throw invalid('TopicPartitions must be empty when (re-)joining.')
  }
  if (subscribedTopicNames === null && subscribedTopicRegex === null) {
    throw invalid('Either SubscribedTopicNames or SubscribedTopicRegex must be non-null when (re-)joining.')
  }
}

/** The member that a request of one that has joined comes from. Throws UNKNOWN_MEMBER_ID or FENCED_INSTANCE_ID. */
export function knownMember(
  group: ConsumerGroup,
  { memberId, instanceId }: Pick<ConsumerGroupHeartbeatRequest, 'memberId' | 'instanceId'>,
): ConsumerMember {
  const { UNKNOWN_MEMBER_ID, FENCED_INSTANCE_ID } = kafkaErrors
  if (instanceId !== null) {
    const holder = group.instances.get(instanceId)
    if (holder === undefined) {
      throw new BrokerError(UNKNOWN_MEMBER_ID.code, `Instance id ${instanceId} is unknown.`)
    }
    if (holder !== memberId) {
      const message = `Static member ${memberId} with instance id ${instanceId} was fenced by member ${holder}.`
      throw new BrokerError(FENCED_INSTANCE_ID.code, message)
    }
  }
  const member = group.members.get(memberId)
  if (member !== undefined) return member
  throw new BrokerError(UNKNOWN_MEMBER_ID.code, `Member ${memberId} is not a member of group ${group.id}.`)
}

/**
 * Throws FENCED_MEMBER_EPOCH if a member does not name the epoch that it was told. The one before is taken from a member that
 * says what it has and has nothing that it was not given: the answer with the new epoch was lost.
 */
export function checkEpoch(
  { epoch, previousEpoch, assigned }: MemberPosition,
  received: number,
  named: NamedPartitions | undefined,
): void {
  if (received === epoch) return
  const code = kafkaErrors.FENCED_MEMBER_EPOCH.code
  const relation = received > epoch ? 'greater' : 'smaller'
  const fenced = new BrokerError(
    code,
    `The consumer group member has a ${relation} member epoch (${received}) than the one known by the group ` +
      `coordinator (${epoch}). The member must abandon all its partitions and rejoin.`,
  )
  if (received > epoch || received !== previousEpoch || named === undefined) throw fenced
  for (const [topicId, partitions] of named) {
    const own = assigned.get(topicId)
    for (const partition of partitions) if (own?.has(partition) !== true) throw fenced
  }
}

function invalid(message: string): BrokerError {
  return new BrokerError(kafkaErrors.INVALID_REQUEST.code, message)
}
