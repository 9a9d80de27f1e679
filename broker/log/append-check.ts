/**
 * What is looked at before a batch may enter the log, and what is refused with which code (semantics G29).
 *
 * Headers and checksums always. Each record only where asked for, or where the topic is compacted and so needs keys:
 * a walk costs about 20 ns a record and a decompression where there is compression. What passes is described once, as
 * an `IncomingBatch`, and never parsed again on its way.
 */
import { StreamsError } from '../../src/base/errors.ts'
import { writeInt32, writeInt64 } from '../../src/base/bytes.ts'
import {
  baseSequenceOf,
  batchField,
  codecIdOf,
  computedCrcOf,
  isControl,
  isLogAppendTime,
  isTransactional,
  lastOffsetDeltaOf,
  lastSequenceOf,
  maxTimestampOf,
  noProducerId,
  noSequence,
  noTimestamp,
  producerEpochOf,
  producerIdOf,
  recordCountOf,
  setLogAppendTime,
  sizeInBytesOf,
  baseOffsetOf,
} from '../../src/record/batch-format.ts'
import { RecordCursor } from '../../src/record/batch-reader.ts'
import { isCodecRegistered, type Scratch } from '../../src/record/compression.ts'
import { kafkaErrors } from '../../src/protocol/errors.ts'
import { BrokerError, RecordsRefused, type RefusedRecord } from '../broker-error.ts'
import { batchFault } from './batch-scan.ts'
import type { LogConfig } from './log-config.ts'
import type { AppendOptions } from './log-types.ts'
import type { ProducerBatch, ProducerStates, RememberedBatch } from './producer-state.ts'
import { recompressed } from './recompress.ts'

/** A batch on its way into the log. */
export interface IncomingBatch extends ProducerBatch {
  /** Where it starts in the appended bytes. */
  readonly at: number
  readonly sizeInBytes: number
  readonly lastOffsetDelta: number
  readonly maxTimestamp: number
}

/** Refused records of one batch that are told; a batch may hold a million. */
const refusedRecordsMax = 1000
const cursor = new RecordCursor()
/** What it decompresses to, batch after batch. */
const scratch: Scratch = { bytes: new Uint8Array(0) }

/** What passed: the bytes as they go into the log, and what batches they hold. */
export interface CheckedAppend {
  readonly bytes: Uint8Array
  readonly batches: readonly IncomingBatch[]
  /** Whether the bytes are still those that were lent. */
  readonly isLent: boolean
}

/**
 * Checks all batches of an append. Where the topic says so, the time of the append is written into them, and a client's
 * batch is stored in the topic's codec.
 */
export function checkAppend(
  given: Uint8Array,
  config: LogConfig,
  options: AppendOptions,
  place: string,
): CheckedAppend {
  let bytes = given
  const batches: IncomingBatch[] = []
  for (let at = 0; at < bytes.length;) {
    checkStructure(bytes, at, config, place)
    if (options.origin === 'client') {
      if (at > 0) throw invalid(`A produce request holds more than one batch for ${place}.`)
      checkClientBatch(bytes, at, config, options, place)
      bytes = storedAs(bytes, config, place)
    }
    if (config.timestampType === 'LogAppendTime' && !isControl(bytes, at))
      setLogAppendTime(bytes, at, options.nowMs)
    const batch = describeBatch(bytes, at)
    batches.push(batch)
    at += batch.sizeInBytes
  }
  if (batches.length === 0) throw invalid(`There is no batch to append to ${place}.`)
  return { bytes, batches, isLent: options.isLent === true && bytes === given }
}

/** A client's batch in the topic's codec. What grows by it must still fit, as in Kafka. */
function storedAs(bytes: Uint8Array, config: LogConfig, place: string): Uint8Array {
  if (config.storedCodec === 'producer' || sizeInBytesOf(bytes, 0) < bytes.length) return bytes
  const stored = recompressed(bytes, config.storedCodec, place)
  if (stored !== bytes) {
    checkSize(stored, 0, config, place)
    checkSegment(stored, 0, config, place)
  }
  return stored
}

