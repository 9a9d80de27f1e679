/**
 * One round of the classic group protocol: JoinGroup, the assignment by the leader, SyncGroup (semantics G60).
 *
 * A round ends in an assignment, or in one of two setbacks: `again` (the group began another rebalance, the coordinator
 * moved, a connection was lost) and `lost` (the group no longer knows the member: what it owned is somebody else's). What
 * the group will never admit is thrown: MR-5047 for a member whose instance id another one took over, else MR-5052.
 */
import { StreamsError } from '../../src/base/errors.ts'
import type { TopicPartition } from '../../src/base/topic-partition.ts'
import type { Connection } from '../../src/protocol/connection.ts'
import { kafkaErrors } from '../../src/protocol/errors.ts'
import { JoinGroup, type JoinGroupResponse } from '../../src/protocol/messages/11-join-group.ts'
import { SyncGroup, type SyncGroupResponse } from '../../src/protocol/messages/14-sync-group.ts'
import {
  assignmentBytes,
  readAssignment,
  readSubscription,
  subscriptionBytes,
  type ConsumerProtocolTopicPartitions,
} from '../../src/protocol/messages/consumer-protocol.ts'
import type { Assignor, AssignorView } from './assignor.ts'
import { byTopic } from './calls.ts'
import type { Cluster, SendOptions } from './cluster.ts'
import { refusal } from './refusal.ts'
import { remedyOf, remedyOfThrown, type Remedy } from './retry.ts'

/** Who this member is to the group at the moment. */
export interface Membership {
  /** Empty before the group gave one. */
  memberId: string
  /** -1 while not part of a generation. */
  generationId: number
}

/** What a member says when it joins. */
export interface Subscription {
  readonly topics: readonly string[]
  readonly owned: readonly TopicPartition[]
  /** In which it came to own that. */
  readonly generationId: number
  readonly userData: Uint8Array | null
  readonly reason: string
}

export type Round =
  | {
      readonly kind: 'assigned'
      readonly partitions: readonly TopicPartition[]
      readonly userData: Uint8Array | null
      /** For the leader: the partition counts that its assignment is based on. */
      readonly partitionCounts: ReadonlyMap<string, number> | undefined
    }
  | { readonly kind: 'again'; readonly remedy: Remedy }
  | { readonly kind: 'lost' }

export interface GroupProtocolOptions {
  readonly cluster: Cluster
  readonly groupId: string
  readonly instanceId: string | undefined
  readonly assignors: readonly Assignor[]
  readonly sessionTimeoutMs: number
  readonly rebalanceTimeoutMs: number
  readonly membership: Membership
  /** The member is part of a generation: it has to heartbeat from now on. */
  readonly onJoined: () => void
}

/** How much longer than the rebalance timeout the answer to a join is waited for. */
const joinGraceMs = 5_000

export class GroupProtocol {
  readonly #options: GroupProtocolOptions

  constructor(options: GroupProtocolOptions) {
    this.#options = options
  }

  /** One round. A lost connection, and a coordinator that moved, end it with `again`. */
  async round(subscription: Subscription): Promise<Round> {
    try {
      const joined = await this.#join(subscription)
      return 'kind' in joined ? joined : await this.#sync(joined)
    } catch (error) {
      if (remedyOfThrown(error) === 'fail') throw error
      return { kind: 'again', remedy: 'find-coordinator' }
    }
  }

