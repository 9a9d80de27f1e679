/**
 * JoinGroup on a group of the consumer protocol (KIP-848, "Online Migration"): a consumer of the classic protocol becomes one of
 * its members, or joins again because it was told to.
 *
 * It is answered at once, there is no barrier: the generation is the member's epoch, nobody leads, and SyncGroup tells what
 * it has. Then it takes one step towards its target each time it joins, as one of the consumer protocol does with each heartbeat.
 *
 * | joins as      | instance id         | the group's member  | what happens                                          |
 * |---------------|---------------------|---------------------|-------------------------------------------------------|
 * | no id         | none                | -                   | v4+: an id; before: a new member                      |
 * | an id         | none                | none of this id     | a new member                                          |
 * | an id         | none                | it                  | goes on; one of the consumer protocol is classic now  |
 * | no id         | of nobody           | none                | a new static member                                   |
 * | no id         | of a member         | that one            | takes its place; if it was the last of the consumer   |
 * |               |                     |                     | protocol the group becomes a classic one              |
 * | an id         | its own             | it                  | goes on                                               |
 * | an id         | of nobody, another's| -                   | UNKNOWN_MEMBER_ID, FENCED_INSTANCE_ID                 |
 */
import { assert } from '../../../../src/base/assert.ts'
import type { Clock } from '../../../../src/base/clock.ts'
import type { Random } from '../../../../src/base/random.ts'
import { kafkaErrors } from '../../../../src/protocol/errors.ts'
import { JoinGroupResponse, type JoinGroupRequest } from '../../../../src/protocol/messages/11-join-group.ts'
import { BrokerError } from '../../../broker-error.ts'
import type { BrokerConfig } from '../../../config.ts'
import { answer, type Outcome } from '../../runtime.ts'
import { memberIdRequiredSince } from '../join.ts'
import { newMemberId } from '../member.ts'
import { namesOf } from '../protocol-choice.ts'
import type { Rebalance } from '../rebalance.ts'
import type { GroupRecord } from '../records.ts'
import { refusedJoin } from '../responses.ts'
import type { GroupShard } from '../shard.ts'
import { byTopicId, classicSubscribed, consumerProtocolType, subscriptionOf } from './classic-subscription.ts'
import type { ConsumerGroup, ConsumerMember } from './consumer-group.ts'
import { downgrade, downgradesByReturn, finishDowngrade, stayingMembers } from './downgrade.ts'
import type { ConsumerCaller } from './heartbeat.ts'
import { checkRoom } from './heartbeat-check.ts'
import { findClassicMember, type Found } from './heartbeat-member.ts'
import type { GroupTimes } from './group-times.ts'
import { preferredAssignor, takeStep } from './member-step.ts'
import type { MemberTimers } from './member-timers.ts'
import { migration } from './migration-policy.ts'
import { sameNames } from './subscription.ts'
import type { TopicDirectory } from './topic-directory.ts'

export type ClassicJoinOutcome = Outcome<GroupRecord, JoinGroupResponse>

interface ClassicJoinParts {
  readonly clock: Clock
  readonly random: Random
  readonly config: BrokerConfig
  readonly topics: TopicDirectory
  readonly times: GroupTimes
  readonly timers: MemberTimers
  readonly rebalance: Rebalance
}

export class ClassicJoinOperation {
  readonly #parts: ClassicJoinParts

  constructor(parts: ClassicJoinParts) {
    this.#parts = parts
  }

