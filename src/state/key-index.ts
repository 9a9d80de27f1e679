/**
 * The keys of a store in memory, in their order, so that it can be walked without waiting for the disk.
 *
 * The index may hold keys that have no row (a write that was aborted, a delete that is not committed yet), and never
 * lacks one that has: whoever walks it looks each row up anyway.
 */
import { latin1Bytes, latin1Slice } from '../base/text.ts'
import { SortedTexts } from './sorted-texts.ts'

/** A part of the keys, and the direction in which it is listed. */
export interface KeyBounds {
  /** First key, included. Absent: from the first. */
  readonly from?: Uint8Array | undefined
  /** End, excluded. Absent: to the last. */
  readonly to?: Uint8Array | undefined
  readonly reverse?: boolean | undefined
}

export class KeyIndex {
  private readonly texts = new SortedTexts()

  add(key: Uint8Array): void {
    this.texts.add(latin1Slice(key))
  }

  delete(key: Uint8Array): void {
    this.texts.delete(latin1Slice(key))
  }

  clear(): void {
    this.texts.clear()
  }

  /** The keys as they are now, in order; they are the caller's. */
  list({ from, to, reverse }: KeyBounds = {}): readonly Uint8Array[] {
    const bound = (key: Uint8Array | undefined): string | undefined =>
      key === undefined ? undefined : latin1Slice(key)
    const found = Array.from(this.texts.between(bound(from), bound(to)), latin1Bytes)
    return reverse === true ? found.reverse() : found
  }
}
