/**
 * Who may act for a group: checks of member id, instance id and generation, each answering Kafka's code or nothing.
 *
 * A commit from someone who is not, or no longer, in the group's generation must be refused: its partitions belong to
 * another by now. Transactional commits are held to the same since TxnOffsetCommit v3 (semantics G76); older ones
 * name no member and are fenced by their producer alone.
 */
import { kafkaErrors } from '../../../src/protocol/errors.ts'
import type { ClassicGroup } from './classic-group.ts'

/** Whether `memberId` is a member, and is the one that now holds the instance id, if it names one. */
export function checkMember(
  group: ClassicGroup,
  memberId: string,
  instanceId: string | null,
): number | undefined {
  if (instanceId !== null) {
    const holder = group.instances.get(instanceId)
    if (holder === undefined) return kafkaErrors.UNKNOWN_MEMBER_ID.code
    return holder === memberId ? undefined : kafkaErrors.FENCED_INSTANCE_ID.code
  }
  return group.members.has(memberId) ? undefined : kafkaErrors.UNKNOWN_MEMBER_ID.code
}

/** A member as a request of its generation names it. */
export interface MemberClaim {
  readonly memberId: string
  readonly groupInstanceId: string | null
  readonly generationId: number
}

/** Whether the claim is of this generation. */
export function checkClaim(group: ClassicGroup, claim: MemberClaim): number | undefined {
  if (group.state === 'Dead') return kafkaErrors.COORDINATOR_NOT_AVAILABLE.code
  const refusal = checkMember(group, claim.memberId, claim.groupInstanceId)
  if (refusal !== undefined) return refusal
  return claim.generationId === group.generation ? undefined : kafkaErrors.ILLEGAL_GENERATION.code
}

/** Since this version of OffsetCommit an unknown group is told as such. */
const notFoundSince = 9

/**
 * Whether offsets may be committed.
 *
 * | group            | generation and member       | plain commit          | transactional commit |
 * |------------------|-----------------------------|-----------------------|----------------------|
 * | unknown          | generation -1               | taken                 | taken                |
 * | unknown          | a generation                | GROUP_ID_NOT_FOUND;   | ILLEGAL_GENERATION   |
 * |                  |                             | before v9 as beside   |                      |
 * | only its offsets | generation -1               | taken                 | taken                |
 * | only its offsets | a generation                | UNKNOWN_MEMBER_ID     | UNKNOWN_MEMBER_ID    |
 * | Empty            | generation -1               | taken                 | taken                |
 * | any              | a member, its generation    | taken (but see below) | taken                |
 * | any              | other member or generation  | as `checkClaim` says  | as `checkClaim` says |
 * | not Empty        | none at all                 | UNKNOWN_MEMBER_ID     | taken                |
 * | Completing       | a member, its generation    | REBALANCE_IN_PROGRESS | taken                |
 */
export function checkCommit(
  group: ClassicGroup | 'only-offsets' | undefined,
  claim: MemberClaim,
  { transactional, version }: { readonly transactional: boolean; readonly version: number },
): number | undefined {
  const { generationId, memberId, groupInstanceId } = claim
  if (group === undefined) {
    if (generationId < 0) return undefined
    const { GROUP_ID_NOT_FOUND, ILLEGAL_GENERATION } = kafkaErrors
    return !transactional && version >= notFoundSince ? GROUP_ID_NOT_FOUND.code : ILLEGAL_GENERATION.code
  }
  if (group === 'only-offsets') return generationId < 0 ? undefined : kafkaErrors.UNKNOWN_MEMBER_ID.code
  if (group.state === 'Dead') return kafkaErrors.COORDINATOR_NOT_AVAILABLE.code
  if (generationId < 0 && group.state === 'Empty') return undefined
  if (generationId >= 0 || memberId !== '' || groupInstanceId !== null) {
    const refusal = checkClaim(group, claim)
    if (refusal !== undefined) return refusal
  } else if (!transactional) {
    return kafkaErrors.UNKNOWN_MEMBER_ID.code
  }
  if (!transactional && group.state === 'CompletingRebalance') return kafkaErrors.REBALANCE_IN_PROGRESS.code
  return undefined
}
