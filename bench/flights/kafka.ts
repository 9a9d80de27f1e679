/** The same jobs on Kafka Streams: the reference program, over a broker of Apache Kafka or over ours; sums of outputs. */
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

/** What Kafka Streams runs on. */
export interface PeerBroker {
  readonly bootstrap: string
  readonly residentMegabytes: number
  stop(): Promise<unknown>
}

export class KafkaPeer {
  readonly #kafka: string
  readonly #broker: PeerBroker
  readonly #classPath: string

  private constructor(kafka: string, broker: PeerBroker, classPath: string) {
    this.#kafka = kafka
    this.#broker = broker
    this.#classPath = classPath
  }

  /** With a broker of Apache Kafka. `shared` is the folder that has `kafka.sh`. */
  static async start(shared: string, directory: string, inputs: string): Promise<KafkaPeer> {
    const kafka = join(shared, 'kafka.sh')
    const data = join(directory, 'kafka')
    rmSync(data, { recursive: true, force: true })
    const bootstrap = (await capture(kafka, ['start', '--port', '29092', '--data', data])).trim()
    const broker: PeerBroker = {
      bootstrap,
      get residentMegabytes() {
        const pid = readFileSync(join(data, '1.pid'), 'utf8').trim()
        const rss = /VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]
        return Number(rss) / 1024
      },
      stop: () => capture(kafka, ['stop', '--data', data]),
    }
    try {
      return await KafkaPeer.over(broker, { shared, directory, inputs })
    } catch (error) {
      await broker.stop()
      throw error
    }
  }

  /** Compiles the program, and loads the records into the broker, which is stopped with the peer. */
  static async over(
    broker: PeerBroker,
    { shared, directory, inputs }: Readonly<Record<'shared' | 'directory' | 'inputs', string>>,
  ): Promise<KafkaPeer> {
    const kafka = join(shared, 'kafka.sh')
    const classes = join(directory, 'classes')
    mkdirSync(classes, { recursive: true })
    const classPath = (await capture(kafka, ['classpath'])).trim()
    if (!existsSync(join(classes, 'Flights.class')))
      await capture('javac', ['-cp', classPath, '-d', classes, join(shared, 'bench/Flights.java')])
    const peer = new KafkaPeer(kafka, broker, `${classes}:${classPath}`)
    const files = [join(inputs, 'flights.ndjson'), join(inputs, 'airports.ndjson')]
    await peer.#flights({}, 'load', broker.bootstrap, ...files)
    return peer
  }

  async run(job: JobName, guarantee: string, cache: boolean, records: number): Promise<KafkaRun> {
    const environment = cache ? {} : { FLIGHTS_CACHE: '0' }
    const program = guarantee === 'exactly-once' ? 'exactly_once_v2' : 'at_least_once'
    const { bootstrap } = this.#broker
    const line = await this.#flights(environment, 'run', bootstrap, job, program, String(records), '1')
    const residentMegabytes = Math.round(this.#broker.residentMegabytes)
    return { ...(JSON.parse(line) as KafkaRun), broker_rss_mb: residentMegabytes }
  }

  /** Counts an output's committed records and adds their hashes up, as the other side does. */
  async sum(job: JobName): Promise<Sum> {
    const args = [
      'tool',
      'org.apache.kafka.tools.consumer.ConsoleConsumer',
      '--bootstrap-server',
      this.#broker.bootstrap,
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

  async stop(): Promise<void> {
    await this.#broker.stop()
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
