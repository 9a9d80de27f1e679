/** Reads of one log: from the tail in memory, from what was read ahead, else from the segment files. */
import { LogReadAhead, type ReadAhead } from './read-ahead.ts'
import { noBatches, readSegments, type FoundBatches, type ReadRange } from './log-read.ts'
import type { Segments } from './segments.ts'
import { TailBudget } from './tail-budget.ts'
import { TailCache } from './tail-cache.ts'

export interface LogReaderOptions {
  /** Shared by all logs of a data directory. Default: one of its own. */
  readonly tailBudget?: TailBudget | undefined
  /** Shared by all logs of a data directory. Without it nothing is read ahead. */
  readonly readAhead?: ReadAhead | undefined
}

/** The log as it is now. */
export interface LogExtent {
  readonly segments: Segments
  readonly logEndOffset: number
}

export class LogReader {
  readonly tail: TailCache
  readonly #ahead: LogReadAhead | undefined
  readonly #extent: () => LogExtent

  constructor({ tailBudget = new TailBudget(), readAhead }: LogReaderOptions, extent: () => LogExtent) {
    this.tail = new TailCache(tailBudget)
    this.#ahead = readAhead && new LogReadAhead(readAhead)
    this.#extent = extent
  }

  /** Whole batches from the one that holds the start of the range on. Throws CORRUPT_MESSAGE where that is damaged. */
  read(range: ReadRange): FoundBatches {
    const { tail } = this
    if (range.offset >= range.endOffset) return noBatches(range.offset)
    const cached = tail.read(range)
    if (cached !== undefined) return cached
    if (this.#ahead === undefined) return this.#readFiles(range)
    return this.#ahead.read(range, {
      files: wanted => this.#readFiles(wanted),
      until: Math.min(range.endOffset, tail.startOffset),
    })
  }

  /** Forgets what is in memory of the files: it may not be what they hold now. */
  clear(): void {
    this.tail.clear()
    this.#ahead?.clear()
  }

  #readFiles(range: ReadRange): FoundBatches {
    const { segments, logEndOffset } = this.#extent()
    return readSegments(segments, logEndOffset, range)
  }
}
