/** The segments of a log in order of their base offsets; never empty; the last one is the active one. */
import { assert } from '../../src/base/assert.ts'
import type { Segment } from './segment.ts'

export class Segments {
  #all: Segment[]

  constructor(segments: readonly Segment[]) {
    assert(segments.length > 0, 'a log has a segment')
    this.#all = [...segments]
    this.#check()
  }

  get all(): readonly Segment[] {
    return this.#all
  }

  get first(): Segment {
    return this.#all[0]!
  }

  get active(): Segment {
    return this.#all[this.#all.length - 1]!
  }

  get sizeInBytes(): number {
    let sum = 0
    for (const segment of this.#all) sum += segment.sizeInBytes
    return sum
  }

  /** Index of the last segment whose base offset does not exceed `offset`; 0 if all do. */
  floorIndex(offset: number): number {
    let [low, high] = [0, this.#all.length]
    while (low < high) {
      const middle = (low + high) >>> 1
      if (this.#all[middle]!.baseOffset <= offset) low = middle + 1
      else high = middle
    }
    return Math.max(0, low - 1)
  }

  /** Where a segment ends: the base of the next, or `logEndOffset`. */
  endOffset(index: number, logEndOffset: number): number {
    return this.#all[index + 1]?.baseOffset ?? logEndOffset
  }

  add(segment: Segment): void {
    this.#all.push(segment)
    this.#check()
  }

  /** Puts `replacement` in the place of neighbouring segments. */
  replace(replaced: readonly Segment[], replacement: readonly Segment[]): void {
    const start = this.#all.indexOf(replaced[0]!)
    assert(start >= 0, 'what is replaced is there')
    this.#all.splice(start, replaced.length, ...replacement)
    this.#check()
  }

  /** Takes the first `count` segments off and answers them. */
  removeFirst(count: number): readonly Segment[] {
    assert(count < this.#all.length, 'the active segment stays')
    return this.#all.splice(0, count)
  }

  #check(): void {
    for (let index = 1; index < this.#all.length; index++) {
      assert(this.#all[index - 1]!.baseOffset < this.#all[index]!.baseOffset, 'segments ascend')
    }
    assert(this.active.active, 'the last segment is the active one')
  }
}
