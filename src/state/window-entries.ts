/** Every visible window of a window store in the order (start, key bytes), one segment in memory at a time. */
import { latin1Slice } from '../base/text.ts'
import type { WindowStoreDefinition } from './definition.ts'
import { segmentKey } from './key-layout.ts'
import type { OrderedBytes } from './ordered-bytes.ts'
import type { Segments } from './segments.ts'
import type { WindowEntry } from './store.ts'
import { WindowBucket } from './window-bucket.ts'

/** A bucket that is in memory: what is under its key in the backend may be out of date. */
export interface ResidentBucket<V> {
  readonly segment: number
  readonly keyBytes: Uint8Array
  readonly entries: readonly WindowEntry<V>[]
}

export interface WindowScan<K, V> {
  readonly backend: OrderedBytes
  readonly prefix: Uint8Array
  readonly segments: Segments
  readonly definition: WindowStoreDefinition<K, V>
  /** Bounds of the start, both included. */
  readonly from: number
  readonly to: number
  readonly resident: readonly ResidentBucket<V>[]
}

interface Found<V> {
  readonly order: string
  readonly keyBytes: Uint8Array
  readonly entry: WindowEntry<V>
}

export async function* windowEntries<K, V>(
  scan: WindowScan<K, V>,
): AsyncGenerator<readonly [key: K, entry: WindowEntry<V>], void, undefined> {
  const { segments, definition, from, to } = scan
  if (from > to) return
  for (let segment = segments.segmentOf(from); segment <= segments.segmentOf(to); segment++) {
    const found = await segmentEntries(scan, segment)
    for (const { keyBytes, entry } of found) yield [definition.keySerde.deserialize(keyBytes), entry]
  }
}

async function segmentEntries<K, V>(scan: WindowScan<K, V>, segment: number): Promise<Found<V>[]> {
  const { backend, prefix, definition, from, to } = scan
  const found: Found<V>[] = []
  const inMemory = new Set<string>()
  for (const bucket of scan.resident) {
    if (bucket.segment !== segment) continue
    const order = latin1Slice(bucket.keyBytes)
    inMemory.add(order)
    for (const entry of bucket.entries) found.push({ order, keyBytes: bucket.keyBytes, entry })
  }
  const range = { from: segmentKey(prefix, segment), to: segmentKey(prefix, segment + 1) }
  for await (const chunk of backend.range(range)) {
    for (const [key, bytes] of chunk) {
      const keyBytes = key.subarray(prefix.length + 8)
      const order = latin1Slice(keyBytes)
      if (inMemory.has(order)) continue
      const entries: WindowEntry<V>[] = []
      WindowBucket.decode<V>(bytes).collect(from, to, definition.valueSerde, entries)
      for (const entry of entries) found.push({ order, keyBytes, entry })
    }
  }
  return found.sort((a, b) => a.entry.start - b.entry.start || (a.order < b.order ? -1 : 1))
}
