/**
 * ConsumerGroupHeartbeat on a group (KIP-848; semantics G61, G62): all that a member of the consumer protocol ever asks.
 *
 *   who is it ──▶ what does it want now ──▶ has the group changed by that ──▶ who is to have what ──▶ one step for the member
 *   join, keep     its subscription          group epoch + 1                  target assignment        reconcile.ts
 *   or leave
 *
 * | member epoch | instance id         | the group's member                    | what happens                               |
 * |--------------|---------------------|---------------------------------------|--------------------------------------------|
 * | 0            | none                | none of this id                       | a new member                               |
 * | 0            | none                | it                                    | goes on from where the group saw it last   |
 * | 0            | of nobody           | none                                  | a new static member                        |
 * | 0            | of one that is away | that one                              | takes its place and its partitions         |
 * | 0            | of one that is here | that one, of the consumer protocol    | UNRELEASED_INSTANCE_ID                     |
 * | 0            | of one that is here | that one, of the classic protocol     | takes its place and its partitions         |
 * | > 0          | none, or its own    | it, in this epoch or the one before   | goes on                                    |
 * | > 0          | any                 | none; another; in another epoch       | UNKNOWN_MEMBER_ID; FENCED_INSTANCE_ID;     |
 * |              |                     |                                       | FENCED_MEMBER_EPOCH                        |
 * | -1           | any                 | it                                    | leaves for good                            |
 * | -2           | its own             | it                                    | is away: its partitions wait for a session |
 */
import { assert } from '../../../../src/base/assert.ts'
import type { Clock } from '../../../../src/base/clock.ts'
import type { Random } from '../../../../src/base/random.ts'
import { randomUuid } from '../../../../src/base/uuid.ts'
import { kafkaErrors } from '../../../../src/protocol/errors.ts'
import {
  ConsumerGroupHeartbeatResponse,
  type ConsumerGroupHeartbeatAssignment,
  type ConsumerGroupHeartbeatRequest,
} from '../../../../src/protocol/messages/68-consumer-group-heartbeat.ts'
import { BrokerError } from '../../../broker-error.ts'
import type { BrokerConfig } from '../../../config.ts'
import type { Outcome } from '../../runtime.ts'
import type { ClassicGroup } from '../classic-group.ts'
import type { Caller } from '../join.ts'
import type { GroupRecord } from '../records.ts'
import type { GroupShard } from '../shard.ts'
import { awayEpoch, ConsumerGroup, type ConsumerMember } from './consumer-group.ts'
import type { Departures } from './departure.ts'
import { checkRequest, checkRoom, knownMember } from './heartbeat-check.ts'
import { findMember, namedOf, subscribed, type Found } from './heartbeat-member.ts'
import { preferredAssignor, takeStep } from './member-step.ts'
import type { GroupTimes } from './group-times.ts'
import type { MemberTimers } from './member-timers.ts'
import { sameOwned } from './reconcile.ts'
import type { MemberPosition, OwnedPartitions } from './records.ts'
import type { TopicDirectory } from './topic-directory.ts'
import { finishUpgrade, upgrade } from './upgrade.ts'

/** Who sent a heartbeat. */
export interface ConsumerCaller extends Caller {
  /** Whether it may know of a topic: patterns match no others. */
  readonly isSeen: (topic: string) => boolean
}

export type HeartbeatOutcome = Outcome<GroupRecord, ConsumerGroupHeartbeatResponse>

interface HeartbeatParts {
  readonly clock: Clock
  readonly random: Random
  readonly config: BrokerConfig
  readonly topics: TopicDirectory
  readonly times: GroupTimes
  readonly timers: MemberTimers
  readonly departures: Departures
}

/** The group that a member comes to. */
interface Entered {
  readonly group: ConsumerGroup
  /** What has to be written for there to be the group. */
  readonly records: readonly GroupRecord[]
  /** Who is to have what must be computed whatever the member wants. */
  readonly unsettled: boolean
  /** The classic group that becomes it. */
  readonly upgraded?: ClassicGroup
}

export class ConsumerHeartbeatOperation {
  readonly #clock: Clock
  readonly #random: Random
  readonly #config: BrokerConfig
  readonly #times: GroupTimes
  readonly #topics: TopicDirectory
  readonly #timers: MemberTimers
  readonly #departures: Departures

  constructor({ clock, random, config, topics, times, timers, departures }: HeartbeatParts) {
    this.#clock = clock
    this.#random = random
    this.#config = config
    this.#topics = topics
    this.#times = times
    this.#timers = timers
    this.#departures = departures
  }

