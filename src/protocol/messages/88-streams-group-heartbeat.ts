/**
 * StreamsGroupHeartbeat (API key 88): joins, keeps and leaves a group of the streams protocol (KIP-1071).
 *
 * Sent to the group coordinator, which assigns tasks and creates internal topics. A field that did not change
 * since the last heartbeat is null.
 */
import type { Api } from '../api.ts'
import {
  array,
  between,
  bool,
  ignorable,
  int16,
  int32,
  int64,
  int8,
  message,
  nullable,
  since,
  string,
  struct,
  uint16,
  withDefault,
  type MessageType,
  type StructType,
} from '../schema.ts'

/** The request of StreamsGroupHeartbeat. */
export interface StreamsGroupHeartbeatRequest {
  /** The id of the group. */
  readonly groupId: string
  /** The id of the member, which it makes up and keeps for life. */
  readonly memberId: string
  /**
   * The epoch that the member was told; 0 joins, -1 leaves, -2 leaves as a static member that will be back.
   */
  readonly memberEpoch: number
  /** The epoch of the endpoints that the client knows. */
  readonly endpointInformationEpoch: number
  /** The id that a static member gave itself; null from a dynamic one, or if it did not change. */
  readonly instanceId: string | null
  /** The rack of the member; null if it has none, or if it did not change. */
  readonly rackId: string | null
  /** How long the member may take to give tasks up, in milliseconds; -1 if it did not change. */
  readonly rebalanceTimeoutMs: number
  /** The topology, sent on joining; null otherwise. */
  readonly topology: StreamsGroupHeartbeatTopology | null
  /** Tasks that the client owns as active; null if they did not change. */
  readonly activeTasks: readonly StreamsGroupHeartbeatTaskIds[] | null
  /** Tasks of which the client keeps the state; null if they did not change. */
  readonly standbyTasks: readonly StreamsGroupHeartbeatTaskIds[] | null
  /** Tasks whose state the client is catching up with; null if they did not change. */
  readonly warmupTasks: readonly StreamsGroupHeartbeatTaskIds[] | null
  /** The id of the process, which members in it share; null if it did not change. */
  readonly processId: string | null
  /** Where queries to the client go; null if there is none, or if it did not change. */
  readonly userEndpoint: StreamsGroupHeartbeatEndpoint | null
  /** Tags for spreading standby tasks over racks; null if they did not change. */
  readonly clientTags: readonly StreamsGroupHeartbeatKeyValue[] | null
  /** How far the client has read the changelogs, task by task; null if that did not change. */
  readonly taskOffsets: readonly StreamsGroupHeartbeatTaskOffset[] | null
  /** The ends of the changelogs, task by task; null if they did not change. */
  readonly taskEndOffsets: readonly StreamsGroupHeartbeatTaskOffset[] | null
  /** Whether every client of the group is to stop. */
  readonly shutdownApplication: boolean
}

/** A topology. */
export interface StreamsGroupHeartbeatTopology {
  /** The epoch of the topology, compared with the one that the group was started with. */
  readonly epoch: number
  /** Its sub-topologies. */
  readonly subtopologies: readonly StreamsGroupHeartbeatSubtopology[]
}

/** A part of the topology that tasks are made of, one for each partition. */
export interface StreamsGroupHeartbeatSubtopology {
  /** The id of the sub-topology, the same in every member. */
  readonly subtopologyId: string
  /** The topics that it reads. */
  readonly sourceTopics: readonly string[]
  /** Patterns of topics that it reads. */
  readonly sourceTopicRegex: readonly string[]
  /** The changelogs of its stores, which the broker creates. */
  readonly stateChangelogTopics: readonly StreamsGroupHeartbeatTopicInfo[]
  /** The repartition topics that it writes to. */
  readonly repartitionSinkTopics: readonly string[]
  /** The repartition topics that it reads, which the broker creates. */
  readonly repartitionSourceTopics: readonly StreamsGroupHeartbeatTopicInfo[]
  /** Source topics that must have the same number of partitions, group by group. */
  readonly copartitionGroups: readonly StreamsGroupHeartbeatCopartitionGroup[]
}

