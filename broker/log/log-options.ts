/** What opening a partition's log takes. */
import type { Random } from '../../src/base/random.ts'
import type { FileSystem } from './files.ts'
import type { LogConfig } from './log-config.ts'
import type { Durability, SizesOfLog } from './log-types.ts'
import type { UnnotedBytes } from './noting.ts'
import type { LogReaderOptions } from './log-reader.ts'
import type { WarmSegments } from './warm-segments.ts'

export interface OpenLogOptions extends LogReaderOptions {
  readonly files: FileSystem
  /** The partition's own directory; must exist. */
  readonly directory: string
  readonly topic: string
  readonly partition: number
  readonly config: LogConfig
  readonly nowMs: number
  /** Default 'process'. */
  readonly durability?: Durability
  /** Whether the data directory was closed in order. Default false. */
  readonly cleanStop?: boolean
  /** All before it reached the disk. Default 0. */
  readonly recoveryPoint?: number
  /** Whether all that was ever written is still in the files: the machine has run since. Default false. */
  readonly writesKept?: boolean
  /** Whether a sync may have failed since, after which what is in the files may never reach the disk. Default false. */
  readonly writesDoubted?: boolean
  /** What is known of the sizes of its files since a stop in order. */
  readonly sizes?: SizesOfLog | undefined
  /** Whether what has to be on the disk before the log is used is left to `LogStore.settleOpening`. Default false. */
  readonly syncsLater?: boolean | undefined
  /** The log's start as last checkpointed. Default 0. */
  readonly logStartOffset?: number
  /** What batches are stamped with. Default 0. */
  readonly leaderEpoch?: number
  /** Idle producers are forgotten after this long. Default a day. */
  readonly producerIdExpirationMs?: number
  /** Shared by all logs of a data directory. */
  readonly warm?: WarmSegments
  /** Told of segments that were sealed and have reached the disk, so that the recovery point has moved past them. */
  readonly onSealedSynced?: (sizeInBytes: number) => void
  /** Shared by all logs of a data directory: counts what is appended. */
  readonly unnoted?: UnnotedBytes
  /** Told at once when the log fails: nothing is known then about what the disk has of it. */
  readonly onFailed?: () => void
  /** For segment.jitter.ms. Without it there is no jitter. */
  readonly random?: Random
}

/** What is known of the files of a log that the disk failed. */
export const afterFailure = { cleanStop: false, writesKept: false, writesDoubted: true } as const
