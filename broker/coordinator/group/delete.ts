/** DeleteGroups and OffsetDelete on a group: an administrator forgets a group, or some of its offsets. */
import { kafkaErrors } from '../../../src/protocol/errors.ts'
import { answer, type Outcome } from '../runtime.ts'
import type { GroupRecord } from './records.ts'
import type { GroupShard } from './shard.ts'
import { groupTombstones } from './consumer/removal.ts'
import { subscribedTopics } from './subscriptions.ts'

/** Forgets a group and all its offsets, also those that a transaction has yet to decide on; it must have no members. */
export function deleteGroup(shard: GroupShard, groupId: string): Outcome<GroupRecord, number> {
  const group = shard.groups.get(groupId)
  const consumerGroup = shard.consumerGroups.get(groupId)
  if (consumerGroup !== undefined && consumerGroup.members.size > 0) {
    return answer(kafkaErrors.NON_EMPTY_GROUP.code)
  }
  const known =
    group !== undefined ||
    consumerGroup !== undefined ||
    shard.offsets.hasOffsets(groupId) ||
    shard.offsets.hasPending(groupId)
  if (!known || group?.state === 'Dead') return answer(kafkaErrors.GROUP_ID_NOT_FOUND.code)
  if (group !== undefined && group.state !== 'Empty') return answer(kafkaErrors.NON_EMPTY_GROUP.code)
  const records: GroupRecord[] = []
  for (const [topic, partitions] of shard.offsets.offsetsOf(groupId)) {
    for (const partition of partitions.keys()) records.push(tombstone(groupId, topic, partition))
  }
  for (const { topic, partition } of shard.offsets.pendingOf(groupId)) {
    if (shard.offsets.get(groupId, topic, partition) === undefined) {
      records.push(tombstone(groupId, topic, partition))
    }
  }
  if (group !== undefined) records.push({ kind: 'membership', groupId, membership: undefined })
  if (consumerGroup !== undefined) records.push(...groupTombstones(consumerGroup))
  const refused = (error: { readonly kafkaCode: number }) => error.kafkaCode
  return { records, response: kafkaErrors.NONE.code, refused }
}

export interface OffsetsToDelete {
  readonly name: string
  readonly partitions: readonly { readonly partitionIndex: number }[]
}

/** One code for the whole request, or one for each partition of each topic. */
export type DeleteOffsetsResult =
  | { readonly errorCode: number }
  | { readonly partitionCodes: readonly (readonly number[])[] }

/**
 * Forgets offsets of topics that no member subscribes to. An offset that is not there is not an error, a partition that is
 * not there is one.
 */
export function deleteOffsets(
  shard: GroupShard,
  groupId: string,
  topics: readonly OffsetsToDelete[],
  exists: (topic: string, partition: number) => boolean,
): Outcome<GroupRecord, DeleteOffsetsResult> {
  const group = shard.groups.get(groupId)
  const consumerGroup = shard.consumerGroups.get(groupId)
  if (group === undefined && consumerGroup === undefined && !shard.offsets.hasOffsets(groupId)) {
    return answer({ errorCode: kafkaErrors.GROUP_ID_NOT_FOUND.code })
  }
  const subscribed = subscribedTopics(group)
  if (group !== undefined && group.state !== 'Empty' && subscribed === undefined) {
    return answer({ errorCode: kafkaErrors.NON_EMPTY_GROUP.code })
  }
  const records: GroupRecord[] = []
  const partitionCodes = topics.map(({ name, partitions }) =>
    partitions.map(({ partitionIndex }) => {
      if (!exists(name, partitionIndex)) return kafkaErrors.UNKNOWN_TOPIC_OR_PARTITION.code
      if (subscribed?.has(name) === true || consumerGroup?.subscribesTo(name) === true)
        return kafkaErrors.GROUP_SUBSCRIBED_TO_TOPIC.code
      if (shard.offsets.get(groupId, name, partitionIndex) !== undefined) {
        records.push(tombstone(groupId, name, partitionIndex))
      }
      return kafkaErrors.NONE.code
    }),
  )
  const refused = (error: { readonly kafkaCode: number }) => ({ errorCode: error.kafkaCode })
  return { records, response: { partitionCodes }, refused }
}

/** Forgets what every group of the shard committed of a topic, because the topic was deleted. */
export function forgetTopic(shard: GroupShard, topic: string): readonly GroupRecord[] {
  const records: GroupRecord[] = []
  for (const groupId of shard.offsets.groupIds()) {
    for (const partition of shard.offsets.offsetsOf(groupId).get(topic)?.keys() ?? []) {
      records.push(tombstone(groupId, topic, partition))
    }
  }
  return records
}

function tombstone(groupId: string, topic: string, partition: number): GroupRecord {
  return { kind: 'offset', groupId, topic, partition, committed: undefined }
}
