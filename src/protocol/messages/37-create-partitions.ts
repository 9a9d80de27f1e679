/**
 * CreatePartitions (API key 37).
 */
import type { Api } from '../api.ts'
import { array, bool, int16, int32, message, nullable, string, struct, withDefault } from '../schema.ts'

/** CreatePartitionsRequest */
export interface CreatePartitionsRequest {
  /** topics */
  readonly topics: readonly CreatePartitionsTopic[]
  /** timeoutMs */
  readonly timeoutMs: number
  /** validateOnly */
  readonly validateOnly: boolean
}

/** CreatePartitionsTopic */
export interface CreatePartitionsTopic {
  /** name */
  readonly name: string
  /** count */
  readonly count: number
  /** assignments */
  readonly assignments: readonly CreatePartitionsAssignment[] | null
}

/** CreatePartitionsAssignment */
export interface CreatePartitionsAssignment {
  /** brokerIds */
  readonly brokerIds: readonly number[]
}

export const CreatePartitionsAssignment = struct<CreatePartitionsAssignment>('CreatePartitionsAssignment', {
  brokerIds: array(int32),
})

export const CreatePartitionsTopic = struct<CreatePartitionsTopic>('CreatePartitionsTopic', {
  name: string,
  count: int32,
  assignments: nullable(array(CreatePartitionsAssignment)),
})

export const CreatePartitionsRequest = message<CreatePartitionsRequest>(
  'CreatePartitionsRequest',
  { versions: [0, 3], flexibleSince: 2 },
  {
    topics: array(CreatePartitionsTopic),
    timeoutMs: int32,
    validateOnly: bool,
  },
)

/** CreatePartitionsResponse */
export interface CreatePartitionsResponse {
  /** throttleTimeMs */
  readonly throttleTimeMs: number
  /** results */
  readonly results: readonly CreatePartitionsTopicResult[]
}

/** CreatePartitionsTopicResult */
export interface CreatePartitionsTopicResult {
  /** name */
  readonly name: string
  /** errorCode */
  readonly errorCode: number
  /** errorMessage */
  readonly errorMessage: string | null
}

export const CreatePartitionsTopicResult = struct<CreatePartitionsTopicResult>(
  'CreatePartitionsTopicResult',
  {
    name: string,
    errorCode: int16,
    errorMessage: withDefault(null, nullable(string)),
  },
)

export const CreatePartitionsResponse = message<CreatePartitionsResponse>(
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
