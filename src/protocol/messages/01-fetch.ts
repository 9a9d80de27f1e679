/**
 * Fetch (API key 1): reads record batches. Sent to the leader of each partition, or to a replica near by.
 *
 * The broker holds the request until there are `minBytes` or `maxWaitMs` are over. Version 7 brings fetch
 * sessions (KIP-227): only what changed is sent. Version 12 detects that logs have parted (KIP-595), 13 goes
 * by topic ids instead of names, 16 tells the new leader (KIP-951). Fields about replicas are for followers.
 */
import type { Api } from '../api.ts'
import {
  array,
  between,
  ignorable,
  int16,
  int32,
  int64,
  int8,
  message,
  nullable,
  records,
  since,
  string,
  struct,
  tagged,
  uuid,
  withDefault,
  type MessageType,
  type StructType,
} from '../schema.ts'

/** The request of Fetch. */
export interface FetchRequest {
  /** The id of the cluster, if known. */
  readonly clusterId: string | null
  /** The broker, if a follower asks; -1 from consumers. */
  readonly replicaId: number
  /** Who asks, if a follower does. */
  readonly replicaState: FetchReplicaState
  /** How long the broker may wait for `minBytes`, in milliseconds. */
  readonly maxWaitMs: number
  /** How many record bytes there must be before the broker answers early. */
  readonly minBytes: number
  /** The most record bytes wanted; the first batch is sent even if it is larger (KIP-74). */
  readonly maxBytes: number
  /** 0 read_uncommitted, 1 read_committed: nothing past the last stable offset. */
  readonly isolationLevel: number
  /** The fetch session; 0 for none. */
  readonly sessionId: number
  /** 0 opens a fetch session, -1 does without, otherwise one more than in the request before. */
  readonly sessionEpoch: number
  /** The topics. */
  readonly topics: readonly FetchTopic[]
  /** Partitions to take out of the fetch session. */
  readonly forgottenTopicsData: readonly FetchForgottenTopic[]
  /** The rack of the client; empty if it has none. */
  readonly rackId: string
}

/** The follower that fetches. */
export interface FetchReplicaState {
  /** The broker, if a follower asks; -1 from consumers. */
  readonly replicaId: number
  /** The epoch of the follower; -1 from consumers. */
  readonly replicaEpoch: number
}

/** Partitions of one topic to fetch. */
export interface FetchTopic {
  /** The name of the topic. */
  readonly topic: string
  /** The id of the topic; zero if it goes by its name. */
  readonly topicId: string
  /** The partitions. */
  readonly partitions: readonly FetchPartition[]
}

/** One partition to fetch. */
export interface FetchPartition {
  /** The number of the partition. */
  readonly partition: number
  /** The leader epoch that the client goes by, checked by the broker; -1 to skip the check. */
  readonly currentLeaderEpoch: number
  /** The first offset wanted. */
  readonly fetchOffset: number
  /** The leader epoch of the last record that the client has; -1 if it has none. */
  readonly lastFetchedEpoch: number
  /** The first offset of a follower's log; -1 from consumers. */
  readonly logStartOffset: number
  /** The most record bytes wanted of this partition; the first batch of the response may exceed it. */
  readonly partitionMaxBytes: number
  /** The directory of a follower's replica; zero from consumers. */
  readonly replicaDirectoryId: string
  /** The high watermark that a follower knows; 2^63, which is the default, from one that does not say. */
  readonly highWatermark: number
}

/** Partitions of one topic that leave the session. */
export interface FetchForgottenTopic {
  /** The name of the topic. */
  readonly topic: string
  /** The id of the topic; zero if it goes by its name. */
  readonly topicId: string
  /** The numbers of the partitions. */
  readonly partitions: readonly number[]
}

export const FetchReplicaState: StructType<FetchReplicaState> = struct<FetchReplicaState>(
  'FetchReplicaState',
  {
    replicaId: withDefault(-1, int32),
    replicaEpoch: withDefault(-1, int64),
  },
)

