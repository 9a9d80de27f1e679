/**
 * What members of a classic consumer group tell each other through the broker: subscriptions and assignments.
 *
 * A member puts its subscription into JoinGroup, the leader puts an assignment for each member into
 * SyncGroup; the broker passes both on unread. Later versions only ever add fields at the end, so a version
 * from the future is read as the latest that is known (KIP-429 owned partitions, KIP-792 generation, KIP-881
 * rack).
 */
import { readMessage } from '../decode.ts'
import { Reader } from '../reader.ts'
import {
  array,
  bytes,
  ignorable,
  int32,
  message,
  nullable,
  since,
  string,
  struct,
  withDefault,
  type MessageType,
  type StructType,
} from '../schema.ts'
import { readVersioned, versionBefore, versionedBytes } from '../versioned.ts'

/** What a member wants, and what it brings. */
export interface ConsumerProtocolSubscription {
  /** The topics that it consumes. */
  readonly topics: readonly string[]
  /** Whatever its assignor has to say to the leader's. */
  readonly userData: Uint8Array | null
  /** What it owns while it joins: a cooperative assignor leaves as much of it where it is as it can. */
  readonly ownedPartitions: readonly ConsumerProtocolTopicPartitions[]
  /**
   * The generation in which it came to own that; -1 if it never did. An older claim loses against a newer
   * one.
   */
  readonly generationId: number
  /** The rack it runs in, so that it can be given partitions with a replica there. */
  readonly rackId: string | null
}

/** What the leader gave to a member. */
export interface ConsumerProtocolAssignment {
  /** The partitions that it owns from now on. */
  readonly assignedPartitions: readonly ConsumerProtocolTopicPartitions[]
  /** Whatever the leader's assignor has to say to the member's. */
  readonly userData: Uint8Array | null
}

/** Some partitions of a topic. */
export interface ConsumerProtocolTopicPartitions {
  /** The name of the topic. */
  readonly topic: string
  /** The numbers of the partitions. */
  readonly partitions: readonly number[]
}

export const ConsumerProtocolTopicPartitions: StructType<ConsumerProtocolTopicPartitions> =
  struct<ConsumerProtocolTopicPartitions>('TopicPartition', {
    topic: string,
    partitions: array(int32),
  })

export const ConsumerProtocolSubscription: MessageType<ConsumerProtocolSubscription> =
  message<ConsumerProtocolSubscription>(
    'ConsumerProtocolSubscription',
    { versions: [0, 3], flexibleSince: undefined },
    {
      topics: array(string),
      userData: withDefault(null, nullable(bytes)),
      ownedPartitions: since(1, ignorable(array(ConsumerProtocolTopicPartitions))),
      generationId: since(2, ignorable(withDefault(-1, int32))),
      rackId: since(3, ignorable(withDefault(null, nullable(string)))),
    },
  )

export const ConsumerProtocolAssignment: MessageType<ConsumerProtocolAssignment> =
  message<ConsumerProtocolAssignment>(
    'ConsumerProtocolAssignment',
    { versions: [0, 3], flexibleSince: undefined },
    {
      assignedPartitions: array(ConsumerProtocolTopicPartitions),
      userData: withDefault(null, nullable(bytes)),
    },
  )

/** The metadata of a JoinGroup request. */
export function subscriptionBytes(subscription: ConsumerProtocolSubscription, version = 3): Uint8Array {
  return versionedBytes(ConsumerProtocolSubscription, version, subscription)
}

/** Reads a member's metadata, whose objects may take `memoryMax` bytes. Throws MR-5010. */
export function readSubscription(bytes: Uint8Array, memoryMax?: number): ConsumerProtocolSubscription {
  return readVersioned(ConsumerProtocolSubscription, bytes, 'as-latest', memoryMax).message
}

/**
 * The topics of a member's metadata, whichever version it says it has: every one begins as version 0, and some clients
 * write no more than that. Throws MR-5010.
 */
export function readSubscribedTopics(bytes: Uint8Array): readonly string[] {
  const reader = new Reader(bytes)
  versionBefore(reader, ConsumerProtocolSubscription.name)
  return readMessage(reader, ConsumerProtocolSubscription, 0).topics
}

/** The assignment of a member in a SyncGroup request. */
export function assignmentBytes(assignment: ConsumerProtocolAssignment, version = 3): Uint8Array {
  return versionedBytes(ConsumerProtocolAssignment, version, assignment)
}

/**
 * Reads the assignment of a SyncGroup response. No bytes at all, which is what a member gets that the leader
 * forgot, are no partitions. Throws MR-5010.
 */
export function readAssignment(bytes: Uint8Array, memoryMax?: number): ConsumerProtocolAssignment {
  if (bytes.length === 0) return ConsumerProtocolAssignment.create()
  return readVersioned(ConsumerProtocolAssignment, bytes, 'as-latest', memoryMax).message
}