/** An internal topic, as the topology needs it. */
export interface StreamsGroupHeartbeatTopicInfo {
  /** The name of the topic. */
  readonly name: string
  /** How many partitions it must have; 0 if that follows from its inputs. */
  readonly partitions: number
  /** How many replicas each partition shall have; 0 for the broker's default. */
  readonly replicationFactor: number
  /** Configuration that it must have. */
  readonly topicConfigs: readonly StreamsGroupHeartbeatKeyValue[]
}

/** A name and a value. */
export interface StreamsGroupHeartbeatKeyValue {
  /** The name. */
  readonly key: string
  /** The value. */
  readonly value: string
}

/** Topics that must be partitioned alike. */
export interface StreamsGroupHeartbeatCopartitionGroup {
  /** Positions in the list of source topics. */
  readonly sourceTopics: readonly number[]
  /** Positions in the list of patterns. */
  readonly sourceTopicRegex: readonly number[]
  /** Positions in the list of repartition source topics. */
  readonly repartitionSourceTopics: readonly number[]
}

/** Tasks of one sub-topology. */
export interface StreamsGroupHeartbeatTaskIds {
  /** The id of the sub-topology, the same in every member. */
  readonly subtopologyId: string
  /** The numbers of the partitions. */
  readonly partitions: readonly number[]
}

/** An address. */
export interface StreamsGroupHeartbeatEndpoint {
  /** The host name to connect to. */
  readonly host: string
  /** The port to connect to. */
  readonly port: number
}

/** The changelog offset of one task. */
export interface StreamsGroupHeartbeatTaskOffset {
  /** The id of the sub-topology, the same in every member. */
  readonly subtopologyId: string
  /** The number of the partition. */
  readonly partition: number
  /** The offset, summed over the task's changelogs. */
  readonly offset: number
}

export const StreamsGroupHeartbeatKeyValue: StructType<StreamsGroupHeartbeatKeyValue> =
  struct<StreamsGroupHeartbeatKeyValue>('StreamsGroupHeartbeatKeyValue', {
    key: string,
    value: string,
  })

export const StreamsGroupHeartbeatTopicInfo: StructType<StreamsGroupHeartbeatTopicInfo> =
  struct<StreamsGroupHeartbeatTopicInfo>('StreamsGroupHeartbeatTopicInfo', {
    name: string,
    partitions: int32,
    replicationFactor: int16,
    topicConfigs: array(StreamsGroupHeartbeatKeyValue),
  })

export const StreamsGroupHeartbeatCopartitionGroup: StructType<StreamsGroupHeartbeatCopartitionGroup> =
  struct<StreamsGroupHeartbeatCopartitionGroup>('StreamsGroupHeartbeatCopartitionGroup', {
    sourceTopics: array(int16),
    sourceTopicRegex: array(int16),
    repartitionSourceTopics: array(int16),
  })

export const StreamsGroupHeartbeatSubtopology: StructType<StreamsGroupHeartbeatSubtopology> =
  struct<StreamsGroupHeartbeatSubtopology>('StreamsGroupHeartbeatSubtopology', {
    subtopologyId: string,
    sourceTopics: array(string),
    sourceTopicRegex: array(string),
    stateChangelogTopics: array(StreamsGroupHeartbeatTopicInfo),
    repartitionSinkTopics: array(string),
    repartitionSourceTopics: array(StreamsGroupHeartbeatTopicInfo),
    copartitionGroups: array(StreamsGroupHeartbeatCopartitionGroup),
  })

export const StreamsGroupHeartbeatTopology: StructType<StreamsGroupHeartbeatTopology> =
  struct<StreamsGroupHeartbeatTopology>('StreamsGroupHeartbeatTopology', {
    epoch: int32,
    subtopologies: array(StreamsGroupHeartbeatSubtopology),
  })

export const StreamsGroupHeartbeatTaskIds: StructType<StreamsGroupHeartbeatTaskIds> =
  struct<StreamsGroupHeartbeatTaskIds>('StreamsGroupHeartbeatTaskIds', {
    subtopologyId: string,
    partitions: array(int32),
  })

