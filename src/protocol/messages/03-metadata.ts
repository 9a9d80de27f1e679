/**
 * Metadata (API key 3): tells which brokers there are and who leads which partition. Sent to any broker.
 *
 * Version 0 asks for all topics by an empty list, later ones by null. Version 7 brings leader epochs, 10
 * topic ids, 12 asks by topic id. May create topics that do not exist.
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
  type MessageType,
  type StructType,
} from '../schema.ts'

/** The request of Metadata. */
export interface MetadataRequest {
  /** The topics wanted; null for all of them. */
  readonly topics: readonly MetadataRequestTopic[] | null
  /** Whether topics that do not exist may be created, if the broker is configured to do so. */
  readonly allowAutoTopicCreation: boolean
  /** Whether the answer shall say what the caller may do to the cluster. */
  readonly includeClusterAuthorizedOperations: boolean
  /** Whether the answer shall say what the caller may do to the topics. */
  readonly includeTopicAuthorizedOperations: boolean
}

/** A topic asked for. */
export interface MetadataRequestTopic {
  /** The id of the topic; zero if it goes by its name. */
  readonly topicId: string
  /** The name of the topic; null to ask by id. */
  readonly name: string | null
}

export const MetadataRequestTopic: StructType<MetadataRequestTopic> = struct<MetadataRequestTopic>(
  'MetadataRequestTopic',
  {
    topicId: since(10, ignorable(uuid)),
    name: nullable(string, 10),
  },
)

export const MetadataRequest: MessageType<MetadataRequest> = message<MetadataRequest>(
  'MetadataRequest',
  { versions: [0, 13], flexibleSince: 9 },
  {
    topics: nullable(array(MetadataRequestTopic), 1),
    allowAutoTopicCreation: since(4, withDefault(true, bool)),
    includeClusterAuthorizedOperations: between(8, 10, bool),
    includeTopicAuthorizedOperations: since(8, bool),
  },
)

/** The response of Metadata. */
export interface MetadataResponse {
  /** How long the client is to hold back because of a quota, in milliseconds; 0 for not at all. */
  readonly throttleTimeMs: number
  /** The brokers that are alive. */
  readonly brokers: readonly MetadataResponseBroker[]
  /** The cluster that the broker belongs to. */
  readonly clusterId: string | null
  /** The broker that administrative requests go to; -1 if unknown. */
  readonly controllerId: number
  /** The topics. */
  readonly topics: readonly MetadataResponseTopic[]
  /** Bit set of what the caller may do to the cluster; -2^31 if that was not asked for. */
  readonly clusterAuthorizedOperations: number
  /** Error code of the request as a whole; 0 for none. */
  readonly errorCode: number
}

/** A broker that is alive. */
export interface MetadataResponseBroker {
  /** The id of the broker. */
  readonly nodeId: number
  /** The host name to connect to. */
  readonly host: string
  /** The port to connect to. */
  readonly port: number
  /** The rack of the broker; null if it has none. */
  readonly rack: string | null
}

/** A topic. */
export interface MetadataResponseTopic {
  /** Error code of this topic; 0 for none. */
  readonly errorCode: number
  /** The name of the topic; null if it was asked for by an id that does not exist. */
  readonly name: string | null
  /** The id of the topic; zero if it goes by its name. */
  readonly topicId: string
  /** Whether the topic belongs to the broker, such as `__consumer_offsets`. */
  readonly isInternal: boolean
  /** The partitions. */
  readonly partitions: readonly MetadataResponsePartition[]
  /** Bit set of what the caller may do to the topic; -2^31 if that was not asked for. */
  readonly topicAuthorizedOperations: number
}

/** A partition, its leader and its replicas. */
export interface MetadataResponsePartition {
  /** Error code of this partition; 0 for none. */
  readonly errorCode: number
  /** The number of the partition. */
  readonly partitionIndex: number
  /** The broker that leads the partition; -1 if unknown. */
  readonly leaderId: number
  /** The leader epoch of the partition; -1 if unknown. */
  readonly leaderEpoch: number
  /** The brokers that hold the partition. */
  readonly replicaNodes: readonly number[]
  /** The brokers whose replicas are in sync. */
  readonly isrNodes: readonly number[]
  /** The replicas whose broker or disk is down. */
  readonly offlineReplicas: readonly number[]
}

export const MetadataResponseBroker: StructType<MetadataResponseBroker> = struct<MetadataResponseBroker>(
  'MetadataResponseBroker',
  {
    nodeId: int32,
    host: string,
    port: int32,
    rack: since(1, ignorable(withDefault(null, nullable(string)))),
  },
)

export const MetadataResponsePartition: StructType<MetadataResponsePartition> =
  struct<MetadataResponsePartition>('MetadataResponsePartition', {
    errorCode: int16,
    partitionIndex: int32,
    leaderId: int32,
    leaderEpoch: since(7, ignorable(withDefault(-1, int32))),
    replicaNodes: array(int32),
    isrNodes: array(int32),
    offlineReplicas: since(5, ignorable(array(int32))),
  })

export const MetadataResponseTopic: StructType<MetadataResponseTopic> = struct<MetadataResponseTopic>(
  'MetadataResponseTopic',
  {
    errorCode: int16,
    name: nullable(string, 12),
    topicId: since(10, ignorable(uuid)),
    isInternal: since(1, ignorable(bool)),
    partitions: array(MetadataResponsePartition),
    topicAuthorizedOperations: since(8, withDefault(-(2 ** 31), int32)),
  },
)

export const MetadataResponse: MessageType<MetadataResponse> = message<MetadataResponse>(
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
