/**
 * Fetch (API key 1).
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
} from '../schema.ts'

/** FetchRequest */
export interface FetchRequest {
  /** clusterId */
  readonly clusterId: string | null
  /** replicaId */
  readonly replicaId: number
  /** replicaState */
  readonly replicaState: FetchReplicaState
  /** maxWaitMs */
  readonly maxWaitMs: number
  /** minBytes */
  readonly minBytes: number
  /** maxBytes */
  readonly maxBytes: number
  /** isolationLevel */
  readonly isolationLevel: number
  /** sessionId */
  readonly sessionId: number
  /** sessionEpoch */
  readonly sessionEpoch: number
  /** topics */
  readonly topics: readonly FetchTopic[]
  /** forgottenTopicsData */
  readonly forgottenTopicsData: readonly FetchForgottenTopic[]
  /** rackId */
  readonly rackId: string
}

/** FetchReplicaState */
export interface FetchReplicaState {
  /** replicaId */
  readonly replicaId: number
  /** replicaEpoch */
  readonly replicaEpoch: number
}

/** FetchTopic */
export interface FetchTopic {
  /** topic */
  readonly topic: string
  /** topicId */
  readonly topicId: string
  /** partitions */
  readonly partitions: readonly FetchPartition[]
}

/** FetchPartition */
export interface FetchPartition {
  /** partition */
  readonly partition: number
  /** currentLeaderEpoch */
  readonly currentLeaderEpoch: number
  /** fetchOffset */
  readonly fetchOffset: number
  /** lastFetchedEpoch */
  readonly lastFetchedEpoch: number
  /** logStartOffset */
  readonly logStartOffset: number
  /** partitionMaxBytes */
  readonly partitionMaxBytes: number
  /** replicaDirectoryId */
  readonly replicaDirectoryId: string
  /** highWatermark */
  readonly highWatermark: number
}

/** FetchForgottenTopic */
export interface FetchForgottenTopic {
  /** topic */
  readonly topic: string
  /** topicId */
  readonly topicId: string
  /** partitions */
  readonly partitions: readonly number[]
}

export const FetchReplicaState = struct<FetchReplicaState>('FetchReplicaState', {
  replicaId: withDefault(-1, int32),
  replicaEpoch: withDefault(-1, int64),
})

export const FetchPartition = struct<FetchPartition>('FetchPartition', {
  partition: int32,
  currentLeaderEpoch: since(9, ignorable(withDefault(-1, int32))),
  fetchOffset: int64,
  lastFetchedEpoch: since(12, withDefault(-1, int32)),
  logStartOffset: since(5, ignorable(withDefault(-1, int64))),
  partitionMaxBytes: int32,
  replicaDirectoryId: since(17, ignorable(tagged(0, uuid))),
  highWatermark: since(18, ignorable(tagged(1, withDefault(2 ** 63, int64)))),
})

export const FetchTopic = struct<FetchTopic>('FetchTopic', {
  topic: between(0, 12, ignorable(string)),
  topicId: since(13, ignorable(uuid)),
  partitions: array(FetchPartition),
})

export const FetchForgottenTopic = struct<FetchForgottenTopic>('FetchForgottenTopic', {
  topic: between(0, 12, ignorable(string)),
  topicId: since(13, ignorable(uuid)),
  partitions: array(int32),
})

export const FetchRequest = message<FetchRequest>(
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

/** FetchResponse */
export interface FetchResponse {
  /** throttleTimeMs */
  readonly throttleTimeMs: number
  /** errorCode */
  readonly errorCode: number
  /** sessionId */
  readonly sessionId: number
  /** responses */
  readonly responses: readonly FetchableTopicResponse[]
  /** nodeEndpoints */
  readonly nodeEndpoints: readonly FetchNodeEndpoint[]
}

/** FetchableTopicResponse */
export interface FetchableTopicResponse {
  /** topic */
  readonly topic: string
  /** topicId */
  readonly topicId: string
  /** partitions */
  readonly partitions: readonly FetchPartitionData[]
}

/** FetchPartitionData */
export interface FetchPartitionData {
  /** partitionIndex */
  readonly partitionIndex: number
  /** errorCode */
  readonly errorCode: number
  /** highWatermark */
  readonly highWatermark: number
  /** lastStableOffset */
  readonly lastStableOffset: number
  /** logStartOffset */
  readonly logStartOffset: number
  /** divergingEpoch */
  readonly divergingEpoch: FetchEpochEndOffset
  /** currentLeader */
  readonly currentLeader: FetchLeaderIdAndEpoch
  /** snapshotId */
  readonly snapshotId: FetchSnapshotId
  /** abortedTransactions */
  readonly abortedTransactions: readonly FetchAbortedTransaction[] | null
  /** preferredReadReplica */
  readonly preferredReadReplica: number
  /** records */
  readonly records: Uint8Array | null
}

/** FetchEpochEndOffset */
export interface FetchEpochEndOffset {
  /** epoch */
  readonly epoch: number
  /** endOffset */
  readonly endOffset: number
}

/** FetchLeaderIdAndEpoch */
export interface FetchLeaderIdAndEpoch {
  /** leaderId */
  readonly leaderId: number
  /** leaderEpoch */
  readonly leaderEpoch: number
}

/** FetchSnapshotId */
export interface FetchSnapshotId {
  /** endOffset */
  readonly endOffset: number
  /** epoch */
  readonly epoch: number
}

/** FetchAbortedTransaction */
export interface FetchAbortedTransaction {
  /** producerId */
  readonly producerId: number
  /** firstOffset */
  readonly firstOffset: number
}

/** FetchNodeEndpoint */
export interface FetchNodeEndpoint {
  /** nodeId */
  readonly nodeId: number
  /** host */
  readonly host: string
  /** port */
  readonly port: number
  /** rack */
  readonly rack: string | null
}

export const FetchEpochEndOffset = struct<FetchEpochEndOffset>('FetchEpochEndOffset', {
  epoch: withDefault(-1, int32),
  endOffset: withDefault(-1, int64),
})

export const FetchLeaderIdAndEpoch = struct<FetchLeaderIdAndEpoch>('FetchLeaderIdAndEpoch', {
  leaderId: withDefault(-1, int32),
  leaderEpoch: withDefault(-1, int32),
})

export const FetchSnapshotId = struct<FetchSnapshotId>('FetchSnapshotId', {
  endOffset: withDefault(-1, int64),
  epoch: withDefault(-1, int32),
})

export const FetchAbortedTransaction = struct<FetchAbortedTransaction>('FetchAbortedTransaction', {
  producerId: int64,
  firstOffset: int64,
})

export const FetchPartitionData = struct<FetchPartitionData>('FetchPartitionData', {
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
})

export const FetchableTopicResponse = struct<FetchableTopicResponse>('FetchableTopicResponse', {
  topic: between(0, 12, ignorable(string)),
  topicId: since(13, ignorable(uuid)),
  partitions: array(FetchPartitionData),
})

export const FetchNodeEndpoint = struct<FetchNodeEndpoint>('FetchNodeEndpoint', {
  nodeId: int32,
  host: string,
  port: int32,
  rack: withDefault(null, nullable(string)),
})

export const FetchResponse = message<FetchResponse>(
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
