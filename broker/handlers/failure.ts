/** What a client is told of an error that was thrown while one part of its request was carried out. */
import { StreamsError } from '../../src/base/errors.ts'
import { BrokerError, kafkaCodeOf } from '../broker-error.ts'

export interface Failure {
  readonly errorCode: number
  readonly errorMessage: string
}

/** A refusal or a failing disk becomes an error code; anything else is a fault of the broker and is thrown on. */
export function failureOf(error: unknown): Failure {
  const isTold = error instanceof BrokerError || error instanceof StreamsError
  if (!isTold) throw error
  return { errorCode: kafkaCodeOf(error), errorMessage: error.message }
}
