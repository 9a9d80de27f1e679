/**
 * Chooses which log to compact, and runs the pass step by step (semantics G50, G51).
 *
 * A log is due when the dirty part of it exceeds `min.cleanable.dirty.ratio`, or when its oldest dirty record is older than
 * `max.compaction.lag.ms`; the latter go first, then the dirtiest. Never cleaned: the active segment, what lies past the last
 * stable offset, and segments with records younger than `min.compaction.lag.ms`. How far each log is clean is
 * checkpointed after a pass; a checkpoint that is lost only means that more is read again.
 *
 *   resting --a log is due--> cleaning one log, a step at a call --done, given up or failed--> resting
 *
 * A log whose pass failed is left alone until the directory is opened anew: the fault is reported once, not every 15 s.
 */
import { StreamsError } from '../../src/base/errors.ts'
import type { Random } from '../../src/base/random.ts'
import { partitionKey } from '../../src/base/topic-partition.ts'
import { offsetsOfCheckpoint, readCheckpoint, writeCheckpoint } from './checkpoint-files.ts'
import { cleanPass } from './clean-pass.ts'
import { joinPath, type FileSystem } from './files.ts'
import { OffsetMap } from './offset-map.ts'
import type { PartitionLog } from './partition-log.ts'

export interface CleanerOptions {
  readonly files: FileSystem
  readonly root: string
  readonly random: Random
  /** Memory of the offset map. */
  readonly bytesMax: number
  /** Rest when nothing is due. */
  readonly backoffMs: number
}

/** What of a log can be cleaned. */
export interface CleanableRange {
  readonly firstDirtyOffset: number
  readonly firstUncleanableOffset: number
  /** Dirty bytes that can be cleaned, of all bytes that are clean or can be. */
  readonly dirtyRatio: number
  readonly overdue: boolean
}

interface RunningPass {
  readonly log: PartitionLog
  readonly steps: Generator<void, number>
}

const checkpointFile = 'cleaner-offset-checkpoint'

export class LogCleaner {
  readonly #options: CleanerOptions
  /** By partition: everything before it is clean. */
  readonly #clean: Map<string, number>
  readonly #leftAlone = new Set<PartitionLog>()
  #pass: RunningPass | undefined
  #restUntilMs = -Infinity

  constructor(options: CleanerOptions) {
    this.#options = options
    this.#clean = offsetsOfCheckpoint(readCheckpoint(options.files, this.#path))
  }

  /** The log that is being cleaned. */
  get current(): PartitionLog | undefined {
    return this.#pass?.log
  }

  /** Does a step, if there is one to do; true if there is more. Throws what made the pass fail. */
  step(logs: Iterable<PartitionLog>, nowMs: number): boolean {
    if (this.#pass === undefined) {
      if (nowMs < this.#restUntilMs) return false
      this.#pass = this.#choose(logs, nowMs)
      if (this.#pass === undefined) {
        this.#restUntilMs = nowMs + this.#options.backoffMs
        return false
      }
    }
    const { log, steps } = this.#pass
    try {
      const { done, value } = steps.next()
      if (done !== true) return true
      this.#pass = undefined
      this.#clean.set(partitionKey(log.topic, log.partition), value)
      this.#writeCheckpoint()
      return true
    } catch (error) {
      this.#pass = undefined
      this.#restUntilMs = nowMs + this.#options.backoffMs
      // A full disk is waited for; anything else would only fail again, and a swap that broke off is for a restart to end.
      const retriable = error instanceof StreamsError && error.retriable && !log.store.swapping
      if (!retriable) this.#leftAlone.add(log)
      throw error
    }
  }

  /** A log is about to go. */
  forget(log: PartitionLog): void {
    if (this.#pass?.log === log) this.stop()
    this.#leftAlone.delete(log)
    if (this.#clean.delete(partitionKey(log.topic, log.partition))) this.#writeCheckpoint()
  }

  /** Gives up the pass under way; its unfinished files are removed. */
  stop(): void {
    this.#pass?.steps.return(0)
    this.#pass = undefined
  }

  #choose(logs: Iterable<PartitionLog>, nowMs: number): RunningPass | undefined {
    let best: { readonly log: PartitionLog; readonly range: CleanableRange } | undefined
    for (const log of logs) {
      if (!log.config.compact || log.state !== 'open' || this.#leftAlone.has(log)) continue
      const range = cleanableRange(log, this.#clean.get(partitionKey(log.topic, log.partition)), nowMs)
      if (range === undefined || (!range.overdue && range.dirtyRatio <= log.config.dirtyRatioMin)) continue
      if (best === undefined || urgency(range) > urgency(best.range)) best = { log, range }
    }
    if (best === undefined) return undefined
    const { random, bytesMax } = this.#options
    const map = new OffsetMap({ random, bytesMax })
    return { log: best.log, steps: cleanPass({ log: best.log, map, nowMs, ...best.range }) }
  }

  get #path(): string {
    return joinPath(this.#options.root, checkpointFile)
  }

  #writeCheckpoint(): void {
    const rows = [...this.#clean].map(([key, offset]) => {
      const dash = key.lastIndexOf('-')
      return [key.slice(0, dash), key.slice(dash + 1), String(offset)]
    })
    writeCheckpoint(this.#options.files, this.#path, rows)
  }
}

/** What of a log can be cleaned at this moment; undefined if nothing can. */
export function cleanableRange(
  log: PartitionLog,
  cleanUpTo: number | undefined,
  nowMs: number,
): CleanableRange | undefined {
  const { segments } = log.store
  const checkpoint = cleanUpTo ?? 0
  // A checkpoint outside of the log is of another time: everything is looked at again.
  const valid = checkpoint >= log.logStartOffset && checkpoint <= log.logEndOffset
  const firstDirtyOffset = valid ? checkpoint : log.logStartOffset
  const unstable = Math.min(log.lastStableOffset, segments.active.baseOffset)
  let firstUncleanableOffset = unstable
  let [cleanBytes, dirtyBytes] = [0, 0]
  let oldestDirty: number | undefined
  for (const [index, segment] of segments.all.entries()) {
    if (segment.baseOffset >= unstable) break
    if (segments.endOffset(index, log.logEndOffset) <= firstDirtyOffset) {
      cleanBytes += segment.sizeInBytes
      continue
    }
    if (log.config.compactionLagMinMs > 0 && segment.maxTimestamp > nowMs - log.config.compactionLagMinMs) {
      firstUncleanableOffset = segment.baseOffset
      break
    }
    oldestDirty ??= segment.firstBatchTimestamp()
    dirtyBytes += segment.sizeInBytes
  }
  if (dirtyBytes === 0 || firstDirtyOffset >= firstUncleanableOffset) return undefined
  return {
    firstDirtyOffset,
    firstUncleanableOffset,
    dirtyRatio: dirtyBytes / (cleanBytes + dirtyBytes),
    overdue: oldestDirty !== undefined && nowMs - oldestDirty > log.config.compactionLagMaxMs,
  }
}

function urgency(range: CleanableRange): number {
  return (range.overdue ? 1 : 0) + range.dirtyRatio
}
