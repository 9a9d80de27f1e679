/**
 * Where four bytes were seen last: the memory of the LZ4 and Snappy compressors.
 *
 * A hash table of positions without chains or collisions: a wrong hit costs a comparison, a lost one some
 * compression. Instead of being cleared for every block, which would cost more than compressing a small one,
 * positions are stored above a base that rises with each block, so that older ones are recognised as stale.
 */

const hashBits = 13
const multiplier = 0x9e37_79b1
/** Start again before positions outgrow 32 bits. */
const baseMax = 0x4000_0000

export class MatchTable {
  readonly #positions = new Int32Array(1 << hashBits)
  #base = 1
  #blockStart = 0
  #next = 1

  /** Forgets what was seen: positions before `blockStart` never match again. `blockBytes` is how far it goes. */
  startBlock(blockStart: number, blockBytes: number): void {
    if (this.#next > baseMax) {
      this.#positions.fill(0)
      this.#next = 1
    }
    this.#base = this.#next
    this.#blockStart = blockStart
    this.#next += blockBytes
  }

  /**
   * Remembers the four bytes at `at`; answers where the same four stood at most `distanceMax` earlier in the block,
   * or -1.
   */
  match(bytes: Uint8Array, at: number, distanceMax: number): number {
    const word = bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24)
    const slot = Math.imul(word, multiplier) >>> (32 - hashBits)
    const found = this.#positions[slot]! - this.#base + this.#blockStart
    this.#positions[slot] = at - this.#blockStart + this.#base
    if (found < this.#blockStart || at - found > distanceMax) return -1
    const same =
      bytes[found] === bytes[at] &&
      bytes[found + 1] === bytes[at + 1] &&
      bytes[found + 2] === bytes[at + 2] &&
      bytes[found + 3] === bytes[at + 3]
    return same ? found : -1
  }
}

/** How many bytes from `left` and from `right` on are the same, `right` staying below `end`. */
export function commonLength(bytes: Uint8Array, left: number, right: number, end: number): number {
  const start = right
  while (right < end && bytes[left] === bytes[right]) {
    left++
    right++
  }
  return right - start
}
