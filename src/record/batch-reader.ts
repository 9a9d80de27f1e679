/**
 * Reads record batches of format v2 lazily: a cursor steps from record to record and keeps places, not objects.
 *
 * Three steps, each of use alone: `validateBatch` checks structure and checksum of one batch; `batches` walks
 * over the whole batches of a fetch; `RecordCursor` steps through one batch. A cursor trusts nothing: every length is
 * held against the end of the record and of the batch, declared counts allocate nothing, and decompression is
 * bounded. What breaks the format is MR-3101 with its place.
 */
import { StreamsError } from '../base/errors.ts'
import { VarintReader } from '../base/varint.ts'
import {
  baseOffsetOf,
  baseSequenceOf,
  baseTimestampOf,
  batchHeaderBytes,
  batchMagic,
  batchPrefixBytes,
  codecIdOf,
  computedCrcOf,
  crcOf,
  isControl,
  isLogAppendTime,
  isTransactional,
  lastOffsetOf,
  magicOf,
  maxTimestampOf,
  partitionLeaderEpochOf,
  producerEpochOf,
  producerIdOf,
  recordCountOf,
  sizeInBytesOf,
} from './batch-format.ts'
import { codecById, type Codec, type Scratch } from './compression.ts'
import { checkHeaders, readHeaders } from './record-headers.ts'
import { noHeaders, type Headers } from './record.ts'

/** What a batch may decompress to unless the caller says otherwise. */
export const decompressedBytesMaxDefault: number = 128 * 1024 * 1024

/** The least a record takes: attributes, two deltas, two lengths, a header count. */
const recordBytesMin = 6

/**
 * Holds a batch at `at` against its format and its checksum; answers its size in bytes.
 *
 * `end` is where the bytes that belong together end; a batch that runs past it is refused. `place` goes into the
 * error, such as `orders-3@120`. The records themselves are checked as a cursor reaches them.
 */
export function validateBatch(bytes: Uint8Array, at: number, end = bytes.length, place?: string): number {
  checkHeader(bytes, at, end, place)
  const written = crcOf(bytes, at)
  const computed = computedCrcOf(bytes, at)
  if (written !== computed) {
    const [declared, actual] = [written.toString(16), computed.toString(16)]
    throw corrupt(`its checksum is ${declared}, that of its bytes is ${actual}`, at, place)
  }
  return sizeInBytesOf(bytes, at)
}

/**
 * A cursor for each whole batch of `bytes[start, end)`, in order, made as it is asked for. A last batch that is cut
 * off is left out, as a fetch may cut it (semantics G2); checksums are not computed.
 */
export function* batches(
  bytes: Uint8Array,
  start = 0,
  end = bytes.length,
  place?: string,
): Generator<RecordCursor, void, undefined> {
  let at = start
  while (end - at >= batchPrefixBytes) {
    const size = sizeInBytesOf(bytes, at)
    if (size < batchHeaderBytes) throw corrupt(`its size is ${size} bytes`, at, place)
    if (size > end - at) return
    const cursor = new RecordCursor()
    cursor.reset(bytes, at, { end, place })
    yield cursor
    at += size
  }
}

export interface CursorOptions {
  /** Where the bytes that belong together end. Default: the end of the array. */
  readonly end?: number | undefined
  /** For errors: where the batch comes from. */
  readonly place?: string | undefined
  /** Default 128 MiB. */
  readonly decompressedBytesMax?: number | undefined
  /** Where records may be decompressed to, if what the cursor shows is forgotten before the scratch is used again. */
  readonly scratch?: Scratch | undefined
}

/**
 * A place in a batch. After `next()` has answered true, the fields describe one record; ranges are positions in
 * `bytes`, and an end before its start means null.
 */
export class RecordCursor {
  /** What the ranges are positions in: the array given to `reset`, or the decompressed records. */
  bytes: Uint8Array
  offset = -1
  timestamp = -1
  keyStart = 0
  keyEnd = -1
  valueStart = 0
  valueEnd = -1

  /** The array that holds the batch, and where its header starts in it. */
  batchBytes: Uint8Array
  batchStart = 0

  #at = 0
  #end = 0
  #remaining = 0
  #headersStart = 0
  #recordEnd = 0
  #baseOffset = 0
  #baseTimestamp = 0
  #appendTimestamp = -1
  #logAppendTime = false
  #place: string | undefined

  constructor() {
    this.bytes = emptyBytes
    this.batchBytes = emptyBytes
  }

