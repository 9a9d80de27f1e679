/**
 * The groups of the consumer protocol as the group coordinator has them: heartbeats, deadlines, and what remains after a
 * restart.
 *
 * A broker that restarts replays its groups, and gives every member one session to show that it lives; who was to give
 * partitions up has as long for that again.
 */
import type { Clock } from '../../../../src/base/clock.ts'
import type { Random } from '../../../../src/base/random.ts'
import type {
  ConsumerGroupHeartbeatRequest,
  ConsumerGroupHeartbeatResponse,
} from '../../../../src/protocol/messages/68-consumer-group-heartbeat.ts'
import type { ConsumerGroupDescribeDescribedGroup } from '../../../../src/protocol/messages/69-consumer-group-describe.ts'
import type { BrokerConfig } from '../../../config.ts'
import type { Outcome } from '../../runtime.ts'
import type { Deadlines } from '../../timers.ts'
import type { GroupRecord } from '../records.ts'
import type { GroupShard } from '../shard.ts'
import { describeConsumerGroup } from './describe.ts'
import { ConsumerHeartbeatOperation, type ConsumerCaller } from './heartbeat.ts'
import { MemberTimers } from './member-timers.ts'
import { groupTombstones, removeMember } from './removal.ts'
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
  readonly deadlines: Deadlines
  readonly run: RunInGroup
}

export class ConsumerGroups {
  readonly topics: TopicDirectory
  readonly #config: BrokerConfig
  readonly #run: RunInGroup
  readonly #timers: MemberTimers
  readonly #heartbeat: ConsumerHeartbeatOperation

  constructor(parts: ConsumerGroupsParts) {
    this.topics = parts.topics
    this.#config = parts.config
    this.#run = parts.run
    this.#timers = new MemberTimers(parts.deadlines, {
      session: (groupId, memberId) => this.#fence(groupId, memberId),
      revocation: (groupId, memberId) => this.#fence(groupId, memberId),
    })
    this.#heartbeat = new ConsumerHeartbeatOperation({ ...parts, timers: this.#timers })
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
        this.#timers.touch(group.id, id, this.#config['group.consumer.session.timeout.ms'])
        const isRevoking = position.state === 'unrevoked'
        if (isRevoking) this.#timers.awaitRevocation(group.id, id, subscription.rebalanceTimeoutMs)
      }
    }
  }

  /** Makes room for a classic group of the same id where a group of this protocol is empty. Answers whether there is room. */
  giveWay(groupId: string): boolean {
    return this.#run(groupId, shard => {
      const group = shard.consumerGroups.get(groupId)
      if (group === undefined) return { records: [], response: true }
      if (group.members.size > 0) return { records: [], response: false }
      return { records: groupTombstones(group), response: true }
    })
  }

  /** Takes a member out that was not heard of, or did not give up in time what it was told to. */
  #fence(groupId: string, memberId: string): void {
    this.#run(groupId, shard => {
      const group = shard.consumerGroups.get(groupId)
      if (group?.members.has(memberId) !== true) return { records: [], response: undefined }
      return {
        records: removeMember(group, memberId, this.topics),
        response: undefined,
        committed: () => this.#timers.forget(groupId, memberId),
        // The disk refuses it: the member is asked about once more a session later.
        refused: () =>
          this.#timers.touch(groupId, memberId, this.#config['group.consumer.session.timeout.ms']),
      }
    })
  }
}
