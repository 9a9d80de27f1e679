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
 * | 0            | of one that is here | that one                              | UNRELEASED_INSTANCE_ID                     |
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
import type { Caller } from '../join.ts'
import type { GroupRecord } from '../records.ts'
import type { GroupShard } from '../shard.ts'
import { awayEpoch, ConsumerGroup, type ConsumerMember } from './consumer-group.ts'
import { assign, hashOf, resolveRegexes } from './group-epoch.ts'
import { checkRequest, knownMember } from './heartbeat-check.ts'
import { findMember, namedOf, sameNames, subscribed, type Found } from './heartbeat-member.ts'
import type { MemberTimers } from './member-timers.ts'
import { reconcile, sameOwned } from './reconcile.ts'
import type { MemberPosition, Target } from './records.ts'
import { memberTombstones, removeMember } from './removal.ts'
import type { TopicDirectory } from './topic-directory.ts'

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
  readonly timers: MemberTimers
}

export class ConsumerHeartbeatOperation {
  readonly #clock: Clock
  readonly #random: Random
  readonly #config: BrokerConfig
  readonly #topics: TopicDirectory
  readonly #timers: MemberTimers

  constructor({ clock, random, config, topics, timers }: HeartbeatParts) {
    this.#clock = clock
    this.#random = random
    this.#config = config
    this.#topics = topics
    this.#timers = timers
  }

