/**
 * The bytes of store keys, in the backend and in changelog topics.
 *
 *     backend, key-value     | prefix | key |
 *     backend, window        | prefix | segment 8 | key |          one entry for all windows of a key in a segment
 *     backend, window, time  | prefix |                            the greatest window start ever put, 8 bytes
 *     changelog, key-value   | key |
 *     changelog, window      | key | window start 8 | sequence 4 | (semantics H11; the sequence is 0 but for duplicates)
 *     changelog, session     | key | end 8 | start 8 |
 *
 * Integers are big-endian, so that the order of the bytes is that of the numbers. The prefix is the task's: one
 * backend holds all its stores.
 */
import { ByteSink } from '../base/byte-sink.ts'
import { readInt32, readInt64, writeInt32, writeInt64 } from '../base/bytes.ts'
import type { Serde } from '../serdes/serde.ts'
import { serializeInto } from './serialize-into.ts'

/** Bytes that a window's changelog key has after the key's own. */
export const windowSuffixBytes = 12
/** Bytes that a session's changelog key has after the key's own. */
export const sessionSuffixBytes = 16

/** Makes backend keys of one store. */
export class KeyLayout<K> {
  readonly prefix: Uint8Array
  private readonly serde: Serde<K>
  private readonly scratch = new ByteSink(64)

  constructor(serde: Serde<K>, prefix: Uint8Array) {
    this.serde = serde
    this.prefix = prefix
    this.scratch.append(prefix)
  }

  /** `prefix | key`: a view that the next call overwrites, for lookups. */
  lookup(key: K): Uint8Array {
    const { scratch } = this
    scratch.length = this.prefix.length
    this.write(key)
    return scratch.bytes.subarray(0, scratch.length)
  }

  /** `prefix | segment | key`: a view that the next call overwrites, for lookups. */
  lookupSegment(segment: number, key: K): Uint8Array {
    const { scratch } = this
    scratch.length = this.prefix.length
    scratch.reserve(8)
    writeInt64(scratch.bytes, scratch.length, segment)
    scratch.length += 8
    this.write(key)
    return scratch.bytes.subarray(0, scratch.length)
  }

  private write(key: K): void {
    serializeInto(this.serde, key, this.scratch)
  }
}

/** `prefix | segment | keyBytes`, owned by the caller. */
export function segmentKey(prefix: Uint8Array, segment: number, keyBytes?: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(prefix.length + 8 + (keyBytes?.length ?? 0))
  bytes.set(prefix)
  writeInt64(bytes, prefix.length, segment)
  if (keyBytes !== undefined) bytes.set(keyBytes, prefix.length + 8)
  return bytes
}

/** `prefix | keyBytes`, owned by the caller. */
export function prefixed(prefix: Uint8Array, keyBytes: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(prefix.length + keyBytes.length)
  bytes.set(prefix)
  bytes.set(keyBytes, prefix.length)
  return bytes
}

/** The key with `suffixBytes` zeros after it, for the times of a changelog key. */
export function changelogKey(keyBytes: Uint8Array, suffixBytes: number): Uint8Array {
  const bytes = new Uint8Array(keyBytes.length + suffixBytes)
  bytes.set(keyBytes)
  return bytes
}

/** The key that follows `key` at once in the order of bytes: the excluded end of a range that includes `key`. */
export function after(key: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(key.length + 1)
  bytes.set(key)
  return bytes
}

/** The first key that does not begin with `prefix`; `undefined` when there is none (all bytes are 255). */
export function afterPrefix(prefix: Uint8Array): Uint8Array | undefined {
  let length = prefix.length
  while (length > 0 && prefix[length - 1] === 0xff) length--
  if (length === 0) return undefined
  const bytes = prefix.slice(0, length)
  bytes[length - 1]!++
  return bytes
}

/** Puts the start of a window, and its number among those with the same start, into its changelog key. */
export function setChangelogStart(changelogKey: Uint8Array, start: number, sequence: number): void {
  writeInt64(changelogKey, changelogKey.length - windowSuffixBytes, start)
  writeInt32(changelogKey, changelogKey.length - 4, sequence)
}

/** The parts of a window's changelog key; `keyBytes` is a view. */
export function splitWindowChangelogKey(bytes: Uint8Array): {
  keyBytes: Uint8Array
  start: number
  sequence: number
} {
  const keyEnd = bytes.length - windowSuffixBytes
  if (keyEnd < 0)
    throw new RangeError(`a window's changelog key has ${bytes.length} bytes, at least 12 were expected`)
  return {
    keyBytes: bytes.subarray(0, keyEnd),
    start: readInt64(bytes, keyEnd),
    sequence: readInt32(bytes, keyEnd + 8),
  }
}

/** Puts the times of a session into its changelog key. */
export function setChangelogSession(changelogKey: Uint8Array, start: number, end: number): void {
  const keyEnd = changelogKey.length - sessionSuffixBytes
  writeInt64(changelogKey, keyEnd, end)
  writeInt64(changelogKey, keyEnd + 8, start)
}

/** The parts of a session's changelog key; `keyBytes` is a view. */
export function splitSessionChangelogKey(bytes: Uint8Array): {
  keyBytes: Uint8Array
  start: number
  end: number
} {
  const keyEnd = bytes.length - sessionSuffixBytes
  if (keyEnd < 0)
    throw new RangeError(`a session's changelog key has ${bytes.length} bytes, at least 16 were expected`)
  return {
    keyBytes: bytes.subarray(0, keyEnd),
    start: readInt64(bytes, keyEnd + 8),
    end: readInt64(bytes, keyEnd),
  }
}
