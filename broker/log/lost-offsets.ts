/**
 * `lost-offsets` in a log's directory: offsets that a start found gone from the files, so that the next one knows as well.
 *
 * Damaged bytes speak for themselves whenever they are read. Of records that are gone as a whole, with the file that held
 * them or cut off from its end, nothing is left but a gap, which compaction makes too. Written when a start finds them gone;
 * rows of offsets that are there again, or that the log has left behind, count no more.
 *
 *   a checkpoint (`checkpoint-files.ts`) of rows `from to`, both inclusive
 */
import { readCheckpoint, writeCheckpoint } from './checkpoint-files.ts'
import { joinPath, type FileSystem } from './files.ts'
import type { CorruptRange } from './log-types.ts'
import type { Segment } from './segment.ts'
import { endOffsetOf } from './segment-ends.ts'
import { lostOffsetsFile } from './segment-names.ts'

export class LostOffsets {
  readonly #files: FileSystem
  readonly #path: string
  #known: CorruptRange[] = []

  constructor(files: FileSystem, directory: string) {
    this.#files = files
    this.#path = joinPath(directory, lostOffsetsFile)
  }

  /** What earlier starts found gone of a log, and still is. */
  read(all: readonly Segment[], logStartOffset: number): readonly CorruptRange[] {
    for (const [from, to] of readCheckpoint(this.#files, this.#path) ?? []) {
      const [fromOffset, toOffset] = [Number(from), Number(to)]
      const isRange = Number.isSafeInteger(fromOffset) && Number.isSafeInteger(toOffset)
      if (!isRange || toOffset < logStartOffset) continue
      const segment = all.findLast(each => each.baseOffset <= fromOffset) ?? all[0]!
      if (endOffsetOf(segment) > toOffset) continue
      const position = segment.sizeInBytes
      const place = { file: segment.path(), fromPosition: position, toPosition: position }
      this.#known.push({ ...place, fromOffset, toOffset })
    }
    return this.#known
  }

  /** Keeps what is gone now. */
  write(ranges: readonly CorruptRange[]): void {
    const gone = ranges.filter(({ fromPosition, toPosition }) => fromPosition === toPosition)
    const rows = gone.map(({ fromOffset, toOffset }) => [String(fromOffset), String(toOffset)])
    const before = this.#known.map(({ fromOffset, toOffset }) => [String(fromOffset), String(toOffset)])
    if (rows.join() === before.join()) return
    writeCheckpoint(this.#files, this.#path, rows)
  }
}