  /** Goes before the first record of the batch at `batchStart`; decompresses it if need be. */
  reset(bytes: Uint8Array, batchStart: number, options: CursorOptions = noOptions): void {
    const { end = bytes.length, place } = options
    checkHeader(bytes, batchStart, end, place)
    this.#place = place
    this.batchBytes = bytes
    this.batchStart = batchStart
    this.#baseOffset = baseOffsetOf(bytes, batchStart)
    this.#baseTimestamp = baseTimestampOf(bytes, batchStart)
    this.#appendTimestamp = maxTimestampOf(bytes, batchStart)
    this.#logAppendTime = isLogAppendTime(bytes, batchStart)
    this.#remaining = recordCountOf(bytes, batchStart)
    this.offset = -1
    this.timestamp = -1
    this.keyEnd = this.keyStart - 1
    this.valueEnd = this.valueStart - 1
    this.#headersStart = this.#recordEnd = 0
    const recordsStart = batchStart + batchHeaderBytes
    const batchEnd = batchStart + sizeInBytesOf(bytes, batchStart)
    const codec = codecIdOf(bytes, batchStart)
    if (codec === 0) {
      this.bytes = bytes
      this.#at = recordsStart
      this.#end = batchEnd
    } else {
      const sizeMax = options.decompressedBytesMax ?? decompressedBytesMaxDefault
      const compressed = bytes.subarray(recordsStart, batchEnd)
      this.bytes = this.#decompress(codecById(codec), compressed, { sizeMax, scratch: options.scratch })
      this.#at = 0
      this.#end = this.bytes.length
    }
    if (this.#remaining * (recordBytesMin + 1) > this.#end - this.#at) {
      throw this.#corrupt(`it declares ${this.#remaining} records in ${this.#end - this.#at} bytes`)
    }
  }

