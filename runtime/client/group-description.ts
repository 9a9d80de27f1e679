/** What a group is and who is in it, read from the answers of either protocol: classic groups and those of KIP-848. */
import type { TopicPartition } from '../../src/base/topic-partition.ts'
import type { DescribeGroupsDescribedGroup } from '../../src/protocol/messages/15-describe-groups.ts'
import type {
  ConsumerGroupDescribeAssignment,
  ConsumerGroupDescribeDescribedGroup,
} from '../../src/protocol/messages/69-consumer-group-describe.ts'
import { readAssignment } from '../../src/protocol/messages/consumer-protocol.ts'

export interface GroupDescription {
  readonly groupId: string
  /** Whether clients assign among themselves, or the coordinator does (KIP-848). */
  readonly type: 'classic' | 'consumer'
  /** Such as `Stable` or `Empty`; `Dead` for a group that does not exist. */
  readonly state: string
  readonly protocolType: string
  /** The assignor in use; empty before the first assignment. */
  readonly protocol: string
  /** Grows with every change of members; -1 for a classic group, whose generation nobody is told. */
  readonly epoch: number
  readonly members: readonly GroupMemberDescription[]
}

export interface GroupMemberDescription {
  readonly memberId: string
  readonly instanceId: string | undefined
  readonly clientId: string
  readonly clientHost: string
  /** What it speaks: a group of the consumer protocol may have members of both. `undefined` if the broker does not tell. */
  readonly speaks: 'classic' | 'consumer' | undefined
  /** The group's epoch that it has come to; -1 in a classic group, whose members are all in one generation. */
  readonly epoch: number
  /** What it has; empty where a classic group uses a protocol of its own. */
  readonly partitions: readonly TopicPartition[]
  /** What it is to have in the end; `undefined` where that is what it has. */
  readonly target: readonly TopicPartition[] | undefined
}

/** Kafka's numbers. */
const memberTypes: ReadonlyMap<number, 'classic' | 'consumer'> = new Map([
  [0, 'classic'],
  [1, 'consumer'],
])

/** What is answered for a group that does not exist. */
export function noGroup(groupId: string): GroupDescription {
  return { groupId, type: 'classic', state: 'Dead', protocolType: '', protocol: '', epoch: -1, members: [] }
}

export function classicGroup(group: DescribeGroupsDescribedGroup): GroupDescription {
  return {
    groupId: group.groupId,
    type: 'classic',
    state: group.groupState,
    protocolType: group.protocolType,
    protocol: group.protocolData,
    epoch: -1,
    members: group.members.map(member => ({
      memberId: member.memberId,
      instanceId: member.groupInstanceId ?? undefined,
      clientId: member.clientId,
      clientHost: member.clientHost,
      speaks: 'classic',
      epoch: -1,
      partitions: group.protocolType === 'consumer' ? classicAssignment(member.memberAssignment) : [],
      target: undefined,
    })),
  }
}

export function consumerGroup(group: ConsumerGroupDescribeDescribedGroup): GroupDescription {
  return {
    groupId: group.groupId,
    type: 'consumer',
    state: group.groupState,
    protocolType: 'consumer',
    protocol: group.assignorName,
    epoch: group.groupEpoch,
    members: group.members.map(member => ({
      memberId: member.memberId,
      instanceId: member.instanceId ?? undefined,
      clientId: member.clientId,
      clientHost: member.clientHost,
      speaks: memberTypes.get(member.memberType),
      epoch: member.memberEpoch,
      partitions: consumerAssignment(member.assignment),
      target: consumerAssignment(member.targetAssignment),
    })),
  }
}

/** Empty while a rebalance is under way. */
function classicAssignment(bytes: Uint8Array): readonly TopicPartition[] {
  if (bytes.length === 0) return []
  return readAssignment(bytes).assignedPartitions.flatMap(({ topic, partitions }) =>
    partitions.map(partition => ({ topic, partition })),
  )
}

function consumerAssignment({ topicPartitions }: ConsumerGroupDescribeAssignment): readonly TopicPartition[] {
  return topicPartitions.flatMap(({ topicName, partitions }) =>
    partitions.map(partition => ({ topic: topicName, partition })),
  )
}
