/**
 * TxnOffsetCommit (API key 28): stores offsets of a group that count once the transaction commits.
 *
 * Sent to the group coordinator. Version 3 checks the member and its generation (KIP-447); version 5 adds the
 * group to the transaction by itself (KIP-890); version 6 goes by topic ids instead of names.
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

/** The request of TxnOffsetCommit. */
export interface TxnOffsetCommitRequest {
  /** The name that the producer's incarnations share. */
  readonly transactionalId: string
  /** The id of the group. */
  readonly groupId: string
  /** The id of the producer. */
  readonly producerId: number
  /** The epoch of the producer; an older one is fenced. */
  readonly producerEpoch: number
  /** The generation or, in the consumer protocol, the member epoch; -1 from a client that is no member. */
  readonly generationIdOrMemberEpoch: number
  /** The id of the member; empty from a client that is none. */
  readonly memberId: string
  /** The id that a static member gave itself; null from a dynamic one. */
  readonly groupInstanceId: string | null
  /** The topics. */
  readonly topics: readonly TxnOffsetCommitRequestTopic[]
}

/** Offsets in one topic. */
export interface TxnOffsetCommitRequestTopic {
  /** The name of the topic. */
  readonly name: string
  /** The id of the topic; zero if it goes by its name. */
  readonly topicId: string
  /** The partitions. */
  readonly partitions: readonly TxnOffsetCommitRequestPartition[]
}

/** The offset of one partition. */
export interface TxnOffsetCommitRequestPartition {
  /** The number of the partition. */
  readonly partitionIndex: number
  /** The offset of the next record to consume. */
  readonly committedOffset: number
  /** The leader epoch of the last record that was consumed; -1 if unknown. */
  readonly committedLeaderEpoch: number
  /** Whatever the client wants to keep beside the offset. */
  readonly committedMetadata: string | null
}

export const TxnOffsetCommitRequestPartition: StructType<TxnOffsetCommitRequestPartition> =
  struct<TxnOffsetCommitRequestPartition>('TxnOffsetCommitRequestPartition', {
    partitionIndex: int32,
    committedOffset: int64,
    committedLeaderEpoch: since(2, ignorable(withDefault(-1, int32))),
    committedMetadata: nullable(string),
  })

export const TxnOffsetCommitRequestTopic: StructType<TxnOffsetCommitRequestTopic> =
  struct<TxnOffsetCommitRequestTopic>('TxnOffsetCommitRequestTopic', {
    name: between(0, 5, ignorable(string)),
    topicId: since(6, ignorable(uuid)),
    partitions: array(TxnOffsetCommitRequestPartition),
  })

export const TxnOffsetCommitRequest: MessageType<TxnOffsetCommitRequest> = message<TxnOffsetCommitRequest>(
  'TxnOffsetCommitRequest',
  { versions: [0, 6], flexibleSince: 3 },
  {
    transactionalId: string,
    groupId: string,
    producerId: int64,
    producerEpoch: int16,
    generationIdOrMemberEpoch: since(3, withDefault(-1, int32)),
    memberId: since(3, string),
    groupInstanceId: since(3, withDefault(null, nullable(string))),
    topics: array(TxnOffsetCommitRequestTopic),
  },
)

/** The response of TxnOffsetCommit. */
export interface TxnOffsetCommitResponse {
  /** How long the client is to hold back because of a quota, in milliseconds; 0 for not at all. */
  readonly throttleTimeMs: number
  /** The topics. */
  readonly topics: readonly TxnOffsetCommitResponseTopic[]
}

/** What became of one topic. */
export interface TxnOffsetCommitResponseTopic {
  /** The name of the topic. */
  readonly name: string
  /** The id of the topic; zero if it goes by its name. */
  readonly topicId: string
  /** The partitions. */
  readonly partitions: readonly TxnOffsetCommitResponsePartition[]
}

/** What became of one partition. */
export interface TxnOffsetCommitResponsePartition {
  /** The number of the partition. */
  readonly partitionIndex: number
  /** Error code of this partition; 0 for none. */
  readonly errorCode: number
}

export const TxnOffsetCommitResponsePartition: StructType<TxnOffsetCommitResponsePartition> =
  struct<TxnOffsetCommitResponsePartition>('TxnOffsetCommitResponsePartition', {
    partitionIndex: int32,
    errorCode: int16,
  })

export const TxnOffsetCommitResponseTopic: StructType<TxnOffsetCommitResponseTopic> =
  struct<TxnOffsetCommitResponseTopic>('TxnOffsetCommitResponseTopic', {
    name: between(0, 5, ignorable(string)),
    topicId: since(6, ignorable(uuid)),
    partitions: array(TxnOffsetCommitResponsePartition),
  })

export const TxnOffsetCommitResponse: MessageType<TxnOffsetCommitResponse> = message<TxnOffsetCommitResponse>(
  'TxnOffsetCommitResponse',
  { versions: [0, 6], flexibleSince: 3 },
  {
    throttleTimeMs: int32,
    topics: array(TxnOffsetCommitResponseTopic),
  },
)

export const TxnOffsetCommit: Api<TxnOffsetCommitRequest, TxnOffsetCommitResponse> = {
  key: 28,
  name: 'TxnOffsetCommit',
  request: TxnOffsetCommitRequest,
  response: TxnOffsetCommitResponse,
}
