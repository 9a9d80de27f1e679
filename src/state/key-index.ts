/**
 * The keys of a store in memory, so that it can be walked without waiting for the disk.
 *
 * Keys are texts, a character for each byte: their order is that of the bytes. The index may hold keys that have no row
 * (a write that was aborted, a delete that is not committed yet), and never lacks one that has: whoever walks it looks
 * each row up anyway. New keys are appended, and sorted in when somebody walks: the sort finds two runs and merges them.
 */
import { latin1Slice } from '../base/text.ts'

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
  list(): readonly Uint8Array[] {
    const listed = (this.listed ??= [...this.keys])
    if (!this.isSorted) listed.sort((a, b) => (a < b ? -1 : 1))
    this.isSorted = true
    return listed.map(bytesOf)
  }
}

function bytesOf(text: string): Uint8Array {
  const bytes = new Uint8Array(text.length)
  for (let index = 0; index < text.length; index++) bytes[index] = text.charCodeAt(index)
  return bytes
}
