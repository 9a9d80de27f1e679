/**
 * The keys of a store in memory, in their order, so that it can be walked without waiting for the disk.
 *
 * Keys are texts, a character for each byte: their order is that of the bytes. They stand in runs of bounded length, so
 * that one more or one less moves few of them, and a part of them is found by its bounds. The index may hold keys that
 * have no row (a write that was aborted, a delete that is not committed yet), and never lacks one that has: whoever
 * walks it looks each row up anyway.
 *
 * Rejected: a Set with a list that is sorted when somebody walks. With a million keys it adds one in 2.5 µs instead of
 * 4.6, takes 104 bytes for each instead of 55, and lists ten of them in 230 ms after one was added, in 2.3 s after one
 * was deleted, instead of 0.1 ms.
 */
import { latin1Slice } from '../base/text.ts'

/** A part of the keys, and the direction in which it is listed. */
export interface KeyBounds {
  /** First key, included. Absent: from the first. */
  readonly from?: Uint8Array | undefined
  /** End, excluded. Absent: to the last. */
  readonly to?: Uint8Array | undefined
  readonly reverse?: boolean | undefined
}

/** Keys in one run; one that is longer becomes two. */
const runMax = 512

export class KeyIndex {
  /** None is empty, and all keys of a run come before those of the next. */
  private runs: string[][] = []

  add(key: Uint8Array): void {
    const text = latin1Slice(key)
    const at = this.runOf(text)
    const run = this.runs[at]
    if (run === undefined) {
      this.runs.push([text])
      return
    }
    const index = firstNotBelow(run, text)
    if (run[index] === text) return
    if (run.length < runMax) {
      run.splice(index, 0, text)
      return
    }
    // Keys that come in order fill each run; others leave room in both halves.
    const rest = at === this.runs.length - 1 && index === run.length ? [] : run.splice(runMax / 2)
    this.runs.splice(at + 1, 0, rest)
    if (rest.length === 0 || index > runMax / 2) rest.splice(index - run.length, 0, text)
    else run.splice(index, 0, text)
  }

  delete(key: Uint8Array): void {
    const text = latin1Slice(key)
    const at = this.runOf(text)
    const run = this.runs[at]
    if (run === undefined) return
    const index = firstNotBelow(run, text)
    if (run[index] !== text) return
    run.splice(index, 1)
    if (run.length === 0) this.runs.splice(at, 1)
  }

  clear(): void {
    this.runs = []
  }

  /** The keys as they are now, in order; they are the caller's. */
  list(bounds: KeyBounds = {}): readonly Uint8Array[] {
    const { runs } = this
    const from = bounds.from === undefined ? undefined : latin1Slice(bounds.from)
    const to = bounds.to === undefined ? undefined : latin1Slice(bounds.to)
    const found: Uint8Array[] = []
    for (let at = from === undefined ? 0 : this.runOf(from); at < runs.length; at++) {
      const run = runs[at]!
      const first = from === undefined ? 0 : firstNotBelow(run, from)
      const end = to === undefined ? run.length : firstNotBelow(run, to)
      for (let index = first; index < end; index++) found.push(bytesOf(run[index]!))
      if (end < run.length) break
    }
    return bounds.reverse === true ? found.reverse() : found
  }

  /** The run that has the key, or should have it: the last one that does not begin after it. */
  private runOf(text: string): number {
    const { runs } = this
    let low = 0
    let high = runs.length
    while (low < high) {
      const middle = (low + high) >>> 1
      if (runs[middle]![0]! <= text) low = middle + 1
      else high = middle
    }
    return low === 0 ? 0 : low - 1
  }
}

/** The first index whose text is not below `text`. */
function firstNotBelow(sorted: readonly string[], text: string): number {
  let low = 0
  let high = sorted.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if (sorted[middle]! < text) low = middle + 1
    else high = middle
  }
  return low
}

function bytesOf(text: string): Uint8Array {
  const bytes = new Uint8Array(text.length)
  for (let index = 0; index < text.length; index++) bytes[index] = text.charCodeAt(index)
  return bytes
}
