/** The same jobs on Kafka Streams with Apache Kafka: a broker of its own, the reference program, sums of outputs. */
import { spawn } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import type { JobName } from './jobs.ts'
import { outputs } from './jobs.ts'
import { OutputSum, type Sum } from './output-sum.ts'
import { capture } from './processes.ts'

/** What the reference program prints of a run. */
export interface KafkaRun {
  readonly startup_s: number
  readonly total_s: number
  readonly records_per_s: number
  readonly peak_rss_mb: number
  /** Of the broker, right after the run. */
  readonly broker_rss_mb: number
}

const timePrefix = 'CreateTime:'

export class KafkaPeer {
  readonly #kafka: string
  readonly #data: string
  readonly #classPath: string
  readonly #bootstrap: string

  private constructor(kafka: string, data: string, classPath: string, bootstrap: string) {
    this.#kafka = kafka
    this.#data = data
    this.#classPath = classPath
    this.#bootstrap = bootstrap
  }

  /** Compiles the program, starts a broker and loads the records. `shared` is the folder that has `kafka.sh`. */
  static async start(shared: string, directory: string, inputs: string): Promise<KafkaPeer> {
    const kafka = join(shared, 'kafka.sh')
    const data = join(directory, 'kafka')
    const classes = join(directory, 'classes')
    mkdirSync(classes, { recursive: true })
    rmSync(data, { recursive: true, force: true })
    const classPath = (await capture(kafka, ['classpath'])).trim()
    if (!existsSync(join(classes, 'Flights.class')))
      await capture('javac', ['-cp', classPath, '-d', classes, join(shared, 'bench/Flights.java')])
    const bootstrap = (await capture(kafka, ['start', '--port', '29092', '--data', data])).trim()
    const peer = new KafkaPeer(kafka, data, `${classes}:${classPath}`, bootstrap)
    await peer.#flights(
      {},
      'load',
      bootstrap,
      join(inputs, 'flights.ndjson'),
      join(inputs, 'airports.ndjson'),
    )
    return peer
  }

  async run(job: JobName, guarantee: string, cache: boolean, records: number): Promise<KafkaRun> {
    const environment = cache ? {} : { FLIGHTS_CACHE: '0' }
    const program = guarantee === 'exactly-once' ? 'exactly_once_v2' : 'at_least_once'
    const line = await this.#flights(environment, 'run', this.#bootstrap, job, program, String(records), '1')
    const pid = readFileSync(join(this.#data, '1.pid'), 'utf8').trim()
    const rss = /VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]
    return { ...(JSON.parse(line) as KafkaRun), broker_rss_mb: Math.round(Number(rss) / 1024) }
  }

  /** Counts an output's committed records and adds their hashes up, as the other side does. */
  async sum(job: JobName): Promise<Sum> {
    const args = [
      'tool',
      'org.apache.kafka.tools.consumer.ConsoleConsumer',
      '--bootstrap-server',
      this.#bootstrap,
    ]
    args.push('--topic', outputs[job].name, '--from-beginning', '--isolation-level', 'read_committed')
    args.push(
      '--timeout-ms',
      '8000',
      '--formatter-property',
      'print.key=true',
      '--formatter-property',
      'print.timestamp=true',
    )
    if (job === 'repartition')
      args.push(
        '--formatter-property',
        'value.deserializer=org.apache.kafka.common.serialization.LongDeserializer',
      )
    const child = spawn(this.#kafka, args, { stdio: ['ignore', 'pipe', 'ignore'] })
    const sum = new OutputSum(job)
    for await (const line of createInterface({ input: child.stdout })) {
      const [time, key, value] = line.split('\t')
      if (time?.startsWith(timePrefix) === true) sum.add(Number(time.slice(timePrefix.length)), key!, value!)
    }
    return sum.result()
  }

  stop(): Promise<string> {
    return capture(this.#kafka, ['stop', '--data', this.#data])
  }

  #flights(environment: Readonly<Record<string, string>>, ...args: string[]): Promise<string> {
    const options = [
      '-Xmx2g',
      '-Dorg.slf4j.simpleLogger.defaultLogLevel=error',
      '-cp',
      this.#classPath,
      'Flights',
    ]
    return capture('java', [...options, ...args], environment)
  }
}
