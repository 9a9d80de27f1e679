/**
 * DescribeLogDirs (API key 35).
 */
import type { Api } from '../api.ts'
import {
  array,
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
  withDefault,
} from '../schema.ts'

/** DescribeLogDirsRequest */
export interface DescribeLogDirsRequest {
  /** topics */
  readonly topics: readonly DescribableLogDirTopic[] | null
}

/** DescribableLogDirTopic */
export interface DescribableLogDirTopic {
  /** topic */
  readonly topic: string
  /** partitions */
  readonly partitions: readonly number[]
}

export const DescribableLogDirTopic = struct<DescribableLogDirTopic>('DescribableLogDirTopic', {
  topic: string,
  partitions: array(int32),
})

export const DescribeLogDirsRequest = message<DescribeLogDirsRequest>(
  'DescribeLogDirsRequest',
  { versions: [1, 5], flexibleSince: 2 },
  {
    topics: nullable(array(DescribableLogDirTopic)),
  },
)

/** DescribeLogDirsResponse */
export interface DescribeLogDirsResponse {
  /** throttleTimeMs */
  readonly throttleTimeMs: number
  /** errorCode */
  readonly errorCode: number
  /** results */
  readonly results: readonly DescribeLogDirsResult[]
}

/** DescribeLogDirsResult */
export interface DescribeLogDirsResult {
  /** errorCode */
  readonly errorCode: number
  /** logDir */
  readonly logDir: string
  /** topics */
  readonly topics: readonly DescribeLogDirsTopic[]
  /** totalBytes */
  readonly totalBytes: number
  /** usableBytes */
  readonly usableBytes: number
  /** isCordoned */
  readonly isCordoned: boolean
}

/** DescribeLogDirsTopic */
export interface DescribeLogDirsTopic {
  /** name */
  readonly name: string
  /** partitions */
  readonly partitions: readonly DescribeLogDirsPartition[]
}

/** DescribeLogDirsPartition */
export interface DescribeLogDirsPartition {
  /** partitionIndex */
  readonly partitionIndex: number
  /** partitionSize */
  readonly partitionSize: number
  /** offsetLag */
  readonly offsetLag: number
  /** isFutureKey */
  readonly isFutureKey: boolean
}

export const DescribeLogDirsPartition = struct<DescribeLogDirsPartition>('DescribeLogDirsPartition', {
  partitionIndex: int32,
  partitionSize: int64,
  offsetLag: int64,
  isFutureKey: bool,
})

export const DescribeLogDirsTopic = struct<DescribeLogDirsTopic>('DescribeLogDirsTopic', {
  name: string,
  partitions: array(DescribeLogDirsPartition),
})

export const DescribeLogDirsResult = struct<DescribeLogDirsResult>('DescribeLogDirsResult', {
  errorCode: int16,
  logDir: string,
  topics: array(DescribeLogDirsTopic),
  totalBytes: since(4, ignorable(withDefault(-1, int64))),
  usableBytes: since(4, ignorable(withDefault(-1, int64))),
  isCordoned: since(5, ignorable(bool)),
})

export const DescribeLogDirsResponse = message<DescribeLogDirsResponse>(
  'DescribeLogDirsResponse',
  { versions: [1, 5], flexibleSince: 2 },
  {
    throttleTimeMs: int32,
    errorCode: since(3, ignorable(int16)),
    results: array(DescribeLogDirsResult),
  },
)

export const DescribeLogDirs: Api<DescribeLogDirsRequest, DescribeLogDirsResponse> = {
  key: 35,
  name: 'DescribeLogDirs',
  request: DescribeLogDirsRequest,
  response: DescribeLogDirsResponse,
}
