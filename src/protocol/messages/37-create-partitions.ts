/**
 * CreatePartitions (API key 37): adds partitions to topics. Sent to the controller; a broker passes it on.
 *
 * There is no taking away. Keys that are partitioned by their hash go elsewhere afterwards.
 */
import type { Api } from '../api.ts'
import {
  array,
  bool,
  int16,
  int32,
  message,
  nullable,
  string,
  struct,
  withDefault,
  type MessageType,
  type StructType,
} from '../schema.ts'

/** The request of CreatePartitions. */
export interface CreatePartitionsRequest {
  /** The topics. */
  readonly topics: readonly CreatePartitionsTopic[]
  /** How long the broker may take before it answers REQUEST_TIMED_OUT, in milliseconds. */
  readonly timeoutMs: number
  /** Whether to check only, and change nothing. */
  readonly validateOnly: boolean
}

/** A topic to enlarge. */
export interface CreatePartitionsTopic {
  /** The name of the topic. */
  readonly name: string
  /** How many partitions there shall be in all. */
  readonly count: number
  /** Where each new partition goes; null to let the broker choose. */
  readonly assignments: readonly CreatePartitionsAssignment[] | null
}

/** Where one new partition goes. */
export interface CreatePartitionsAssignment {
  /** The brokers that are to hold the partition, the preferred leader first. */
  readonly brokerIds: readonly number[]
}

export const CreatePartitionsAssignment: StructType<CreatePartitionsAssignment> =
  struct<CreatePartitionsAssignment>('CreatePartitionsAssignment', {
    brokerIds: array(int32),
  })

export const CreatePartitionsTopic: StructType<CreatePartitionsTopic> = struct<CreatePartitionsTopic>(
  'CreatePartitionsTopic',
  {
    name: string,
    count: int32,
    assignments: nullable(array(CreatePartitionsAssignment)),
  },
)

export const CreatePartitionsRequest: MessageType<CreatePartitionsRequest> = message<CreatePartitionsRequest>(
  'CreatePartitionsRequest',
  { versions: [0, 3], flexibleSince: 2 },
  {
    topics: array(CreatePartitionsTopic),
    timeoutMs: int32,
    validateOnly: bool,
  },
)

/** The response of CreatePartitions. */
export interface CreatePartitionsResponse {
  /** How long the client is to hold back because of a quota, in milliseconds; 0 for not at all. */
  readonly throttleTimeMs: number
  /** What was found, or done, for each. */
  readonly results: readonly CreatePartitionsTopicResult[]
}

/** What became of one topic. */
export interface CreatePartitionsTopicResult {
  /** The name of the topic. */
  readonly name: string
  /** Error code of this partition; 0 for none. */
  readonly errorCode: number
  /** What went wrong, for people; null if nothing did. */
  readonly errorMessage: string | null
}

export const CreatePartitionsTopicResult: StructType<CreatePartitionsTopicResult> =
  struct<CreatePartitionsTopicResult>('CreatePartitionsTopicResult', {
    name: string,
    errorCode: int16,
    errorMessage: withDefault(null, nullable(string)),
  })

export const CreatePartitionsResponse: MessageType<CreatePartitionsResponse> =
  message<CreatePartitionsResponse>(
    'CreatePartitionsResponse',
    { versions: [0, 3], flexibleSince: 2 },
    {
      throttleTimeMs: int32,
      results: array(CreatePartitionsTopicResult),
    },
  )

export const CreatePartitions: Api<CreatePartitionsRequest, CreatePartitionsResponse> = {
  key: 37,
  name: 'CreatePartitions',
  request: CreatePartitionsRequest,
  response: CreatePartitionsResponse,
}
