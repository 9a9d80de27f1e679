/** Bounds of keys in the order of their serialised bytes, both included (semantics B1, B5, B7). */
import { compareBytes } from '../base/bytes.ts'
import type { Encoder } from '../serdes/serde.ts'

/** Serialised bounds; absent ones are open. */
export interface SerializedBounds {
  readonly from: Uint8Array | undefined
  readonly to: Uint8Array | undefined
}

export function keyBounds<K>(serde: Encoder<K>, from: K | undefined, to: K | undefined): SerializedBounds {
  const bytesOf = (key: K | undefined): Uint8Array | undefined =>
    key === undefined || key === null ? undefined : serde.serialize(key)
  return { from: bytesOf(from), to: bytesOf(to) }
}

export function isWithin(key: Uint8Array, { from, to }: SerializedBounds): boolean {
  if (from !== undefined && compareBytes(key, from) < 0) return false
  return to === undefined || compareBytes(key, to) <= 0
}
