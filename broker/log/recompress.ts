/**
 * Stores a batch in the codec that its topic's `compression.type` names, whatever codec it came in.
 *
 * Only the records behind the header are touched, as one run of bytes: offsets, times and sequences stay as they are, and
 * the header changes in its size, its codec and its checksum. `producer`, the default, keeps every batch as it came,
 * which is what makes appends cheap.
 */
import {
  batchHeaderBytes,
  codecIdOf,
  readBatchHeader,
  sizeInBytesOf,
  writeBatchHeader,
} from '../../src/record/batch-format.ts'
import { decompressedBytesMaxDefault } from '../../src/record/batch-reader.ts'
import { codecById, codecIdOfName, isCodecRegistered, type CodecName } from '../../src/record/compression.ts'
import { kafkaErrors } from '../../src/protocol/errors.ts'
import { BrokerError } from '../broker-error.ts'

/** What batches of a topic are stored in; `producer`: as they came. */
export type StoredCodec = 'producer' | CodecName

/**
 * The batch that `bytes` are, in another codec; `bytes` themselves if they are in it already. The batch must have been
 * checked. INVALID_RECORD if its records do not decompress, UNSUPPORTED_COMPRESSION_TYPE without the codec.
 */
export function recompressed(bytes: Uint8Array, stored: StoredCodec, place: string): Uint8Array {
  if (stored === 'producer') return bytes
  const codec = codecIdOfName(stored)
  if (codec === undefined || !isCodecRegistered(codec)) {
    const message = `${place} is stored with ${stored}, which this broker cannot write.`
    throw new BrokerError(kafkaErrors.UNSUPPORTED_COMPRESSION_TYPE.code, message)
  }
  if (codecIdOf(bytes, 0) === codec) return bytes
  const plain = decompressed(bytes, place)
  const records = codec === 0 ? plain : codecById(codec).compress(plain)
  const batch = new Uint8Array(batchHeaderBytes + records.length)
  batch.set(records, batchHeaderBytes)
  writeBatchHeader(batch, 0, { ...readBatchHeader(bytes, 0), codec, sizeInBytes: batch.length })
  return batch
}

function decompressed(bytes: Uint8Array, place: string): Uint8Array {
  const records = bytes.subarray(batchHeaderBytes, sizeInBytesOf(bytes, 0))
  const codec = codecIdOf(bytes, 0)
  if (codec === 0) return records
  try {
    return codecById(codec).decompress(records, decompressedBytesMaxDefault)
  } catch (cause) {
    if (!(cause instanceof RangeError)) throw cause
    const message = `The records of a batch for ${place} do not decompress: ${cause.message}.`
    throw new BrokerError(kafkaErrors.INVALID_RECORD.code, message, { cause })
  }
}