  /** Throws a `BrokerError` with what the member is told. */
  heartbeat(
    shard: GroupShard,
    request: ConsumerGroupHeartbeatRequest,
    caller: ConsumerCaller,
  ): HeartbeatOutcome {
    checkRequest(request, caller.version, this.#config['group.consumer.assignors'])
    if (request.memberEpoch < 0) return this.#leave(shard, request)
    const records: GroupRecord[] = []
    const group = groupOf(shard, request, records)
    if (
      !group.members.has(request.memberId) &&
      group.members.size >= this.#config['group.consumer.max.size']
    ) {
      const message = `The consumer group has reached its maximum capacity of ${group.members.size} members.`
      throw new BrokerError(kafkaErrors.GROUP_MAX_SIZE_REACHED.code, message)
    }
    const named = namedOf(request)
    const found = findMember(group, request, named, () => randomUuid(this.#random))
    const member = subscribed(found.member, request, caller)
    if (found.replaces !== undefined) records.push(...memberTombstones(group.id, found.replaces))
    const isOther = found.isNew || found.replaces !== undefined
    if (isOther || found.member.subscription !== member.subscription) {
      const { id: memberId, subscription: value } = member
      records.push({ kind: 'consumer-member', groupId: group.id, memberId, value })
    }
    if (found.replaces !== undefined) {
      const value = found.targets.get(member.id) ?? new Map()
      records.push({ kind: 'consumer-target', groupId: group.id, memberId: member.id, value })
    }
    const { epoch, targets } = this.#advanceGroup(group, found, member, { records, isSeen: caller.isSeen })
    const position = reconcile(member.position, {
      target: targets.get(member.id) ?? new Map(),
      targetEpoch: epoch,
      named,
      isFree: (topicId, partition) =>
        group.isFree(member.id, topicId, partition) ||
        (found.replaces !== undefined && group.isFree(found.replaces, topicId, partition)),
    })
    const isMoved = isOther || position !== member.position
    if (isMoved) {
      records.push({ kind: 'consumer-position', groupId: group.id, memberId: member.id, value: position })
    }
    return {
      records,
      response: this.#respond(request, member, position),
      committed: () => this.#committed(shard, found, { ...member, position }, isMoved, group.id),
    }
  }

  /** Counts the group's epoch up if what the members want has changed, and computes who is to have what for a new epoch. */
  #advanceGroup(
    group: ConsumerGroup,
    { member: before, isNew, replaces }: Found,
    member: ConsumerMember,
    { records, isSeen }: Pick<ConsumerCaller, 'isSeen'> & { readonly records: GroupRecord[] },
  ): { readonly epoch: number; readonly targets: ReadonlyMap<string, Target> } {
    const nowMs = this.#clock.now()
    const topics = this.#topics
    const { subscription } = member
    const isKnown = !isNew && replaces === undefined && before.subscription === subscription
    if (isKnown && group.topicsVersion === topics.version && group.epoch <= group.assignmentEpoch) {
      return { epoch: group.assignmentEpoch, targets: group.targets }
    }
    const members = new Map(group.members)
    const known = new Map(group.targets)
    if (replaces !== undefined) {
      members.delete(replaces)
      known.set(member.id, group.targetOf(replaces))
      known.delete(replaces)
    }
    members.set(member.id, member)
    const { topicNames, topicRegex } = subscription
    const wanted = isNew ? undefined : before.subscription
    const namesChanged = !sameNames(wanted?.topicNames ?? [], topicNames)
    const regexChanged = (wanted?.topicRegex ?? null) !== topicRegex
    let { epoch } = group
    let { regexes }: { regexes: ReturnType<typeof resolveRegexes>['regexes'] } = group
    if (namesChanged || regexChanged || group.topicsVersion !== topics.version) {
      const resolved = resolveRegexes(group, members, { topics, nowMs, isSeen })
      regexes = resolved.regexes
      records.push(...resolved.records)
      const metadataHash = hashOf(members, regexes, topics)
      const changed = namesChanged || regexChanged || resolved.records.length > 0
      if (changed || metadataHash !== group.metadataHash || epoch === 0) {
        epoch++
        records.push({ kind: 'consumer-epoch', groupId: group.id, value: { epoch, metadataHash } })
      }
    }
    if (epoch <= group.assignmentEpoch) return { epoch: group.assignmentEpoch, targets: known }
    const preferred = this.#config['group.consumer.assignors'][0] ?? 'uniform'
    const assigned = assign(group, members, { epoch, regexes, targets: known, topics, preferred, nowMs })
    records.push(...assigned.records)
    return { epoch, targets: assigned.targets }
  }

  #leave(shard: GroupShard, request: ConsumerGroupHeartbeatRequest): HeartbeatOutcome {
    const group = groupOf(shard, request, [])
    const member = knownMember(group, request)
    const { memberEpoch } = request
    const response = ConsumerGroupHeartbeatResponse.create({ memberId: member.id, memberEpoch })
    if (memberEpoch === awayEpoch) {
      // What it had waits for it, or for its session to end.
      const value = { ...member.position, epoch: awayEpoch, revoking: new Map() }
      return {
        records: [{ kind: 'consumer-position', groupId: group.id, memberId: member.id, value }],
        response,
        committed: () => this.#timers.awaitRevocation(group.id, member.id, undefined),
      }
    }
    return {
      records: removeMember(group, member.id, this.#topics),
      response,
      committed: () => this.#timers.forget(group.id, member.id),
    }
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
    this.#timers.touch(groupId, member.id, this.#config['group.consumer.session.timeout.ms'])
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
      heartbeatIntervalMs: this.#config['group.consumer.heartbeat.interval.ms'],
      assignment: isTold ? toldAssignment(position) : null,
    })
  }
}

/** The group; a new one for who joins, also in place of a classic group that is empty. Throws GROUP_ID_NOT_FOUND. */
function groupOf(
  shard: GroupShard,
  { groupId, memberEpoch }: ConsumerGroupHeartbeatRequest,
  records: GroupRecord[],
): ConsumerGroup {
  const group = shard.consumerGroups.get(groupId)
  if (group !== undefined) return group
  const { code } = kafkaErrors.GROUP_ID_NOT_FOUND
  const classic = shard.groups.get(groupId)
  if (memberEpoch !== 0) throw new BrokerError(code, `Consumer group ${groupId} not found.`)
  if (classic === undefined) return new ConsumerGroup(groupId)
  if (classic.state !== 'Empty') throw new BrokerError(code, `Group ${groupId} is not a consumer group.`)
  records.push({ kind: 'membership', groupId, membership: undefined })
  return new ConsumerGroup(groupId)
}

function toldAssignment({ assigned }: MemberPosition): ConsumerGroupHeartbeatAssignment {
  const topicPartitions = [...assigned].map(([topicId, partitions]) => ({
    topicId,
    partitions: [...partitions.keys()].sort((one, other) => one - other),
  }))
  return { topicPartitions }
}