export const FetchPartition: StructType<FetchPartition> = struct<FetchPartition>('FetchPartition', {
  partition: int32,
  currentLeaderEpoch: since(9, ignorable(withDefault(-1, int32))),
  fetchOffset: int64,
  lastFetchedEpoch: since(12, withDefault(-1, int32)),
  logStartOffset: since(5, ignorable(withDefault(-1, int64))),
  partitionMaxBytes: int32,
  replicaDirectoryId: since(17, ignorable(tagged(0, uuid))),
  highWatermark: since(18, ignorable(tagged(1, withDefault(2 ** 63, int64)))),
})

export const FetchTopic: StructType<FetchTopic> = struct<FetchTopic>('FetchTopic', {
  topic: between(0, 12, ignorable(string)),
  topicId: since(13, ignorable(uuid)),
  partitions: array(FetchPartition),
})

export const FetchForgottenTopic: StructType<FetchForgottenTopic> = struct<FetchForgottenTopic>(
  'FetchForgottenTopic',
  {
    topic: between(0, 12, ignorable(string)),
    topicId: since(13, ignorable(uuid)),
    partitions: array(int32),
  },
)

export const FetchRequest: MessageType<FetchRequest> = message<FetchRequest>(
  'FetchRequest',
  { versions: [4, 18], flexibleSince: 12 },
  {
    clusterId: since(12, ignorable(tagged(0, withDefault(null, nullable(string))))),
    replicaId: between(0, 14, withDefault(-1, int32)),
    replicaState: since(15, tagged(1, FetchReplicaState)),
    maxWaitMs: int32,
    minBytes: int32,
    maxBytes: ignorable(withDefault(0x7fffffff, int32)),
    isolationLevel: ignorable(int8),
    sessionId: since(7, ignorable(int32)),
    sessionEpoch: since(7, ignorable(withDefault(-1, int32))),
    topics: array(FetchTopic),
    forgottenTopicsData: since(7, array(FetchForgottenTopic)),
    rackId: since(11, ignorable(string)),
  },
)

/** The response of Fetch. */
export interface FetchResponse {
  /** How long the client is to hold back because of a quota, in milliseconds; 0 for not at all. */
  readonly throttleTimeMs: number
  /** Error code of the request as a whole; 0 for none. */
  readonly errorCode: number
  /** The fetch session; 0 for none. */
  readonly sessionId: number
  /** The records, by topic; a fetch session leaves out what has nothing new. */
  readonly responses: readonly FetchableTopicResponse[]
  /** Addresses of the brokers named as `currentLeader`. */
  readonly nodeEndpoints: readonly FetchNodeEndpoint[]
}

/** Records of one topic. */
export interface FetchableTopicResponse {
  /** The name of the topic. */
  readonly topic: string
  /** The id of the topic; zero if it goes by its name. */
  readonly topicId: string
  /** The partitions. */
  readonly partitions: readonly FetchPartitionData[]
}

/** Records of one partition, and how far it goes. */
export interface FetchPartitionData {
  /** The number of the partition. */
  readonly partitionIndex: number
  /** Error code of this partition; 0 for none. */
  readonly errorCode: number
  /** The offset after the last record that all in-sync replicas have. */
  readonly highWatermark: number
  /** The offset before which every transaction is decided; -1 if unknown. */
  readonly lastStableOffset: number
  /** The first offset that the partition still has. */
  readonly logStartOffset: number
  /** Where the log of the client and that of the leader part; the client truncates to it. */
  readonly divergingEpoch: FetchEpochEndOffset
  /** Who leads the partition, where the answer is that this broker does not. */
  readonly currentLeader: FetchLeaderIdAndEpoch
  /** The snapshot to fetch instead, if the offset lies before the log (metadata log only). */
  readonly snapshotId: FetchSnapshotId
  /**
   * Aborted transactions with records in what is returned, for read_committed only; null if there are none.
   * The client drops their records.
   */
  readonly abortedTransactions: readonly FetchAbortedTransaction[] | null
  /** The broker to fetch from instead, in the rack of the client; -1 to stay. */
  readonly preferredReadReplica: number
  /** Record batches; the last one may be cut off, and the first may begin before the offset asked for. */
  readonly records: Uint8Array | null
}

/** An epoch and its end. */
export interface FetchEpochEndOffset {
  /** The leader epoch. */
  readonly epoch: number
  /** The offset after the last record of the epoch. */
  readonly endOffset: number
}

