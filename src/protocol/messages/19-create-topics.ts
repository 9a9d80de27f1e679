/**
 * CreateTopics (API key 19): creates topics. Sent to the controller; a broker passes it on.
 *
 * Each topic succeeds or fails by itself. From version 5 the answer has the configuration that came out, from
 * 7 the topic id.
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
  type MessageType,
  type StructType,
} from '../schema.ts'

/** The request of CreateTopics. */
export interface CreateTopicsRequest {
  /** The topics. */
  readonly topics: readonly CreatableTopic[]
  /** How long the broker may take before it answers REQUEST_TIMED_OUT, in milliseconds. */
  readonly timeoutMs: number
  /** Whether to check only, and change nothing. */
  readonly validateOnly: boolean
}

/** A topic to create. */
export interface CreatableTopic {
  /** The name of the topic. */
  readonly name: string
  /** How many partitions; -1 for the broker's default. */
  readonly numPartitions: number
  /** How many replicas each partition has; -1 for the broker's default. */
  readonly replicationFactor: number
  /** Where each partition goes; empty to let the broker choose. */
  readonly assignments: readonly CreatableReplicaAssignment[]
  /** Configuration that differs from the broker's defaults. */
  readonly configs: readonly CreatableTopicConfig[]
}

/** Where one partition goes. */
export interface CreatableReplicaAssignment {
  /** The number of the partition. */
  readonly partitionIndex: number
  /** The brokers that are to hold the partition, the preferred leader first. */
  readonly brokerIds: readonly number[]
}

/** One key of its configuration. */
export interface CreatableTopicConfig {
  /** The configuration key. */
  readonly name: string
  /** The value to set; null for the default. */
  readonly value: string | null
}

export const CreatableReplicaAssignment: StructType<CreatableReplicaAssignment> =
  struct<CreatableReplicaAssignment>('CreatableReplicaAssignment', {
    partitionIndex: int32,
    brokerIds: array(int32),
  })

export const CreatableTopicConfig: StructType<CreatableTopicConfig> = struct<CreatableTopicConfig>(
  'CreatableTopicConfig',
  {
    name: string,
    value: nullable(string),
  },
)

export const CreatableTopic: StructType<CreatableTopic> = struct<CreatableTopic>('CreatableTopic', {
  name: string,
  numPartitions: int32,
  replicationFactor: int16,
  assignments: array(CreatableReplicaAssignment),
  configs: array(CreatableTopicConfig),
})

export const CreateTopicsRequest: MessageType<CreateTopicsRequest> = message<CreateTopicsRequest>(
  'CreateTopicsRequest',
  { versions: [2, 7], flexibleSince: 5 },
  {
    topics: array(CreatableTopic),
    timeoutMs: withDefault(60000, int32),
    validateOnly: bool,
  },
)

/** The response of CreateTopics. */
export interface CreateTopicsResponse {
  /** How long the client is to hold back because of a quota, in milliseconds; 0 for not at all. */
  readonly throttleTimeMs: number
  /** The topics. */
  readonly topics: readonly CreatableTopicResult[]
}

/** What became of one topic. */
export interface CreatableTopicResult {
  /** The name of the topic. */
  readonly name: string
  /** The id of the topic; zero if it goes by its name. */
  readonly topicId: string
  /** Error code of this topic; 0 for none. */
  readonly errorCode: number
  /** What went wrong, for people; null if nothing did. */
  readonly errorMessage: string | null
  /** Why `configs` is null; 0 if it is not. */
  readonly topicConfigErrorCode: number
  /** How many partitions it has; -1 if unknown. */
  readonly numPartitions: number
  /** How many replicas each partition has; -1 if unknown. */
  readonly replicationFactor: number
  /** The configuration that the topic has; null if the caller may not see it. */
  readonly configs: readonly CreatableTopicConfigs[] | null
}

/** One key of the configuration that it got. */
export interface CreatableTopicConfigs {
  /** The configuration key. */
  readonly name: string
  /** The value; null where there is none, or where it is secret. */
  readonly value: string | null
  /** Whether it cannot be changed. */
  readonly readOnly: boolean
  /**
   * Where the value comes from: 1 topic, 2 dynamic broker, 3 dynamic default broker, 4 static broker, 5
   * default, 6 dynamic broker logger, 7 client metrics, 8 group.
   */
  readonly configSource: number
  /** Whether it is a secret; then the value is null. */
  readonly isSensitive: boolean
}

export const CreatableTopicConfigs: StructType<CreatableTopicConfigs> = struct<CreatableTopicConfigs>(
  'CreatableTopicConfigs',
  {
    name: string,
    value: nullable(string),
    readOnly: bool,
    configSource: ignorable(withDefault(-1, int8)),
    isSensitive: bool,
  },
)

export const CreatableTopicResult: StructType<CreatableTopicResult> = struct<CreatableTopicResult>(
  'CreatableTopicResult',
  {
    name: string,
    topicId: since(7, ignorable(uuid)),
    errorCode: int16,
    errorMessage: ignorable(nullable(string)),
    topicConfigErrorCode: since(5, ignorable(tagged(0, int16))),
    numPartitions: since(5, ignorable(withDefault(-1, int32))),
    replicationFactor: since(5, ignorable(withDefault(-1, int16))),
    configs: since(5, ignorable(nullable(array(CreatableTopicConfigs)))),
  },
)

export const CreateTopicsResponse: MessageType<CreateTopicsResponse> = message<CreateTopicsResponse>(
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
