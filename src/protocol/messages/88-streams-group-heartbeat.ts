/**
 * StreamsGroupHeartbeat (API key 88).
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
} from '../schema.ts'

/** StreamsGroupHeartbeatRequest */
export interface StreamsGroupHeartbeatRequest {
  /** groupId */
  readonly groupId: string
  /** memberId */
  readonly memberId: string
  /** memberEpoch */
  readonly memberEpoch: number
  /** endpointInformationEpoch */
  readonly endpointInformationEpoch: number
  /** instanceId */
  readonly instanceId: string | null
  /** rackId */
  readonly rackId: string | null
  /** rebalanceTimeoutMs */
  readonly rebalanceTimeoutMs: number
  /** topology */
  readonly topology: StreamsGroupHeartbeatTopology | null
  /** activeTasks */
  readonly activeTasks: readonly StreamsGroupHeartbeatTaskIds[] | null
  /** standbyTasks */
  readonly standbyTasks: readonly StreamsGroupHeartbeatTaskIds[] | null
  /** warmupTasks */
  readonly warmupTasks: readonly StreamsGroupHeartbeatTaskIds[] | null
  /** processId */
  readonly processId: string | null
  /** userEndpoint */
  readonly userEndpoint: StreamsGroupHeartbeatEndpoint | null
  /** clientTags */
  readonly clientTags: readonly StreamsGroupHeartbeatKeyValue[] | null
  /** taskOffsets */
  readonly taskOffsets: readonly StreamsGroupHeartbeatTaskOffset[] | null
  /** taskEndOffsets */
  readonly taskEndOffsets: readonly StreamsGroupHeartbeatTaskOffset[] | null
  /** shutdownApplication */
  readonly shutdownApplication: boolean
}

/** StreamsGroupHeartbeatTopology */
export interface StreamsGroupHeartbeatTopology {
  /** epoch */
  readonly epoch: number
  /** subtopologies */
  readonly subtopologies: readonly StreamsGroupHeartbeatSubtopology[]
}

/** StreamsGroupHeartbeatSubtopology */
export interface StreamsGroupHeartbeatSubtopology {
  /** subtopologyId */
  readonly subtopologyId: string
  /** sourceTopics */
  readonly sourceTopics: readonly string[]
  /** sourceTopicRegex */
  readonly sourceTopicRegex: readonly string[]
  /** stateChangelogTopics */
  readonly stateChangelogTopics: readonly StreamsGroupHeartbeatTopicInfo[]
  /** repartitionSinkTopics */
  readonly repartitionSinkTopics: readonly string[]
  /** repartitionSourceTopics */
  readonly repartitionSourceTopics: readonly StreamsGroupHeartbeatTopicInfo[]
  /** copartitionGroups */
  readonly copartitionGroups: readonly StreamsGroupHeartbeatCopartitionGroup[]
}

/** StreamsGroupHeartbeatTopicInfo */
export interface StreamsGroupHeartbeatTopicInfo {
  /** name */
  readonly name: string
  /** partitions */
  readonly partitions: number
  /** replicationFactor */
  readonly replicationFactor: number
  /** topicConfigs */
  readonly topicConfigs: readonly StreamsGroupHeartbeatKeyValue[]
}

/** StreamsGroupHeartbeatKeyValue */
export interface StreamsGroupHeartbeatKeyValue {
  /** key */
  readonly key: string
  /** value */
  readonly value: string
}

/** StreamsGroupHeartbeatCopartitionGroup */
export interface StreamsGroupHeartbeatCopartitionGroup {
  /** sourceTopics */
  readonly sourceTopics: readonly number[]
  /** sourceTopicRegex */
  readonly sourceTopicRegex: readonly number[]
  /** repartitionSourceTopics */
  readonly repartitionSourceTopics: readonly number[]
}

/** StreamsGroupHeartbeatTaskIds */
export interface StreamsGroupHeartbeatTaskIds {
  /** subtopologyId */
  readonly subtopologyId: string
  /** partitions */
  readonly partitions: readonly number[]
}

/** StreamsGroupHeartbeatEndpoint */
export interface StreamsGroupHeartbeatEndpoint {
  /** host */
  readonly host: string
  /** port */
  readonly port: number
}

/** StreamsGroupHeartbeatTaskOffset */
export interface StreamsGroupHeartbeatTaskOffset {
  /** subtopologyId */
  readonly subtopologyId: string
  /** partition */
  readonly partition: number
  /** offset */
  readonly offset: number
}

export const StreamsGroupHeartbeatKeyValue = struct<StreamsGroupHeartbeatKeyValue>(
  'StreamsGroupHeartbeatKeyValue',
  {
    key: string,
    value: string,
  },
)

export const StreamsGroupHeartbeatTopicInfo = struct<StreamsGroupHeartbeatTopicInfo>(
  'StreamsGroupHeartbeatTopicInfo',
  {
    name: string,
    partitions: int32,
    replicationFactor: int16,
    topicConfigs: array(StreamsGroupHeartbeatKeyValue),
  },
)

export const StreamsGroupHeartbeatCopartitionGroup = struct<StreamsGroupHeartbeatCopartitionGroup>(
  'StreamsGroupHeartbeatCopartitionGroup',
  {
    sourceTopics: array(int16),
    sourceTopicRegex: array(int16),
    repartitionSourceTopics: array(int16),
  },
)