export const StreamsGroupHeartbeatEndpoint: StructType<StreamsGroupHeartbeatEndpoint> =
  struct<StreamsGroupHeartbeatEndpoint>('StreamsGroupHeartbeatEndpoint', {
    host: string,
    port: uint16,
  })

export const StreamsGroupHeartbeatTaskOffset: StructType<StreamsGroupHeartbeatTaskOffset> =
  struct<StreamsGroupHeartbeatTaskOffset>('StreamsGroupHeartbeatTaskOffset', {
    subtopologyId: string,
    partition: int32,
    offset: int64,
  })

export const StreamsGroupHeartbeatRequest: MessageType<StreamsGroupHeartbeatRequest> =
  message<StreamsGroupHeartbeatRequest>(
    'StreamsGroupHeartbeatRequest',
    { versions: [0, 1], flexibleSince: 0 },
    {
      groupId: string,
      memberId: string,
      memberEpoch: int32,
      endpointInformationEpoch: int32,
      instanceId: withDefault(null, nullable(string)),
      rackId: withDefault(null, nullable(string)),
      rebalanceTimeoutMs: withDefault(-1, int32),
      topology: withDefault(null, nullable(StreamsGroupHeartbeatTopology)),
      activeTasks: withDefault(null, nullable(array(StreamsGroupHeartbeatTaskIds))),
      standbyTasks: withDefault(null, nullable(array(StreamsGroupHeartbeatTaskIds))),
      warmupTasks: withDefault(null, nullable(array(StreamsGroupHeartbeatTaskIds))),
      processId: withDefault(null, nullable(string)),
      userEndpoint: withDefault(null, nullable(StreamsGroupHeartbeatEndpoint)),
      clientTags: withDefault(null, nullable(array(StreamsGroupHeartbeatKeyValue))),
      taskOffsets: withDefault(null, nullable(array(StreamsGroupHeartbeatTaskOffset))),
      taskEndOffsets: withDefault(null, nullable(array(StreamsGroupHeartbeatTaskOffset))),
      shutdownApplication: bool,
    },
  )

/** The response of StreamsGroupHeartbeat. */
export interface StreamsGroupHeartbeatResponse {
  /** How long the client is to hold back because of a quota, in milliseconds; 0 for not at all. */
  readonly throttleTimeMs: number
  /** Error code of the request as a whole; 0 for none. */
  readonly errorCode: number
  /** What went wrong, for people; null if nothing did. */
  readonly errorMessage: string | null
  /** The id of the member. */
  readonly memberId: string
  /** The epoch of the member. */
  readonly memberEpoch: number
  /** How often the member is to send heartbeats, in milliseconds. */
  readonly heartbeatIntervalMs: number
  /** What `acceptableRecoveryLag` is from version 1 on. */
  readonly acceptableRecoveryLagLegacy: number
  /** How often the client is to report task offsets, in milliseconds. */
  readonly taskOffsetIntervalMs: number
  /**
   * How many records a client may lack of a task's state and still be given the task as active; -1 if the
   * broker does not say.
   */
  readonly acceptableRecoveryLag: number
  /** What the group lacks before it can run; null if nothing. */
  readonly status: readonly StreamsGroupHeartbeatStatus[] | null
  /** Tasks that the client is to process; null if they did not change. */
  readonly activeTasks: readonly StreamsGroupHeartbeatTaskIds[] | null
  /** Tasks of which the client is to keep the state; null if they did not change. */
  readonly standbyTasks: readonly StreamsGroupHeartbeatTaskIds[] | null
  /** Tasks whose state the client is to catch up with; null if they did not change. */
  readonly warmupTasks: readonly StreamsGroupHeartbeatTaskIds[] | null
  /** Whether the broker wants a description of the topology. */
  readonly topologyDescriptionRequired: boolean
  /** The epoch of the endpoints in this response. */
  readonly endpointInformationEpoch: number
  /**
   * Which member serves which partitions; null if that did not change. Several entries may have the same
   * endpoint.
   */
  readonly partitionsByUserEndpoint: readonly StreamsGroupHeartbeatEndpointToPartitions[] | null
}

