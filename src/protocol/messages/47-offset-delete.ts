/**
 * OffsetDelete (API key 47): deletes committed offsets of topics that a group no longer consumes. Sent to the
 * coordinator.
 */
import type { Api } from '../api.ts'
import {
  array,
  ignorable,
  int16,
  int32,
  message,
  string,
  struct,
  type MessageType,
  type StructType,
} from '../schema.ts'

/** The request of OffsetDelete. */
export interface OffsetDeleteRequest {
  /** The id of the group. */
  readonly groupId: string
  /** The topics. */
  readonly topics: readonly OffsetDeleteRequestTopic[]
}

/** Partitions of one topic. */
export interface OffsetDeleteRequestTopic {
  /** The name of the topic. */
  readonly name: string
  /** The partitions. */
  readonly partitions: readonly OffsetDeleteRequestPartition[]
}

/** One partition. */
export interface OffsetDeleteRequestPartition {
  /** The number of the partition. */
  readonly partitionIndex: number
}

export const OffsetDeleteRequestPartition: StructType<OffsetDeleteRequestPartition> =
  struct<OffsetDeleteRequestPartition>('OffsetDeleteRequestPartition', {
    partitionIndex: int32,
  })

export const OffsetDeleteRequestTopic: StructType<OffsetDeleteRequestTopic> =
  struct<OffsetDeleteRequestTopic>('OffsetDeleteRequestTopic', {
    name: string,
    partitions: array(OffsetDeleteRequestPartition),
  })

export const OffsetDeleteRequest: MessageType<OffsetDeleteRequest> = message<OffsetDeleteRequest>(
  'OffsetDeleteRequest',
  { versions: [0, 0], flexibleSince: undefined },
  {
    groupId: string,
    topics: array(OffsetDeleteRequestTopic),
  },
)

/** The response of OffsetDelete. */
export interface OffsetDeleteResponse {
  /** Error code of the request as a whole; 0 for none. */
  readonly errorCode: number
  /** How long the client is to hold back because of a quota, in milliseconds; 0 for not at all. */
  readonly throttleTimeMs: number
  /** The topics. */
  readonly topics: readonly OffsetDeleteResponseTopic[]
}

/** What became of one topic. */
export interface OffsetDeleteResponseTopic {
  /** The name of the topic. */
  readonly name: string
  /** The partitions. */
  readonly partitions: readonly OffsetDeleteResponsePartition[]
}

/** What became of one partition. */
export interface OffsetDeleteResponsePartition {
  /** The number of the partition. */
  readonly partitionIndex: number
  /** Error code of this partition; 0 for none. */
  readonly errorCode: number
}

export const OffsetDeleteResponsePartition: StructType<OffsetDeleteResponsePartition> =
  struct<OffsetDeleteResponsePartition>('OffsetDeleteResponsePartition', {
    partitionIndex: int32,
    errorCode: int16,
  })

export const OffsetDeleteResponseTopic: StructType<OffsetDeleteResponseTopic> =
  struct<OffsetDeleteResponseTopic>('OffsetDeleteResponseTopic', {
    name: string,
    partitions: array(OffsetDeleteResponsePartition),
  })

export const OffsetDeleteResponse: MessageType<OffsetDeleteResponse> = message<OffsetDeleteResponse>(
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
