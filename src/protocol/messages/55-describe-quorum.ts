/**
 * DescribeQuorum (API key 55): tells the state of the metadata quorum (KRaft).
 */
import type { Api } from '../api.ts'
import {
  array,
  ignorable,
  int16,
  int32,
  int64,
  message,
  nullable,
  since,
  string,
  struct,
  uint16,
  uuid,
  withDefault,
  type MessageType,
  type StructType,
} from '../schema.ts'

/** A partition. */
export interface DescribeQuorumRequestPartition {
  /** The number of the partition. */
  readonly partitionIndex: number
}

export const DescribeQuorumRequestPartition: StructType<DescribeQuorumRequestPartition> =
  struct<DescribeQuorumRequestPartition>('DescribeQuorumRequestPartition', { partitionIndex: int32 })

/** Partitions of one topic. */
export interface DescribeQuorumRequestTopic {
  /** The name of the topic. */
  readonly topicName: string
  /** The partitions. */
  readonly partitions: readonly DescribeQuorumRequestPartition[]
}

export const DescribeQuorumRequestTopic: StructType<DescribeQuorumRequestTopic> =
  struct<DescribeQuorumRequestTopic>('DescribeQuorumRequestTopic', {
    topicName: string,
    partitions: array(DescribeQuorumRequestPartition),
  })

/** How far a replica is. */
export interface DescribeQuorumReplicaState {
  /** The id of the node. */
  readonly replicaId: number
  /** The id of its directory. */
  readonly replicaDirectoryId: string
  /** The end of its log; -1 if unknown. */
  readonly logEndOffset: number
  /** When it last fetched, in milliseconds since the epoch; -1 if unknown. */
  readonly lastFetchTimestamp: number
  /** When it last had all, in milliseconds since the epoch; -1 if unknown. */
  readonly lastCaughtUpTimestamp: number
}

export const DescribeQuorumReplicaState: StructType<DescribeQuorumReplicaState> =
  struct<DescribeQuorumReplicaState>('DescribeQuorumReplicaState', {
    replicaId: int32,
    replicaDirectoryId: since(2, uuid),
    logEndOffset: int64,
    lastFetchTimestamp: since(1, ignorable(withDefault(-1, int64))),
    lastCaughtUpTimestamp: since(1, ignorable(withDefault(-1, int64))),
  })

/** The quorum of a partition. */
export interface DescribeQuorumResponsePartition {
  /** The number of the partition. */
  readonly partitionIndex: number
  /** Error code of this one; 0 for none. */
  readonly errorCode: number
  /** What went wrong, for people; null if nothing did. */
  readonly errorMessage: string | null
  /** The id of the leader; -1 if there is none. */
  readonly leaderId: number
  /** The epoch of the leader. */
  readonly leaderEpoch: number
  /** Up to where the majority has the log. */
  readonly highWatermark: number
  /** Those that count for the majority. */
  readonly currentVoters: readonly DescribeQuorumReplicaState[]
  /** Those that follow. */
  readonly observers: readonly DescribeQuorumReplicaState[]
}

export const DescribeQuorumResponsePartition: StructType<DescribeQuorumResponsePartition> =
  struct<DescribeQuorumResponsePartition>('DescribeQuorumResponsePartition', {
    partitionIndex: int32,
    errorCode: int16,
    errorMessage: since(2, ignorable(nullable(string, 2))),
    leaderId: int32,
    leaderEpoch: int32,
    highWatermark: int64,
    currentVoters: array(DescribeQuorumReplicaState),
    observers: array(DescribeQuorumReplicaState),
  })

/** Partitions of one topic. */
export interface DescribeQuorumResponseTopic {
  /** The name of the topic. */
  readonly topicName: string
  /** The partitions. */
  readonly partitions: readonly DescribeQuorumResponsePartition[]
}

export const DescribeQuorumResponseTopic: StructType<DescribeQuorumResponseTopic> =
  struct<DescribeQuorumResponseTopic>('DescribeQuorumResponseTopic', {
    topicName: string,
    partitions: array(DescribeQuorumResponsePartition),
  })

/** A listener of a node. */
export interface DescribeQuorumListener {
  /** The name of the listener. */
  readonly name: string
  /** Its host. */
  readonly host: string
  /** Its port. */
  readonly port: number
}

export const DescribeQuorumListener: StructType<DescribeQuorumListener> = struct<DescribeQuorumListener>(
  'DescribeQuorumListener',
  { name: since(2, string), host: since(2, string), port: since(2, uint16) },
)

/** A node of the quorum. */
export interface DescribeQuorumNode {
  /** The id of the node. */
  readonly nodeId: number
  /** Where it listens. */
  readonly listeners: readonly DescribeQuorumListener[]
}

export const DescribeQuorumNode: StructType<DescribeQuorumNode> = struct<DescribeQuorumNode>(
  'DescribeQuorumNode',
  { nodeId: since(2, int32), listeners: array(DescribeQuorumListener) },
)

/** The request of DescribeQuorum. */
export interface DescribeQuorumRequest {
  /** The topics. */
  readonly topics: readonly DescribeQuorumRequestTopic[]
}

export const DescribeQuorumRequest: MessageType<DescribeQuorumRequest> = message<DescribeQuorumRequest>(
  'DescribeQuorumRequest',
  { versions: [0, 2], flexibleSince: 0 },
  { topics: array(DescribeQuorumRequestTopic) },
)

/** The response of DescribeQuorum. */
export interface DescribeQuorumResponse {
  /** Error code of the request as a whole; 0 for none. */
  readonly errorCode: number
  /** What went wrong, for people; null if nothing did. */
  readonly errorMessage: string | null
  /** The topics. */
  readonly topics: readonly DescribeQuorumResponseTopic[]
  /** The nodes of the quorum. */
  readonly nodes: readonly DescribeQuorumNode[]
}

export const DescribeQuorumResponse: MessageType<DescribeQuorumResponse> = message<DescribeQuorumResponse>(
  'DescribeQuorumResponse',
  { versions: [0, 2], flexibleSince: 0 },
  {
    errorCode: int16,
    errorMessage: since(2, ignorable(nullable(string, 2))),
    topics: array(DescribeQuorumResponseTopic),
    nodes: since(2, array(DescribeQuorumNode)),
  },
)

export const DescribeQuorum: Api<DescribeQuorumRequest, DescribeQuorumResponse> = {
  key: 55,
  name: 'DescribeQuorum',
  request: DescribeQuorumRequest,
  response: DescribeQuorumResponse,
}
