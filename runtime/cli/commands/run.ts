/** `millrace run`: loads the file of an app and runs it, on the embedded broker or on others, until a signal stops it. */
import type { Duration } from '../../../src/base/duration.ts'
import { kafkaBrokers, type Brokers } from '../../brokers.ts'
import { run } from '../../run.ts'
import { clientProperties } from '../client-properties.ts'
import { invalid } from '../invalid.ts'
import { loadApp } from '../load-app.ts'
import { exitCodes } from '../report.ts'
import { clientSecurity, securityNames } from '../security-properties.ts'
import type { Guarantee } from '../../options.ts'

/** The parsed flags. */
interface RunFlags {
  readonly brokers?: string
  readonly X?: readonly string[]
  readonly data?: string
  readonly state?: string
  readonly guarantee?: string
  readonly commitInterval?: string
  readonly cache?: boolean
  readonly createTopics?: boolean
}

export async function runCommand(file: string, flags: RunFlags): Promise<void> {
  const broker = brokersOf(flags)
  const app = await loadApp(file)
  const running = await run(app, {
    handleSignals: true,
    ...(broker !== undefined && { broker }),
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

/** The brokers that are named, connected to as `-X` says; what else clients can be told is the app's own affair. */
function brokersOf({ brokers, X = [] }: RunFlags): Brokers | string | undefined {
  if (X.length === 0) return brokers
  const { security } = clientProperties(X)
  for (const pair of X) {
    const [name] = pair.split('=', 1)
    if (securityNames.some(each => each === name)) continue
    throw invalid(`-X ${name} does not say how an app connects`, `Known are: ${securityNames.join(', ')}.`)
  }
  if (brokers === undefined) throw invalid('-X is for brokers on the network', 'Name them with --brokers.')
  return kafkaBrokers(brokers, clientSecurity(security))
}
