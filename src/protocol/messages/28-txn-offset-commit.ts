/**
 * TxnOffsetCommit (API key 28).
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
} from '../schema.ts'

/** TxnOffsetCommitRequest */
export interface TxnOffsetCommitRequest {
  /** transactionalId */
  readonly transactionalId: string
  /** groupId */
  readonly groupId: string
  /** producerId */
  readonly producerId: number
  /** producerEpoch */
  readonly producerEpoch: number
  /** generationIdOrMemberEpoch */
  readonly generationIdOrMemberEpoch: number
  /** memberId */
  readonly memberId: string
  /** groupInstanceId */
  readonly groupInstanceId: string | null
  /** topics */
  readonly topics: readonly TxnOffsetCommitRequestTopic[]
}

/** TxnOffsetCommitRequestTopic */
export interface TxnOffsetCommitRequestTopic {
  /** name */
  readonly name: string
  /** topicId */
  readonly topicId: string
  /** partitions */
  readonly partitions: readonly TxnOffsetCommitRequestPartition[]
}

/** TxnOffsetCommitRequestPartition */
export interface TxnOffsetCommitRequestPartition {
  /** partitionIndex */
  readonly partitionIndex: number
  /** committedOffset */
  readonly committedOffset: number
  /** committedLeaderEpoch */
  readonly committedLeaderEpoch: number
  /** committedMetadata */
  readonly committedMetadata: string | null
}

export const TxnOffsetCommitRequestPartition = struct<TxnOffsetCommitRequestPartition>(
  'TxnOffsetCommitRequestPartition',
  {
    partitionIndex: int32,
    committedOffset: int64,
    committedLeaderEpoch: since(2, ignorable(withDefault(-1, int32))),
    committedMetadata: nullable(string),
  },
)

export const TxnOffsetCommitRequestTopic = struct<TxnOffsetCommitRequestTopic>(
  'TxnOffsetCommitRequestTopic',
  {
    name: between(0, 5, ignorable(string)),
    topicId: since(6, ignorable(uuid)),
    partitions: array(TxnOffsetCommitRequestPartition),
  },
)

export const TxnOffsetCommitRequest = message<TxnOffsetCommitRequest>(
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

/** TxnOffsetCommitResponse */
export interface TxnOffsetCommitResponse {
  /** throttleTimeMs */
  readonly throttleTimeMs: number
  /** topics */
  readonly topics: readonly TxnOffsetCommitResponseTopic[]
}

/** TxnOffsetCommitResponseTopic */
export interface TxnOffsetCommitResponseTopic {
  /** name */
  readonly name: string
  /** topicId */
  readonly topicId: string
  /** partitions */
  readonly partitions: readonly TxnOffsetCommitResponsePartition[]
}

/** TxnOffsetCommitResponsePartition */
export interface TxnOffsetCommitResponsePartition {
  /** partitionIndex */
  readonly partitionIndex: number
  /** errorCode */
  readonly errorCode: number
}

export const TxnOffsetCommitResponsePartition = struct<TxnOffsetCommitResponsePartition>(
  'TxnOffsetCommitResponsePartition',
  {
    partitionIndex: int32,
    errorCode: int16,
  },
)

export const TxnOffsetCommitResponseTopic = struct<TxnOffsetCommitResponseTopic>(
  'TxnOffsetCommitResponseTopic',
  {
    name: between(0, 5, ignorable(string)),
    topicId: since(6, ignorable(uuid)),
    partitions: array(TxnOffsetCommitResponsePartition),
  },
)

export const TxnOffsetCommitResponse = message<TxnOffsetCommitResponse>(
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
