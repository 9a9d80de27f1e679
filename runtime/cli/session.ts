/** What a command works with while it runs: the cluster, how to print what it found, and whether it may destroy. */
import { createInterface } from 'node:readline/promises'
import { StreamsError } from '../../src/base/errors.ts'
import { nearestName } from '../../src/base/nearest-name.ts'
import { kafkaBrokers, openCluster } from '../brokers.ts'
import { Admin } from '../client/admin.ts'
import type { Cluster } from '../client/cluster.ts'
import type { TopicMetadata } from '../client/metadata-cache.ts'
import { TransactionAdmin } from '../client/transaction-admin.ts'
import { clientProperties, type ClientProperties } from './client-properties.ts'
import type { ClusterFlags } from './declarations/cluster-flags.ts'
import { durationOf } from './invalid.ts'
import type { OutputForm } from './output/forms.ts'
import { textOf, type View } from './output/view.ts'
import { print } from './report.ts'
import { clientSecurity } from './security-properties.ts'

const brokersDefault = 'localhost:9092'
const timeoutMsDefault = 10_000
const requestTimeoutMsMax = 30_000

/** The flags with what they fall back to. */
export interface Settings {
  readonly brokers: string
  readonly properties: ClientProperties
  /** `undefined`: nobody said, so that a command may have a default of its own. */
  readonly form: OutputForm | undefined
  readonly quiet: boolean
  readonly verbose: boolean
  readonly color: boolean
  readonly timeoutMs: number
  readonly yes: boolean
}

export class Session {
  readonly cluster: Cluster
  readonly admin: Admin
  readonly transactions: TransactionAdmin
  readonly settings: Settings

  constructor(cluster: Cluster, settings: Settings) {
    this.cluster = cluster
    this.admin = new Admin(cluster)
    this.transactions = new TransactionAdmin(cluster)
    this.settings = settings
  }

  /** Prints what was found on the standard output. */
  show(view: View): Promise<void> {
    const { form = 'table', quiet, color } = this.settings
    return print(textOf(view, form, { headings: !quiet, color }))
  }

  /** A line of progress on the standard error. */
  note(text: string): void {
    if (!this.settings.quiet) process.stderr.write(`${text}\n`)
  }

  /** A line for those who want to know more. */
  detail(text: string): void {
    if (this.settings.verbose) process.stderr.write(`${text}\n`)
  }

  /** Topics in the order of their names as given, each once. MR-2001 for one that does not exist, with the nearest that does. */
  async topics(given: readonly string[]): Promise<readonly TopicMetadata[]> {
    const names = [...new Set(given)]
    const found = new Map((await this.admin.describeTopics(names)).map(topic => [topic.name, topic]))
    for (const name of names) {
      if (found.has(name)) continue
      const all = await this.admin.listTopics()
      const nearest = nearestName(
        name,
        all.map(topic => topic.name),
      )
      throw new StreamsError('MR-2001', {
        what: `topic ${name} does not exist`,
        fix: nearest === undefined ? 'See `millrace topic list`.' : `Did you mean ${nearest}?`,
      })
    }
    return names.map(name => found.get(name)!)
  }

  /** Whether to go on with what destroys: told by `--yes`, or asked where there is a terminal. MR-6203 where neither. */
  async confirm(what: string): Promise<void> {
    if (this.settings.yes) return
    const refused = new StreamsError('MR-6203', { what: `not done: ${what}`, fix: 'Give --yes to do it.' })
    if (!process.stdin.isTTY || !process.stderr.isTTY) throw refused
    const answer = await this.#ask(`${what}? [y/N] `)
    if (!/^y(es)?$/i.test(answer.trim())) throw refused
  }

  /** What is typed at the terminal; nothing where it is left with Ctrl-C, Ctrl-D, or hangs up. */
  async #ask(question: string): Promise<string> {
    const terminal = createInterface({ input: process.stdin, output: process.stderr })
    const left = new AbortController()
    terminal.once('SIGINT', () => left.abort())
    terminal.once('close', () => left.abort())
    try {
      return await terminal.question(question, { signal: left.signal })
    } catch (error) {
      if (!(error instanceof Error) || error.name !== 'AbortError') throw error
      process.stderr.write('\n')
      return ''
    } finally {
      terminal.close()
    }
  }
}

/** Opens a client of the cluster that the flags name, and closes it after the work. */
export async function withCluster(
  flags: ClusterFlags,
  work: (session: Session) => Promise<void>,
): Promise<void> {
  const settings = settingsOf(flags)
  const { properties, brokers } = settings
  const cluster = openCluster(
    kafkaBrokers(brokers, clientSecurity(properties.security)),
    properties.clientId ?? 'millrace-cli',
    {
      callTimeoutMs: settings.timeoutMs,
      requestTimeoutMs: properties.requestTimeoutMs ?? Math.min(requestTimeoutMsMax, settings.timeoutMs),
    },
  )
  const session = new Session(cluster, settings)
  try {
    session.detail(`brokers: ${brokers}`)
    await work(session)
  } catch (error) {
    if (error instanceof Error) session.detail(error.stack ?? error.message)
    throw error
  } finally {
    await cluster.close()
  }
}

/** The flags, over `-X`, over the environment, over defaults. */
export function settingsOf(flags: ClusterFlags): Settings {
  const { env, stdout } = process
  const properties = clientProperties(flags.X ?? [])
  // A variable that is set to nothing says nothing.
  const environment = env.KAFKA_BROKERS || env.KAFKA_BOOTSTRAP_SERVERS || brokersDefault
  const brokers = flags.brokers ?? properties.brokers ?? environment
  const plain = flags.color === false || (env.NO_COLOR ?? '') !== ''
  return {
    brokers,
    properties,
    form: flags.output as OutputForm | undefined,
    quiet: flags.quiet ?? false,
    verbose: flags.verbose ?? false,
    color: stdout.isTTY && !plain,
    timeoutMs:
      flags.timeout === undefined
        ? (properties.callTimeoutMs ?? timeoutMsDefault)
        : durationOf(flags.timeout, '--timeout'),
    yes: flags.yes ?? false,
  }
}
