/**
 * SyncGroup, Heartbeat and LeaveGroup on a group of the consumer protocol, by its members of the classic protocol (KIP-848,
 * "Online Migration").
 *
 * | the member                                           | Heartbeat             | SyncGroup             |
 * |------------------------------------------------------|-----------------------|-----------------------|
 * | is in the target's epoch with all that it is to have | none                  | what it has           |
 * | is in the target's epoch, waits for others           | none                  | what it has           |
 * | the same, and what it waits for is free              | REBALANCE_IN_PROGRESS | what it has           |
 * | is to give partitions up                             | REBALANCE_IN_PROGRESS | what it is to keep    |
 * | is in an earlier epoch                               | REBALANCE_IN_PROGRESS | REBALANCE_IN_PROGRESS |
 * | names another generation than its epoch              | ILLEGAL_GENERATION    | ILLEGAL_GENERATION    |
 * | is of the consumer protocol, or not a member         | UNKNOWN_MEMBER_ID     | UNKNOWN_MEMBER_ID     |
 *
 * A group whose epoch is ahead of its target's waits for a member of the consumer protocol, whose next heartbeat has the server
 * assign: there is nothing to join again for before that. Where there is none, as a policy forbids to be a classic group again, a
 * member of the classic protocol has it assign by joining; in Kafka what the last one had is nobody's from then on.
 *
 * Who is told of a rebalance has its rebalance time-out to join again, and whoever has joined has that long to ask what it
 * has; who does not is taken out.
 */
import { assert } from '../../../../src/base/assert.ts'
import { kafkaErrors } from '../../../../src/protocol/errors.ts'
import type { HeartbeatRequest } from '../../../../src/protocol/messages/12-heartbeat.ts'
import type { MemberIdentity, MemberResponse } from '../../../../src/protocol/messages/13-leave-group.ts'
import { SyncGroupResponse, type SyncGroupRequest } from '../../../../src/protocol/messages/14-sync-group.ts'
import { BrokerError, kafkaCodeOf } from '../../../broker-error.ts'
import { classicAssignment, consumerProtocolType } from './classic-subscription.ts'
import type { ConsumerGroup, ConsumerMember } from './consumer-group.ts'
import { knownMember } from './heartbeat-check.ts'
import type { MemberTimers } from './member-timers.ts'
import type { ClassicTerms } from './records.ts'
import type { TopicDirectory } from './topic-directory.ts'

const nobody: ReadonlySet<string> = new Set()

export class ClassicRequests {
  readonly #topics: TopicDirectory
  readonly #timers: MemberTimers

  constructor(topics: TopicDirectory, timers: MemberTimers) {
    this.#topics = topics
    this.#timers = timers
  }

  /** Throws a `BrokerError` with what the member is told. */
  sync(group: ConsumerGroup, request: SyncGroupRequest): SyncGroupResponse {
    const { member, terms } = classicMember(group, request)
    const { protocolType, protocolName } = request
    const [first] = terms.protocols
    assert(first !== undefined, 'a member of the classic protocol has no assignor')
    const isOther =
      (protocolType !== null && protocolType !== consumerProtocolType) ||
      (protocolName !== null && protocolName !== first.name)
    if (isOther) {
      const { code } = kafkaErrors.INCONSISTENT_GROUP_PROTOCOL
      throw new BrokerError(code, `Member ${member.id} names another protocol than it was told.`)
    }
    const { position } = member
    if (position.epoch < dueEpoch(group) && position.state !== 'unrevoked') {
      this.#awaitJoin(group, member)
      const { code } = kafkaErrors.REBALANCE_IN_PROGRESS
      throw new BrokerError(code, `Group ${group.id} has changed: member ${member.id} should join again.`)
    }
    this.#timers.synced(group.id, member.id)
    this.#timers.touch(group.id, member.id, terms.sessionTimeoutMs)
    const owned = [...position.assigned].map(([topicId, partitions]) => [topicId, partitions.keys()] as const)
    const assignment = classicAssignment(owned, first.metadata, this.#topics)
    return SyncGroupResponse.create({ protocolType, protocolName, assignment })
  }

  /** Answers Kafka's code; throws a `BrokerError` if it is not a member's. */
  heartbeat(group: ConsumerGroup, request: HeartbeatRequest): number {
    const { member, terms } = classicMember(group, request)
    this.#timers.touch(group.id, member.id, terms.sessionTimeoutMs)
    const { epoch, state } = member.position
    const isDue =
      epoch < dueEpoch(group) || state === 'unrevoked' || (state === 'unreleased' && !group.isWaiting(member))
    if (!isDue) return kafkaErrors.NONE.code
    this.#awaitJoin(group, member)
    return kafkaErrors.REBALANCE_IN_PROGRESS.code
  }

  #awaitJoin({ id: groupId }: ConsumerGroup, { id, subscription }: ConsumerMember): void {
    this.#timers.awaitJoin(groupId, id, subscription.rebalanceTimeoutMs)
  }
}

/** The epoch that members of the classic protocol are to come to. */
function dueEpoch(group: ConsumerGroup): number {
  const { epoch, assignmentEpoch } = group
  return epoch > assignmentEpoch && group.isClassicWithout(nobody) ? epoch : assignmentEpoch
}

/** Who of those that are named is a member, whatever protocol it speaks, and what each is told. */
export function leavingMembers(
  group: ConsumerGroup,
  identities: readonly MemberIdentity[],
): { readonly leaving: ReadonlySet<string>; readonly responses: readonly MemberResponse[] } {
  const leaving = new Set<string>()
  const responses = identities.map(({ memberId, groupInstanceId }) => {
    // An administrator names a static member by its instance alone.
    const byInstance = groupInstanceId !== null && memberId === ''
    const named = byInstance ? (group.instances.get(groupInstanceId) ?? '') : memberId
    try {
      leaving.add(knownMember(group, { memberId: named, instanceId: groupInstanceId }).id)
      return { memberId, groupInstanceId, errorCode: kafkaErrors.NONE.code }
    } catch (error) {
      if (!(error instanceof BrokerError)) throw error
      return { memberId, groupInstanceId, errorCode: kafkaCodeOf(error) }
    }
  })
  return { leaving, responses }
}

function classicMember(
  group: ConsumerGroup,
  claim: {
    readonly memberId: string
    readonly groupInstanceId: string | null
    readonly generationId: number
  },
): { readonly member: ConsumerMember; readonly terms: ClassicTerms } {
  const { memberId, groupInstanceId: instanceId, generationId } = claim
  const member = knownMember(group, { memberId, instanceId })
  const terms = member.subscription.classic
  if (terms === null) {
    const message = `Member ${memberId} does not use the classic protocol.`
    throw new BrokerError(kafkaErrors.UNKNOWN_MEMBER_ID.code, message)
  }
  const { epoch } = member.position
  if (generationId === epoch) return { member, terms }
  throw new BrokerError(
    kafkaErrors.ILLEGAL_GENERATION.code,
    `The generation ${generationId} is not the epoch ${epoch} of member ${memberId}.`,
  )
}
