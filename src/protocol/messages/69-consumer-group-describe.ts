/**
 * ConsumerGroupDescribe (API key 69).
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
} from '../schema.ts'

/** ConsumerGroupDescribeRequest */
export interface ConsumerGroupDescribeRequest {
  /** groupIds */
  readonly groupIds: readonly string[]
  /** includeAuthorizedOperations */
  readonly includeAuthorizedOperations: boolean
}

export const ConsumerGroupDescribeRequest = message<ConsumerGroupDescribeRequest>(
  'ConsumerGroupDescribeRequest',
  { versions: [0, 1], flexibleSince: 0 },
  {
    groupIds: array(string),
    includeAuthorizedOperations: bool,
  },
)

/** ConsumerGroupDescribeResponse */
export interface ConsumerGroupDescribeResponse {
  /** throttleTimeMs */
  readonly throttleTimeMs: number
  /** groups */
  readonly groups: readonly ConsumerGroupDescribeDescribedGroup[]
}

/** ConsumerGroupDescribeDescribedGroup */
export interface ConsumerGroupDescribeDescribedGroup {
  /** errorCode */
  readonly errorCode: number
  /** errorMessage */
  readonly errorMessage: string | null
  /** groupId */
  readonly groupId: string
  /** groupState */
  readonly groupState: string
  /** groupEpoch */
  readonly groupEpoch: number
  /** assignmentEpoch */
  readonly assignmentEpoch: number
  /** assignorName */
  readonly assignorName: string
  /** members */
  readonly members: readonly ConsumerGroupDescribeMember[]
  /** authorizedOperations */
  readonly authorizedOperations: number
}

/** ConsumerGroupDescribeMember */
export interface ConsumerGroupDescribeMember {
  /** memberId */
  readonly memberId: string
  /** instanceId */
  readonly instanceId: string | null
  /** rackId */
  readonly rackId: string | null
  /** memberEpoch */
  readonly memberEpoch: number
  /** clientId */
  readonly clientId: string
  /** clientHost */
  readonly clientHost: string
  /** subscribedTopicNames */
  readonly subscribedTopicNames: readonly string[]
  /** subscribedTopicRegex */
  readonly subscribedTopicRegex: string | null
  /** assignment */
  readonly assignment: ConsumerGroupDescribeAssignment
  /** targetAssignment */
  readonly targetAssignment: ConsumerGroupDescribeAssignment
  /** memberType */
  readonly memberType: number
}

/** ConsumerGroupDescribeAssignment */
export interface ConsumerGroupDescribeAssignment {
  /** topicPartitions */
  readonly topicPartitions: readonly ConsumerGroupDescribeTopicPartitions[]
}

/** ConsumerGroupDescribeTopicPartitions */
export interface ConsumerGroupDescribeTopicPartitions {
  /** topicId */
  readonly topicId: string
  /** topicName */
  readonly topicName: string
  /** partitions */
  readonly partitions: readonly number[]
}

export const ConsumerGroupDescribeTopicPartitions = struct<ConsumerGroupDescribeTopicPartitions>(
  'ConsumerGroupDescribeTopicPartitions',
  {
    topicId: uuid,
    topicName: string,
    partitions: array(int32),
  },
)

export const ConsumerGroupDescribeAssignment = struct<ConsumerGroupDescribeAssignment>(
  'ConsumerGroupDescribeAssignment',
  {
    topicPartitions: array(ConsumerGroupDescribeTopicPartitions),
  },
)

export const ConsumerGroupDescribeMember = struct<ConsumerGroupDescribeMember>(
  'ConsumerGroupDescribeMember',
  {
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
  },
)

export const ConsumerGroupDescribeDescribedGroup = struct<ConsumerGroupDescribeDescribedGroup>(
  'ConsumerGroupDescribeDescribedGroup',
  {
    errorCode: int16,
    errorMessage: withDefault(null, nullable(string)),
    groupId: string,
    groupState: string,
    groupEpoch: int32,
    assignmentEpoch: int32,
    assignorName: string,
    members: array(ConsumerGroupDescribeMember),
    authorizedOperations: withDefault(-(2 ** 31), int32),
  },
)

export const ConsumerGroupDescribeResponse = message<ConsumerGroupDescribeResponse>(
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
