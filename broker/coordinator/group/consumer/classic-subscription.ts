/**
 * What a consumer of the classic protocol says of itself in JoinGroup, and what it is told in SyncGroup, as the group of the
 * consumer protocol that it is a member of understands it (KIP-848, "Online Migration").
 *
 * Its assignors' names mean nothing here, since the server assigns; every assignor of a consumer says the same about topics,
 * so that the first is read for all. An eager consumer has given up everything before it joins and so names nothing that it
 * owns; a cooperative one names what it has. One of a version that has no such field is eager.
 */
import { StreamsError } from '../../../../src/base/errors.ts'
import type { JoinGroupRequest } from '../../../../src/protocol/messages/11-join-group.ts'
import {
  assignmentBytes,
  ConsumerProtocolAssignment,
  readAssignment,
  readSubscription,
  type ConsumerProtocolSubscription,
  type ConsumerProtocolTopicPartitions,
} from '../../../../src/protocol/messages/consumer-protocol.ts'
import { termsOf } from '../member.ts'
import type { ConsumerMember } from './consumer-group.ts'
import type { MemberSubscription } from './records.ts'
import { sameSubscription } from './subscription.ts'
import type { TopicDirectory } from './topic-directory.ts'

/** The protocol type of groups of consumers. */
export const consumerProtocolType = 'consumer'
/** What the objects of a subscription or an assignment may take, in bytes: many tiny names are larger than their bytes. */
const memoryMax = 32 * 1024 * 1024

/** Reads what a member subscribes to; `undefined` if it cannot be read. */
export function subscriptionOf(metadata: Uint8Array): ConsumerProtocolSubscription | undefined {
  return readable(() => readSubscription(metadata, memoryMax))
}

/** Reads what a leader gave a member; `undefined` if it cannot be read. */
export function assignmentOf(bytes: Uint8Array): ConsumerProtocolAssignment | undefined {
  return readable(() => readAssignment(bytes, memoryMax))
}

/** Partitions by the ids of their topics; those of topics that are not there are left out. */
export function byTopicId(
  named: readonly ConsumerProtocolTopicPartitions[],
  topics: TopicDirectory,
): Map<string, Set<number>> {
  const found = new Map<string, Set<number>>()
  for (const { topic: name, partitions } of named) {
    const topic = topics.get(name)
    if (topic === undefined) continue
    const known = found.get(topic.id) ?? new Set()
    for (const partition of partitions) {
      if (partition >= 0 && partition < topic.logs.length) known.add(partition)
    }
    if (known.size > 0) found.set(topic.id, known)
  }
  return found
}

/** The assignment of a SyncGroup response, in the version that the member speaks. */
export function classicAssignment(
  partitionsOf: Iterable<readonly [topicId: string, partitions: Iterable<number>]>,
  metadata: Uint8Array,
  topics: TopicDirectory,
): Uint8Array {
  const assignedPartitions: ConsumerProtocolTopicPartitions[] = []
  for (const [topicId, partitions] of partitionsOf) {
    const topic = topics.byId(topicId)?.name
    if (topic === undefined) continue
    assignedPartitions.push({ topic, partitions: [...partitions].sort((one, other) => one - other) })
  }
  const [, newest] = ConsumerProtocolAssignment.versions
  return assignmentBytes({ assignedPartitions, userData: null }, Math.min(versionOf(metadata), newest))
}

/** The member with what it says in JoinGroup; the same object if that is nothing new. */
export function classicSubscribed(
  member: ConsumerMember,
  request: JoinGroupRequest,
  subscription: ConsumerProtocolSubscription,
  { clientId, clientHost }: { readonly clientId: string; readonly clientHost: string },
): ConsumerMember {
  const before = member.subscription
  const { sessionTimeoutMs, rebalanceTimeoutMs, protocols } = termsOf(request)
  const after: MemberSubscription = {
    instanceId: request.groupInstanceId ?? before.instanceId,
    rackId: subscription.rackId ?? before.rackId,
    clientId,
    clientHost,
    topicNames: [...new Set(subscription.topics)],
    // A classic consumer finds out itself what its pattern matches.
    topicRegex: null,
    rebalanceTimeoutMs,
    serverAssignor: before.serverAssignor,
    classic: { sessionTimeoutMs, protocols },
  }
  return sameSubscription(before, after) ? member : { ...member, subscription: after }
}

/** The version of the structure that stands at the beginning of a member's metadata, which has been read before. */
function versionOf(metadata: Uint8Array): number {
  return metadata.length < 2 ? 0 : Math.max(((metadata[0]! << 24) >> 16) | metadata[1]!, 0)
}

function readable<T>(read: () => T): T | undefined {
  try {
    return read()
  } catch (error) {
    if (error instanceof StreamsError && error.code === 'MR-5010') return undefined
    throw error
  }
}
