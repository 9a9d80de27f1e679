/**
 * Which failures of a commit end the worker; after all others everything since the last commit is done again.
 *
 *   MR-5042  the transaction can only be aborted     done again, unless it is for a result that is refused as it is, or
 *                                                    five commits in a row have failed so
 *   MR-5046  the group has moved on                  done again: it will tell which partitions are still ours
 *   MR-5053  the group rebalances                    done again
 *   a disk that fails, here or at the broker         ends the worker
 *   anything else                                    ends the worker
 */
import { StreamsError } from '../../src/base/errors.ts'
import { storageFailureIn } from '../state/storage-error.ts'

/** Commits of which each is aborted, one after the other, that are tried. */
const abortedCommitsMax = 5

/** The error to end with; `undefined` if the work is to be done again. `failedCount`: failures in a row, this one included. */
export function fatalFailure(error: unknown, failedCount: number): Error | undefined {
  const reason = storageFailureIn(error) ?? refusedResultIn(error)
  if (reason !== undefined) return reason
  if (!(error instanceof StreamsError)) return error instanceof Error ? error : new Error(String(error))
  if (error.code === 'MR-5046' || error.code === 'MR-5053') return undefined
  return error.code === 'MR-5042' && failedCount < abortedCommitsMax ? undefined : error
}

/** A result that its topic does not take: made anew it would be the same. */
function refusedResultIn(error: unknown): StreamsError | undefined {
  for (let current = error; current instanceof StreamsError; current = current.cause)
    if (current.code === 'MR-5045') return current
  return undefined
}
