/** A broker of Apache Kafka to be measured beside ours, and Apache's tools, which measure either. */
import { readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { capture } from '../flights/processes.ts'

const port = '29192'

export class ApacheKafka {
  readonly bootstrap: string
  readonly pid: number
  readonly #script: string
  readonly #data: string

  private constructor(bootstrap: string, script: string, data: string) {
    this.bootstrap = bootstrap
    this.#script = script
    this.#data = data
    this.pid = Number(readFileSync(join(data, '1.pid'), 'utf8'))
  }

  /** Over an empty directory. `shared` is the folder that has `kafka.sh`. */
  static async start(shared: string, data: string): Promise<ApacheKafka> {
    const script = join(shared, 'kafka.sh')
    rmSync(data, { recursive: true, force: true })
    const bootstrap = await capture(script, ['start', '--port', port, '--data', data])
    return new ApacheKafka(bootstrap.trim(), script, data)
  }

  /** Its data go with it. */
  async stop(): Promise<void> {
    await capture(this.#script, ['stop', '--data', this.#data])
    rmSync(this.#data, { recursive: true, force: true })
  }
}

/** Runs a tool by its class, as `ConsumerPerformance`; answers what it prints. */
export type ApacheTool = (name: string, args: readonly string[]) => Promise<string>

export async function apacheTools(shared: string): Promise<ApacheTool> {
  const classPath = (await capture(join(shared, 'kafka.sh'), ['classpath'])).trim()
  const quiet = '-Dorg.slf4j.simpleLogger.defaultLogLevel=error'
  return (name, args) =>
    capture('java', ['-Xmx1g', quiet, '-cp', classPath, `org.apache.kafka.tools.${name}`, ...args])
}
