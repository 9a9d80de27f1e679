/** A growing table of fixed-width entries, kept as the bytes that its file holds: what all three indexes are made of. */
import { assert } from '../../src/base/assert.ts'

export class EntryTable {
  readonly entryBytes: number
  bytes: Uint8Array
  count: number

  /** Takes over `bytes`, which must hold whole entries. */
  constructor(entryBytes: number, bytes: Uint8Array = new Uint8Array(0)) {
    assert(bytes.length % entryBytes === 0, 'a table holds whole entries')
    this.entryBytes = entryBytes
    this.bytes = bytes
    this.count = bytes.length / entryBytes
  }

  /** Makes room for one more entry and answers where it starts; the caller fills it. */
  add(): number {
    const at = this.count * this.entryBytes
    if (at + this.entryBytes > this.bytes.length) {
      const grown = new Uint8Array(Math.max(8 * this.entryBytes, this.bytes.length * 2))
      grown.set(this.bytes)
      this.bytes = grown
    }
    this.count++
    return at
  }

  /** The index of the last entry for which `notAfter` holds, -1 if none; entries must be ordered by it. */
  floor(notAfter: (bytes: Uint8Array, at: number) => boolean): number {
    let [low, high] = [0, this.count]
    while (low < high) {
      const middle = (low + high) >>> 1
      if (notAfter(this.bytes, middle * this.entryBytes)) low = middle + 1
      else high = middle
    }
    return low - 1
  }

  /** What goes into the file. */
  contents(): Uint8Array {
    return this.bytes.subarray(0, this.count * this.entryBytes)
  }

  /** Drops all entries from `count` on. */
  cut(count: number): void {
    assert(count <= this.count, 'a table is cut at one of its entries')
    this.count = count
  }

  clear(): void {
    this.count = 0
  }
}
