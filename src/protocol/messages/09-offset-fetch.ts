/**
 * OffsetFetch (API key 9).
 */
import type { Api } from '../api.ts'
import {
  array,
  between,
  bool,
  ignorable,
  int16,
  int32,
  int64,
  message,
  nullable,
  since,
  string,
  struct,
  uuid,
  withDefault,
} from '../schema.ts'

/** OffsetFetchRequest */
export interface OffsetFetchRequest {
  /** groupId */
  readonly groupId: string
  /** topics */
  readonly topics: readonly OffsetFetchRequestTopic[] | null
  /** groups */
  readonly groups: readonly OffsetFetchRequestGroup[]
  /** requireStable */
  readonly requireStable: boolean
}

/** OffsetFetchRequestTopic */
export interface OffsetFetchRequestTopic {
  /** name */
  readonly name: string
  /** partitionIndexes */
  readonly partitionIndexes: readonly number[]
}

/** OffsetFetchRequestGroup */
export interface OffsetFetchRequestGroup {
  /** groupId */
  readonly groupId: string
  /** memberId */
  readonly memberId: string | null
  /** memberEpoch */
  readonly memberEpoch: number
  /** topics */
  readonly topics: readonly OffsetFetchRequestTopics[] | null
}

/** OffsetFetchRequestTopics */
export interface OffsetFetchRequestTopics {
  /** name */
  readonly name: string
  /** topicId */
  readonly topicId: string
  /** partitionIndexes */
  readonly partitionIndexes: readonly number[]
}

export const OffsetFetchRequestTopic = struct<OffsetFetchRequestTopic>('OffsetFetchRequestTopic', {
  name: string,
  partitionIndexes: array(int32),
})

export const OffsetFetchRequestTopics = struct<OffsetFetchRequestTopics>('OffsetFetchRequestTopics', {
  name: between(0, 9, ignorable(string)),
  topicId: since(10, ignorable(uuid)),
  partitionIndexes: array(int32),
})

export const OffsetFetchRequestGroup = struct<OffsetFetchRequestGroup>('OffsetFetchRequestGroup', {
  groupId: string,
  memberId: since(9, ignorable(withDefault(null, nullable(string)))),
  memberEpoch: since(9, ignorable(withDefault(-1, int32))),
  topics: nullable(array(OffsetFetchRequestTopics)),
})

export const OffsetFetchRequest = message<OffsetFetchRequest>(
  'OffsetFetchRequest',
  { versions: [1, 10], flexibleSince: 6 },
  {
    groupId: between(0, 7, string),
    topics: between(0, 7, nullable(array(OffsetFetchRequestTopic), 2)),
    groups: since(8, array(OffsetFetchRequestGroup)),
    requireStable: since(7, bool),
  },
)

/** OffsetFetchResponse */
export interface OffsetFetchResponse {
  /** throttleTimeMs */
  readonly throttleTimeMs: number
  /** topics */
  readonly topics: readonly OffsetFetchResponseTopic[]
  /** errorCode */
  readonly errorCode: number
  /** groups */
  readonly groups: readonly OffsetFetchResponseGroup[]
}

/** OffsetFetchResponseTopic */
export interface OffsetFetchResponseTopic {
  /** name */
  readonly name: string
  /** partitions */
  readonly partitions: readonly OffsetFetchResponsePartition[]
}

/** OffsetFetchResponsePartition */
export interface OffsetFetchResponsePartition {
  /** partitionIndex */
  readonly partitionIndex: number
  /** committedOffset */
  readonly committedOffset: number
  /** committedLeaderEpoch */
  readonly committedLeaderEpoch: number
  /** metadata */
  readonly metadata: string | null
  /** errorCode */
  readonly errorCode: number
}

/** OffsetFetchResponseGroup */
export interface OffsetFetchResponseGroup {
  /** groupId */
  readonly groupId: string
  /** topics */
  readonly topics: readonly OffsetFetchResponseTopics[]
  /** errorCode */
  readonly errorCode: number
}

/** OffsetFetchResponseTopics */
export interface OffsetFetchResponseTopics {
  /** name */
  readonly name: string
  /** topicId */
  readonly topicId: string
  /** partitions */
  readonly partitions: readonly OffsetFetchResponsePartitions[]
}

/** OffsetFetchResponsePartitions */
export interface OffsetFetchResponsePartitions {
  /** partitionIndex */
  readonly partitionIndex: number
  /** committedOffset */
  readonly committedOffset: number
  /** committedLeaderEpoch */
  readonly committedLeaderEpoch: number
  /** metadata */
  readonly metadata: string | null
  /** errorCode */
  readonly errorCode: number
}

export const OffsetFetchResponsePartition = struct<OffsetFetchResponsePartition>(
  'OffsetFetchResponsePartition',
  {
    partitionIndex: int32,
    committedOffset: int64,
    committedLeaderEpoch: since(5, ignorable(withDefault(-1, int32))),
    metadata: nullable(string),
    errorCode: int16,
  },
)

export const OffsetFetchResponseTopic = struct<OffsetFetchResponseTopic>('OffsetFetchResponseTopic', {
  name: string,
  partitions: array(OffsetFetchResponsePartition),
})

export const OffsetFetchResponsePartitions = struct<OffsetFetchResponsePartitions>(
  'OffsetFetchResponsePartitions',
  {
    partitionIndex: int32,
    committedOffset: int64,
    committedLeaderEpoch: ignorable(withDefault(-1, int32)),
    metadata: nullable(string),
    errorCode: int16,
  },
)

export const OffsetFetchResponseTopics = struct<OffsetFetchResponseTopics>('OffsetFetchResponseTopics', {
  name: between(0, 9, ignorable(string)),
  topicId: since(10, ignorable(uuid)),
  partitions: array(OffsetFetchResponsePartitions),
})

export const OffsetFetchResponseGroup = struct<OffsetFetchResponseGroup>('OffsetFetchResponseGroup', {
  groupId: string,
  topics: array(OffsetFetchResponseTopics),
  errorCode: int16,
})

export const OffsetFetchResponse = message<OffsetFetchResponse>(
  'OffsetFetchResponse',
  { versions: [1, 10], flexibleSince: 6 },
  {
    throttleTimeMs: since(3, ignorable(int32)),
    topics: between(0, 7, array(OffsetFetchResponseTopic)),
    errorCode: between(2, 7, ignorable(int16)),
    groups: since(8, array(OffsetFetchResponseGroup)),
  },
)

export const OffsetFetch: Api<OffsetFetchRequest, OffsetFetchResponse> = {
  key: 9,
  name: 'OffsetFetch',
  request: OffsetFetchRequest,
  response: OffsetFetchResponse,
}
