/**
 * Metadata (API key 3).
 */
import type { Api } from '../api.ts'
import {
  array,
  between,
  bool,
  ignorable,
  int16,
  int32,
  message,
  nullable,
  since,
  string,
  struct,
  uuid,
  withDefault,
} from '../schema.ts'

/** MetadataRequest */
export interface MetadataRequest {
  /** topics */
  readonly topics: readonly MetadataRequestTopic[] | null
  /** allowAutoTopicCreation */
  readonly allowAutoTopicCreation: boolean
  /** includeClusterAuthorizedOperations */
  readonly includeClusterAuthorizedOperations: boolean
  /** includeTopicAuthorizedOperations */
  readonly includeTopicAuthorizedOperations: boolean
}

/** MetadataRequestTopic */
export interface MetadataRequestTopic {
  /** topicId */
  readonly topicId: string
  /** name */
  readonly name: string | null
}

export const MetadataRequestTopic = struct<MetadataRequestTopic>('MetadataRequestTopic', {
  topicId: since(10, ignorable(uuid)),
  name: nullable(string, 10),
})

export const MetadataRequest = message<MetadataRequest>(
  'MetadataRequest',
  { versions: [0, 13], flexibleSince: 9 },
  {
    topics: nullable(array(MetadataRequestTopic), 1),
    allowAutoTopicCreation: since(4, withDefault(true, bool)),
    includeClusterAuthorizedOperations: between(8, 10, bool),
    includeTopicAuthorizedOperations: since(8, bool),
  },
)

/** MetadataResponse */
export interface MetadataResponse {
  /** throttleTimeMs */
  readonly throttleTimeMs: number
  /** brokers */
  readonly brokers: readonly MetadataResponseBroker[]
  /** clusterId */
  readonly clusterId: string | null
  /** controllerId */
  readonly controllerId: number
  /** topics */
  readonly topics: readonly MetadataResponseTopic[]
  /** clusterAuthorizedOperations */
  readonly clusterAuthorizedOperations: number
  /** errorCode */
  readonly errorCode: number
}

/** MetadataResponseBroker */
export interface MetadataResponseBroker {
  /** nodeId */
  readonly nodeId: number
  /** host */
  readonly host: string
  /** port */
  readonly port: number
  /** rack */
  readonly rack: string | null
}

/** MetadataResponseTopic */
export interface MetadataResponseTopic {
  /** errorCode */
  readonly errorCode: number
  /** name */
  readonly name: string | null
  /** topicId */
  readonly topicId: string
  /** isInternal */
  readonly isInternal: boolean
  /** partitions */
  readonly partitions: readonly MetadataResponsePartition[]
  /** topicAuthorizedOperations */
  readonly topicAuthorizedOperations: number
}

/** MetadataResponsePartition */
export interface MetadataResponsePartition {
  /** errorCode */
  readonly errorCode: number
  /** partitionIndex */
  readonly partitionIndex: number
  /** leaderId */
  readonly leaderId: number
  /** leaderEpoch */
  readonly leaderEpoch: number
  /** replicaNodes */
  readonly replicaNodes: readonly number[]
  /** isrNodes */
  readonly isrNodes: readonly number[]
  /** offlineReplicas */
  readonly offlineReplicas: readonly number[]
}

export const MetadataResponseBroker = struct<MetadataResponseBroker>('MetadataResponseBroker', {
  nodeId: int32,
  host: string,
  port: int32,
  rack: since(1, ignorable(withDefault(null, nullable(string)))),
})

export const MetadataResponsePartition = struct<MetadataResponsePartition>('MetadataResponsePartition', {
  errorCode: int16,
  partitionIndex: int32,
  leaderId: int32,
  leaderEpoch: since(7, ignorable(withDefault(-1, int32))),
  replicaNodes: array(int32),
  isrNodes: array(int32),
  offlineReplicas: since(5, ignorable(array(int32))),
})

export const MetadataResponseTopic = struct<MetadataResponseTopic>('MetadataResponseTopic', {
  errorCode: int16,
  name: nullable(string, 12),
  topicId: since(10, ignorable(uuid)),
  isInternal: since(1, ignorable(bool)),
  partitions: array(MetadataResponsePartition),
  topicAuthorizedOperations: since(8, withDefault(-(2 ** 31), int32)),
})

export const MetadataResponse = message<MetadataResponse>(
  'MetadataResponse',
  { versions: [0, 13], flexibleSince: 9 },
  {
    throttleTimeMs: since(3, ignorable(int32)),
    brokers: array(MetadataResponseBroker),
    clusterId: since(2, ignorable(withDefault(null, nullable(string)))),
    controllerId: since(1, ignorable(withDefault(-1, int32))),
    topics: array(MetadataResponseTopic),
    clusterAuthorizedOperations: between(8, 10, withDefault(-(2 ** 31), int32)),
    errorCode: since(13, ignorable(int16)),
  },
)

export const Metadata: Api<MetadataRequest, MetadataResponse> = {
  key: 3,
  name: 'Metadata',
  request: MetadataRequest,
  response: MetadataResponse,
}
