/**
 * ElectLeaders (API key 43): lets partitions elect a leader.
 */
import type { Api } from '../api.ts'
import {
  array,
  int16,
  int32,
  int8,
  message,
  nullable,
  since,
  string,
  struct,
  withDefault,
  type MessageType,
  type StructType,
} from '../schema.ts'

/** Partitions of one topic. */
export interface ElectLeadersTopicPartitions {
  /** The name of the topic. */
  readonly topic: string
  /** The numbers of the partitions. */
  readonly partitions: readonly number[]
}

export const ElectLeadersTopicPartitions: StructType<ElectLeadersTopicPartitions> =
  struct<ElectLeadersTopicPartitions>('ElectLeadersTopicPartitions', {
    topic: string,
    partitions: array(int32),
  })

/** What became of a partition. */
export interface ElectLeadersPartitionResult {
  /** The number of the partition. */
  readonly partitionId: number
  /** Error code of this one; 0 for none. */
  readonly errorCode: number
  /** What went wrong, for people; null if nothing did. */
  readonly errorMessage: string | null
}

export const ElectLeadersPartitionResult: StructType<ElectLeadersPartitionResult> =
  struct<ElectLeadersPartitionResult>('ElectLeadersPartitionResult', {
    partitionId: int32,
    errorCode: int16,
    errorMessage: nullable(string),
  })

/** What became of the partitions of a topic. */
export interface ReplicaElectionResult {
  /** The name of the topic. */
  readonly topic: string
  /** The partitions. */
  readonly partitionResult: readonly ElectLeadersPartitionResult[]
}

export const ReplicaElectionResult: StructType<ReplicaElectionResult> = struct<ReplicaElectionResult>(
  'ReplicaElectionResult',
  { topic: string, partitionResult: array(ElectLeadersPartitionResult) },
)

/** The request of ElectLeaders. */
export interface ElectLeadersRequest {
  /** 0 for the preferred replica, 1 also for one that is not in sync. */
  readonly electionType: number
  /** The partitions; null for all. */
  readonly topicPartitions: readonly ElectLeadersTopicPartitions[] | null
  /** How long to wait for the end of it, in milliseconds. */
  readonly timeoutMs: number
}

export const ElectLeadersRequest: MessageType<ElectLeadersRequest> = message<ElectLeadersRequest>(
  'ElectLeadersRequest',
  { versions: [0, 2], flexibleSince: 2 },
  {
    electionType: since(1, int8),
    topicPartitions: nullable(array(ElectLeadersTopicPartitions)),
    timeoutMs: withDefault(60_000, int32),
  },
)

/** The response of ElectLeaders. */
export interface ElectLeadersResponse {
  /** How long the client is to hold back because of a quota, in milliseconds; 0 for not at all. */
  readonly throttleTimeMs: number
  /** Error code of the request as a whole; 0 for none. */
  readonly errorCode: number
  /** The results, by topic; of a request for all, only those with an election. */
  readonly replicaElectionResults: readonly ReplicaElectionResult[]
}

export const ElectLeadersResponse: MessageType<ElectLeadersResponse> = message<ElectLeadersResponse>(
  'ElectLeadersResponse',
  { versions: [0, 2], flexibleSince: 2 },
  { throttleTimeMs: int32, errorCode: since(1, int16), replicaElectionResults: array(ReplicaElectionResult) },
)

export const ElectLeaders: Api<ElectLeadersRequest, ElectLeadersResponse> = {
  key: 43,
  name: 'ElectLeaders',
  request: ElectLeadersRequest,
  response: ElectLeadersResponse,
}
