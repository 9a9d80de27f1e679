/** Which errors end a transaction, and which end its producer. */
import { StreamsError } from '../../src/base/errors.ts'
import { kafkaErrors } from '../../src/protocol/errors.ts'
import { fenced, isFenced } from './identity.ts'
import { refusal } from './refusal.ts'

/** Codes after which no transaction of this producer can succeed. */
const fatalCodes: ReadonlySet<number> = new Set([
  kafkaErrors.TRANSACTIONAL_ID_AUTHORIZATION_FAILED.code,
  kafkaErrors.CLUSTER_AUTHORIZATION_FAILED.code,
  kafkaErrors.INVALID_TXN_STATE.code,
  kafkaErrors.INVALID_PRODUCER_ID_MAPPING.code,
  kafkaErrors.UNSUPPORTED_VERSION.code,
])

/** The error for a refusal by the transaction coordinator. */
export function transactionError(code: number, what: string): StreamsError {
  if (isFenced(code)) return fenced(code, what)
  if (fatalCodes.has(code)) return refusal(code, what, { code: 'MR-5043' })
  return refusal(code, what, { code: 'MR-5042' })
}

/** Whether the producer cannot go on after this, not even by aborting. */
export function isFatal(error: unknown): boolean {
  return !(error instanceof StreamsError) || error.code === 'MR-5040' || error.code === 'MR-5043'
}

/** The error of a producer that has failed for good. */
export function fatal(error: unknown): StreamsError {
  if (error instanceof StreamsError && (error.code === 'MR-5040' || error.code === 'MR-5043')) return error
  return new StreamsError('MR-5043', {
    what: 'the producer cannot go on',
    why: error instanceof Error ? error.message : String(error),
    fix: 'Close it and make a new one with the same transactional id, which ends what is left open.',
    cause: error,
  })
}

/** The error of a transaction that can only be aborted. */
export function abortable(error: unknown): StreamsError {
  if (error instanceof StreamsError && (error.code === 'MR-5042' || error.code === 'MR-5046')) return error
  return new StreamsError('MR-5042', {
    what: 'the transaction can only be aborted, because part of it failed',
    why: error instanceof Error ? error.message : String(error),
    fix: 'Abort it and do the work again.',
    cause: error,
  })
}
