/** Whether whoever commits offsets may, by the kind of group that it names. */
import { kafkaErrors } from '../../../src/protocol/errors.ts'
import { checkConsumerCommit, type CommitCheck } from './consumer/offsets.ts'
import type { TopicDirectory } from './consumer/topic-directory.ts'
import type { ProducerIdentity } from '../runtime.ts'
import { checkCommit, type MemberClaim } from './fencing.ts'
import type { OffsetsToCommit } from './offset-commit.ts'
import type { GroupShard } from './shard.ts'

export interface CommitRequest extends MemberClaim {
  readonly groupId: string
  readonly topics: readonly OffsetsToCommit[]
  /** How long to keep them, as old clients say; negative: as long as the broker does. */
  readonly retentionMs: number
  /** The producer whose transaction decides on them; `undefined` for a plain commit. */
  readonly transaction: ProducerIdentity | undefined
  /** Of OffsetCommit or TxnOffsetCommit. */
  readonly version: number
}

export function checkCommitter(
  shard: GroupShard,
  request: Pick<
    CommitRequest,
    'groupId' | 'generationId' | 'memberId' | 'groupInstanceId' | 'transaction' | 'version'
  >,
  topics: TopicDirectory,
): CommitCheck {
  const { groupId, transaction, version } = request
  const transactional = transaction !== undefined
  const consumerGroup = shard.consumerGroups.get(groupId)
  if (consumerGroup !== undefined) {
    return checkConsumerCommit(consumerGroup, request, { transactional, version, topics })
  }
  const { groups, offsets } = shard
  const isThere = offsets.hasOffsets(groupId) || offsets.hasPending(groupId)
  const group = groups.get(groupId) ?? (isThere ? 'only-offsets' : undefined)
  const refusal = checkCommit(group, request, { transactional, version })
  return refusal === undefined ? { partition: () => kafkaErrors.NONE.code } : { refusal }
}
