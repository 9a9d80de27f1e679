/**
 * The one interface that a storage backend implements: an ordered map of bytes with synchronous point reads,
 * atomic batches and asynchronous ordered ranges.
 *
 * Two implementations, one suite (test/conformance/ordered-bytes.ts): memory and LevelDB. The order is that of the
 * unsigned bytes of the key. A backend is owned by one task, which is its only writer.
 */

/** One entry of an atomic batch; a null value deletes. */
export interface BytesWrite {
  readonly key: Uint8Array
  readonly value: Uint8Array | null
}

/** Bounds of a range; absent ones are open. */
export interface BytesRange {
  /** First key, included. */
  readonly from?: Uint8Array
  /** End, excluded. */
  readonly to?: Uint8Array
  readonly reverse?: boolean
}

export interface OrderedBytes {
  /** The value now, or `undefined`. The result may be kept and must not be changed. Misses are not errors. */
  get(key: Uint8Array): Uint8Array | undefined
  /** All of `writes` or none, in order; later entries of one key win. Resolved when readers see it. */
  write(writes: readonly BytesWrite[]): Promise<void>
  /** Entries in key order as they were when the call was made, in chunks of bounded size. */
  range(range: BytesRange): AsyncIterable<readonly (readonly [key: Uint8Array, value: Uint8Array])[]>
  /** How many entries a range has, where that is known without a scan: exactly, in memory. */
  approximateCount?(range: BytesRange): number
  /** Deletes a range; cheaper than a batch of deletes. */
  clear(range: BytesRange): Promise<void>
  /** Idempotent; waits for writes under way. */
  close(): Promise<void>
}
