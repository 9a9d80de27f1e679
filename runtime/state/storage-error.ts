/** What the disk refused, as an error with code, place and remedy. */
import { StreamsError } from '../../src/base/errors.ts'

/** MR-4003 for a full disk, MR-4004 for anything else; a `StreamsError` is passed on as it is. */
export function storageError(error: unknown, doing: string): StreamsError {
  if (error instanceof StreamsError) return error
  const { code, message } = error as { code?: string; message?: string }
  if (code === 'ENOSPC' || code === 'EDQUOT' || /no space left|disk quota/i.test(message ?? ''))
    return new StreamsError('MR-4003', {
      what: 'The disk is full',
      where: doing,
      why: 'What was committed before is safe; what was under way is processed again after a restart.',
      fix: 'Free some space, or shorten retention, and start again.',
      cause: error,
    })
  return new StreamsError('MR-4004', {
    what: `The file system refused an operation: ${message ?? String(error)}`,
    where: doing,
    fix: 'Check the permissions and the health of the disk.',
    cause: error,
  })
}

/** The failure of a disk, here or at the broker, that an error is or was caused by. */
export function storageFailureIn(error: unknown): StreamsError | undefined {
  for (let current = error; current instanceof StreamsError; current = current.cause)
    if (current.code === 'MR-4003' || current.code === 'MR-4004') return current
  return undefined
}
