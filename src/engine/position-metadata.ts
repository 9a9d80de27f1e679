/**
 * The metadata of a committed offset: base64 of what Kafka Streams writes there (semantics T2).
 *
 *     | version 1 (= 2) | partition time 8, big-endian | metadata of processors, none here |
 *
 * The partition time survives a restart in it.
 */
import { readInt64, writeInt64 } from '../base/bytes.ts'

const version = 2
const sizeInBytes = 9

/** The text for a partition time; empty for -1, when no record was processed yet. */
export function encodePartitionTime(partitionTime: number): string {
  if (partitionTime < 0) return ''
  const bytes = new Uint8Array(sizeInBytes)
  bytes[0] = version
  writeInt64(bytes, 1, partitionTime)
  return btoa(String.fromCharCode(...bytes))
}

/** The partition time in the metadata; -1 for what is empty, of another version or not ours. */
export function decodePartitionTime(metadata: string | null | undefined): number {
  if (metadata === null || metadata === undefined || metadata === '') return -1
  let text: string
  try {
    text = atob(metadata)
  } catch {
    // Written by a consumer that is not Streams: it says nothing about partition time.
    return -1
  }
  // Version 1 had the partition time alone.
  const written = text.charCodeAt(0)
  if (text.length < sizeInBytes || (written !== 1 && written !== version)) return -1
  const time = readInt64(
    Uint8Array.from(text, character => character.charCodeAt(0)),
    1,
  )
  return Number.isSafeInteger(time) ? time : -1
}
