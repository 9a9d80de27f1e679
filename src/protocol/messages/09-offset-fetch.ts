/**
 * OffsetFetch (API key 9): asks how far a group has consumed. Sent to the group coordinator.
 *
 * Versions up to 7 ask for one group, later ones for several at once. `requireStable` (version 7 on) is what
 * exactly-once needs: it waits for open transactions. Version 10 goes by topic ids instead of names.
 */
import type { Api } from '../api.ts'
import {
  array,
  between,
  bool,
  ignorable,
  int16,
  int32,
  int64,
  message,
  nullable,
  since,
  string,
  struct,
  uuid,
  withDefault,
  type MessageType,
  type StructType,
} from '../schema.ts'

/** The request of OffsetFetch. */
export interface OffsetFetchRequest {
  /** The id of the group. */
  readonly groupId: string
  /** The partitions wanted, by topic; null for all that have an offset. */
  readonly topics: readonly OffsetFetchRequestTopic[] | null
  /** The groups, with the partitions wanted of each. */
  readonly groups: readonly OffsetFetchRequestGroup[]
  /** Whether to refuse, with UNSTABLE_OFFSET_COMMIT, offsets that an open transaction may yet change. */
  readonly requireStable: boolean
}

/** Partitions of one topic (versions 0 to 7). */
export interface OffsetFetchRequestTopic {
  /** The name of the topic. */
  readonly name: string
  /** The numbers of the partitions. */
  readonly partitionIndexes: readonly number[]
}

/** One group, and what is wanted of it (version 8 on). */
export interface OffsetFetchRequestGroup {
  /** The id of the group. */
  readonly groupId: string
  /** The id of the member, in the consumer protocol; null otherwise. */
  readonly memberId: string | null
  /** The epoch of the member, in the consumer protocol; -1 otherwise. */
  readonly memberEpoch: number
  /** The partitions wanted, by topic; null for all that have an offset. */
  readonly topics: readonly OffsetFetchRequestTopics[] | null
}

/** Partitions of one topic (version 8 on). */
export interface OffsetFetchRequestTopics {
  /** The name of the topic. */
  readonly name: string
  /** The id of the topic; zero if it goes by its name. */
  readonly topicId: string
  /** The numbers of the partitions. */
  readonly partitionIndexes: readonly number[]
}

export const OffsetFetchRequestTopic: StructType<OffsetFetchRequestTopic> = struct<OffsetFetchRequestTopic>(
  'OffsetFetchRequestTopic',
  {
    name: string,
    partitionIndexes: array(int32),
  },
)

export const OffsetFetchRequestTopics: StructType<OffsetFetchRequestTopics> =
  struct<OffsetFetchRequestTopics>('OffsetFetchRequestTopics', {
    name: between(0, 9, ignorable(string)),
    topicId: since(10, ignorable(uuid)),
    partitionIndexes: array(int32),
  })

export const OffsetFetchRequestGroup: StructType<OffsetFetchRequestGroup> = struct<OffsetFetchRequestGroup>(
  'OffsetFetchRequestGroup',
  {
    groupId: string,
    memberId: since(9, ignorable(withDefault(null, nullable(string)))),
    memberEpoch: since(9, ignorable(withDefault(-1, int32))),
    topics: nullable(array(OffsetFetchRequestTopics)),
  },
)

export const OffsetFetchRequest: MessageType<OffsetFetchRequest> = message<OffsetFetchRequest>(
  'OffsetFetchRequest',
  { versions: [1, 10], flexibleSince: 6 },
  {
    groupId: between(0, 7, string),
    topics: between(0, 7, nullable(array(OffsetFetchRequestTopic), 2)),
    groups: since(8, array(OffsetFetchRequestGroup)),
    requireStable: since(7, bool),
  },
)

/** The response of OffsetFetch. */
export interface OffsetFetchResponse {
  /** How long the client is to hold back because of a quota, in milliseconds; 0 for not at all. */
  readonly throttleTimeMs: number
  /** The topics. */
  readonly topics: readonly OffsetFetchResponseTopic[]
  /** Error code of the request as a whole; 0 for none. */
  readonly errorCode: number
  /** The groups. */
  readonly groups: readonly OffsetFetchResponseGroup[]
}

