/**
 * OffsetForLeaderEpoch (API key 23): tells where a leader epoch ended. Sent to the leader of each partition.
 *
 * A consumer compares the answer with its position to find out that the log was truncated (KIP-320).
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
  type MessageType,
  type StructType,
} from '../schema.ts'

/** The request of OffsetForLeaderEpoch. */
export interface OffsetForLeaderEpochRequest {
  /** The broker, if a follower asks; -1 from consumers. */
  readonly replicaId: number
  /** The topics. */
  readonly topics: readonly OffsetForLeaderTopic[]
}

/** Partitions of one topic. */
export interface OffsetForLeaderTopic {
  /** The name of the topic. */
  readonly topic: string
  /** The partitions. */
  readonly partitions: readonly OffsetForLeaderPartition[]
}

/** One partition, and the epoch whose end is wanted. */
export interface OffsetForLeaderPartition {
  /** The number of the partition. */
  readonly partition: number
  /** The leader epoch that the client goes by, checked by the broker; -1 to skip the check. */
  readonly currentLeaderEpoch: number
  /** The epoch whose end is wanted. */
  readonly leaderEpoch: number
}

export const OffsetForLeaderPartition: StructType<OffsetForLeaderPartition> =
  struct<OffsetForLeaderPartition>('OffsetForLeaderPartition', {
    partition: int32,
    currentLeaderEpoch: ignorable(withDefault(-1, int32)),
    leaderEpoch: int32,
  })

export const OffsetForLeaderTopic: StructType<OffsetForLeaderTopic> = struct<OffsetForLeaderTopic>(
  'OffsetForLeaderTopic',
  {
    topic: string,
    partitions: array(OffsetForLeaderPartition),
  },
)

export const OffsetForLeaderEpochRequest: MessageType<OffsetForLeaderEpochRequest> =
  message<OffsetForLeaderEpochRequest>(
    'OffsetForLeaderEpochRequest',
    { versions: [2, 4], flexibleSince: 4 },
    {
      replicaId: since(3, ignorable(withDefault(-2, int32))),
      topics: array(OffsetForLeaderTopic),
    },
  )

/** The response of OffsetForLeaderEpoch. */
export interface OffsetForLeaderEpochResponse {
  /** How long the client is to hold back because of a quota, in milliseconds; 0 for not at all. */
  readonly throttleTimeMs: number
  /** The topics. */
  readonly topics: readonly OffsetForLeaderTopicResult[]
}

/** Epoch ends in one topic. */
export interface OffsetForLeaderTopicResult {
  /** The name of the topic. */
  readonly topic: string
  /** The partitions. */
  readonly partitions: readonly OffsetForLeaderEpochEpochEndOffset[]
}

/** The end of the epoch in one partition. */
export interface OffsetForLeaderEpochEpochEndOffset {
  /** Error code of this partition; 0 for none. */
  readonly errorCode: number
  /** The number of the partition. */
  readonly partition: number
  /** The largest epoch not above the one asked for; -1 if there is none. */
  readonly leaderEpoch: number
  /** The offset after the last record of the epoch; -1 if there is none. */
  readonly endOffset: number
}

export const OffsetForLeaderEpochEpochEndOffset: StructType<OffsetForLeaderEpochEpochEndOffset> =
  struct<OffsetForLeaderEpochEpochEndOffset>('OffsetForLeaderEpochEpochEndOffset', {
    errorCode: int16,
    partition: int32,
    leaderEpoch: ignorable(withDefault(-1, int32)),
    endOffset: withDefault(-1, int64),
  })

export const OffsetForLeaderTopicResult: StructType<OffsetForLeaderTopicResult> =
  struct<OffsetForLeaderTopicResult>('OffsetForLeaderTopicResult', {
    topic: string,
    partitions: array(OffsetForLeaderEpochEpochEndOffset),
  })

export const OffsetForLeaderEpochResponse: MessageType<OffsetForLeaderEpochResponse> =
  message<OffsetForLeaderEpochResponse>(
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
