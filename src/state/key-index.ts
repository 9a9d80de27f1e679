/**
 * The keys of a store in memory, so that it can be walked without waiting for the disk.
 *
 * Keys are texts, a character for each byte: their order is that of the bytes. The index may hold keys that have no row
 * (a write that was aborted, a delete that is not committed yet), and never lacks one that has: whoever walks it looks
 * each row up anyway. New keys are appended, and sorted in when somebody walks: the sort finds two runs and merges them.
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

export class KeyIndex {
  private readonly keys = new Set<string>()
  /** `undefined` when it must be made anew from the set. */
  private listed: string[] | undefined = []
  private isSorted = true

  add(key: Uint8Array): void {
    const text = latin1Slice(key)
    const before = this.keys.size
    this.keys.add(text)
    if (this.keys.size === before) return
    this.listed?.push(text)
    this.isSorted = false
  }

  delete(key: Uint8Array): void {
    if (!this.keys.delete(latin1Slice(key))) return
    this.listed = undefined
    this.isSorted = false
  }

  clear(): void {
    this.keys.clear()
    this.listed = []
  }

  /** The keys as they are now, in order; they are the caller's. */
  list(bounds: KeyBounds = {}): readonly Uint8Array[] {
    const { from, to, reverse = false } = bounds
    const listed = this.sorted()
    const first = from === undefined ? 0 : firstNotBelow(listed, latin1Slice(from))
    const end = to === undefined ? listed.length : firstNotBelow(listed, latin1Slice(to))
    const found: Uint8Array[] = []
    if (reverse) for (let index = end - 1; index >= first; index--) found.push(bytesOf(listed[index]!))
    else for (let index = first; index < end; index++) found.push(bytesOf(listed[index]!))
    return found
  }

  private sorted(): readonly string[] {
    const listed = (this.listed ??= [...this.keys])
    if (!this.isSorted) listed.sort((a, b) => (a < b ? -1 : 1))
    this.isSorted = true
    return listed
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
