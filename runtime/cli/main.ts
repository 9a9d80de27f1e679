#!/usr/bin/env node
/** The `millrace` command: parses its arguments and hands over to a command, which is loaded only then. */
import { createProgram } from './program.ts'
import { exitCodeFor, exitCodes, reportError } from './report.ts'

// What cannot be told any more, since its reader has gone or its disk is full, changes nothing of what is done.
process.stderr.on('error', () => undefined)

const program = createProgram(isError => process.exit(isError ? exitCodes.usage : exitCodes.ok))

try {
  await program.parseAsync()
} catch (error) {
  reportError(error)
  process.exitCode = exitCodeFor(error)
}