/** The present leader of a partition. */
export interface FetchLeaderIdAndEpoch {
  /** The broker that leads the partition; -1 if unknown. */
  readonly leaderId: number
  /** The leader epoch of the partition; -1 if unknown. */
  readonly leaderEpoch: number
}

/** A snapshot of the metadata log. */
export interface FetchSnapshotId {
  /** The offset after the last record in the snapshot. */
  readonly endOffset: number
  /** The leader epoch. */
  readonly epoch: number
}

/** A transaction that was aborted. */
export interface FetchAbortedTransaction {
  /** The id of the producer. */
  readonly producerId: number
  /** The offset of its first record in this partition. */
  readonly firstOffset: number
}

/** How to reach a broker. */
export interface FetchNodeEndpoint {
  /** The id of the broker. */
  readonly nodeId: number
  /** The host name to connect to. */
  readonly host: string
  /** The port to connect to. */
  readonly port: number
  /** The rack of the broker; null if it has none. */
  readonly rack: string | null
}

export const FetchEpochEndOffset: StructType<FetchEpochEndOffset> = struct<FetchEpochEndOffset>(
  'FetchEpochEndOffset',
  {
    epoch: withDefault(-1, int32),
    endOffset: withDefault(-1, int64),
  },
)

export const FetchLeaderIdAndEpoch: StructType<FetchLeaderIdAndEpoch> = struct<FetchLeaderIdAndEpoch>(
  'FetchLeaderIdAndEpoch',
  {
    leaderId: withDefault(-1, int32),
    leaderEpoch: withDefault(-1, int32),
  },
)

export const FetchSnapshotId: StructType<FetchSnapshotId> = struct<FetchSnapshotId>('FetchSnapshotId', {
  endOffset: withDefault(-1, int64),
  epoch: withDefault(-1, int32),
})

export const FetchAbortedTransaction: StructType<FetchAbortedTransaction> = struct<FetchAbortedTransaction>(
  'FetchAbortedTransaction',
  {
    producerId: int64,
    firstOffset: int64,
  },
)

export const FetchPartitionData: StructType<FetchPartitionData> = struct<FetchPartitionData>(
  'FetchPartitionData',
  {
    partitionIndex: int32,
    errorCode: int16,
    highWatermark: int64,
    lastStableOffset: ignorable(withDefault(-1, int64)),
    logStartOffset: since(5, ignorable(withDefault(-1, int64))),
    divergingEpoch: since(12, tagged(0, FetchEpochEndOffset)),
    currentLeader: since(12, tagged(1, FetchLeaderIdAndEpoch)),
    snapshotId: since(12, tagged(2, FetchSnapshotId)),
    abortedTransactions: ignorable(nullable(array(FetchAbortedTransaction))),
    preferredReadReplica: since(11, withDefault(-1, int32)),
    records: records,
  },
)

export const FetchableTopicResponse: StructType<FetchableTopicResponse> = struct<FetchableTopicResponse>(
  'FetchableTopicResponse',
  {
    topic: between(0, 12, ignorable(string)),
    topicId: since(13, ignorable(uuid)),
    partitions: array(FetchPartitionData),
  },
)

export const FetchNodeEndpoint: StructType<FetchNodeEndpoint> = struct<FetchNodeEndpoint>(
  'FetchNodeEndpoint',
  {
    nodeId: int32,
    host: string,
    port: int32,
    rack: withDefault(null, nullable(string)),
  },
)

export const FetchResponse: MessageType<FetchResponse> = message<FetchResponse>(
  'FetchResponse',
  { versions: [4, 18], flexibleSince: 12 },
  {
    throttleTimeMs: ignorable(int32),
    errorCode: since(7, ignorable(int16)),
    sessionId: since(7, int32),
    responses: array(FetchableTopicResponse),
    nodeEndpoints: since(16, tagged(0, array(FetchNodeEndpoint))),
  },
)

export const Fetch: Api<FetchRequest, FetchResponse> = {
  key: 1,
  name: 'Fetch',
  request: FetchRequest,
  response: FetchResponse,
}
