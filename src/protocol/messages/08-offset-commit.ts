/**
 * OffsetCommit (API key 8).
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

/** OffsetCommitRequest */
export interface OffsetCommitRequest {
  /** groupId */
  readonly groupId: string
  /** generationIdOrMemberEpoch */
  readonly generationIdOrMemberEpoch: number
  /** memberId */
  readonly memberId: string
  /** groupInstanceId */
  readonly groupInstanceId: string | null
  /** retentionTimeMs */
  readonly retentionTimeMs: number
  /** topics */
  readonly topics: readonly OffsetCommitRequestTopic[]
}

/** OffsetCommitRequestTopic */
export interface OffsetCommitRequestTopic {
  /** name */
  readonly name: string
  /** topicId */
  readonly topicId: string
  /** partitions */
  readonly partitions: readonly OffsetCommitRequestPartition[]
}

/** OffsetCommitRequestPartition */
export interface OffsetCommitRequestPartition {
  /** partitionIndex */
  readonly partitionIndex: number
  /** committedOffset */
  readonly committedOffset: number
  /** committedLeaderEpoch */
  readonly committedLeaderEpoch: number
  /** committedMetadata */
  readonly committedMetadata: string | null
}

export const OffsetCommitRequestPartition = struct<OffsetCommitRequestPartition>(
  'OffsetCommitRequestPartition',
  {
    partitionIndex: int32,
    committedOffset: int64,
    committedLeaderEpoch: since(6, ignorable(withDefault(-1, int32))),
    committedMetadata: nullable(string),
  },
)

export const OffsetCommitRequestTopic = struct<OffsetCommitRequestTopic>('OffsetCommitRequestTopic', {
  name: between(0, 9, ignorable(string)),
  topicId: since(10, ignorable(uuid)),
  partitions: array(OffsetCommitRequestPartition),
})

export const OffsetCommitRequest = message<OffsetCommitRequest>(
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

/** OffsetCommitResponse */
export interface OffsetCommitResponse {
  /** throttleTimeMs */
  readonly throttleTimeMs: number
  /** topics */
  readonly topics: readonly OffsetCommitResponseTopic[]
}

/** OffsetCommitResponseTopic */
export interface OffsetCommitResponseTopic {
  /** name */
  readonly name: string
  /** topicId */
  readonly topicId: string
  /** partitions */
  readonly partitions: readonly OffsetCommitResponsePartition[]
}

/** OffsetCommitResponsePartition */
export interface OffsetCommitResponsePartition {
  /** partitionIndex */
  readonly partitionIndex: number
  /** errorCode */
  readonly errorCode: number
}

export const OffsetCommitResponsePartition = struct<OffsetCommitResponsePartition>(
  'OffsetCommitResponsePartition',
  {
    partitionIndex: int32,
    errorCode: int16,
  },
)

export const OffsetCommitResponseTopic = struct<OffsetCommitResponseTopic>('OffsetCommitResponseTopic', {
  name: between(0, 9, ignorable(string)),
  topicId: since(10, ignorable(uuid)),
  partitions: array(OffsetCommitResponsePartition),
})

export const OffsetCommitResponse = message<OffsetCommitResponse>(
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
