/** What a client is told of an error that was thrown while one part of its request was carried out. */
import { StreamsError } from '../../src/base/errors.ts'
import { BrokerError, kafkaCodeOf, RecordsRefused, type RefusedRecord } from '../broker-error.ts'

export interface Failure {
  readonly errorCode: number
  readonly errorMessage: string
  /** Where a batch is refused because of some of its records. */
  readonly refusedRecords?: readonly RefusedRecord[]
}

/** A refusal or a failing disk becomes an error code; anything else is a fault of the broker and is thrown on. */
export function failureOf(error: unknown): Failure {
  const isTold = error instanceof BrokerError || error instanceof StreamsError
  if (!isTold) throw error
  const told = { errorCode: kafkaCodeOf(error), errorMessage: error.message }
  return error instanceof RecordsRefused ? { ...told, refusedRecords: error.records } : told
}