/** Offsets in one topic (versions 0 to 7). */
export interface OffsetFetchResponseTopic {
  /** The name of the topic. */
  readonly name: string
  /** The partitions. */
  readonly partitions: readonly OffsetFetchResponsePartition[]
}

/** The offset of one partition (versions 0 to 7). */
export interface OffsetFetchResponsePartition {
  /** The number of the partition. */
  readonly partitionIndex: number
  /** The offset of the next record to consume; -1 if none was committed. */
  readonly committedOffset: number
  /** The leader epoch of the last record that was consumed; -1 if unknown. */
  readonly committedLeaderEpoch: number
  /** Whatever was committed beside the offset. */
  readonly metadata: string | null
  /** Error code of this partition; 0 for none. */
  readonly errorCode: number
}

/** The offsets of one group (version 8 on). */
export interface OffsetFetchResponseGroup {
  /** The id of the group. */
  readonly groupId: string
  /** The topics. */
  readonly topics: readonly OffsetFetchResponseTopics[]
  /** Error code of this group; 0 for none. */
  readonly errorCode: number
}

/** Offsets in one topic (version 8 on). */
export interface OffsetFetchResponseTopics {
  /** The name of the topic. */
  readonly name: string
  /** The id of the topic; zero if it goes by its name. */
  readonly topicId: string
  /** The partitions. */
  readonly partitions: readonly OffsetFetchResponsePartitions[]
}

/** The offset of one partition (version 8 on). */
export interface OffsetFetchResponsePartitions {
  /** The number of the partition. */
  readonly partitionIndex: number
  /** The offset of the next record to consume; -1 if none was committed. */
  readonly committedOffset: number
  /** The leader epoch of the last record that was consumed; -1 if unknown. */
  readonly committedLeaderEpoch: number
  /** Whatever was committed beside the offset. */
  readonly metadata: string | null
  /** Error code of this partition; 0 for none. */
  readonly errorCode: number
}

export const OffsetFetchResponsePartition: StructType<OffsetFetchResponsePartition> =
  struct<OffsetFetchResponsePartition>('OffsetFetchResponsePartition', {
    partitionIndex: int32,
    committedOffset: int64,
    committedLeaderEpoch: since(5, ignorable(withDefault(-1, int32))),
    metadata: nullable(string),
    errorCode: int16,
  })

export const OffsetFetchResponseTopic: StructType<OffsetFetchResponseTopic> =
  struct<OffsetFetchResponseTopic>('OffsetFetchResponseTopic', {
    name: string,
    partitions: array(OffsetFetchResponsePartition),
  })

export const OffsetFetchResponsePartitions: StructType<OffsetFetchResponsePartitions> =
  struct<OffsetFetchResponsePartitions>('OffsetFetchResponsePartitions', {
    partitionIndex: int32,
    committedOffset: int64,
    committedLeaderEpoch: ignorable(withDefault(-1, int32)),
    metadata: nullable(string),
    errorCode: int16,
  })

export const OffsetFetchResponseTopics: StructType<OffsetFetchResponseTopics> =
  struct<OffsetFetchResponseTopics>('OffsetFetchResponseTopics', {
    name: between(0, 9, ignorable(string)),
    topicId: since(10, ignorable(uuid)),
    partitions: array(OffsetFetchResponsePartitions),
  })

export const OffsetFetchResponseGroup: StructType<OffsetFetchResponseGroup> =
  struct<OffsetFetchResponseGroup>('OffsetFetchResponseGroup', {
    groupId: string,
    topics: array(OffsetFetchResponseTopics),
    errorCode: int16,
  })

export const OffsetFetchResponse: MessageType<OffsetFetchResponse> = message<OffsetFetchResponse>(
  'OffsetFetchResponse',
  { versions: [1, 10], flexibleSince: 6 },
  {
    throttleTimeMs: since(3, ignorable(int32)),
    topics: between(0, 7, array(OffsetFetchResponseTopic)),
    errorCode: between(2, 7, ignorable(int16)),
    groups: since(8, array(OffsetFetchResponseGroup)),
  },
)

export const OffsetFetch: Api<OffsetFetchRequest, OffsetFetchResponse> = {
  key: 9,
  name: 'OffsetFetch',
  request: OffsetFetchRequest,
  response: OffsetFetchResponse,
}
