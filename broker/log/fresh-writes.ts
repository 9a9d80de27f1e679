/**
 * Which bytes of a file were written so lately that the system still has them in memory.
 *
 * A system keeps what is written in memory for half a minute before it goes to the disk, and for long after that. So what was
 * written within the last minute is read back as it was written, and whoever checked it then need not check it again. What
 * is older may come from the disk by now.
 *
 * Two marks are kept, each a position and the time at which the file ended there: what lies after a mark is newer than it.
 */

/** How long what was written is taken to be in memory. */
export const freshMs = 60_000
/** Marks are set so far apart, so that of the last minute at least this much is known. */
const markMs = freshMs / 2

interface Mark {
  readonly position: number
  readonly atMs: number
}

export class FreshWrites {
  #older: Mark | undefined
  #newer: Mark | undefined
  #end = -1

  /** `length` bytes were written to `position`. */
  wrote(position: number, length: number, nowMs: number): void {
    if (position !== this.#end || this.#newer === undefined) {
      this.#older = undefined
      this.#newer = { position, atMs: nowMs }
    } else if (nowMs - this.#newer.atMs >= markMs) {
      this.#older = this.#newer
      this.#newer = { position, atMs: nowMs }
    }
    this.#end = position + length
  }

  /** Whether all of these bytes were written one after the other within the last minute. */
  covers(position: number, length: number, nowMs: number): boolean {
    if (position + length > this.#end) return false
    return isAfter(this.#older, position, nowMs) || isAfter(this.#newer, position, nowMs)
  }
}

/** A clock that was set back says nothing. */
function isAfter(mark: Mark | undefined, position: number, nowMs: number): boolean {
  return mark !== undefined && position >= mark.position && nowMs >= mark.atMs && nowMs - mark.atMs < freshMs
}