  async #join(subscription: Subscription): Promise<JoinGroupResponse | Round> {
    const { groupId, instanceId, assignors, membership, sessionTimeoutMs, rebalanceTimeoutMs } = this.#options
    const metadata = subscriptionBytes({
      topics: subscription.topics,
      userData: subscription.userData,
      ownedPartitions: grouped(subscription.owned),
      generationId: subscription.generationId,
      rackId: null,
    })
    const request = JoinGroup.request.create({
      groupId,
      sessionTimeoutMs,
      rebalanceTimeoutMs,
      memberId: membership.memberId,
      groupInstanceId: instanceId ?? null,
      protocolType: 'consumer',
      protocols: assignors.map(({ name }) => ({ name, metadata })),
      reason: subscription.reason,
    })
    const response = await this.#send(connection => {
      const options: SendOptions = { waitMs: rebalanceTimeoutMs + joinGraceMs }
      return this.#options.cluster.send(connection, JoinGroup, request, options)
    })
    if (response.errorCode === kafkaErrors.MEMBER_ID_REQUIRED.code) {
      // The second step of two: an id first, so that the group is not waited for by members that never come back.
      membership.memberId = response.memberId
      return this.#join(subscription)
    }
    if (response.errorCode !== 0) return this.#setback(response.errorCode, `join group "${groupId}"`)
    membership.memberId = response.memberId
    membership.generationId = response.generationId
    this.#options.onJoined()
    return response
  }

  async #sync(joined: JoinGroupResponse): Promise<Round> {
    const { groupId, instanceId, membership, rebalanceTimeoutMs } = this.#options
    const leads = joined.leader === joined.memberId
    const view = leads ? await this.#view(joined) : undefined
    const request = SyncGroup.request.create({
      groupId,
      generationId: joined.generationId,
      memberId: membership.memberId,
      groupInstanceId: instanceId ?? null,
      protocolType: 'consumer',
      protocolName: joined.protocolName,
      // A static leader that came back is told to leave the assignment as it is (KIP-814).
      assignments: view === undefined || joined.skipAssignment ? [] : await this.#assign(joined, view),
    })
    const response: SyncGroupResponse = await this.#send(connection => {
      const options: SendOptions = { waitMs: rebalanceTimeoutMs + joinGraceMs }
      return this.#options.cluster.send(connection, SyncGroup, request, options)
    })
    if (response.errorCode !== 0) return this.#setback(response.errorCode, `take part in group "${groupId}"`)
    const { assignedPartitions, userData } = readAssignment(response.assignment)
    const partitions = assignedPartitions.flatMap(({ topic, partitions: numbers }) =>
      numbers.map(partition => ({ topic, partition })),
    )
    return { kind: 'assigned', partitions, userData, partitionCounts: view?.partitionCounts }
  }

  /** What the leader bases its assignment on. */
  async #view({ members, generationId }: JoinGroupResponse): Promise<AssignorView> {
    const { cluster, groupId } = this.#options
    const described = members.map(({ memberId, groupInstanceId, metadata }) => {
      const subscription = readSubscription(metadata)
      return {
        memberId,
        instanceId: groupInstanceId ?? undefined,
        topics: subscription.topics,
        owned: subscription.ownedPartitions.flatMap(({ topic, partitions }) =>
          partitions.map(partition => ({ topic, partition })),
        ),
        ownedGeneration: subscription.generationId,
        rackId: subscription.rackId ?? undefined,
        userData: subscription.userData,
      }
    })
    const topics = await cluster.refresh([...new Set(described.flatMap(member => member.topics))])
    const partitionCounts = new Map(topics.map(({ name, partitions }) => [name, partitions.length]))
    return { groupId, generationId, members: described, partitionCounts }
  }

  async #assign({ protocolName }: JoinGroupResponse, view: AssignorView) {
    const assignor = this.#options.assignors.find(({ name }) => name === protocolName)
    if (assignor === undefined) {
      throw new StreamsError('MR-5052', {
        what: `the group chose assignor ${protocolName}, which this member lacks`,
      })
    }
    const assignments = await assignor.assign(view)
    return view.members.map(({ memberId }) => {
      const { partitions = [], userData = null } = assignments.get(memberId) ?? {}
      return { memberId, assignment: assignmentBytes({ assignedPartitions: grouped(partitions), userData }) }
    })
  }

  async #send<Response>(send: (connection: Connection) => Promise<Response>): Promise<Response> {
    const { cluster, groupId } = this.#options
    return send(await cluster.coordinator('group', groupId, 'group'))
  }

  #setback(code: number, what: string): Round {
    const { membership } = this.#options
    if (isLost(code)) {
      forget(membership, code)
      return { kind: 'lost' }
    }
    if (code === kafkaErrors.REBALANCE_IN_PROGRESS.code) return { kind: 'again', remedy: 'none' }
    const remedy = remedyOf(code)
    if (remedy === 'fail') throw groupRefusal(code, what)
    return { kind: 'again', remedy }
  }
}

/** Whether a code says that the group no longer counts on this member. */
export function isLost(code: number): boolean {
  return code === kafkaErrors.UNKNOWN_MEMBER_ID.code || code === kafkaErrors.ILLEGAL_GENERATION.code
}

/** A member that is lost begins anew; only one that is unknown needs another id. */
export function forget(membership: Membership, code: number): void {
  membership.generationId = -1
  if (code === kafkaErrors.UNKNOWN_MEMBER_ID.code) membership.memberId = ''
}

/** The error for a refusal that trying again does not change. */
export function groupRefusal(code: number, what: string): StreamsError {
  if (code === kafkaErrors.FENCED_INSTANCE_ID.code) {
    return refusal(code, what, {
      code: 'MR-5047',
      fix: 'Give each running instance a group instance id of its own.',
    })
  }
  return refusal(code, what, { code: 'MR-5052' })
}

function grouped(partitions: Iterable<TopicPartition>): readonly ConsumerProtocolTopicPartitions[] {
  return [...byTopic(partitions)].map(([topic, items]) => ({
    topic,
    partitions: items.map(({ partition }) => partition),
  }))
}
