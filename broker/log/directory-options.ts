/** What opening a data directory takes. */
import type { Random } from '../../src/base/random.ts'
import type { FileSystem } from './files.ts'
import type { LogConfig } from './log-config.ts'
import type { Durability } from './log-types.ts'
import type { ReadAhead } from './read-ahead.ts'

/** The log of a partition that is to be made. */
export interface NewLog {
  readonly topic: string
  readonly partition: number
  readonly topicId: string
  readonly config: LogConfig
  readonly nowMs: number
}

export interface OpenDirectoryOptions {
  readonly files: FileSystem
  /** Made if absent. */
  readonly root: string
  readonly nowMs: number
  readonly random: Random
  /** Configuration of the topics that are found on the disk. */
  readonly logConfig: (topic: string) => LogConfig
  /** Default 'process'. */
  readonly durability?: Durability
  /** Whether what has to be synced when logs are opened is left to whoever runs `LogDirectory.opening`. Default false. */
  readonly syncsLater?: boolean
  /** What batches are stamped with. Default 0. */
  readonly leaderEpoch?: number
  /** Newest bytes of each partition that are kept in memory. Default 4 MiB. */
  readonly tailBytesMax?: number
  /** The same for all partitions together. Default 64 MiB. */
  readonly tailBytesMaxTotal?: number
  /** Reads ahead of readers of all partitions. Default: nothing does. */
  readonly readAhead?: ReadAhead
  /** Sealed segments that hold a descriptor at a time. Default 128. */
  readonly warmSegmentsMax?: number
  /** Default a day. */
  readonly producerIdExpirationMs?: number
  /** Default true. */
  readonly cleanerEnabled?: boolean
  /** Memory of the cleaner's offset map. Default 128 MiB; it grows only as far as it is needed. */
  readonly cleanerBytesMax?: number
  /** How long the cleaner rests when nothing is dirty. Default 15 s. */
  readonly cleanerBackoffMs?: number
  /** How often segments are held against retention. Default 5 min. */
  readonly retentionIntervalMs?: number
  /** How often checkpoints are written. Default 60 s. */
  readonly checkpointIntervalMs?: number
  /**
   * Bytes of segments that have reached the disk after which the recovery points are written before that, so that a start
   * after a kill never reads much more than the active segments. Default 64 MiB.
   */
  readonly checkpointBytes?: number
  /**
   * Bytes that may be appended to all logs together before those that have the most of them are noted (`noting.ts`). Default
   * 512 MiB: what a start after a kill reads is never much more.
   */
  readonly unnotedBytesMax?: number
}
