/**
 * OffsetForLeaderEpoch (API key 23).
 */
import type { Api } from '../api.ts'
import {
  array,
  ignorable,
  int16,
  int32,
  int64,
  message,
  since,
  string,
  struct,
  withDefault,
} from '../schema.ts'

/** OffsetForLeaderEpochRequest */
export interface OffsetForLeaderEpochRequest {
  /** replicaId */
  readonly replicaId: number
  /** topics */
  readonly topics: readonly OffsetForLeaderTopic[]
}

/** OffsetForLeaderTopic */
export interface OffsetForLeaderTopic {
  /** topic */
  readonly topic: string
  /** partitions */
  readonly partitions: readonly OffsetForLeaderPartition[]
}

/** OffsetForLeaderPartition */
export interface OffsetForLeaderPartition {
  /** partition */
  readonly partition: number
  /** currentLeaderEpoch */
  readonly currentLeaderEpoch: number
  /** leaderEpoch */
  readonly leaderEpoch: number
}

export const OffsetForLeaderPartition = struct<OffsetForLeaderPartition>('OffsetForLeaderPartition', {
  partition: int32,
  currentLeaderEpoch: ignorable(withDefault(-1, int32)),
  leaderEpoch: int32,
})

export const OffsetForLeaderTopic = struct<OffsetForLeaderTopic>('OffsetForLeaderTopic', {
  topic: string,
  partitions: array(OffsetForLeaderPartition),
})

export const OffsetForLeaderEpochRequest = message<OffsetForLeaderEpochRequest>(
  'OffsetForLeaderEpochRequest',
  { versions: [2, 4], flexibleSince: 4 },
  {
    replicaId: since(3, ignorable(withDefault(-2, int32))),
    topics: array(OffsetForLeaderTopic),
  },
)

/** OffsetForLeaderEpochResponse */
export interface OffsetForLeaderEpochResponse {
  /** throttleTimeMs */
  readonly throttleTimeMs: number
  /** topics */
  readonly topics: readonly OffsetForLeaderTopicResult[]
}

/** OffsetForLeaderTopicResult */
export interface OffsetForLeaderTopicResult {
  /** topic */
  readonly topic: string
  /** partitions */
  readonly partitions: readonly OffsetForLeaderEpochEpochEndOffset[]
}

/** OffsetForLeaderEpochEpochEndOffset */
export interface OffsetForLeaderEpochEpochEndOffset {
  /** errorCode */
  readonly errorCode: number
  /** partition */
  readonly partition: number
  /** leaderEpoch */
  readonly leaderEpoch: number
  /** endOffset */
  readonly endOffset: number
}

export const OffsetForLeaderEpochEpochEndOffset = struct<OffsetForLeaderEpochEpochEndOffset>(
  'OffsetForLeaderEpochEpochEndOffset',
  {
    errorCode: int16,
    partition: int32,
    leaderEpoch: ignorable(withDefault(-1, int32)),
    endOffset: withDefault(-1, int64),
  },
)

export const OffsetForLeaderTopicResult = struct<OffsetForLeaderTopicResult>('OffsetForLeaderTopicResult', {
  topic: string,
  partitions: array(OffsetForLeaderEpochEpochEndOffset),
})

export const OffsetForLeaderEpochResponse = message<OffsetForLeaderEpochResponse>(
  'OffsetForLeaderEpochResponse',
  { versions: [2, 4], flexibleSince: 4 },
  {
    throttleTimeMs: ignorable(int32),
    topics: array(OffsetForLeaderTopicResult),
  },
)

export const OffsetForLeaderEpoch: Api<OffsetForLeaderEpochRequest, OffsetForLeaderEpochResponse> = {
  key: 23,
  name: 'OffsetForLeaderEpoch',
  request: OffsetForLeaderEpochRequest,
  response: OffsetForLeaderEpochResponse,
}
