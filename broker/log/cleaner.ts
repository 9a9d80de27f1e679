/** Compaction: being written. */
import type { Random } from '../../src/base/random.ts'
import type { FileSystem } from './files.ts'
import type { PartitionLog } from './partition-log.ts'

export interface CleanerOptions {
  readonly files: FileSystem
  readonly root: string
  readonly random: Random
  readonly bytesMax: number
  readonly backoffMs: number
}

export class LogCleaner {
  current: PartitionLog | undefined
  readonly options: CleanerOptions

  constructor(options: CleanerOptions) {
    this.options = options
  }

  step(_logs: Iterable<PartitionLog>, _nowMs: number): boolean {
    return false
  }

  forget(_log: PartitionLog): void {}

  stop(): void {}
}
