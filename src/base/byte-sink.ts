/** A growing byte buffer that serialisers append to; reset and used again, so it allocates only to grow. */

export class ByteSink {
  bytes: Uint8Array
  length = 0

  constructor(bytesInitial = 1024) {
    this.bytes = new Uint8Array(bytesInitial)
  }

  /** Makes room for `count` more bytes; `bytes` may be another array afterwards. */
  reserve(count: number): void {
    const needed = this.length + count
    if (needed <= this.bytes.length) return
    const grown = new Uint8Array(Math.max(needed, this.bytes.length * 2))
    grown.set(this.bytes.subarray(0, this.length))
    this.bytes = grown
  }

  /** Appends a copy of `source`. */
  append(source: Uint8Array): void {
    this.reserve(source.length)
    this.bytes.set(source, this.length)
    this.length += source.length
  }

  /** A copy of what was written. */
  toBytes(): Uint8Array {
    return this.bytes.slice(0, this.length)
  }

  /** Forgets the contents and keeps the memory. */
  reset(): void {
    this.length = 0
  }
}
