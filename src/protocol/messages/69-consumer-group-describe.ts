/**
 * ConsumerGroupDescribe (API key 69): tells the state and the members of groups of the consumer protocol.
 */
import type { Api } from '../api.ts'
import {
  array,
  bool,
  ignorable,
  int16,
  int32,
  int8,
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

/** The request of ConsumerGroupDescribe. */
export interface ConsumerGroupDescribeRequest {
  /** The ids of the groups. */
  readonly groupIds: readonly string[]
  /** Whether the answer shall say what the caller may do to the groups. */
  readonly includeAuthorizedOperations: boolean
}

export const ConsumerGroupDescribeRequest: MessageType<ConsumerGroupDescribeRequest> =
  message<ConsumerGroupDescribeRequest>(
    'ConsumerGroupDescribeRequest',
    { versions: [0, 1], flexibleSince: 0 },
    {
      groupIds: array(string),
      includeAuthorizedOperations: bool,
    },
  )

/** The response of ConsumerGroupDescribe. */
export interface ConsumerGroupDescribeResponse {
  /** How long the client is to hold back because of a quota, in milliseconds; 0 for not at all. */
  readonly throttleTimeMs: number
  /** The groups. */
  readonly groups: readonly ConsumerGroupDescribeDescribedGroup[]
}

/** A group. */
export interface ConsumerGroupDescribeDescribedGroup {
  /** Error code of this group; 0 for none. */
  readonly errorCode: number
  /** What went wrong, for people; null if nothing did. */
  readonly errorMessage: string | null
  /** The id of the group. */
  readonly groupId: string
  /** The state of the group, by name. */
  readonly groupState: string
  /** Grows with every change of members or subscriptions. */
  readonly groupEpoch: number
  /** The group epoch for which the target assignment was computed. */
  readonly assignmentEpoch: number
  /** The assignor in use. */
  readonly assignorName: string
  /** The members. */
  readonly members: readonly ConsumerGroupDescribeMember[]
  /** Bit set of what the caller may do to the group; -2^31 if that was not asked for. */
  readonly authorizedOperations: number
}

/** A member of a group. */
export interface ConsumerGroupDescribeMember {
  /** The id of the member. */
  readonly memberId: string
  /** The id that a static member gave itself; null from a dynamic one. */
  readonly instanceId: string | null
  /** The rack of the member; null if it has none. */
  readonly rackId: string | null
  /** The epoch of the member. */
  readonly memberEpoch: number
  /** What the member's client calls itself. */
  readonly clientId: string
  /** The address that the member's client connected from. */
  readonly clientHost: string
  /** The topics that it subscribes to. */
  readonly subscribedTopicNames: readonly string[]
  /** The pattern (RE2) that it subscribes to; null if none. */
  readonly subscribedTopicRegex: string | null
  /** What the member has. */
  readonly assignment: ConsumerGroupDescribeAssignment
  /** What the member is to have in the end. */
  readonly targetAssignment: ConsumerGroupDescribeAssignment
  /** 0 for a classic member, 1 for one of the consumer protocol, -1 if unknown. */
  readonly memberType: number
}

/** What a member has, or is to have. */
export interface ConsumerGroupDescribeAssignment {
  /** The partitions, by topic. */
  readonly topicPartitions: readonly ConsumerGroupDescribeTopicPartitions[]
}

/** Partitions of one topic. */
export interface ConsumerGroupDescribeTopicPartitions {
  /** The id of the topic. */
  readonly topicId: string
  /** The name of the topic. */
  readonly topicName: string
  /** The numbers of the partitions. */
  readonly partitions: readonly number[]
}

export const ConsumerGroupDescribeTopicPartitions: StructType<ConsumerGroupDescribeTopicPartitions> =
  struct<ConsumerGroupDescribeTopicPartitions>('ConsumerGroupDescribeTopicPartitions', {
    topicId: uuid,
    topicName: string,
    partitions: array(int32),
  })

export const ConsumerGroupDescribeAssignment: StructType<ConsumerGroupDescribeAssignment> =
  struct<ConsumerGroupDescribeAssignment>('ConsumerGroupDescribeAssignment', {
    topicPartitions: array(ConsumerGroupDescribeTopicPartitions),
  })

export const ConsumerGroupDescribeMember: StructType<ConsumerGroupDescribeMember> =
  struct<ConsumerGroupDescribeMember>('ConsumerGroupDescribeMember', {
    memberId: string,
    instanceId: withDefault(null, nullable(string)),
    rackId: withDefault(null, nullable(string)),
    memberEpoch: int32,
    clientId: string,
    clientHost: string,
    subscribedTopicNames: array(string),
    subscribedTopicRegex: withDefault(null, nullable(string)),
    assignment: ConsumerGroupDescribeAssignment,
    targetAssignment: ConsumerGroupDescribeAssignment,
    memberType: since(1, ignorable(withDefault(-1, int8))),
  })

export const ConsumerGroupDescribeDescribedGroup: StructType<ConsumerGroupDescribeDescribedGroup> =
  struct<ConsumerGroupDescribeDescribedGroup>('ConsumerGroupDescribeDescribedGroup', {
    errorCode: int16,
    errorMessage: withDefault(null, nullable(string)),
    groupId: string,
    groupState: string,
    groupEpoch: int32,
    assignmentEpoch: int32,
    assignorName: string,
    members: array(ConsumerGroupDescribeMember),
    authorizedOperations: withDefault(-(2 ** 31), int32),
  })

export const ConsumerGroupDescribeResponse: MessageType<ConsumerGroupDescribeResponse> =
  message<ConsumerGroupDescribeResponse>(
    'ConsumerGroupDescribeResponse',
    { versions: [0, 1], flexibleSince: 0 },
    {
      throttleTimeMs: int32,
      groups: array(ConsumerGroupDescribeDescribedGroup),
    },
  )

export const ConsumerGroupDescribe: Api<ConsumerGroupDescribeRequest, ConsumerGroupDescribeResponse> = {
  key: 69,
  name: 'ConsumerGroupDescribe',
  request: ConsumerGroupDescribeRequest,
  response: ConsumerGroupDescribeResponse,
}
