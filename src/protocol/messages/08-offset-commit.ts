/**
 * OffsetCommit (API key 8): stores how far a group has consumed. Sent to the group coordinator.
 *
 * Refused if the generation or the member epoch is out of date, so a member that lost its partitions cannot
 * overwrite the offsets of their new owner. Version 10 goes by topic ids instead of names.
 */
import type { Api } from '../api.ts'
import {
  array,
  between,
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

/** The request of OffsetCommit. */
export interface OffsetCommitRequest {
  /** The id of the group. */
  readonly groupId: string
  /** The generation or, in the consumer protocol, the member epoch; -1 from a client that is no member. */
  readonly generationIdOrMemberEpoch: number
  /** The id of the member; empty from a client that is none. */
  readonly memberId: string
  /** The id that a static member gave itself; null from a dynamic one. */
  readonly groupInstanceId: string | null
  /** How long to keep the offsets, in milliseconds; -1 for the broker's setting. */
  readonly retentionTimeMs: number
  /** The topics. */
  readonly topics: readonly OffsetCommitRequestTopic[]
}

/** Offsets in one topic. */
export interface OffsetCommitRequestTopic {
  /** The name of the topic. */
  readonly name: string
  /** The id of the topic; zero if it goes by its name. */
  readonly topicId: string
  /** The partitions. */
  readonly partitions: readonly OffsetCommitRequestPartition[]
}

/** The offset of one partition. */
export interface OffsetCommitRequestPartition {
  /** The number of the partition. */
  readonly partitionIndex: number
  /** The offset of the next record to consume. */
  readonly committedOffset: number
  /** The leader epoch of the last record that was consumed; -1 if unknown. */
  readonly committedLeaderEpoch: number
  /** Whatever the client wants to keep beside the offset. */
  readonly committedMetadata: string | null
}

export const OffsetCommitRequestPartition: StructType<OffsetCommitRequestPartition> =
  struct<OffsetCommitRequestPartition>('OffsetCommitRequestPartition', {
    partitionIndex: int32,
    committedOffset: int64,
    committedLeaderEpoch: since(6, ignorable(withDefault(-1, int32))),
    committedMetadata: nullable(string),
  })

export const OffsetCommitRequestTopic: StructType<OffsetCommitRequestTopic> =
  struct<OffsetCommitRequestTopic>('OffsetCommitRequestTopic', {
    name: between(0, 9, ignorable(string)),
    topicId: since(10, ignorable(uuid)),
    partitions: array(OffsetCommitRequestPartition),
  })

export const OffsetCommitRequest: MessageType<OffsetCommitRequest> = message<OffsetCommitRequest>(
  'OffsetCommitRequest',
  { versions: [2, 10], flexibleSince: 8 },
  {
    groupId: string,
    generationIdOrMemberEpoch: ignorable(withDefault(-1, int32)),
    memberId: ignorable(string),
    groupInstanceId: since(7, withDefault(null, nullable(string))),
    retentionTimeMs: between(0, 4, ignorable(withDefault(-1, int64))),
    topics: array(OffsetCommitRequestTopic),
  },
)

/** The response of OffsetCommit. */
export interface OffsetCommitResponse {
  /** How long the client is to hold back because of a quota, in milliseconds; 0 for not at all. */
  readonly throttleTimeMs: number
  /** The topics. */
  readonly topics: readonly OffsetCommitResponseTopic[]
}

/** What became of one topic. */
export interface OffsetCommitResponseTopic {
  /** The name of the topic. */
  readonly name: string
  /** The id of the topic; zero if it goes by its name. */
  readonly topicId: string
  /** The partitions. */
  readonly partitions: readonly OffsetCommitResponsePartition[]
}

/** What became of one partition. */
export interface OffsetCommitResponsePartition {
  /** The number of the partition. */
  readonly partitionIndex: number
  /** Error code of this partition; 0 for none. */
  readonly errorCode: number
}

export const OffsetCommitResponsePartition: StructType<OffsetCommitResponsePartition> =
  struct<OffsetCommitResponsePartition>('OffsetCommitResponsePartition', {
    partitionIndex: int32,
    errorCode: int16,
  })

export const OffsetCommitResponseTopic: StructType<OffsetCommitResponseTopic> =
  struct<OffsetCommitResponseTopic>('OffsetCommitResponseTopic', {
    name: between(0, 9, ignorable(string)),
    topicId: since(10, ignorable(uuid)),
    partitions: array(OffsetCommitResponsePartition),
  })

export const OffsetCommitResponse: MessageType<OffsetCommitResponse> = message<OffsetCommitResponse>(
  'OffsetCommitResponse',
  { versions: [2, 10], flexibleSince: 8 },
  {
    throttleTimeMs: since(3, ignorable(int32)),
    topics: array(OffsetCommitResponseTopic),
  },
)

export const OffsetCommit: Api<OffsetCommitRequest, OffsetCommitResponse> = {
  key: 8,
  name: 'OffsetCommit',
  request: OffsetCommitRequest,
  response: OffsetCommitResponse,
}
