/**
 * The groups of the consumer protocol as the group coordinator has them: heartbeats, deadlines, and what remains after a
 * restart.
 *
 * A broker that restarts replays its groups, and gives every member one session to show that it lives; who was to give
 * partitions up has as long for that again.
 */
import type { Clock } from '../../../../src/base/clock.ts'
import type { Random } from '../../../../src/base/random.ts'
import type { JoinGroupRequest, JoinGroupResponse } from '../../../../src/protocol/messages/11-join-group.ts'
import type { HeartbeatRequest } from '../../../../src/protocol/messages/12-heartbeat.ts'
import type { MemberIdentity, MemberResponse } from '../../../../src/protocol/messages/13-leave-group.ts'
import type { SyncGroupRequest, SyncGroupResponse } from '../../../../src/protocol/messages/14-sync-group.ts'
import type {
  ConsumerGroupHeartbeatRequest,
  ConsumerGroupHeartbeatResponse,
} from '../../../../src/protocol/messages/68-consumer-group-heartbeat.ts'
import type { ConsumerGroupDescribeDescribedGroup } from '../../../../src/protocol/messages/69-consumer-group-describe.ts'
import type { BrokerConfig } from '../../../config.ts'
import { answer, type Outcome } from '../../runtime.ts'
import type { Deadlines } from '../../timers.ts'
import type { Rebalance } from '../rebalance.ts'
import type { GroupRecord } from '../records.ts'
import type { GroupShard } from '../shard.ts'
import { ClassicJoinOperation } from './classic-join.ts'
import { ClassicRequests, leavingMembers } from './classic-requests.ts'
import type { ConsumerGroup } from './consumer-group.ts'
import { Departures } from './departure.ts'
import { describeConsumerGroup } from './describe.ts'
import { ConsumerHeartbeatOperation, type ConsumerCaller } from './heartbeat.ts'
import type { GroupTimes } from './group-times.ts'
import { MemberTimers } from './member-timers.ts'
import type { MemberSubscription } from './records.ts'
import { groupTombstones } from './removal.ts'
import type { TopicDirectory } from './topic-directory.ts'

/** Runs an operation in the partition of a group. */
export type RunInGroup = <Response>(
  groupId: string,
  operation: (shard: GroupShard) => Outcome<GroupRecord, Response>,
) => Response

interface ConsumerGroupsParts {
  readonly clock: Clock
  readonly random: Random
  readonly config: BrokerConfig
  readonly topics: TopicDirectory
  readonly times: GroupTimes
  readonly deadlines: Deadlines
  /** What classic groups are rebalanced by. */
  readonly rebalance: Rebalance
  readonly run: RunInGroup
}

export class ConsumerGroups {
  readonly topics: TopicDirectory
  readonly #config: BrokerConfig
  readonly #times: GroupTimes
  readonly #run: RunInGroup
  readonly #timers: MemberTimers
  readonly #departures: Departures
  readonly #heartbeat: ConsumerHeartbeatOperation
  readonly #join: ClassicJoinOperation
  readonly #classic: ClassicRequests

  constructor(parts: ConsumerGroupsParts) {
    this.topics = parts.topics
    this.#config = parts.config
    this.#times = parts.times
    this.#run = parts.run
    this.#timers = new MemberTimers(parts.deadlines, {
      session: (groupId, memberId) => this.#fence(groupId, memberId),
      late: (groupId, memberId) => this.#fence(groupId, memberId),
    })
    const all = { ...parts, timers: this.#timers }
    this.#departures = new Departures(all)
    this.#heartbeat = new ConsumerHeartbeatOperation({ ...all, departures: this.#departures })
    this.#join = new ClassicJoinOperation(all)
    this.#classic = new ClassicRequests(parts.topics, this.#timers)
  }

  /** Throws a `BrokerError` with what the member is told. */
  heartbeat(request: ConsumerGroupHeartbeatRequest, caller: ConsumerCaller): ConsumerGroupHeartbeatResponse {
    return this.#run(request.groupId, shard => this.#heartbeat.heartbeat(shard, request, caller))
  }

  describe(shard: GroupShard | undefined, groupId: string): ConsumerGroupDescribeDescribedGroup {
    const isClassic = shard?.groups.has(groupId) === true || shard?.offsets.hasOffsets(groupId) === true
    const preferred = this.#config['group.consumer.assignors'][0] ?? 'uniform'
    const terms = { groupId, isClassic, topics: this.topics, preferred }
    return describeConsumerGroup(shard?.consumerGroups.get(groupId), terms)
  }

  /** Starts the deadlines of a partition that was just read. */
  start(shard: GroupShard): void {
    for (const group of shard.consumerGroups.values()) {
      for (const { id, subscription, position } of group.members.values()) {
        this.#timers.touch(group.id, id, this.#sessionMs(group.id, subscription))
        const isRevoking = position.state === 'unrevoked' && subscription.classic === null
        if (isRevoking) this.#timers.awaitRevocation(group.id, id, subscription.rebalanceTimeoutMs)
      }
    }
  }

  /**
   * JoinGroup. `undefined` if there is no group of this protocol that has members: an empty one has made way for a classic
   * group by then.
   */
  join(request: JoinGroupRequest, caller: ConsumerCaller): JoinGroupResponse | undefined {
    return this.#run<JoinGroupResponse | undefined>(request.groupId, shard => {
      const group = shard.consumerGroups.get(request.groupId)
      if (group === undefined) return answer(undefined)
      if (group.members.size === 0) return { records: groupTombstones(group), response: undefined }
      return this.#join.join(shard, group, request, caller)
    })
  }

  sync(group: ConsumerGroup, request: SyncGroupRequest): SyncGroupResponse {
    return this.#classic.sync(group, request)
  }

  /** Heartbeat of the classic protocol. Answers Kafka's code. */
  classicHeartbeat(group: ConsumerGroup, request: HeartbeatRequest): number {
    return this.#classic.heartbeat(group, request)
  }

  leave(
    shard: GroupShard,
    group: ConsumerGroup,
    members: readonly MemberIdentity[],
  ): Outcome<GroupRecord, readonly MemberResponse[]> {
    const { leaving, responses } = leavingMembers(group, members)
    return this.#departures.depart(shard, group, leaving, responses)
  }

  /** Takes a member out that was not heard of, or did not do in time what it was told to. */
  #fence(groupId: string, memberId: string): void {
    this.#run<void>(groupId, shard => {
      const group = shard.consumerGroups.get(groupId)
      const member = group?.members.get(memberId)
      if (group === undefined || member === undefined) return answer(undefined)
      return {
        ...this.#departures.depart(shard, group, new Set([memberId]), undefined),
        // The disk refuses it: the member is asked about once more a session later.
        refused: () => this.#timers.touch(groupId, memberId, this.#sessionMs(groupId, member.subscription)),
      }
    })
  }

  #sessionMs(groupId: string, { classic }: MemberSubscription): number {
    return classic?.sessionTimeoutMs ?? this.#times.sessionMs(groupId)
  }
}
