/**
 * `BrokerError`: a refusal that a client is told as one of Kafka's numeric error codes.
 *
 * Thrown by the log and the coordinators, turned into an `errorCode` by the handlers. What goes wrong with the
 * disk is a `StreamsError` (MR-40xx) instead, because the operator has to act on it, not the client;
 * `kafkaCodeOf` is the one place that says which number a client sees for which error.
 */
import { StreamsError } from '../src/base/errors.ts'
import { kafkaErrors } from '../src/protocol/errors.ts'

/** A refusal with Kafka's error code; `message` goes into the response where the API has a field for it. */
export class BrokerError extends Error {
  override readonly name = 'BrokerError'
  /** The number on the wire. */
  readonly kafkaCode: number

  constructor(kafkaCode: number, message: string, options?: { readonly cause?: unknown }) {
    super(message, options)
    this.kafkaCode = kafkaCode
  }
}

/** A record of a batch that was refused, and why. */
export interface RefusedRecord {
  /** Which record of the batch, from 0. */
  readonly batchIndex: number
  readonly why: string
}

/** A batch that is refused because of some of its records (KIP-467). */
export class RecordsRefused extends BrokerError {
  readonly records: readonly RefusedRecord[]

  constructor(kafkaCode: number, message: string, records: readonly RefusedRecord[]) {
    super(kafkaCode, message)
    this.records = records
  }
}

/** The code to answer for whatever was thrown: never the message of an unknown error, which may hold secrets. */
export function kafkaCodeOf(error: unknown): number {
  if (error instanceof BrokerError) return error.kafkaCode
  if (error instanceof StreamsError) {
    if (error.code === 'MR-4002') return kafkaErrors.CORRUPT_MESSAGE.code
    if (error.code === 'MR-4003' || error.code === 'MR-4004') return kafkaErrors.KAFKA_STORAGE_ERROR.code
  }
  return kafkaErrors.UNKNOWN_SERVER_ERROR.code
}
