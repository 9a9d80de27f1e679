/**
 * ConsumerGroupHeartbeat (API key 68).
 */
import type { Api } from '../api.ts'
import {
  array,
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

/** ConsumerGroupHeartbeatRequest */
export interface ConsumerGroupHeartbeatRequest {
  /** groupId */
  readonly groupId: string
  /** memberId */
  readonly memberId: string
  /** memberEpoch */
  readonly memberEpoch: number
  /** instanceId */
  readonly instanceId: string | null
  /** rackId */
  readonly rackId: string | null
  /** rebalanceTimeoutMs */
  readonly rebalanceTimeoutMs: number
  /** subscribedTopicNames */
  readonly subscribedTopicNames: readonly string[] | null
  /** subscribedTopicRegex */
  readonly subscribedTopicRegex: string | null
  /** serverAssignor */
  readonly serverAssignor: string | null
  /** topicPartitions */
  readonly topicPartitions: readonly ConsumerGroupHeartbeatTopicPartitions[] | null
}

/** ConsumerGroupHeartbeatTopicPartitions */
export interface ConsumerGroupHeartbeatTopicPartitions {
  /** topicId */
  readonly topicId: string
  /** partitions */
  readonly partitions: readonly number[]
}

export const ConsumerGroupHeartbeatTopicPartitions = struct<ConsumerGroupHeartbeatTopicPartitions>(
  'ConsumerGroupHeartbeatTopicPartitions',
  {
    topicId: uuid,
    partitions: array(int32),
  },
)

export const ConsumerGroupHeartbeatRequest = message<ConsumerGroupHeartbeatRequest>(
  'ConsumerGroupHeartbeatRequest',
  { versions: [0, 1], flexibleSince: 0 },
  {
    groupId: string,
    memberId: string,
    memberEpoch: int32,
    instanceId: withDefault(null, nullable(string)),
    rackId: withDefault(null, nullable(string)),
    rebalanceTimeoutMs: withDefault(-1, int32),
    subscribedTopicNames: withDefault(null, nullable(array(string))),
    subscribedTopicRegex: since(1, withDefault(null, nullable(string))),
    serverAssignor: withDefault(null, nullable(string)),
    topicPartitions: withDefault(null, nullable(array(ConsumerGroupHeartbeatTopicPartitions))),
  },
)

/** ConsumerGroupHeartbeatResponse */
export interface ConsumerGroupHeartbeatResponse {
  /** throttleTimeMs */
  readonly throttleTimeMs: number
  /** errorCode */
  readonly errorCode: number
  /** errorMessage */
  readonly errorMessage: string | null
  /** memberId */
  readonly memberId: string | null
  /** memberEpoch */
  readonly memberEpoch: number
  /** heartbeatIntervalMs */
  readonly heartbeatIntervalMs: number
  /** assignment */
  readonly assignment: ConsumerGroupHeartbeatAssignment | null
}

/** ConsumerGroupHeartbeatAssignment */
export interface ConsumerGroupHeartbeatAssignment {
  /** topicPartitions */
  readonly topicPartitions: readonly ConsumerGroupHeartbeatTopicPartitions[]
}

export const ConsumerGroupHeartbeatAssignment = struct<ConsumerGroupHeartbeatAssignment>(
  'ConsumerGroupHeartbeatAssignment',
  {
    topicPartitions: array(ConsumerGroupHeartbeatTopicPartitions),
  },
)

export const ConsumerGroupHeartbeatResponse = message<ConsumerGroupHeartbeatResponse>(
  'ConsumerGroupHeartbeatResponse',
  { versions: [0, 1], flexibleSince: 0 },
  {
    throttleTimeMs: int32,
    errorCode: int16,
    errorMessage: withDefault(null, nullable(string)),
    memberId: withDefault(null, nullable(string)),
    memberEpoch: int32,
    heartbeatIntervalMs: int32,
    assignment: withDefault(null, nullable(ConsumerGroupHeartbeatAssignment)),
  },
)

export const ConsumerGroupHeartbeat: Api<ConsumerGroupHeartbeatRequest, ConsumerGroupHeartbeatResponse> = {
  key: 68,
  name: 'ConsumerGroupHeartbeat',
  request: ConsumerGroupHeartbeatRequest,
  response: ConsumerGroupHeartbeatResponse,
}
