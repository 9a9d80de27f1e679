/** Our broker as users start it: `millrace broker start` in a process of its own. */
import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'

/** Where the build has the command; this file's own place is beside it. */
const main = join(import.meta.dirname, '..', '..', 'runtime', 'cli', 'main.js')

/** Processor time of a process so far, all threads, user and system; `undefined` where there is no /proc. */
export function cpuSecondsOf(pid: number): number | undefined {
  if (!existsSync(`/proc/${pid}/stat`)) return undefined
  // What follows the name, which may have spaces: the 12th and 13th of these fields, in hundredths of a second.
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)!.split(' ')
  return (Number(fields[11]) + Number(fields[12])) / 100
}

export class ChildBroker {
  readonly bootstrap: string
  readonly #child: ChildProcess

  private constructor(bootstrap: string, child: ChildProcess) {
    this.bootstrap = bootstrap
    this.#child = child
  }

  /** Over an empty directory, or with `keep` over what is there. */
  static async start(
    directory: string,
    properties: readonly string[] = [],
    { keep = false }: { readonly keep?: boolean } = {},
  ): Promise<ChildBroker> {
    if (!keep) rmSync(directory, { recursive: true, force: true })
    const settings = properties.flatMap(property => ['--property', property])
    const child = spawn(
      process.execPath,
      [main, 'broker', 'start', '--port', '0', '--data', directory, ...settings],
      {
        stdio: ['ignore', 'pipe', 'inherit'],
      },
    )
    const [line] = (await once(child.stdout.setEncoding('utf8'), 'data')) as [string]
    return new ChildBroker(/listening on (\S+)/.exec(line)![1]!, child)
  }

  get pid(): number {
    return this.#child.pid!
  }

  /** Resident memory, MiB. */
  get residentMegabytes(): number {
    const status = readFileSync(`/proc/${this.#child.pid}/status`, 'utf8')
    return Number(/VmRSS:\s+(\d+)/.exec(status)![1]) / 1024
  }

  /** Stops it as a signal does. */
  async stop(): Promise<void> {
    this.#child.kill('SIGTERM')
    await once(this.#child, 'exit')
  }
}
