#!/usr/bin/env node
/** The `millrace` command: parses its arguments and hands over to a command, which is loaded only then. */
import { createProgram } from './program.ts'
import { exitCodeFor, exitCodes, reportError } from './report.ts'

const program = createProgram(isError => process.exit(isError ? exitCodes.usage : exitCodes.ok))

try {
  await program.parseAsync()
} catch (error) {
  reportError(error)
  process.exitCode = exitCodeFor(error)
}