export const StreamsGroupHeartbeatSubtopology = struct<StreamsGroupHeartbeatSubtopology>(
  'StreamsGroupHeartbeatSubtopology',
  {
    subtopologyId: string,
    sourceTopics: array(string),
    sourceTopicRegex: array(string),
    stateChangelogTopics: array(StreamsGroupHeartbeatTopicInfo),
    repartitionSinkTopics: array(string),
    repartitionSourceTopics: array(StreamsGroupHeartbeatTopicInfo),
    copartitionGroups: array(StreamsGroupHeartbeatCopartitionGroup),
  },
)

export const StreamsGroupHeartbeatTopology = struct<StreamsGroupHeartbeatTopology>(
  'StreamsGroupHeartbeatTopology',
  {
    epoch: int32,
    subtopologies: array(StreamsGroupHeartbeatSubtopology),
  },
)

export const StreamsGroupHeartbeatTaskIds = struct<StreamsGroupHeartbeatTaskIds>(
  'StreamsGroupHeartbeatTaskIds',
  {
    subtopologyId: string,
    partitions: array(int32),
  },
)

export const StreamsGroupHeartbeatEndpoint = struct<StreamsGroupHeartbeatEndpoint>(
  'StreamsGroupHeartbeatEndpoint',
  {
    host: string,
    port: uint16,
  },
)

export const StreamsGroupHeartbeatTaskOffset = struct<StreamsGroupHeartbeatTaskOffset>(
  'StreamsGroupHeartbeatTaskOffset',
  {
    subtopologyId: string,
    partition: int32,
    offset: int64,
  },
)

export const StreamsGroupHeartbeatRequest = message<StreamsGroupHeartbeatRequest>(
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

/** StreamsGroupHeartbeatResponse */
export interface StreamsGroupHeartbeatResponse {
  /** throttleTimeMs */
  readonly throttleTimeMs: number
  /** errorCode */
  readonly errorCode: number
  /** errorMessage */
  readonly errorMessage: string | null
  /** memberId */
  readonly memberId: string
  /** memberEpoch */
  readonly memberEpoch: number
  /** heartbeatIntervalMs */
  readonly heartbeatIntervalMs: number
  /** acceptableRecoveryLagLegacy */
  readonly acceptableRecoveryLagLegacy: number
  /** taskOffsetIntervalMs */
  readonly taskOffsetIntervalMs: number
  /** acceptableRecoveryLag */
  readonly acceptableRecoveryLag: number
  /** status */
  readonly status: readonly StreamsGroupHeartbeatStatus[] | null
  /** activeTasks */
  readonly activeTasks: readonly StreamsGroupHeartbeatTaskIds[] | null
  /** standbyTasks */
  readonly standbyTasks: readonly StreamsGroupHeartbeatTaskIds[] | null
  /** warmupTasks */
  readonly warmupTasks: readonly StreamsGroupHeartbeatTaskIds[] | null
  /** topologyDescriptionRequired */
  readonly topologyDescriptionRequired: boolean
  /** endpointInformationEpoch */
  readonly endpointInformationEpoch: number
  /** partitionsByUserEndpoint */
  readonly partitionsByUserEndpoint: readonly StreamsGroupHeartbeatEndpointToPartitions[] | null
}

/** StreamsGroupHeartbeatStatus */
export interface StreamsGroupHeartbeatStatus {
  /** statusCode */
  readonly statusCode: number
  /** statusDetail */
  readonly statusDetail: string
}

/** StreamsGroupHeartbeatEndpointToPartitions */
export interface StreamsGroupHeartbeatEndpointToPartitions {
  /** userEndpoint */
  readonly userEndpoint: StreamsGroupHeartbeatEndpoint
  /** activePartitions */
  readonly activePartitions: readonly StreamsGroupHeartbeatTopicPartition[]
  /** standbyPartitions */
  readonly standbyPartitions: readonly StreamsGroupHeartbeatTopicPartition[]
}

/** StreamsGroupHeartbeatTopicPartition */
export interface StreamsGroupHeartbeatTopicPartition {
  /** topic */
  readonly topic: string
  /** partitions */
  readonly partitions: readonly number[]
}

export const StreamsGroupHeartbeatStatus = struct<StreamsGroupHeartbeatStatus>(
  'StreamsGroupHeartbeatStatus',
  {
    statusCode: int8,
    statusDetail: string,
  },
)

export const StreamsGroupHeartbeatTopicPartition = struct<StreamsGroupHeartbeatTopicPartition>(
  'StreamsGroupHeartbeatTopicPartition',
  {
    topic: string,
    partitions: array(int32),
  },
)

export const StreamsGroupHeartbeatEndpointToPartitions = struct<StreamsGroupHeartbeatEndpointToPartitions>(
  'StreamsGroupHeartbeatEndpointToPartitions',
  {
    userEndpoint: StreamsGroupHeartbeatEndpoint,
    activePartitions: array(StreamsGroupHeartbeatTopicPartition),
    standbyPartitions: array(StreamsGroupHeartbeatTopicPartition),
  },
)

export const StreamsGroupHeartbeatResponse = message<StreamsGroupHeartbeatResponse>(
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
