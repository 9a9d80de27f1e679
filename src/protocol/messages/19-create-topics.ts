/**
 * CreateTopics (API key 19).
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
  tagged,
  uuid,
  withDefault,
} from '../schema.ts'

/** CreateTopicsRequest */
export interface CreateTopicsRequest {
  /** topics */
  readonly topics: readonly CreatableTopic[]
  /** timeoutMs */
  readonly timeoutMs: number
  /** validateOnly */
  readonly validateOnly: boolean
}

/** CreatableTopic */
export interface CreatableTopic {
  /** name */
  readonly name: string
  /** numPartitions */
  readonly numPartitions: number
  /** replicationFactor */
  readonly replicationFactor: number
  /** assignments */
  readonly assignments: readonly CreatableReplicaAssignment[]
  /** configs */
  readonly configs: readonly CreatableTopicConfig[]
}

/** CreatableReplicaAssignment */
export interface CreatableReplicaAssignment {
  /** partitionIndex */
  readonly partitionIndex: number
  /** brokerIds */
  readonly brokerIds: readonly number[]
}

/** CreatableTopicConfig */
export interface CreatableTopicConfig {
  /** name */
  readonly name: string
  /** value */
  readonly value: string | null
}

export const CreatableReplicaAssignment = struct<CreatableReplicaAssignment>('CreatableReplicaAssignment', {
  partitionIndex: int32,
  brokerIds: array(int32),
})

export const CreatableTopicConfig = struct<CreatableTopicConfig>('CreatableTopicConfig', {
  name: string,
  value: nullable(string),
})

export const CreatableTopic = struct<CreatableTopic>('CreatableTopic', {
  name: string,
  numPartitions: int32,
  replicationFactor: int16,
  assignments: array(CreatableReplicaAssignment),
  configs: array(CreatableTopicConfig),
})

export const CreateTopicsRequest = message<CreateTopicsRequest>(
  'CreateTopicsRequest',
  { versions: [2, 7], flexibleSince: 5 },
  {
    topics: array(CreatableTopic),
    timeoutMs: withDefault(60000, int32),
    validateOnly: bool,
  },
)

/** CreateTopicsResponse */
export interface CreateTopicsResponse {
  /** throttleTimeMs */
  readonly throttleTimeMs: number
  /** topics */
  readonly topics: readonly CreatableTopicResult[]
}

/** CreatableTopicResult */
export interface CreatableTopicResult {
  /** name */
  readonly name: string
  /** topicId */
  readonly topicId: string
  /** errorCode */
  readonly errorCode: number
  /** errorMessage */
  readonly errorMessage: string | null
  /** topicConfigErrorCode */
  readonly topicConfigErrorCode: number
  /** numPartitions */
  readonly numPartitions: number
  /** replicationFactor */
  readonly replicationFactor: number
  /** configs */
  readonly configs: readonly CreatableTopicConfigs[] | null
}

/** CreatableTopicConfigs */
export interface CreatableTopicConfigs {
  /** name */
  readonly name: string
  /** value */
  readonly value: string | null
  /** readOnly */
  readonly readOnly: boolean
  /** configSource */
  readonly configSource: number
  /** isSensitive */
  readonly isSensitive: boolean
}

export const CreatableTopicConfigs = struct<CreatableTopicConfigs>('CreatableTopicConfigs', {
  name: string,
  value: nullable(string),
  readOnly: bool,
  configSource: ignorable(withDefault(-1, int8)),
  isSensitive: bool,
})

export const CreatableTopicResult = struct<CreatableTopicResult>('CreatableTopicResult', {
  name: string,
  topicId: since(7, ignorable(uuid)),
  errorCode: int16,
  errorMessage: ignorable(nullable(string)),
  topicConfigErrorCode: since(5, ignorable(tagged(0, int16))),
  numPartitions: since(5, ignorable(withDefault(-1, int32))),
  replicationFactor: since(5, ignorable(withDefault(-1, int16))),
  configs: since(5, ignorable(nullable(array(CreatableTopicConfigs)))),
})

export const CreateTopicsResponse = message<CreateTopicsResponse>(
  'CreateTopicsResponse',
  { versions: [2, 7], flexibleSince: 5 },
  {
    throttleTimeMs: ignorable(int32),
    topics: array(CreatableTopicResult),
  },
)

export const CreateTopics: Api<CreateTopicsRequest, CreateTopicsResponse> = {
  key: 19,
  name: 'CreateTopics',
  request: CreateTopicsRequest,
  response: CreateTopicsResponse,
}