  /** Throws a `BrokerError` with what the member is told. */
  heartbeat(
    shard: GroupShard,
    request: ConsumerGroupHeartbeatRequest,
    caller: ConsumerCaller,
  ): HeartbeatOutcome {
    const config = this.#config
    checkRequest(request, caller.version, config['group.consumer.assignors'])
    if (request.memberEpoch < 0) return this.#leave(shard, request)
    const entered = this.#enter(shard, request)
    const { group } = entered
    checkRoom(group, request.memberId, config)
    const named = namedOf(request)
    const found = findMember(group, request, named, () => randomUuid(this.#random))
    const member = subscribed(found.member, request, caller)
    const terms = {
      topics: this.#topics,
      nowMs: this.#clock.now(),
      assignmentMs: this.#times.assignmentMs(group.id),
      isSeen: caller.isSeen,
      preferred: preferredAssignor(config),
    }
    const step = takeStep(group, { found, member, named, unsettled: entered.unsettled }, terms)
    const { position, isMoved } = step
    return {
      records: [...entered.records, ...step.records],
      response: this.#respond(request, member, position),
      whole: entered.upgraded !== undefined,
      committed: () => {
        if (entered.upgraded !== undefined) finishUpgrade(entered.upgraded, this.#timers)
        this.#committed(shard, found, { ...member, position }, isMoved, group.id)
      },
    }
  }

  #leave(shard: GroupShard, request: ConsumerGroupHeartbeatRequest): HeartbeatOutcome {
    const group = existingGroup(shard, request)
    const member = knownMember(group, request)
    const { memberEpoch } = request
    const response = ConsumerGroupHeartbeatResponse.create({ memberId: member.id, memberEpoch })
    if (memberEpoch === awayEpoch) {
      // What it had waits for it, or for its session to end.
      const value = {
        ...member.position,
        epoch: awayEpoch,
        assigned: sinceEver(member.position),
        revoking: new Map(),
      }
      return {
        records: [{ kind: 'consumer-position', groupId: group.id, memberId: member.id, value }],
        response,
        committed: () => this.#timers.awaitRevocation(group.id, member.id, undefined),
      }
    }
    return this.#departures.depart(shard, group, new Set([member.id]), response)
  }

  /** The group; a new one for who joins, also in place of a classic group. Throws GROUP_ID_NOT_FOUND. */
  #enter(shard: GroupShard, request: ConsumerGroupHeartbeatRequest): Entered {
    const { groupId, memberEpoch } = request
    const [classic, isThere] = [shard.groups.get(groupId), shard.consumerGroups.has(groupId)]
    if (isThere || memberEpoch !== 0) {
      return { group: existingGroup(shard, request), records: [], unsettled: false }
    }
    if (classic === undefined) return { group: new ConsumerGroup(groupId), records: [], unsettled: false }
    if (classic.state === 'Empty') {
      const tombstone: GroupRecord = { kind: 'membership', groupId, membership: undefined }
      return { group: new ConsumerGroup(groupId), records: [tombstone], unsettled: false }
    }
    const terms = { config: this.#config, topics: this.#topics }
    const { group, records, isSettled } = upgrade(classic, terms)
    return { group, records, unsettled: !isSettled, upgraded: classic }
  }

  #committed(
    shard: GroupShard,
    { replaces }: Found,
    member: ConsumerMember,
    isMoved: boolean,
    groupId: string,
  ): void {
    const group = shard.consumerGroups.get(groupId)
    assert(group !== undefined, 'a heartbeat left no group behind')
    group.topicsVersion = this.#topics.version
    if (replaces !== undefined) this.#timers.forget(groupId, replaces)
    this.#timers.touch(groupId, member.id, this.#times.sessionMs(groupId))
    // It may have been one of the classic protocol until now.
    this.#timers.joined(groupId, member.id)
    this.#timers.synced(groupId, member.id)
    if (!isMoved) return
    const isRevoking = member.position.state === 'unrevoked'
    const timeoutMs = isRevoking ? member.subscription.rebalanceTimeoutMs : undefined
    this.#timers.awaitRevocation(groupId, member.id, timeoutMs)
  }

  #respond(
    request: ConsumerGroupHeartbeatRequest,
    { id, position: before }: ConsumerMember,
    position: MemberPosition,
  ): ConsumerGroupHeartbeatResponse {
    // The assignment is told to whoever tells all about itself, as it does when it joins and when it lost an answer.
    const isWhole =
      request.memberEpoch === 0 ||
      (request.rebalanceTimeoutMs !== -1 &&
        (request.subscribedTopicNames !== null || request.subscribedTopicRegex !== null) &&
        request.topicPartitions !== null)
    const isTold = isWhole || !sameOwned(before.assigned, position.assigned)
    return ConsumerGroupHeartbeatResponse.create({
      memberId: id,
      memberEpoch: position.epoch,
      heartbeatIntervalMs: this.#times.heartbeatMs(request.groupId),
      assignment: isTold ? toldAssignment(position) : null,
    })
  }
}

/** Throws GROUP_ID_NOT_FOUND. */
function existingGroup(shard: GroupShard, { groupId }: ConsumerGroupHeartbeatRequest): ConsumerGroup {
  const group = shard.consumerGroups.get(groupId)
  if (group !== undefined) return group
  const isClassic = shard.groups.has(groupId)
  const why = isClassic ? `Group ${groupId} is not a consumer group.` : `Consumer group ${groupId} not found.`
  throw new BrokerError(kafkaErrors.GROUP_ID_NOT_FOUND.code, why)
}

/** What a member has, as if it had it from the first epoch: that is so for the member that takes its place. */
function sinceEver({ assigned }: MemberPosition): OwnedPartitions {
  const all = Array.from(assigned, ([topicId, partitions]) => {
    const since = Array.from(partitions.keys(), partition => [partition, 0] as const)
    return [topicId, new Map(since)] as const
  })
  return new Map(all)
}

function toldAssignment({ assigned }: MemberPosition): ConsumerGroupHeartbeatAssignment {
  const topicPartitions = [...assigned].map(([topicId, partitions]) => ({
    topicId,
    partitions: [...partitions.keys()].sort((one, other) => one - other),
  }))
  return { topicPartitions }
}