  /**
   * Steps to the next record; false after the last.
   *
   * Whether the offsets ascend is left to the broker's check on append: logs of other brokers may hold what an old
   * client got wrong, and Kafka's own consumer reads it.
   */
  next(): boolean {
    if (this.#remaining === 0) {
      if (this.#at !== this.#end) throw this.#corrupt(`${this.#end - this.#at} bytes follow its last record`)
      return false
    }
    const bodySize = this.#varint()
    const recordEnd = this.#at + bodySize
    if (bodySize < recordBytesMin || recordEnd > this.#end) {
      throw this.#corrupt(`a record of ${bodySize} bytes has ${this.#end - this.#at} bytes left`)
    }
    this.#at++ // Attributes, unused.
    const timestampDelta = this.#varlong()
    this.offset = this.#baseOffset + this.#varint()
    this.timestamp = this.#logAppendTime ? this.#appendTimestamp : this.#baseTimestamp + timestampDelta
    const keyLength = this.#varint()
    this.keyStart = this.#at
    this.keyEnd = this.#at + keyLength
    if (keyLength > 0) this.#at += keyLength
    const valueLength = this.#varint()
    this.valueStart = this.#at
    this.valueEnd = this.#at + valueLength
    if (valueLength > 0) this.#at += valueLength
    const headersStart = this.#at
    // One check for all of them: lengths only add, so whatever ran too far above shows here. A header count is left.
    if (keyLength < -1 || valueLength < -1 || headersStart >= recordEnd) {
      throw this.#corrupt('the key and value of a record run past its end')
    }
    if (this.bytes[headersStart] === 0 && headersStart + 1 !== recordEnd) {
      throw this.#corrupt('bytes follow the last field of a record')
    }
    this.#headersStart = headersStart
    this.#at = this.#recordEnd = recordEnd
    this.#remaining--
    return true
  }

  /** A view of the key, or null. */
  key(): Uint8Array | null {
    return this.keyEnd < this.keyStart ? null : this.bytes.subarray(this.keyStart, this.keyEnd)
  }

  /** A view of the value, or null. */
  value(): Uint8Array | null {
    return this.valueEnd < this.valueStart ? null : this.bytes.subarray(this.valueStart, this.valueEnd)
  }

  /** The headers; values are views. */
  headers(): Headers {
    if (this.bytes[this.#headersStart] === 0 || this.#recordEnd === 0) return noHeaders
    try {
      return readHeaders(this.bytes, this.#headersStart, this.#recordEnd)
    } catch (error) {
      throw this.#corrupt('the headers of a record are malformed', error)
    }
  }

  /** Throws if `headers` would: a log is not to take in what no reader gets past. */
  checkHeaders(): void {
    if (this.bytes[this.#headersStart] === 0) return
    try {
      checkHeaders(this.bytes, this.#headersStart, this.#recordEnd)
    } catch (error) {
      throw this.#corrupt('the headers of a record are malformed', error)
    }
  }

  get baseOffset(): number {
    return this.#baseOffset
  }

  /** The offset of the last record as first written; the next batch starts after it (semantics G28). */
  get lastOffset(): number {
    return lastOffsetOf(this.batchBytes, this.batchStart)
  }

  get sizeInBytes(): number {
    return sizeInBytesOf(this.batchBytes, this.batchStart)
  }

  get recordCount(): number {
    return recordCountOf(this.batchBytes, this.batchStart)
  }

  get partitionLeaderEpoch(): number {
    return partitionLeaderEpochOf(this.batchBytes, this.batchStart)
  }

  get control(): boolean {
    return isControl(this.batchBytes, this.batchStart)
  }

  get transactional(): boolean {
    return isTransactional(this.batchBytes, this.batchStart)
  }

  get producerId(): number {
    return producerIdOf(this.batchBytes, this.batchStart)
  }

  get producerEpoch(): number {
    return producerEpochOf(this.batchBytes, this.batchStart)
  }

  get baseSequence(): number {
    return baseSequenceOf(this.batchBytes, this.batchStart)
  }

  #decompress(
    codec: Codec,
    compressed: Uint8Array,
    { sizeMax, scratch }: { readonly sizeMax: number; readonly scratch: Scratch | undefined },
  ): Uint8Array {
    try {
      return codec.decompress(compressed, sizeMax, scratch)
    } catch (cause) {
      throw new StreamsError('MR-3103', {
        what: `The records of a batch, compressed with ${codec.name}, cannot be read.`,
        where: placeOf(this.batchStart, this.#place),
        why: cause instanceof Error ? cause.message : undefined,
        cause,
      })
    }
  }

  /** One and two bytes are nearly all there is: lengths and deltas below 8192. */
  #varint(): number {
    const bytes = this.bytes
    const at = this.#at
    const first = bytes[at]!
    if (first < 0x80) {
      this.#at = at + 1
      return (first >>> 1) ^ -(first & 1)
    }
    const second = bytes[at + 1]!
    if (second < 0x80) {
      this.#at = at + 2
      return (((first & 0x7f) | (second << 7)) >>> 1) ^ -(first & 1)
    }
    return this.#longVarint()
  }

  #varlong(): number {
    const bytes = this.bytes
    const at = this.#at
    const first = bytes[at]!
    if (first < 0x80) {
      this.#at = at + 1
      return (first >>> 1) ^ -(first & 1)
    }
    const second = bytes[at + 1]!
    if (second < 0x80) {
      this.#at = at + 2
      return (((first & 0x7f) | (second << 7)) >>> 1) ^ -(first & 1)
    }
    return this.#longVarlong()
  }

  #longVarint(): number {
    const reader = new VarintReader(this.bytes, this.#at, this.#end)
    try {
      const value = reader.readVarint()
      this.#at = reader.at
      return value
    } catch (error) {
      throw this.#corrupt('a length or an offset of a record is malformed', error)
    }
  }

  #longVarlong(): number {
    const reader = new VarintReader(this.bytes, this.#at, this.#end)
    try {
      const value = reader.readVarlong()
      this.#at = reader.at
      return value
    } catch (error) {
      throw this.#corrupt('the timestamp of a record is malformed', error)
    }
  }

  #corrupt(why: string, cause?: unknown): StreamsError {
    return corrupt(why, this.batchStart, this.#place, cause)
  }
}

const emptyBytes = new Uint8Array(0)
const noOptions: CursorOptions = {}

/** The structure of a header: sizes that fit, a known format, integers that a number can hold. */
function checkHeader(bytes: Uint8Array, at: number, end: number, place: string | undefined): void {
  const left = end - at
  if (left < batchHeaderBytes) throw corrupt(`${left} bytes are too few for its header`, at, place)
  const size = sizeInBytesOf(bytes, at)
  if (size < batchHeaderBytes || size > left) {
    throw corrupt(`its size is ${size} bytes where ${left} are left`, at, place)
  }
  const magic = magicOf(bytes, at)
  if (magic !== batchMagic) throw corrupt(`its format is version ${magic}, not 2`, at, place)
  if (recordCountOf(bytes, at) < 0) throw corrupt('its record count is negative', at, place)
  const integers = [baseOffsetOf, baseTimestampOf, maxTimestampOf, producerIdOf]
  if (integers.some(read => !Number.isSafeInteger(read(bytes, at)))) {
    throw corrupt('an integer of its header exceeds 2^53', at, place)
  }
}

function corrupt(why: string, at: number, place: string | undefined, cause?: unknown): StreamsError {
  return new StreamsError('MR-3101', {
    what: `A record batch cannot be read: ${why}.`,
    where: placeOf(at, place),
    cause,
  })
}

function placeOf(at: number, place: string | undefined): string {
  return place === undefined ? `byte ${at}` : `${place}, byte ${at}`
}
