/**
 * DescribeLogDirs (API key 35): tells how much disk the partitions of a broker take. Sent to that broker.
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
  type MessageType,
  type StructType,
} from '../schema.ts'

/** The request of DescribeLogDirs. */
export interface DescribeLogDirsRequest {
  /** The topics wanted; null for all of them. */
  readonly topics: readonly DescribableLogDirTopic[] | null
}

/** Partitions of one topic. */
export interface DescribableLogDirTopic {
  /** The name of the topic. */
  readonly topic: string
  /** The numbers of the partitions. */
  readonly partitions: readonly number[]
}

export const DescribableLogDirTopic: StructType<DescribableLogDirTopic> = struct<DescribableLogDirTopic>(
  'DescribableLogDirTopic',
  {
    topic: string,
    partitions: array(int32),
  },
)

export const DescribeLogDirsRequest: MessageType<DescribeLogDirsRequest> = message<DescribeLogDirsRequest>(
  'DescribeLogDirsRequest',
  { versions: [1, 5], flexibleSince: 2 },
  {
    topics: nullable(array(DescribableLogDirTopic)),
  },
)

/** The response of DescribeLogDirs. */
export interface DescribeLogDirsResponse {
  /** How long the client is to hold back because of a quota, in milliseconds; 0 for not at all. */
  readonly throttleTimeMs: number
  /** Error code of the request as a whole; 0 for none. */
  readonly errorCode: number
  /** What was found, or done, for each. */
  readonly results: readonly DescribeLogDirsResult[]
}

/** One log directory. */
export interface DescribeLogDirsResult {
  /** Error code of this directory; 0 for none. */
  readonly errorCode: number
  /** The absolute path of the directory. */
  readonly logDir: string
  /** The topics. */
  readonly topics: readonly DescribeLogDirsTopic[]
  /** The size of the disk; -1 if unknown. */
  readonly totalBytes: number
  /** The free space of the disk; -1 if unknown. */
  readonly usableBytes: number
  /** Whether the directory takes no new partitions. */
  readonly isCordoned: boolean
}

/** What it holds of one topic. */
export interface DescribeLogDirsTopic {
  /** The name of the topic. */
  readonly name: string
  /** The partitions. */
  readonly partitions: readonly DescribeLogDirsPartition[]
}

/** What it holds of one partition. */
export interface DescribeLogDirsPartition {
  /** The number of the partition. */
  readonly partitionIndex: number
  /** The bytes that its log takes. */
  readonly partitionSize: number
  /**
   * How far the copy is behind: behind the high watermark, or behind the current copy if it is to replace
   * that.
   */
  readonly offsetLag: number
  /** Whether this copy is going to replace another one in a different directory. */
  readonly isFutureKey: boolean
}

export const DescribeLogDirsPartition: StructType<DescribeLogDirsPartition> =
  struct<DescribeLogDirsPartition>('DescribeLogDirsPartition', {
    partitionIndex: int32,
    partitionSize: int64,
    offsetLag: int64,
    isFutureKey: bool,
  })

export const DescribeLogDirsTopic: StructType<DescribeLogDirsTopic> = struct<DescribeLogDirsTopic>(
  'DescribeLogDirsTopic',
  {
    name: string,
    partitions: array(DescribeLogDirsPartition),
  },
)

export const DescribeLogDirsResult: StructType<DescribeLogDirsResult> = struct<DescribeLogDirsResult>(
  'DescribeLogDirsResult',
  {
    errorCode: int16,
    logDir: string,
    topics: array(DescribeLogDirsTopic),
    totalBytes: since(4, ignorable(withDefault(-1, int64))),
    usableBytes: since(4, ignorable(withDefault(-1, int64))),
    isCordoned: since(5, ignorable(bool)),
  },
)

export const DescribeLogDirsResponse: MessageType<DescribeLogDirsResponse> = message<DescribeLogDirsResponse>(
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
