/**
 * Which bytes of a file were written, or read and found sound, so lately that the system still has them in memory.
 *
 * A system keeps what is written in memory for half a minute before it goes to the disk, and for long after that; what was
 * read it keeps likewise. So what was written or checked within the last minute is read back as it was then, and need not
 * be checked again. What is older may come from the disk by now.
 *
 * Bytes are noted in runs, by the time of the first of a run, each in the order in which an appending or a reading went on.
 */

/** How long what was written or read is taken to be in memory. */
export const freshMs = 60_000
/** A run goes on for so long, so that of the last minute at least this much is known. */
const runMs = freshMs / 2
/** Beyond it, the run that was begun first is forgotten. As many as readers are followed, and the writer. */
const runsMax = 9

/** [start, end) of the file. */
interface Run {
  readonly start: number
  end: number
  readonly atMs: number
}

export class FreshBytes {
  /** In order of their beginning. */
  readonly #runs: Run[] = []

  /** `length` bytes at `position` were written or checked. */
  note(position: number, length: number, nowMs: number): void {
    for (let index = this.#runs.length - 1; index >= 0; index--) {
      const run = this.#runs[index]!
      if (run.end !== position || nowMs < run.atMs || nowMs - run.atMs >= runMs) continue
      run.end = position + length
      return
    }
    this.#runs.push({ start: position, end: position + length, atMs: nowMs })
    if (this.#runs.length > runsMax) this.#runs.shift()
  }

  /** Whether each of these bytes was noted within the last minute. A clock that was set back says nothing. */
  covers(position: number, length: number, nowMs: number): boolean {
    const end = position + length
    let at = position
    let run: Run | undefined
    do {
      const reached = at
      run = this.#runs.find(each => each.start <= reached && reached < each.end && isFresh(each, nowMs))
      if (run !== undefined) at = run.end
    } while (run !== undefined && at < end)
    return at >= end && length > 0
  }

  forget(): void {
    this.#runs.length = 0
  }
}

function isFresh({ atMs }: Run, nowMs: number): boolean {
  return nowMs >= atMs && nowMs - atMs < freshMs
}
