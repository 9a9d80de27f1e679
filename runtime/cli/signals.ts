/** SIGINT and SIGTERM for commands that go on until they are stopped: the first asks them to end, the next one kills. */
import { exitCodes } from './report.ts'

/**
 * A signal that is aborted when the user asks the command to stop; the exit code is then that of an interrupted one. Until
 * `release` is called; whatever the command has begun it ends itself.
 */
export function untilInterrupted(): { readonly signal: AbortSignal; readonly release: () => void } {
  const controller = new AbortController()
  const stop = (): void => {
    release()
    process.exitCode = exitCodes.interrupted
    controller.abort()
  }
  const release = (): void => {
    process.off('SIGINT', stop)
    process.off('SIGTERM', stop)
  }
  process.on('SIGINT', stop)
  process.on('SIGTERM', stop)
  return { signal: controller.signal, release }
}
