/**
 * Who may commit and fetch offsets of a group of the consumer protocol (semantics G62).
 *
 * | commit by                                       | plain                          | in a transaction      |
 * |-------------------------------------------------|--------------------------------|-----------------------|
 * | nobody (epoch -1) while the group has no member | taken                          | taken                 |
 * | nobody at all, while it has members             | UNKNOWN_MEMBER_ID              | taken                 |
 * | who is not a member                             | UNKNOWN_MEMBER_ID              | UNKNOWN_MEMBER_ID     |
 * | a member, later epoch than its own              | STALE_MEMBER_EPOCH             | ILLEGAL_GENERATION    |
 * | a member, its epoch                             | taken                          | taken                 |
 * | a member, an earlier epoch                      | per partition: taken if it was | the same, with        |
 * |                                                 | its own in that epoch already, | ILLEGAL_GENERATION    |
 * |                                                 | else STALE_MEMBER_EPOCH        |                       |
 *
 * Members of the classic protocol are told ILLEGAL_GENERATION for STALE_MEMBER_EPOCH, and may use any version.
 *
 * The last row is KIP-1251: a commit that was on its way while the member's epoch was counted up is still one of the owner.
 */
import { kafkaErrors } from '../../../../src/protocol/errors.ts'
import type { MemberClaim } from '../fencing.ts'
import type { ConsumerGroup, ConsumerMember } from './consumer-group.ts'
import type { TopicDirectory } from './topic-directory.ts'

/** Since this version of OffsetCommit members name their epoch. */
const memberEpochSince = 9

/** A code for the request as a whole, or one for each partition that it names. */
export type CommitCheck =
  | { readonly refusal: number }
  | { readonly partition: (topic: string, partition: number) => number }

const takeAll: CommitCheck = { partition: () => kafkaErrors.NONE.code }

export function checkConsumerCommit(
  group: ConsumerGroup,
  claim: MemberClaim,
  terms: { readonly transactional: boolean; readonly version: number; readonly topics: TopicDirectory },
): CommitCheck {
  const { generationId: epoch, memberId, groupInstanceId } = claim
  const { transactional, version, topics } = terms
  if (epoch < 0 && group.members.size === 0) return takeAll
  if (transactional && epoch === -1 && memberId === '' && groupInstanceId === null) return takeAll
  const member = group.members.get(memberId)
  if (member === undefined) return { refusal: kafkaErrors.UNKNOWN_MEMBER_ID.code }
  const isClassic = member.subscription.classic !== null
  if (!transactional && !isClassic && version < memberEpochSince) {
    return { refusal: kafkaErrors.UNSUPPORTED_VERSION.code }
  }
  if (epoch === member.position.epoch) return takeAll
  const stale = staleCode(transactional || isClassic)
  if (epoch > member.position.epoch) return { refusal: stale }
  return {
    partition(topic, partition) {
      const since = ownedSince(member, topics.get(topic)?.id, partition)
      return since !== undefined && epoch >= since ? kafkaErrors.NONE.code : stale
    },
  }
}

/** Answers Kafka's code; 0 if the offsets may be fetched. Who names no member is an administrator. */
export function checkConsumerFetch(
  group: ConsumerGroup,
  { memberId, memberEpoch }: { readonly memberId: string | null; readonly memberEpoch: number },
): number {
  if (memberId === null && memberEpoch < 0) return kafkaErrors.NONE.code
  const member = group.members.get(memberId ?? '')
  if (member === undefined) return kafkaErrors.UNKNOWN_MEMBER_ID.code
  if (member.position.epoch === memberEpoch) return kafkaErrors.NONE.code
  return staleCode(member.subscription.classic !== null)
}

/** Those that know generations only are told so. */
function staleCode(isOfGenerations: boolean): number {
  const { ILLEGAL_GENERATION, STALE_MEMBER_EPOCH } = kafkaErrors
  return isOfGenerations ? ILLEGAL_GENERATION.code : STALE_MEMBER_EPOCH.code
}

function ownedSince({ position }: ConsumerMember, topicId: string | undefined, partition: number) {
  if (topicId === undefined) return undefined
  return position.assigned.get(topicId)?.get(partition) ?? position.revoking.get(topicId)?.get(partition)
}
