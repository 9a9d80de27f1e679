/** `millrace broker start` as a child process on a fixed port, to be killed, paused and started again over its data. */
import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'

export interface BrokerProcessOptions {
  /** The built `runtime/cli/main.js`. */
  readonly main: string
  readonly directory: string
  readonly port: number
  readonly properties: readonly string[]
}

export class BrokerProcess {
  readonly #options: BrokerProcessOptions
  #child: ChildProcess | undefined
  #stderr = ''

  constructor(options: BrokerProcessOptions) {
    this.#options = options
  }

  /** The last lines that the broker said on standard error, over all its lives. */
  get stderr(): string {
    return this.#stderr
  }

  /** Milliseconds of processor time that the broker has had in this life; undefined where the system does not say. */
  get processorMs(): number | undefined {
    try {
      const [time] = readFileSync(`/proc/${this.#child?.pid}/schedstat`, 'utf8').split(' ')
      return Number(time) / 1e6
    } catch {
      // It has ended, or there is no /proc.
      return undefined
    }
  }

  /** Starts the broker. Resolves when it is ready, or has been killed before it was; rejects if it ends by itself. */
  async start(): Promise<void> {
    const { main, directory, port, properties } = this.#options
    const flags = properties.flatMap(property => ['--property', property])
    const child = spawn(
      process.execPath,
      [main, 'broker', 'start', '--port', String(port), '--data', directory, ...flags],
      { stdio: ['ignore', 'pipe', 'pipe'] },
    )
    this.#child = child
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      this.#stderr = (this.#stderr + text).slice(-10_000)
    })
    const ready = once(child.stdout, 'data')
    const exit = once(child, 'exit') as Promise<[number | null, NodeJS.Signals | null]>
    const ended = await Promise.race([ready.then(() => undefined), exit])
    if (ended !== undefined && ended[1] === null) {
      throw new Error(`the broker ended with ${ended[0]} instead of starting:\n${this.#stderr}`)
    }
  }

  /** Sends a signal that ends the process and waits for its end; answers the exit code, `null` after a kill. */
  async end(signal: 'SIGKILL' | 'SIGTERM'): Promise<number | null> {
    const child = this.#child
    if (child === undefined) return null
    if (child.exitCode !== null || child.signalCode !== null) return child.exitCode
    const exit = once(child, 'exit') as Promise<[number | null]>
    child.kill(signal)
    const [code] = await exit
    return code
  }

  /** Stops the process in its tracks, as a virtual machine that is moved does; `end` with SIGKILL ends it even then. */
  pause(): void {
    this.#child?.kill('SIGSTOP')
  }

  resume(): void {
    this.#child?.kill('SIGCONT')
  }
}
