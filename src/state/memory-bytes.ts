/**
 * The memory backend: `OrderedBytes` over a Map, with a sorted list of the keys made when a range is asked for.
 *
 * Keys are texts, a character for each byte: they compare as the bytes do, and a Map finds them five times as fast as
 * any sorted tree (0.05 against 0.3 µs). Ranges are rare (queries, expiry), so what was added since the last one
 * is sorted then and merged into the list. Writes take effect before the call returns.
 */
import { latin1Slice } from '../base/text.ts'
import type { BytesRange, BytesWrite, OrderedBytes } from './ordered-bytes.ts'

/** Entries in one chunk of a range. */
const chunkEntries = 1000

type Entry = readonly [key: Uint8Array, value: Uint8Array]

export class MemoryBytes implements OrderedBytes {
  private readonly values = new Map<string, Uint8Array>()
  /** Ascending; may hold keys that were deleted since. */
  private sorted: string[] = []
  /** In `values` and not in `sorted`. */
  private added = new Set<string>()
  /** How many keys of `sorted` are not in `values`. */
  private deletedCount = 0
  private closed = false

  get(key: Uint8Array): Uint8Array | undefined {
    return this.values.get(latin1Slice(key))
  }

  write(writes: readonly BytesWrite[]): Promise<void> {
    this.writeNow(writes)
    return Promise.resolve()
  }

  /** `write` for callers that know this backend and cannot wait. */
  writeNow(writes: readonly BytesWrite[]): void {
    if (this.closed) throw new Error('the memory backend is closed')
    for (const { key, value } of writes) {
      const id = latin1Slice(key)
      if (value === null) this.deleteKey(id)
      else this.setKey(id, value)
    }
  }

  range(range: BytesRange): AsyncIterable<readonly Entry[]> {
    return chunksOf(this.entriesOf(range))
  }

  /** `range` for callers that know this backend and cannot wait. */
  entriesNow(range: BytesRange): readonly Entry[] {
    return this.entriesOf(range)
  }

  approximateCount(range: BytesRange): number {
    return this.entriesOf(range).length
  }

  clear(range: BytesRange): Promise<void> {
    this.clearNow(range)
    return Promise.resolve()
  }

  /** `clear` for callers that know this backend and cannot wait. */
  clearNow(range: BytesRange): void {
    const [start, end] = this.boundsOf(range)
    for (let index = start; index < end; index++) this.values.delete(this.sorted[index]!)
    this.sorted.splice(start, end - start)
  }

  close(): Promise<void> {
    this.closed = true
    return Promise.resolve()
  }

  private setKey(id: string, value: Uint8Array): void {
    const before = this.values.size
    this.values.set(id, value)
    if (this.values.size > before) this.added.add(id)
  }

  private deleteKey(id: string): void {
    if (!this.values.delete(id)) return
    if (!this.added.delete(id)) this.deletedCount++
  }

  private entriesOf(range: BytesRange): Entry[] {
    const [start, end] = this.boundsOf(range)
    const found: Entry[] = []
    for (let index = start; index < end; index++) {
      const id = this.sorted[index]!
      found.push([bytesOf(id), this.values.get(id)!])
    }
    return range.reverse === true ? found.reverse() : found
  }

  private boundsOf({ from, to }: BytesRange): readonly [start: number, end: number] {
    this.settle()
    const start = from === undefined ? 0 : firstAtLeast(this.sorted, latin1Slice(from))
    const end = to === undefined ? this.sorted.length : firstAtLeast(this.sorted, latin1Slice(to))
    return [start, Math.max(start, end)]
  }

  /** Makes `sorted` the keys of `values`. */
  private settle(): void {
    if (this.added.size === 0 && this.deletedCount === 0) return
    // A key that was deleted and set again is in `added` and, from before, in `sorted`: the set tells them apart.
    const kept = this.sorted.filter(id => this.values.has(id) && !this.added.has(id))
    this.sorted = merge(kept, [...this.added].sort(byCodeUnits))
    this.added = new Set()
    this.deletedCount = 0
  }
}

async function* chunksOf(entries: readonly Entry[]): AsyncGenerator<readonly Entry[], void, undefined> {
  for (let at = 0; at < entries.length; at += chunkEntries) yield entries.slice(at, at + chunkEntries)
}

function byCodeUnits(left: string, right: string): number {
  return left < right ? -1 : left > right ? 1 : 0
}

function merge(left: readonly string[], right: readonly string[]): string[] {
  if (right.length === 0) return [...left]
  const merged: string[] = []
  let at = 0
  for (const id of right) {
    while (at < left.length && left[at]! < id) merged.push(left[at++]!)
    merged.push(id)
  }
  while (at < left.length) merged.push(left[at++]!)
  return merged
}

function firstAtLeast(sorted: readonly string[], id: string): number {
  let low = 0
  let high = sorted.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if (sorted[middle]! < id) low = middle + 1
    else high = middle
  }
  return low
}

function bytesOf(id: string): Uint8Array {
  const bytes = new Uint8Array(id.length)
  for (let index = 0; index < id.length; index++) bytes[index] = id.charCodeAt(index)
  return bytes
}
