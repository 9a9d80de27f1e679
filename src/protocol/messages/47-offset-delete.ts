/**
 * OffsetDelete (API key 47).
 */
import type { Api } from '../api.ts'
import { array, ignorable, int16, int32, message, string, struct } from '../schema.ts'

/** OffsetDeleteRequest */
export interface OffsetDeleteRequest {
  /** groupId */
  readonly groupId: string
  /** topics */
  readonly topics: readonly OffsetDeleteRequestTopic[]
}

/** OffsetDeleteRequestTopic */
export interface OffsetDeleteRequestTopic {
  /** name */
  readonly name: string
  /** partitions */
  readonly partitions: readonly OffsetDeleteRequestPartition[]
}

/** OffsetDeleteRequestPartition */
export interface OffsetDeleteRequestPartition {
  /** partitionIndex */
  readonly partitionIndex: number
}

export const OffsetDeleteRequestPartition = struct<OffsetDeleteRequestPartition>(
  'OffsetDeleteRequestPartition',
  {
    partitionIndex: int32,
  },
)

export const OffsetDeleteRequestTopic = struct<OffsetDeleteRequestTopic>('OffsetDeleteRequestTopic', {
  name: string,
  partitions: array(OffsetDeleteRequestPartition),
})

export const OffsetDeleteRequest = message<OffsetDeleteRequest>(
  'OffsetDeleteRequest',
  { versions: [0, 0], flexibleSince: undefined },
  {
    groupId: string,
    topics: array(OffsetDeleteRequestTopic),
  },
)

/** OffsetDeleteResponse */
export interface OffsetDeleteResponse {
  /** errorCode */
  readonly errorCode: number
  /** throttleTimeMs */
  readonly throttleTimeMs: number
  /** topics */
  readonly topics: readonly OffsetDeleteResponseTopic[]
}

/** OffsetDeleteResponseTopic */
export interface OffsetDeleteResponseTopic {
  /** name */
  readonly name: string
  /** partitions */
  readonly partitions: readonly OffsetDeleteResponsePartition[]
}

/** OffsetDeleteResponsePartition */
export interface OffsetDeleteResponsePartition {
  /** partitionIndex */
  readonly partitionIndex: number
  /** errorCode */
  readonly errorCode: number
}

export const OffsetDeleteResponsePartition = struct<OffsetDeleteResponsePartition>(
  'OffsetDeleteResponsePartition',
  {
    partitionIndex: int32,
    errorCode: int16,
  },
)

export const OffsetDeleteResponseTopic = struct<OffsetDeleteResponseTopic>('OffsetDeleteResponseTopic', {
  name: string,
  partitions: array(OffsetDeleteResponsePartition),
})

export const OffsetDeleteResponse = message<OffsetDeleteResponse>(
  'OffsetDeleteResponse',
  { versions: [0, 0], flexibleSince: undefined },
  {
    errorCode: int16,
    throttleTimeMs: ignorable(int32),
    topics: array(OffsetDeleteResponseTopic),
  },
)

export const OffsetDelete: Api<OffsetDeleteRequest, OffsetDeleteResponse> = {
  key: 47,
  name: 'OffsetDelete',
  request: OffsetDeleteRequest,
  response: OffsetDeleteResponse,
}
