/**
 * The group coordinator: takes requests about groups to the partition of `__consumer_offsets` that remembers them.
 *
 * It holds no state of its own beyond its partitions (`shard.ts`): each request is an operation run by one of them
 * (`runtime.ts`), and so is each deadline that is reached. A broker that restarts replays the partitions, finds its
 * groups stable, and gives every member one session time-out to show that it lives.
 */
import { assert } from '../../../src/base/assert.ts'
import { hashedLettersMax } from '../../../src/base/text.ts'
import type { Clock } from '../../../src/base/clock.ts'
import type { Random } from '../../../src/base/random.ts'
import type { StreamsError } from '../../../src/base/errors.ts'
import { kafkaErrors } from '../../../src/protocol/errors.ts'
import type { JoinGroupRequest, JoinGroupResponse } from '../../../src/protocol/messages/11-join-group.ts'
import type { HeartbeatRequest } from '../../../src/protocol/messages/12-heartbeat.ts'
import type { MemberIdentity, MemberResponse } from '../../../src/protocol/messages/13-leave-group.ts'
import type { SyncGroupRequest, SyncGroupResponse } from '../../../src/protocol/messages/14-sync-group.ts'
import type { DescribeGroupsDescribedGroup } from '../../../src/protocol/messages/15-describe-groups.ts'
import type {
  ConsumerGroupHeartbeatRequest,
  ConsumerGroupHeartbeatResponse,
} from '../../../src/protocol/messages/68-consumer-group-heartbeat.ts'
import type { ConsumerGroupDescribeDescribedGroup } from '../../../src/protocol/messages/69-consumer-group-describe.ts'
import type { ListedGroup } from '../../../src/protocol/messages/16-list-groups.ts'
import { BrokerError } from '../../broker-error.ts'
import type { BrokerConfig } from '../../config.ts'
import type { InternalTopic, TransactionMarker } from '../coordinator-log.ts'
import { CoordinatorPartitions } from '../partitions.ts'
import { ConsumerGroups } from './consumer/consumer-groups.ts'
import type { ConsumerCaller } from './consumer/heartbeat.ts'
import type { GroupTimes } from './consumer/group-times.ts'
import { checkConsumerFetch } from './consumer/offsets.ts'
import type { TopicDirectory } from './consumer/topic-directory.ts'
import { answer, type Outcome } from '../runtime.ts'
import { Deadlines, type Deadline } from '../timers.ts'
import type { ClassicGroup, GroupAlarms } from './classic-group.ts'
import { deleteGroup, deleteOffsets, forgetTopic, type OffsetsToDelete } from './delete.ts'
import type { DeleteOffsetsResult } from './delete.ts'
import { describeGroup, listGroups } from './describe.ts'
import { expired } from './expiry.ts'
import { checkCommitter, type CommitRequest } from './committer.ts'
import { JoinGroupOperation } from './join.ts'
import { leaveGroup } from './leave.ts'
import { commitOffsets, refuseOffsets, type OffsetsToCommit } from './offset-commit.ts'
import { fetchOffsets, type FetchedTopic, type OffsetsToFetch } from './offset-fetch.ts'
import { OffsetStore } from './offset-store.ts'
import { Rebalance } from './rebalance.ts'
import { groupRecordCodec } from './record-codec.ts'
import type { GroupRecord } from './records.ts'
import { refusedJoin, refusedSync, refuseParked } from './responses.ts'
import { GroupShard } from './shard.ts'
import { WaitingRequests } from './waiting-requests.ts'
import { SyncGroupOperation } from './sync.ts'

/** Kafka's code for each partition of each topic. */
export type PartitionCodes = readonly (readonly number[])[]

const minuteMs = 60_000
/** What a broker without `__consumer_offsets` knows. */
const noOffsets = new OffsetStore()

export class GroupCoordinator {
  readonly #partitions: CoordinatorPartitions<GroupRecord, GroupShard>
  readonly #clock: Clock
  readonly #config: BrokerConfig
  readonly #deadlines: Deadlines
  readonly #rebalance: Rebalance
  readonly #join: JoinGroupOperation
  readonly #sync: SyncGroupOperation
  readonly #expiry: Deadline
  readonly #waiting = new WaitingRequests()
  readonly #consumers: ConsumerGroups
  #closed = false

