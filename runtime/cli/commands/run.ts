/** `millrace run`: loads the file of an app and runs it on the embedded broker until a signal stops it. */
import type { Duration } from '../../../src/base/duration.ts'
import { run } from '../../run.ts'
import { loadApp } from '../load-app.ts'
import { exitCodes } from '../report.ts'
import type { Guarantee } from '../../options.ts'

/** The parsed flags. */
interface RunFlags {
  readonly brokers?: string
  readonly data?: string
  readonly state?: string
  readonly guarantee?: string
  readonly commitInterval?: string
  readonly cache?: boolean
  readonly createTopics?: boolean
}

export async function runCommand(file: string, flags: RunFlags): Promise<void> {
  const app = await loadApp(file)
  const running = await run(app, {
    handleSignals: true,
    ...(flags.brokers !== undefined && { broker: flags.brokers }),
    ...(flags.data !== undefined && { dataDirectory: flags.data }),
    ...(flags.state !== undefined && { stateDirectory: flags.state }),
    ...(flags.guarantee !== undefined && { guarantee: flags.guarantee as Guarantee }),
    ...(flags.commitInterval !== undefined && { commitInterval: flags.commitInterval as Duration }),
    ...(flags.cache !== undefined && { cache: flags.cache }),
    ...(flags.createTopics !== undefined && { createTopics: flags.createTopics }),
  })
  try {
    await running.closed
  } catch {
    // The application has logged the error itself.
    process.exitCode = exitCodes.failure
  }
}
