/** The same jobs in Kafka's TopologyTestDriver: the reference program's rate, and a digest of what comes out. */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { JobName } from '../flights/jobs.ts'
import { capture } from '../flights/processes.ts'

/** What the reference program prints of a run. */
export interface PeerRun {
  readonly outputs: number
  readonly records_per_s: number
}

/** What `DriverOutputs.java` prints. */
export interface PeerOutputs {
  readonly records: number
  readonly digest: string
}

/** From `dist`, where the compiled benchmark is, back to the source. */
const program = fileURLToPath(new URL('../../../bench/driver/DriverOutputs.java', import.meta.url))

export class DriverPeer {
  readonly #shared: string
  readonly #inputs: string
  readonly #records: number

  /** `shared` is the folder that has `kafka.sh` and the reference program. */
  constructor(shared: string, inputs: string, records: number) {
    this.#shared = shared
    this.#inputs = inputs
    this.#records = records
  }

  async run(job: JobName): Promise<PeerRun> {
    const script = join(this.#shared, 'bench/run.sh')
    return JSON.parse(await capture(script, ['driver', this.#inputs, String(this.#records), job])) as PeerRun
  }

  /** Not timed: the reference program does not say what came out, only how much. After `run`, which compiles it. */
  async outputs(job: JobName): Promise<PeerOutputs> {
    const classes = join(this.#inputs, 'classes')
    const classPath = `${classes}:${(await capture(join(this.#shared, 'kafka.sh'), ['classpath'])).trim()}`
    if (!existsSync(join(classes, 'DriverOutputs.class')))
      await capture('javac', ['-cp', classPath, '-d', classes, program])
    const files = ['flights', 'airports'].map(name => join(this.#inputs, `${name}.ndjson`))
    const quiet = '-Dorg.slf4j.simpleLogger.defaultLogLevel=error'
    const args = ['-Xmx2g', quiet, '-cp', classPath, 'DriverOutputs', job, ...files, String(this.#records)]
    return JSON.parse(await capture('java', args)) as PeerOutputs
  }
}
