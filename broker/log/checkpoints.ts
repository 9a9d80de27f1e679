/**
 * The checkpoints of a data directory: where each log starts, what of it is on the disk, what readers may see.
 *
 * Written as a whole every minute and when the directory is closed; the recovery points also whenever enough segments have
 * reached the disk, so that a start after a kill never reads much more than the active segments. One that is lost or
 * old costs time and nothing else.
 */
import {
  offsetsOfCheckpoint,
  readCheckpoint,
  writeCheckpoint,
  type CheckpointRow,
} from './checkpoint-files.ts'
import { joinPath, type FileSystem } from './files.ts'
import type { PartitionLog } from './partition-log.ts'

export const recoveryPointFile = 'recovery-point-offset-checkpoint'

const fileNames = {
  recoveryPoint: recoveryPointFile,
  logStart: 'log-start-offset-checkpoint',
  highWatermark: 'replication-offset-checkpoint',
} as const

type Name = keyof typeof fileNames

/** What is told of a log; undefined where that goes without saying. */
const offsetsOf: Readonly<Record<Name, (log: PartitionLog) => number | undefined>> = {
  recoveryPoint: log => log.recoveryPoint,
  // Where a segment begins too: with the power, one before it may come back.
  logStart: ({ logStartOffset }) => (logStartOffset > 0 ? logStartOffset : undefined),
  highWatermark: log => log.highWatermark,
}

type LogsByKey = ReadonlyMap<string, PartitionLog>

export interface CheckpointsOptions {
  readonly files: FileSystem
  readonly root: string
  /** Whether what is written is put on the disk. */
  readonly syncs: boolean
  /** Bytes of segments on the disk after which recovery points are written. */
  readonly syncedBytesMax: number
}

export class Checkpoints {
  readonly #options: CheckpointsOptions
  /** What each file holds; one that would stay the same is not written. */
  readonly #written = new Map<Name, string>()
  /** The logs that each file has rows of. */
  readonly #keys = new Map<Name, ReadonlySet<string>>()
  #syncedBytes = 0

  constructor(options: CheckpointsOptions) {
    this.#options = options
  }

  /** Topic and partition → offset; empty if there is no such file, or it cannot be read. */
  read(name: Name): ReadonlyMap<string, number> {
    const offsets = offsetsOfCheckpoint(readCheckpoint(this.#options.files, this.#path(name)))
    this.#keys.set(name, new Set(offsets.keys()))
    return offsets
  }

  /** Writes those that changed. */
  write(logs: LogsByKey): void {
    this.#writeRecoveryPoints(logs)
    this.#write('logStart', logs)
    this.#write('highWatermark', logs)
  }

  /**
   * Called before a log is made: rows of a deleted one of the same name would be taken for its own after a kill. They go for
   * good, under either durability.
   */
  forget(key: string, logs: LogsByKey): void {
    for (const name of ['recoveryPoint', 'logStart'] as const) {
      if (this.#keys.get(name)?.has(key) === true) this.#write(name, logs, true)
    }
  }

  /** The same for good: the next start after a stop in order holds the end of every log against its recovery point. */
  writeLast(logs: LogsByKey): void {
    this.#written.delete('recoveryPoint')
    this.#writeRecoveryPoints(logs, true)
    this.write(logs)
  }

  /** Notes that sealed segments of this many bytes have reached the disk. Answers whether all went well. */
  synced(sizeInBytes: number, logs: LogsByKey): boolean {
    this.#syncedBytes += sizeInBytes
    if (this.#syncedBytes < this.#options.syncedBytesMax) return true
    try {
      this.#writeRecoveryPoints(logs)
      return true
    } catch {
      // Whoever keeps the directory tries again with its upkeep, and tells what fails then.
      return false
    }
  }

  /** Writes where the logs start. Answers whether all went well. */
  writeStarts(logs: LogsByKey): boolean {
    try {
      this.#write('logStart', logs)
      return true
    } catch {
      // As above.
      return false
    }
  }

  #writeRecoveryPoints(logs: LogsByKey, sync = this.#options.syncs): void {
    this.#syncedBytes = 0
    this.#write('recoveryPoint', logs, sync)
  }

  #write(name: Name, logs: LogsByKey, sync = this.#options.syncs): void {
    const rows: CheckpointRow[] = []
    const keys = new Set<string>()
    for (const [key, log] of logs) {
      const offset = offsetsOf[name](log)
      if (offset === undefined) continue
      rows.push([log.topic, String(log.partition), String(offset)])
      keys.add(key)
    }
    const text = rows.join('\n')
    if (this.#written.get(name) === text) return
    writeCheckpoint(this.#options.files, this.#path(name), rows, sync)
    this.#written.set(name, text)
    this.#keys.set(name, keys)
  }

  #path(name: Name): string {
    return joinPath(this.#options.root, fileNames[name])
  }
}
