/**
 * `millrace broker start` as a child process over a folder of its own: what the clients of other makers talk to.
 *
 * With `INTEROP_BROKER=host:port` they talk to a broker that runs already: so the scenario itself is held against Apache
 * Kafka, which must be fresh and have the properties below.
 */
import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const main = fileURLToPath(new URL('../../dist/runtime/cli/main.js', import.meta.url))

/** So that a crashed member is missed after seconds. */
const properties = [
  'group.min.session.timeout.ms=1000',
  'group.consumer.session.timeout.ms=3000',
  'group.consumer.heartbeat.interval.ms=500',
  'num.partitions=2',
]

export class BrokerProcess {
  readonly address: string
  readonly #child: ChildProcess | undefined
  readonly #directory: string | undefined
  #stderr = ''

  private constructor(address: string, child?: ChildProcess, directory?: string) {
    this.#child = child
    this.#directory = directory
    this.address = address
    child?.stderr!.setEncoding('utf8').on('data', (text: string) => (this.#stderr += text))
  }

  static async start(): Promise<BrokerProcess> {
    const other = process.env['INTEROP_BROKER']
    if (other !== undefined) return new BrokerProcess(other)
    const directory = await mkdtemp(join(tmpdir(), 'millrace-interop-'))
    const settings = properties.flatMap(property => ['--property', property])
    const args = [main, 'broker', 'start', '--port', '0', '--data', directory, ...settings]
    const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'] })
    const line = await Promise.race([
      once(child.stdout.setEncoding('utf8'), 'data').then(([text]) => String(text)),
      once(child, 'exit').then(([code]) => `it ended with ${String(code)}`),
    ])
    const address = /^listening on (\S+)\n$/.exec(line)?.[1]
    if (address === undefined) {
      child.kill('SIGKILL')
      throw new Error(`the broker does not listen (was it built?): ${line}`)
    }
    return new BrokerProcess(address, child, directory)
  }

  /** What the broker has told on its standard error. */
  get stderr(): string {
    return this.#stderr
  }

  async stop(): Promise<void> {
    if (this.#child === undefined || this.#directory === undefined) return
    if (this.#child.exitCode === null) {
      const ended = once(this.#child, 'exit')
      this.#child.kill('SIGTERM')
      await ended
    }
    await rm(this.#directory, { recursive: true, force: true })
  }
}
