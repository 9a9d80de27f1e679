/** When the upkeep of a data directory is due, by a wall clock that may be set. */
import type { OpenDirectoryOptions } from './directory-options.ts'

const retentionIntervalMs = 300_000
const checkpointIntervalMs = 60_000

export class UpkeepTimes {
  readonly #retentionIntervalMs: number
  readonly #checkpointIntervalMs: number
  /** Upkeep is called at least once in each of its intervals; a busy broker may be late with it. */
  readonly #passedMsMax: number
  #retentionDueMs: number
  #checkpointDueMs: number
  /** Wall clock of the last upkeep. */
  #lastMs: number

  constructor(options: OpenDirectoryOptions) {
    const { nowMs, cleanerBackoffMs = 0 } = options
    this.#retentionIntervalMs = options.retentionIntervalMs ?? retentionIntervalMs
    this.#checkpointIntervalMs = options.checkpointIntervalMs ?? checkpointIntervalMs
    this.#passedMsMax =
      2 * Math.max(cleanerBackoffMs, options.retentionIntervalMs ?? 0, options.checkpointIntervalMs ?? 0) +
      600_000
    this.#retentionDueMs = nowMs + this.#retentionIntervalMs
    this.#checkpointDueMs = nowMs + this.#checkpointIntervalMs
    this.#lastMs = nowMs
  }

  /**
   * Takes note of the time of an upkeep. A wall clock that moved back, or by much more than upkeep lets pass, was set: what is
   * due then stays as far off as it was. Answers by how much it was set, 0 if it was not.
   */
  note(nowMs: number): number {
    const passedMs = nowMs - this.#lastMs
    this.#lastMs = nowMs
    if (passedMs >= 0 && passedMs <= this.#passedMsMax) return 0
    this.#retentionDueMs += passedMs
    this.#checkpointDueMs += passedMs
    return passedMs
  }

  /** Whether segments are to be held against retention now; once in each interval. */
  takeRetention(nowMs: number): boolean {
    if (nowMs < this.#retentionDueMs) return false
    this.#retentionDueMs = nowMs + this.#retentionIntervalMs
    return true
  }

  /** Whether checkpoints are to be written now; once in each interval. */
  takeCheckpoint(nowMs: number): boolean {
    if (nowMs < this.#checkpointDueMs) return false
    this.#checkpointDueMs = nowMs + this.#checkpointIntervalMs
    return true
  }

  /** Has checkpoints be written with the next upkeep. */
  hurryCheckpoint(): void {
    this.#checkpointDueMs = 0
  }
}