function checkStructure(bytes: Uint8Array, at: number, config: LogConfig, place: string): void {
  const fault = batchFault(bytes, at, bytes.length)
  if (fault !== undefined) {
    throw new BrokerError(kafkaErrors.CORRUPT_MESSAGE.code, `A batch for ${place} is corrupt: ${fault}.`)
  }
  checkSegment(bytes, at, config, place)
}

function checkSegment(bytes: Uint8Array, at: number, config: LogConfig, place: string): void {
  const size = sizeInBytesOf(bytes, at)
  if (size > config.segmentBytes) {
    throw new BrokerError(
      kafkaErrors.RECORD_LIST_TOO_LARGE.code,
      `A batch of ${size} bytes exceeds segment.bytes ${config.segmentBytes} of ${place}.`,
    )
  }
}

function checkClientBatch(
  bytes: Uint8Array,
  at: number,
  config: LogConfig,
  options: AppendOptions,
  place: string,
): void {
  checkSize(bytes, at, config, place)
  const count = recordCountOf(bytes, at)
  if (baseOffsetOf(bytes, at) !== 0) throw invalid(`A batch for ${place} does not start at offset 0.`)
  if (count === 0) throw invalid(`A batch for ${place} is empty.`)
  if (count !== lastOffsetDeltaOf(bytes, at) + 1) {
    throw invalid(
      `A batch for ${place} has ${count} records but offsets up to ${lastOffsetDeltaOf(bytes, at)}.`,
    )
  }
  if (isControl(bytes, at)) throw invalid('Clients may not write control records.')
  if (isLogAppendTime(bytes, at))
    throw badTimestamp('A producer may not set the timestamp type to LogAppendTime.')
  const producerId = producerIdOf(bytes, at)
  if (producerId !== noProducerId && (baseSequenceOf(bytes, at) < 0 || producerEpochOf(bytes, at) < 0)) {
    throw invalid(`A batch of producer ${producerId} has no sequence or no epoch.`)
  }
  if (isTransactional(bytes, at) && producerId === noProducerId)
    throw invalid('A transaction needs a producer id.')
  const codec = codecIdOf(bytes, at)
  if (!isCodecRegistered(codec)) {
    throw new BrokerError(kafkaErrors.UNSUPPORTED_COMPRESSION_TYPE.code, `Codec ${codec} is not known here.`)
  }
  if (options.recordsChecked ?? true) checkRecords(bytes, at, config, options.nowMs, place)
  else checkUnread(bytes, at, config, options.nowMs, place)
}

function checkSize(bytes: Uint8Array, at: number, config: LogConfig, place: string): void {
  const size = sizeInBytesOf(bytes, at)
  if (size > config.messageBytesMax) {
    throw new BrokerError(
      kafkaErrors.MESSAGE_TOO_LARGE.code,
      `A batch of ${size} bytes exceeds max.message.bytes ${config.messageBytesMax} of ${place}.`,
    )
  }
}

/** Offsets count from 0 without a hole, times are within bounds, keys are there, and the header tells the truth. */
function checkRecords(bytes: Uint8Array, at: number, config: LogConfig, nowMs: number, place: string): void {
  let offset = 0
  let maxTimestamp = noTimestamp
  let outOfTime = false
  const refused: RefusedRecord[] = []
  const timed = config.timestampType === 'CreateTime'
  walk(bytes, at, place, () => {
    if (cursor.offset !== offset)
      throw invalid(`Record ${offset} of a batch for ${place} has offset ${cursor.offset}.`)
    const keyless = config.compact && cursor.keyEnd < cursor.keyStart
    const late = !keyless && timed ? timestampFault(cursor.timestamp, config, nowMs) : undefined
    outOfTime ||= late !== undefined
    const why = keyless ? keyMissing(place) : late
    if (why !== undefined && refused.length < refusedRecordsMax) refused.push({ batchIndex: offset, why })
    if (cursor.timestamp > maxTimestamp) maxTimestamp = cursor.timestamp
    cursor.checkHeaders()
    offset++
  })
  if (refused.length > 0) throw recordsRefused(refused, outOfTime)
  // Some clients leave it out or guess; retention and look-ups by time rely on it. Kafka mends it likewise.
  if (timed && maxTimestamp !== maxTimestampOf(bytes, at)) {
    writeInt64(bytes, at + batchField.maxTimestamp, maxTimestamp)
    writeInt32(bytes, at + batchField.crc, computedCrcOf(bytes, at))
  }
}

