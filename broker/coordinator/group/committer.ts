/** Whether whoever commits offsets may, by the kind of group that it names. */
import { kafkaErrors } from '../../../src/protocol/errors.ts'
import { checkConsumerCommit, type CommitCheck } from './consumer/offsets.ts'
import type { TopicDirectory } from './consumer/topic-directory.ts'
import type { CommitRequest } from './coordinator.ts'
import { checkCommit } from './fencing.ts'
import type { GroupShard } from './shard.ts'

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
  const refusal = checkCommit(shard.groups.get(groupId), request, { transactional, version })
  return refusal === undefined ? { partition: () => kafkaErrors.NONE.code } : { refusal }
}
