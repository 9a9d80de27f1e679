/**
 * ConsumerGroupHeartbeat (API key 68): joins, keeps and leaves a group of the consumer protocol (KIP-848).
 *
 * Sent to the group coordinator, which computes assignments itself. A field that did not change since the
 * last heartbeat is null.
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
  type MessageType,
  type StructType,
} from '../schema.ts'

/** The request of ConsumerGroupHeartbeat. */
export interface ConsumerGroupHeartbeatRequest {
  /** The id of the group. */
  readonly groupId: string
  /** The id of the member, which it makes up and keeps for life. */
  readonly memberId: string
  /**
   * The epoch that the member was told; 0 joins, -1 leaves, -2 leaves as a static member that will be back.
   */
  readonly memberEpoch: number
  /** The id that a static member gave itself; null from a dynamic one, or if it did not change. */
  readonly instanceId: string | null
  /** The rack of the member; null if it has none, or if it did not change. */
  readonly rackId: string | null
  /** How long the member may take to give partitions up, in milliseconds; -1 if it did not change. */
  readonly rebalanceTimeoutMs: number
  /** The topics that it subscribes to; null if they did not change. */
  readonly subscribedTopicNames: readonly string[] | null
  /** The pattern (RE2) that it subscribes to; null if it did not change. */
  readonly subscribedTopicRegex: string | null
  /** The assignor that the broker shall use; null for its choice, or if it did not change. */
  readonly serverAssignor: string | null
  /** The partitions that the member owns; null if they did not change. */
  readonly topicPartitions: readonly ConsumerGroupHeartbeatTopicPartitions[] | null
}

/** Partitions of one topic. */
export interface ConsumerGroupHeartbeatTopicPartitions {
  /** The id of the topic. */
  readonly topicId: string
  /** The numbers of the partitions. */
  readonly partitions: readonly number[]
}

export const ConsumerGroupHeartbeatTopicPartitions: StructType<ConsumerGroupHeartbeatTopicPartitions> =
  struct<ConsumerGroupHeartbeatTopicPartitions>('ConsumerGroupHeartbeatTopicPartitions', {
    topicId: uuid,
    partitions: array(int32),
  })

export const ConsumerGroupHeartbeatRequest: MessageType<ConsumerGroupHeartbeatRequest> =
  message<ConsumerGroupHeartbeatRequest>(
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

/** The response of ConsumerGroupHeartbeat. */
export interface ConsumerGroupHeartbeatResponse {
  /** How long the client is to hold back because of a quota, in milliseconds; 0 for not at all. */
  readonly throttleTimeMs: number
  /** Error code of the request as a whole; 0 for none. */
  readonly errorCode: number
  /** What went wrong, for people; null if nothing did. */
  readonly errorMessage: string | null
  /** The id of the member; null if it keeps the one it has. */
  readonly memberId: string | null
  /** The epoch of the member. */
  readonly memberEpoch: number
  /** How often the member is to send heartbeats, in milliseconds. */
  readonly heartbeatIntervalMs: number
  /** What the member may consume from now on; null if it did not change. */
  readonly assignment: ConsumerGroupHeartbeatAssignment | null
}

/** What a member may consume. */
export interface ConsumerGroupHeartbeatAssignment {
  /** The partitions, by topic. */
  readonly topicPartitions: readonly ConsumerGroupHeartbeatTopicPartitions[]
}

export const ConsumerGroupHeartbeatAssignment: StructType<ConsumerGroupHeartbeatAssignment> =
  struct<ConsumerGroupHeartbeatAssignment>('ConsumerGroupHeartbeatAssignment', {
    topicPartitions: array(ConsumerGroupHeartbeatTopicPartitions),
  })

export const ConsumerGroupHeartbeatResponse: MessageType<ConsumerGroupHeartbeatResponse> =
  message<ConsumerGroupHeartbeatResponse>(
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