/** What is checked of a batch whose records are not. */
function checkUnread(bytes: Uint8Array, at: number, config: LogConfig, nowMs: number, place: string): void {
  const timed = config.timestampType === 'CreateTime'
  const late = timed ? timestampFault(maxTimestampOf(bytes, at), config, nowMs) : undefined
  if (late !== undefined) throw badTimestamp(late)
  if (!config.compact) return
  walk(bytes, at, place, () => {
    if (cursor.keyEnd < cursor.keyStart) throw invalid(keyMissing(place))
  })
}

function walk(bytes: Uint8Array, at: number, place: string, see: () => void): void {
  try {
    cursor.reset(bytes, at, { place, scratch })
    while (cursor.next()) see()
  } catch (error) {
    if (!(error instanceof StreamsError)) throw error
    throw new BrokerError(kafkaErrors.INVALID_RECORD.code, error.message, { cause: error })
  }
}

/** What is wrong with the time of a record. */
function timestampFault(timestamp: number, config: LogConfig, nowMs: number): string | undefined {
  if (timestamp === noTimestamp) return undefined
  const latest = nowMs + config.timestampAfterMaxMs
  if (timestamp <= latest && timestamp >= nowMs - config.timestampBeforeMaxMs) return undefined
  return (
    `Timestamp ${timestamp} is out of range at ${nowMs}: message.timestamp.before.max.ms is ` +
    `${config.timestampBeforeMaxMs}, message.timestamp.after.max.ms is ${config.timestampAfterMaxMs}.`
  )
}

/** The code is that of Kafka: one record out of time decides it, whatever is wrong with the others. */
function recordsRefused(records: readonly RefusedRecord[], outOfTime: boolean): RecordsRefused {
  const { code } = outOfTime ? kafkaErrors.INVALID_TIMESTAMP : kafkaErrors.INVALID_RECORD
  const first = records.slice(0, 3).map(({ batchIndex, why }) => `record ${batchIndex}: ${why}`)
  return new RecordsRefused(
    code,
    `Of a batch ${records.length} records are refused, for example ${first.join(' ')}`,
    records,
  )
}

/** Refuses what the producers' state refuses; answers the earlier batch that a batch of a client repeats. */
export function checkProducers(
  producers: ProducerStates,
  batches: readonly IncomingBatch[],
  options: AppendOptions,
): RememberedBatch | undefined {
  const sequenced = options.origin === 'client'
  const { transactionVerified = true, transactionVersion = 1 } = options
  for (const batch of batches) {
    if (batch.producerId === noProducerId) continue
    const repeated = sequenced ? producers.duplicateOf(batch) : undefined
    if (repeated !== undefined) return repeated
    producers.check(batch, { sequenced, transactionVerified, transactionVersion })
  }
  return undefined
}

/** A batch as its header says. */
export function describeBatch(bytes: Uint8Array, at: number): IncomingBatch {
  return {
    at,
    sizeInBytes: sizeInBytesOf(bytes, at),
    lastOffsetDelta: lastOffsetDeltaOf(bytes, at),
    maxTimestamp: maxTimestampOf(bytes, at),
    producerId: producerIdOf(bytes, at),
    producerEpoch: producerEpochOf(bytes, at),
    baseSequence: baseSequenceOf(bytes, at),
    lastSequence: baseSequenceOf(bytes, at) === noSequence ? noSequence : lastSequenceOf(bytes, at),
    transactional: isTransactional(bytes, at),
  }
}

function invalid(message: string): BrokerError {
  return new BrokerError(kafkaErrors.INVALID_RECORD.code, message)
}

function badTimestamp(message: string): BrokerError {
  return new BrokerError(kafkaErrors.INVALID_TIMESTAMP.code, message)
}

function keyMissing(place: string): string {
  return `${place} is compacted: every record needs a key.`
}
