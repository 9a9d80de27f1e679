/** How the command line tells of errors, and the exit codes it ends with. */
import type { ErrorCode } from '../../src/base/error-codes.ts'
import { StreamsError } from '../../src/base/errors.ts'

/** Exit codes of every command. */
export const exitCodes = {
  ok: 0,
  failure: 1,
  usage: 2,
  notFound: 3,
  refused: 4,
  timedOut: 124,
  interrupted: 130,
} as const

/** What is not simply a failure. */
const exitCodeOf: Partial<Readonly<Record<ErrorCode, number>>> = {
  'MR-2001': exitCodes.notFound,
  'MR-5044': exitCodes.timedOut,
  'MR-5051': exitCodes.timedOut,
  'MR-6005': exitCodes.usage,
  'MR-6201': exitCodes.usage,
  'MR-6202': exitCodes.notFound,
  'MR-6203': exitCodes.refused,
  'MR-6204': exitCodes.refused,
}

/** The exit code of a command that has ended with this error. */
export function exitCodeFor(error: unknown): number {
  return (error instanceof StreamsError ? exitCodeOf[error.code] : undefined) ?? exitCodes.failure
}

/** Prints an error on stderr: a `StreamsError` by its own text, what the system refused by its, anything else with its stack. */
export function reportError(error: unknown): void {
  const text = error instanceof StreamsError ? error.message : errorText(error)
  process.stderr.write(`${text}\n`)
}

function errorText(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  // What the system refused is no fault of ours: a stack says nothing to whom its disk is full.
  return 'syscall' in error ? error.message : (error.stack ?? error.message)
}

/** Prints text on stdout; resolves when it is out. A reader that has gone, such as `head`, is not an error. */
export function print(text: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const { stdout } = process
    const done = (error?: NodeJS.ErrnoException | null): void => {
      if (error === undefined || error === null || error.code === 'EPIPE') resolve()
      else reject(error)
    }
    // The same error comes as an event, which would end the process if nobody listened.
    stdout.on('error', done)
    stdout.write(text, done)
  })
}
