/** What ConsumerGroupDescribe says of a group of the consumer protocol. */
import {
  ConsumerGroupDescribeDescribedGroup,
  type ConsumerGroupDescribeAssignment,
  type ConsumerGroupDescribeMember,
} from '../../../../src/protocol/messages/69-consumer-group-describe.ts'
import { kafkaErrors } from '../../../../src/protocol/errors.ts'
import type { AssignorName } from './assignors.ts'
import type { ConsumerGroup, ConsumerMember } from './consumer-group.ts'
import { assignorOf } from './group-epoch.ts'
import { allOwned } from './reconcile.ts'
import type { TopicDirectory } from './topic-directory.ts'

const [classicMember, consumerMember] = [0, 1]

/** The group with its members; `isClassic` if there is one of the same id that is not of this protocol. */
export function describeConsumerGroup(
  group: ConsumerGroup | undefined,
  terms: {
    readonly groupId: string
    readonly isClassic: boolean
    readonly topics: TopicDirectory
    readonly preferred: AssignorName
  },
): ConsumerGroupDescribeDescribedGroup {
  const { groupId, topics } = terms
  if (group === undefined) {
    return ConsumerGroupDescribeDescribedGroup.create({
      groupId,
      errorCode: kafkaErrors.GROUP_ID_NOT_FOUND.code,
      errorMessage: terms.isClassic
        ? `Group ${groupId} is not a consumer group.`
        : `Group ${groupId} not found.`,
    })
  }
  return ConsumerGroupDescribeDescribedGroup.create({
    groupId,
    groupState: group.state,
    groupEpoch: group.epoch,
    assignmentEpoch: group.assignmentEpoch,
    assignorName: assignorOf(group.members.values(), terms.preferred),
    members: Array.from(group.members.values(), member => describeMember(group, member, topics)),
  })
}

function describeMember(
  group: ConsumerGroup,
  { id, subscription, position }: ConsumerMember,
  topics: TopicDirectory,
): ConsumerGroupDescribeMember {
  return {
    memberId: id,
    instanceId: subscription.instanceId,
    rackId: subscription.rackId,
    memberEpoch: position.epoch,
    clientId: subscription.clientId,
    clientHost: subscription.clientHost,
    subscribedTopicNames: subscription.topicNames,
    // Empty where there is none, as in Kafka.
    subscribedTopicRegex: subscription.topicRegex ?? '',
    // What it has still to give up is its own until it has.
    assignment: described(allOwned(position), topics),
    targetAssignment: described(group.targetOf(id), topics),
    memberType: subscription.classic === null ? consumerMember : classicMember,
  }
}

/** Partitions with the names of their topics; those of topics that are gone are left out. */
function described(
  partitionsOf: Iterable<readonly [topicId: string, partitions: readonly number[]]>,
  topics: TopicDirectory,
): ConsumerGroupDescribeAssignment {
  const topicPartitions = []
  for (const [topicId, partitions] of partitionsOf) {
    const topicName = topics.byId(topicId)?.name
    if (topicName !== undefined) topicPartitions.push({ topicId, topicName, partitions })
  }
  return { topicPartitions }
}
