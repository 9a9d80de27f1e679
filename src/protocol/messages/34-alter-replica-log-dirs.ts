/**
 * AlterReplicaLogDirs (API key 34): moves replicas to other log directories of the broker.
 */
import type { Api } from '../api.ts'
import { array, int16, int32, message, string, struct, type MessageType, type StructType } from '../schema.ts'

/** Partitions of one topic. */
export interface AlterReplicaLogDirTopic {
  /** The name of the topic. */
  readonly name: string
  /** The numbers of the partitions. */
  readonly partitions: readonly number[]
}

export const AlterReplicaLogDirTopic: StructType<AlterReplicaLogDirTopic> = struct<AlterReplicaLogDirTopic>(
  'AlterReplicaLogDirTopic',
  { name: string, partitions: array(int32) },
)

/** A directory and what is to move there. */
export interface AlterReplicaLogDir {
  /** The absolute path of the directory. */
  readonly path: string
  /** What is to move there. */
  readonly topics: readonly AlterReplicaLogDirTopic[]
}

export const AlterReplicaLogDir: StructType<AlterReplicaLogDir> = struct<AlterReplicaLogDir>(
  'AlterReplicaLogDir',
  { path: string, topics: array(AlterReplicaLogDirTopic) },
)

/** What became of a partition. */
export interface AlterReplicaLogDirPartitionResult {
  /** The number of the partition. */
  readonly partitionIndex: number
  /** Error code of this one; 0 for none. */
  readonly errorCode: number
}

export const AlterReplicaLogDirPartitionResult: StructType<AlterReplicaLogDirPartitionResult> =
  struct<AlterReplicaLogDirPartitionResult>('AlterReplicaLogDirPartitionResult', {
    partitionIndex: int32,
    errorCode: int16,
  })

/** What became of the partitions of a topic. */
export interface AlterReplicaLogDirTopicResult {
  /** The name of the topic. */
  readonly topicName: string
  /** The partitions. */
  readonly partitions: readonly AlterReplicaLogDirPartitionResult[]
}

export const AlterReplicaLogDirTopicResult: StructType<AlterReplicaLogDirTopicResult> =
  struct<AlterReplicaLogDirTopicResult>('AlterReplicaLogDirTopicResult', {
    topicName: string,
    partitions: array(AlterReplicaLogDirPartitionResult),
  })

/** The request of AlterReplicaLogDirs. */
export interface AlterReplicaLogDirsRequest {
  /** The directories. */
  readonly dirs: readonly AlterReplicaLogDir[]
}

export const AlterReplicaLogDirsRequest: MessageType<AlterReplicaLogDirsRequest> =
  message<AlterReplicaLogDirsRequest>(
    'AlterReplicaLogDirsRequest',
    { versions: [1, 2], flexibleSince: 2 },
    { dirs: array(AlterReplicaLogDir) },
  )

/** The response of AlterReplicaLogDirs. */
export interface AlterReplicaLogDirsResponse {
  /** How long the client is to hold back because of a quota, in milliseconds; 0 for not at all. */
  readonly throttleTimeMs: number
  /** The results, by topic. */
  readonly results: readonly AlterReplicaLogDirTopicResult[]
}

export const AlterReplicaLogDirsResponse: MessageType<AlterReplicaLogDirsResponse> =
  message<AlterReplicaLogDirsResponse>(
    'AlterReplicaLogDirsResponse',
    { versions: [1, 2], flexibleSince: 2 },
    { throttleTimeMs: int32, results: array(AlterReplicaLogDirTopicResult) },
  )

export const AlterReplicaLogDirs: Api<AlterReplicaLogDirsRequest, AlterReplicaLogDirsResponse> = {
  key: 34,
  name: 'AlterReplicaLogDirs',
  request: AlterReplicaLogDirsRequest,
  response: AlterReplicaLogDirsResponse,
}