  constructor(parts: {
    /** `__consumer_offsets`. */
    readonly topic: InternalTopic
    readonly clock: Clock
    readonly random: Random
    readonly config: BrokerConfig
    readonly topics: TopicDirectory
    readonly times: GroupTimes
  }) {
    const { clock, config, random, topics, times } = parts
    this.#clock = clock
    this.#config = config
    this.#deadlines = new Deadlines(clock)
    this.#rebalance = new Rebalance(clock, config)
    this.#join = new JoinGroupOperation({ random, rebalance: this.#rebalance, config })
    this.#sync = new SyncGroupOperation(clock, this.#rebalance)
    this.#consumers = new ConsumerGroups({
      clock,
      random,
      config,
      topics,
      times,
      deadlines: this.#deadlines,
      rebalance: this.#rebalance,
      run: (groupId, operation) => this.#run(groupId, operation),
    })
    this.#expiry = this.#deadlines.create(() => this.#expire())
    const alarms = this.#alarms()
    this.#partitions = new CoordinatorPartitions({
      topic: parts.topic,
      codec: groupRecordCodec,
      clock,
      makeState: () => new GroupShard({ clock, deadlines: this.#deadlines, alarms }),
      loaded: state => {
        for (const group of state.groups.values()) this.#rebalance.loaded(group)
        this.#consumers.start(state)
      },
    })
  }

  /** Reads what the log remembers, if there is a log yet. Once, before the first request. */
  start(): void {
    this.#partitions.open()
    this.#expiry.set(this.#config['offsets.retention.check.interval.ms'])
  }

  /** MR-4002 for each partition that is not served, because its log is damaged. */
  get failures(): readonly StreamsError[] {
    return this.#partitions.failures
  }

  /** Kafka's code for a group: 0 unless its partition is not served. */
  codeOf(groupId: string): number {
    return this.#partitions.codeOf(groupId)
  }

  /** Lets nothing fire any more and answers all that wait. Idempotent. */
  close(): void {
    this.#closed = true
    this.#deadlines.close()
    const { code } = kafkaErrors.COORDINATOR_NOT_AVAILABLE
    for (const { state } of this.#partitions.served) {
      for (const group of state.groups.values()) {
        for (const member of group.members.values()) {
          refuseParked(member, code)
        }
      }
    }
  }

  /** The partition of `__consumer_offsets` that a group's offsets go to; makes the topic if there is none. */
  partitionOf(groupId: string): number {
    return this.#partitions.indexOf(groupId)
  }

  join(request: JoinGroupRequest, caller: ConsumerCaller): JoinGroupResponse | Promise<JoinGroupResponse> {
    const { groupId, memberId, sessionTimeoutMs, groupInstanceId } = request
    if (groupId === '') return refusedJoin(kafkaErrors.INVALID_GROUP_ID.code, memberId)
    if (groupInstanceId !== null && groupInstanceId.length > hashedLettersMax) {
      return refusedJoin(kafkaErrors.INVALID_REQUEST.code, memberId)
    }
    const shortest = this.#config['group.min.session.timeout.ms']
    const longest = this.#config['group.max.session.timeout.ms']
    if (sessionTimeoutMs < shortest || sessionTimeoutMs > longest) {
      return refusedJoin(kafkaErrors.INVALID_SESSION_TIMEOUT.code, memberId)
    }
    this.#admit(groupId)
    const joined = this.#consumers.join(request, caller)
    if (joined !== undefined) return joined
    const response = this.#run(groupId, shard => {
      if (memberId !== '' && !shard.groups.has(groupId)) {
        return answer(refusedJoin(kafkaErrors.UNKNOWN_MEMBER_ID.code, memberId))
      }
      return this.#join.join(shard.groupFor(groupId), request, caller)
    })
    return this.#waiting.track(caller.connectionId, groupId, response)
  }

  sync(request: SyncGroupRequest, connectionId: number): SyncGroupResponse | Promise<SyncGroupResponse> {
    if (request.groupId === '') return refusedSync(kafkaErrors.INVALID_GROUP_ID.code)
    const { groupId } = request
    const response = this.#run(groupId, shard => {
      const consumers = shard.consumerGroups.get(groupId)
      if (consumers !== undefined) return answer(this.#consumers.sync(consumers, request))
      const group = shard.groups.get(groupId)
      if (group === undefined) return answer(refusedSync(kafkaErrors.UNKNOWN_MEMBER_ID.code))
      return this.#sync.sync(group, request, connectionId)
    })
    return this.#waiting.track(connectionId, groupId, response)
  }

  /** Answers Kafka's code. */
  heartbeat(request: HeartbeatRequest): number {
    if (request.groupId === '') return kafkaErrors.INVALID_GROUP_ID.code
    const shard = this.#partitions.stateOf(request.groupId)
    const consumers = shard?.consumerGroups.get(request.groupId)
    if (consumers !== undefined) return this.#consumers.classicHeartbeat(consumers, request)
    const group = shard?.groups.get(request.groupId)
    return group === undefined ? kafkaErrors.UNKNOWN_MEMBER_ID.code : this.#sync.heartbeat(group, request)
  }

  leave(groupId: string, members: readonly MemberIdentity[]): readonly MemberResponse[] {
    return this.#run<readonly MemberResponse[]>(groupId, shard => {
      const consumers = shard.consumerGroups.get(groupId)
      if (consumers !== undefined) return this.#consumers.leave(shard, consumers, members)
      const group = shard.groups.get(groupId)
      if (group !== undefined) return leaveGroup(group, members, this.#rebalance)
      const errorCode = kafkaErrors.UNKNOWN_MEMBER_ID.code
      return answer(
        members.map(({ memberId, groupInstanceId }) => ({ memberId, groupInstanceId, errorCode })),
      )
    })
  }

  commit(request: CommitRequest): PartitionCodes | Promise<PartitionCodes> {
    const { groupId, topics } = request
    const exists = (topic: string, partition: number) => this.#exists(topic, partition)
    const refuse = (kafkaCode: number) => this.refuse(topics, kafkaCode)
    // Old clients that are no group commit to the one without a name.
    if (groupId === '' && request.transaction !== undefined) return refuse(kafkaErrors.INVALID_GROUP_ID.code)
    this.#admit(groupId)
    const codes = this.#run(groupId, (shard): Outcome<GroupRecord, PartitionCodes> => {
      const check = checkCommitter(shard, request, this.#consumers.topics)
      if ('refusal' in check) return answer(refuse(check.refusal))
      const member = shard.groups.get(groupId)?.members.get(request.memberId)
      if (member !== undefined) this.#rebalance.touch(member)
      const { records, errorCodes } = commitOffsets(topics, {
        groupId,
        nowMs: this.#clock.now(),
        retentionMs: request.retentionMs,
        metadataBytesMax: this.#config['offset.metadata.max.bytes'],
        check: (topic, partition) =>
          exists(topic, partition)
            ? check.partition(topic, partition)
            : kafkaErrors.UNKNOWN_TOPIC_OR_PARTITION.code,
      })
      const refused = (error: { readonly kafkaCode: number }) => refuse(error.kafkaCode)
      const { transaction } = request
      return { records, response: errorCodes, transaction, refused, whole: true, isBounded: true }
    })
    return this.#durably(groupId, codes)
  }

  /** What is told of offsets that are not committed: the code, but of partitions that do not exist that they do not. */
  refuse(topics: readonly OffsetsToCommit[], kafkaCode: number): PartitionCodes {
    return refuseOffsets(topics, kafkaCode, (topic, partition) => this.#exists(topic, partition))
  }

  /** Whether a member, or nobody in particular, may fetch offsets of a group: Kafka's code. */
  checkFetch(groupId: string, claim: { readonly memberId: string | null; readonly memberEpoch: number }) {
    const code = this.codeOf(groupId)
    if (code !== kafkaErrors.NONE.code) return code
    const group = this.#partitions.stateOf(groupId)?.consumerGroups.get(groupId)
    return group === undefined ? code : checkConsumerFetch(group, claim)
  }

  fetch(wanted: OffsetsToFetch): readonly FetchedTopic[] {
    return fetchOffsets(this.#partitions.stateOf(wanted.groupId)?.offsets ?? noOffsets, wanted)
  }

  /**
   * A heartbeat of the consumer protocol. Its list of topics has each once, and is kept. Throws a `BrokerError` with what the
   * member is told.
   */
  consumerHeartbeat(
    request: ConsumerGroupHeartbeatRequest,
    caller: ConsumerCaller,
  ): ConsumerGroupHeartbeatResponse {
    this.#admit(request.groupId)
    return this.#consumers.heartbeat(request, caller)
  }

  /** A group of the consumer protocol. */
  describeConsumer(groupId: string): ConsumerGroupDescribeDescribedGroup {
    return this.#consumers.describe(this.#partitions.stateOf(groupId), groupId)
  }

  describe(groupId: string, version: number): DescribeGroupsDescribedGroup {
    return describeGroup(this.#partitions.of(groupId).servedState(), groupId, version)
  }

  list(filters: { readonly states: readonly string[]; readonly types: readonly string[] }): ListedGroup[] {
    return this.#partitions.served.flatMap(({ state }) => listGroups(state, filters))
  }

  /** Answers Kafka's code. */
  delete(groupId: string): number | Promise<number> {
    return this.#durably(
      groupId,
      this.#run(groupId, shard => deleteGroup(shard, groupId)),
    )
  }

  deleteOffsets(
    groupId: string,
    topics: readonly OffsetsToDelete[],
  ): DeleteOffsetsResult | Promise<DeleteOffsetsResult> {
    if (groupId === '') return { errorCode: kafkaErrors.INVALID_GROUP_ID.code }
    const exists = (topic: string, partition: number) => this.#exists(topic, partition)
    return this.#durably(
      groupId,
      this.#run(groupId, shard => deleteOffsets(shard, groupId, topics, exists)),
    )
  }

  /** Ends a producer's transaction in a partition of `__consumer_offsets`. Throws a `BrokerError` if it was not written. */
  end(partition: number, marker: TransactionMarker): void {
    const found = this.#partitions.at(partition)
    assert(found !== undefined, 'a marker for a partition that __consumer_offsets does not have')
    found.end(marker)
  }

  /** Settles when the marker of `end` survives what the configuration promises; `undefined` if it does already. */
  durable(partition: number): Promise<void> | undefined {
    return this.#partitions.at(partition)?.durable()
  }

  /** Nobody will read what waits on this connection: the members that wait there have to show that they live. */
  connectionClosed(connectionId: number): void {
    if (this.#closed) return
    for (const groupId of this.#waiting.groupsOf(connectionId)) {
      const group = this.#partitions.stateOf(groupId)?.groups.get(groupId)
      if (group === undefined) continue
      this.#runSoft(group, () => this.#rebalance.connectionClosed(group, connectionId))
    }
  }

  /** A topic is gone, and with it what groups committed of it: a new one of the same name starts from nothing. */
  topicDeleted(topic: string): void {
    for (const partition of this.#partitions.served) {
      partition.run(shard => ({ records: forgetTopic(shard, topic), response: undefined, soft: true }))
    }
  }

  /** Offsets of partitions that do not exist would be kept without end. */
  #exists(topic: string, partition: number): boolean {
    const count = this.#consumers.topics.get(topic)?.logs.length ?? 0
    return partition >= 0 && partition < count
  }

  /** Throws a `BrokerError` for a new group where there are as many as there may be, and for a name that maps are slow with. */
  #admit(groupId: string): void {
    if (groupId.length > hashedLettersMax) {
      const why = `a group id has at most ${hashedLettersMax} letters`
      throw new BrokerError(kafkaErrors.INVALID_GROUP_ID.code, why)
    }
    const { state } = this.#partitions.of(groupId)
    if (state.knows(groupId)) return
    const most = this.#config['groups.max']
    let count = 0
    for (const partition of this.#partitions.served) count += partition.state.groupCount
    if (count < most) return
    const why = `there are ${count} groups, and there may be ${most} (groups.max)`
    throw new BrokerError(kafkaErrors.GROUP_MAX_SIZE_REACHED.code, why)
  }

  /**
   * Answers once what was decided survives what the configuration promises. Memberships are not waited for: a member of a
   * generation that was lost is told to join again, and nothing that it was promised is gone.
   */
  #durably<Response>(groupId: string, response: Response): Response | Promise<Response> {
    const durable = this.#partitions.of(groupId).durable()
    return durable === undefined ? response : durable.then(() => response)
  }

  #run<Response>(
    groupId: string,
    operation: (shard: GroupShard) => Outcome<GroupRecord, Response>,
  ): Response {
    if (this.#closed)
      throw new BrokerError(kafkaErrors.COORDINATOR_NOT_AVAILABLE.code, 'the broker is closed')
    return this.#partitions.of(groupId).run(operation)
  }

  /** Runs a step that concerns members only. */
  #runSoft(group: ClassicGroup, step: () => readonly GroupRecord[]): void {
    // Its deadline may have been on the way when the group was deleted.
    if (this.#partitions.stateOf(group.id)?.groups.get(group.id) !== group) return
    this.#partitions.of(group.id).run(() => ({ records: step(), response: undefined, soft: true }))
  }

  #alarms(): GroupAlarms {
    return {
      joinDeadline: group => this.#runSoft(group, () => this.#rebalance.onJoinDeadline(group)),
      syncDeadline: group => this.#runSoft(group, () => this.#rebalance.onSyncDeadline(group)),
      session: (group, member) => this.#runSoft(group, () => this.#rebalance.onSession(group, member)),
      pendingMember: (group, memberId) =>
        this.#runSoft(group, () => this.#rebalance.onPendingMember(group, memberId)),
    }
  }

  #expire(): void {
    const retentionMs = this.#config['offsets.retention.minutes'] * minuteMs
    const nowMs = this.#clock.now()
    for (const partition of this.#partitions.served) {
      // What could not be written now is found again next time.
      const refused = () => undefined
      partition.run(shard => ({ records: expired(shard, nowMs, retentionMs), response: undefined, refused }))
    }
    this.#expiry.set(this.#config['offsets.retention.check.interval.ms'])
  }
}
