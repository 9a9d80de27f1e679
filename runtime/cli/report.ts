/** How the command line tells of errors, and the exit codes it ends with. */
import { StreamsError } from '../../src/base/errors.ts'

/** Exit codes of every command. */
export const exitCodes = { ok: 0, failure: 1, usage: 2, notFound: 3, refused: 4, interrupted: 130 } as const

/** Prints an error on stderr: a `StreamsError` by its own text, anything else with its stack. */
export function reportError(error: unknown): void {
  const text = error instanceof StreamsError ? error.message : errorText(error)
  process.stderr.write(`${text}\n`)
}

function errorText(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error)
}