  /** Throws a `BrokerError` with what the member is told. */
  join(
    shard: GroupShard,
    group: ConsumerGroup,
    request: JoinGroupRequest,
    caller: ConsumerCaller,
  ): ClassicJoinOutcome {
    const { config, random, topics, times, clock } = this.#parts
    checkJoin(group, request, config)
    const newId = () => newMemberId(request.groupInstanceId, caller.clientId, random)
    const { memberId, groupInstanceId, protocols } = request
    const isNobody = memberId === '' && groupInstanceId === null
    if (isNobody && caller.version >= memberIdRequiredSince) {
      return answer(refusedJoin(kafkaErrors.MEMBER_ID_REQUIRED.code, newId()))
    }
    const subscription = subscriptionOf(protocols[0]!.metadata)
    if (subscription === undefined) {
      throw inconsistent(
        `Member ${memberId} of group ${group.id} says what is no subscription of a consumer.`,
      )
    }
    const holderId = groupInstanceId === null ? undefined : group.instances.get(groupInstanceId)
    const found = findClassicMember(group, request, newId)
    const member = classicSubscribed(found.member, request, subscription, caller)
    if (holderId !== undefined && downgradesByReturn(group, holderId, config)) {
      return this.#returned(shard, group, holderId, member)
    }
    const terms = {
      topics,
      nowMs: clock.now(),
      assignmentMs: times.assignmentMs(group.id),
      isSeen: caller.isSeen,
      preferred: preferredAssignor(config),
    }
    const named = byTopicId(subscription.ownedPartitions, topics)
    const step = takeStep(group, { found, member, named, unsettled: false }, terms)
    return {
      records: step.records,
      response: joined(member.id, step.position.epoch, protocols[0]!.name),
      committed: () => this.#committed(shard, group.id, found, member),
    }
  }

  /** The last member of the consumer protocol is back with the classic one. */
  #returned(
    shard: GroupShard,
    group: ConsumerGroup,
    holderId: string,
    member: ConsumerMember,
  ): ClassicJoinOutcome {
    const { clock, topics, timers, rebalance } = this.#parts
    const holder = group.members.get(holderId)
    assert(holder !== undefined, 'an instance id of nobody')
    const { topicNames, topicRegex } = holder.subscription
    const wantsTheSame = topicRegex === null && sameNames(topicNames, member.subscription.topicNames)
    const members = stayingMembers(group, new Set([holderId]))
    members.push({ member, has: holder.position })
    const gone = [...group.members.keys()]
    const { records, protocolName, terms } = downgrade(group, members, {
      topics,
      nowMs: clock.now(),
      rebalances: !wantsTheSame || !isAtRest(group, holderId),
    })
    return {
      records,
      response: joined(member.id, group.epoch, protocolName),
      whole: true,
      committed: () => {
        for (const id of gone) timers.forget(group.id, id)
        finishDowngrade(shard, group.id, terms, rebalance)
      },
    }
  }

  #committed(
    shard: GroupShard,
    groupId: string,
    { replaces }: Found,
    { id, subscription }: ConsumerMember,
  ): void {
    const { timers, topics } = this.#parts
    const { classic, rebalanceTimeoutMs } = subscription
    assert(classic !== null, 'a member of the consumer protocol sent a JoinGroup')
    shard.consumerGroups.get(groupId)!.topicsVersion = topics.version
    if (replaces !== undefined) timers.forget(groupId, replaces)
    timers.touch(groupId, id, classic.sessionTimeoutMs)
    timers.awaitRevocation(groupId, id, undefined)
    timers.joined(groupId, id)
    timers.awaitSync(groupId, id, rebalanceTimeoutMs)
  }
}

/** Throws INCONSISTENT_GROUP_PROTOCOL or GROUP_MAX_SIZE_REACHED. */
function checkJoin(group: ConsumerGroup, request: JoinGroupRequest, config: BrokerConfig): void {
  const { memberId, protocolType, protocols } = request
  if (!migration(config).mixes) {
    throw inconsistent(
      `Cannot join the consumer group ${group.id} with the classic protocol because the group migration is disabled.`,
    )
  }
  checkRoom(group, memberId, config)
  const isSupported = protocolType === consumerProtocolType && protocols.length > 0
  if (!isSupported || !group.supportsClassic(namesOf(protocols))) {
    throw inconsistent(`Member ${memberId}'s protocols are not supported.`)
  }
}

/** Whether everyone but the one that is replaced has what it is to have, and nothing else. */
function isAtRest(group: ConsumerGroup, exceptId: string): boolean {
  if (group.epoch > group.assignmentEpoch) return false
  for (const { id, position } of group.members.values()) {
    if (position.state !== 'stable') return false
    if (id !== exceptId && position.epoch !== group.assignmentEpoch) return false
  }
  return true
}

function joined(memberId: string, generationId: number, protocolName: string): JoinGroupResponse {
  return JoinGroupResponse.create({
    memberId,
    generationId,
    protocolType: consumerProtocolType,
    protocolName,
  })
}

function inconsistent(message: string): BrokerError {
  return new BrokerError(kafkaErrors.INCONSISTENT_GROUP_PROTOCOL.code, message)
}
