/**
 * The metadata of a committed offset: base64 of what Kafka Streams writes there (semantics T2, P7).
 *
 *     | version 1 (= 2) | partition time 8, big-endian | metadata of processors, if there is any |
 *     metadata of processors: | count 4 | for each: key length 4 | key, UTF-8 | number 8 |
 *
 * The partition time survives a restart in it, and so do the numbers that processors have noted.
 */
import { readInt32, readInt64, writeInt32, writeInt64 } from '../base/bytes.ts'
import { utf8Bytes, utf8Slice } from '../base/text.ts'

export interface PositionMetadata {
  /** -1 when no record was processed yet. */
  readonly partitionTime: number
  /** What processors have noted, by their keys. */
  readonly noted: ReadonlyMap<string, number>
}

const version = 2
const timeEnd = 9
const nothing: PositionMetadata = Object.freeze({ partitionTime: -1, noted: new Map<string, number>() })

/** The text of the metadata; empty when there is nothing in it. */
export function encodePositionMetadata({ partitionTime, noted }: PositionMetadata): string {
  if (partitionTime < 0 && noted.size === 0) return ''
  const keys = [...noted].map(([key, value]) => ({ key: utf8Bytes(key), value }))
  const notedSize = keys.length === 0 ? 0 : keys.reduce((size, { key }) => size + 12 + key.length, 4)
  const bytes = new Uint8Array(timeEnd + notedSize)
  bytes[0] = version
  writeInt64(bytes, 1, partitionTime)
  if (keys.length > 0) writeInt32(bytes, timeEnd, keys.length)
  let at = timeEnd + 4
  for (const { key, value } of keys) {
    writeInt32(bytes, at, key.length)
    bytes.set(key, at + 4)
    at += 4 + key.length
    writeInt64(bytes, at, value)
    at += 8
  }
  return btoa(String.fromCharCode(...bytes))
}

/** What the text says; nothing where it is empty, of another version or not ours. */
export function decodePositionMetadata(metadata: string | null | undefined): PositionMetadata {
  if (metadata === null || metadata === undefined || metadata === '') return nothing
  let text: string
  try {
    text = atob(metadata)
  } catch {
    // Written by a consumer that is not Streams: it says nothing about partition time.
    return nothing
  }
  // Version 1 had the partition time alone.
  const written = text.charCodeAt(0)
  if (text.length < timeEnd || (written !== 1 && written !== version)) return nothing
  const bytes = Uint8Array.from(text, character => character.charCodeAt(0))
  const time = readInt64(bytes, 1)
  return { partitionTime: Number.isSafeInteger(time) ? time : -1, noted: notedIn(bytes) }
}

/** Stops where the bytes do: what is cut short is as if it had not been noted. */
function notedIn(bytes: Uint8Array): ReadonlyMap<string, number> {
  const noted = new Map<string, number>()
  if (bytes.length < timeEnd + 4) return noted
  const count = readInt32(bytes, timeEnd)
  let at = timeEnd + 4
  for (let index = 0; index < count && at + 4 <= bytes.length; index++) {
    const keyStart = at + 4
    const keyEnd = keyStart + readInt32(bytes, at)
    if (keyEnd < keyStart || keyEnd + 8 > bytes.length) break
    const value = readInt64(bytes, keyEnd)
    if (Number.isSafeInteger(value)) noted.set(utf8Slice(bytes, keyStart, keyEnd), value)
    at = keyEnd + 8
  }
  return noted
}