/** Something that the group lacks. */
export interface StreamsGroupHeartbeatStatus {
  /**
   * 0 stale topology, 1 missing source topics, 2 wrong partition counts, 3 missing internal topics, 4
   * shutdown asked for, 5 assignment delayed, 6 missing client tags.
   */
  readonly statusCode: number
  /** The particulars, for people. */
  readonly statusDetail: string
}

/** What one member serves. */
export interface StreamsGroupHeartbeatEndpointToPartitions {
  /** Where queries to the client go. */
  readonly userEndpoint: StreamsGroupHeartbeatEndpoint
  /** The source partitions, repartition topics included, of its active tasks. */
  readonly activePartitions: readonly StreamsGroupHeartbeatTopicPartition[]
  /** The source partitions, repartition topics included, of its standby and warm-up tasks. */
  readonly standbyPartitions: readonly StreamsGroupHeartbeatTopicPartition[]
}

/** Partitions of one topic. */
export interface StreamsGroupHeartbeatTopicPartition {
  /** The name of the topic. */
  readonly topic: string
  /** The numbers of the partitions. */
  readonly partitions: readonly number[]
}

export const StreamsGroupHeartbeatStatus: StructType<StreamsGroupHeartbeatStatus> =
  struct<StreamsGroupHeartbeatStatus>('StreamsGroupHeartbeatStatus', {
    statusCode: int8,
    statusDetail: string,
  })

export const StreamsGroupHeartbeatTopicPartition: StructType<StreamsGroupHeartbeatTopicPartition> =
  struct<StreamsGroupHeartbeatTopicPartition>('StreamsGroupHeartbeatTopicPartition', {
    topic: string,
    partitions: array(int32),
  })

export const StreamsGroupHeartbeatEndpointToPartitions: StructType<StreamsGroupHeartbeatEndpointToPartitions> =
  struct<StreamsGroupHeartbeatEndpointToPartitions>('StreamsGroupHeartbeatEndpointToPartitions', {
    userEndpoint: StreamsGroupHeartbeatEndpoint,
    activePartitions: array(StreamsGroupHeartbeatTopicPartition),
    standbyPartitions: array(StreamsGroupHeartbeatTopicPartition),
  })

export const StreamsGroupHeartbeatResponse: MessageType<StreamsGroupHeartbeatResponse> =
  message<StreamsGroupHeartbeatResponse>(
    'StreamsGroupHeartbeatResponse',
    { versions: [0, 1], flexibleSince: 0 },
    {
      throttleTimeMs: int32,
      errorCode: int16,
      errorMessage: withDefault(null, nullable(string)),
      memberId: string,
      memberEpoch: int32,
      heartbeatIntervalMs: int32,
      acceptableRecoveryLagLegacy: between(0, 0, int32),
      taskOffsetIntervalMs: int32,
      acceptableRecoveryLag: since(1, ignorable(withDefault(-1, int64))),
      status: nullable(array(StreamsGroupHeartbeatStatus)),
      activeTasks: withDefault(null, nullable(array(StreamsGroupHeartbeatTaskIds))),
      standbyTasks: withDefault(null, nullable(array(StreamsGroupHeartbeatTaskIds))),
      warmupTasks: withDefault(null, nullable(array(StreamsGroupHeartbeatTaskIds))),
      topologyDescriptionRequired: since(1, bool),
      endpointInformationEpoch: int32,
      partitionsByUserEndpoint: withDefault(null, nullable(array(StreamsGroupHeartbeatEndpointToPartitions))),
    },
  )

export const StreamsGroupHeartbeat: Api<StreamsGroupHeartbeatRequest, StreamsGroupHeartbeatResponse> = {
  key: 88,
  name: 'StreamsGroupHeartbeat',
  request: StreamsGroupHeartbeatRequest,
  response: StreamsGroupHeartbeatResponse,
}
