/** A range of a backend in key order, with the entries that are only in memory laid over it. */
import { latin1Slice } from '../base/text.ts'
import type { BytesRange, OrderedBytes } from './ordered-bytes.ts'

/** An entry in memory: what is under its key in the backend is out of date. */
export interface PendingEntry<H> {
  readonly key: Uint8Array
  /** `key` as text, a character for each byte: the order of such texts is that of the bytes. */
  readonly order: string
  /** `undefined`: deleted. */
  readonly held: H | undefined
}

/** One entry of the result: from memory (`held`) or from the backend (`bytes`). */
export interface MergedEntry<H> {
  readonly key: Uint8Array
  readonly held: H | undefined
  readonly bytes: Uint8Array | undefined
}

/** The entries of `range`; those of `pending` that lie in it replace the backend's, or take them away. */
export async function* mergedEntries<H>(
  backend: OrderedBytes,
  range: BytesRange,
  pending: readonly PendingEntry<H>[],
): AsyncGenerator<MergedEntry<H>, void, undefined> {
  const direction = range.reverse === true ? -1 : 1
  const before = (left: string, right: string): boolean => (direction === 1 ? left < right : left > right)
  const overlay = within(range, pending).sort((a, b) => (before(a.order, b.order) ? -1 : 1))
  let next = 0
  for await (const chunk of backend.range(range)) {
    for (const [key, bytes] of chunk) {
      const order = latin1Slice(key)
      for (; next < overlay.length && before(overlay[next]!.order, order); next++) {
        const { key, held } = overlay[next]!
        if (held !== undefined) yield { key, held, bytes: undefined }
      }
      if (next < overlay.length && overlay[next]!.order === order) {
        const { held } = overlay[next++]!
        if (held !== undefined) yield { key, held, bytes: undefined }
      } else {
        yield { key, held: undefined, bytes }
      }
    }
  }
  for (; next < overlay.length; next++) {
    const { key, held } = overlay[next]!
    if (held !== undefined) yield { key, held, bytes: undefined }
  }
}

function within<H>({ from, to }: BytesRange, pending: readonly PendingEntry<H>[]): PendingEntry<H>[] {
  const first = from === undefined ? undefined : latin1Slice(from)
  const end = to === undefined ? undefined : latin1Slice(to)
  return pending.filter(
    ({ order }) => (first === undefined || order >= first) && (end === undefined || order < end),
  )
}
