/**
 * What a damaged marker said, if one flipped bit is all that became of it: the checksum tells which.
 *
 * Recovery steps over damaged batches. If one of them was the end of a transaction, the transaction would seem open until the
 * next marker of its producer, and what was aborted would be committed with the transaction after it.
 */
import { writeInt32 } from '../../src/base/bytes.ts'
import { batchField, batchMagic, computedCrcOf, crcOf, isControl } from '../../src/record/batch-format.ts'
import type { Segment } from './segment.ts'

/** Bytes of a marker: a batch of one record, which is always as long. */
const markerBytes = 78

/** The marker as it was written, but for its offset; undefined if the bytes are none of a marker with a flipped bit. */
export function repairedMarker(segment: Segment, from: number, to: number): Uint8Array | undefined {
  if (to - from !== markerBytes) return undefined
  const bytes = new Uint8Array(markerBytes)
  if (segment.file.read(bytes, 0, markerBytes, from) !== markerBytes) return undefined
  // What the checksum does not cover is known.
  writeInt32(bytes, batchField.batchLength, markerBytes - 12)
  bytes[batchField.magic] = batchMagic
  const isRight = () => crcOf(bytes, 0) === computedCrcOf(bytes, 0)
  if (isRight()) return isControl(bytes, 0) ? bytes : undefined
  for (let bit = batchField.crc * 8; bit < markerBytes * 8; bit++) {
    const at = bit >> 3
    bytes[at]! ^= 1 << (bit & 7)
    if (isRight()) return isControl(bytes, 0) ? bytes : undefined
    bytes[at]! ^= 1 << (bit & 7)
  }
  return undefined
}
