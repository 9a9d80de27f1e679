/**
 * The four flights jobs, at least once and exactly once, beside Kafka Streams in the same run.
 *
 *   npm run bench -- flights [--records 3000000] [--jobs stateless,join] [--no-kafka] [--modes forwarded,coalesced]
 *
 * Each run is a process of its own over inputs that were loaded before; the commit interval is 100 ms on both sides.
 * `forwarded`: every update leaves its operator; here both systems' outputs are compared as multisets of key, value
 * and timestamp (see output-sum.ts for the repartition job). `coalesced`: one update per key and commit (Kafka's default cache, our `cache`).
 */
import { existsSync, mkdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { jobNames, type JobName } from './flights/jobs.ts'
import { KafkaPeer, type KafkaRun } from './flights/kafka.ts'
import type { Sum } from './flights/output-sum.ts'
import { prepareInputs } from './flights/prepare-inputs.ts'
import { capture } from './flights/processes.ts'

/** What one of our runs prints. */
interface OwnRun {
  readonly startup: number
  readonly broker_s: number
  readonly total: number
  readonly peak_rss_mb: number
}

const root = fileURLToPath(new URL('../../', import.meta.url))
const shared = join(root, '../shared/kafka')
const child = fileURLToPath(new URL('./flights/child.js', import.meta.url))
const guarantees = ['at-least-once', 'exactly-once'] as const

export async function run(args: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...args],
    allowNegative: true,
    options: {
      records: { type: 'string', default: '3000000' },
      jobs: { type: 'string', default: jobNames.join(',') },
      modes: { type: 'string', default: 'forwarded,coalesced' },
      kafka: { type: 'boolean', default: true },
      directory: { type: 'string', default: join(root, 'bench/.data') },
    },
  })
  const { directory } = values
  const records = Number(values.records)
  const inputs = await prepareInputs(directory, records)
  const withKafka = values.kafka && existsSync(join(shared, 'kafka.sh'))
  if (!withKafka)
    console.log('Kafka Streams is left out: ' + (values.kafka ? `${shared} is not there` : '--no-kafka'))
  const own = await loadOwn(directory, inputs)
  const kafka = withKafka ? await KafkaPeer.start(shared, directory, inputs) : undefined
  try {
    for (const mode of values.modes.split(','))
      await runMode({ mode, jobs: values.jobs, records, own, kafka })
  } finally {
    await kafka?.stop()
    rmSync(own, { recursive: true, force: true })
  }
}

interface ModeOptions {
  readonly mode: string
  readonly jobs: string
  readonly records: number
  readonly own: string
  readonly kafka: KafkaPeer | undefined
}

async function runMode({ mode, jobs, records, own, kafka }: ModeOptions): Promise<void> {
  const cache = mode === 'coalesced'
  console.log(`\n${mode}: ${records.toLocaleString('en')} records, commit interval 100 ms`)
  console.log(
    'job          guarantee      | Millrace rec/s  start s  peak MB | Kafka rec/s  start s  app+broker MB | ratio',
  )
  for (const job of jobs.split(',') as JobName[]) {
    let compared = ''
    for (const guarantee of guarantees) {
      const theirs = await kafka?.run(job, guarantee, cache, records)
      const ours = JSON.parse(
        await capture(process.execPath, [
          child,
          'run',
          own,
          job,
          guarantee,
          mode === 'coalesced' ? 'cache' : 'all',
        ]),
      ) as OwnRun
      printRow(job, guarantee, records, ours, theirs)
      if (kafka !== undefined && !cache && guarantee === 'at-least-once')
        compared = compare(await ownSum(own, job), await kafka.sum(job))
    }
    if (compared !== '') console.log(`${job.padEnd(12)} outputs: ${compared}`)
  }
}

function printRow(job: string, guarantee: string, records: number, ours: OwnRun, theirs?: KafkaRun): void {
  const rate = records / (ours.total - ours.startup)
  const left = `${job.padEnd(12)} ${guarantee.padEnd(14)} | ${thousands(rate)} ${ours.startup.toFixed(2).padStart(8)} ${String(ours.peak_rss_mb).padStart(8)}`
  if (theirs === undefined) return console.log(left)
  const memory = theirs.peak_rss_mb + theirs.broker_rss_mb
  const right = `${thousands(theirs.records_per_s).slice(3)} ${theirs.startup_s.toFixed(2).padStart(8)} ${String(memory).padStart(14)}`
  console.log(`${left} | ${right} | ${(rate / theirs.records_per_s).toFixed(2)}`)
}

function thousands(rate: number): string {
  return Math.round(rate).toLocaleString('en').padStart(14)
}

async function ownSum(own: string, job: JobName): Promise<Sum> {
  return JSON.parse(await capture(process.execPath, [child, 'sum', own, job])) as Sum
}

function compare(ours: Sum, theirs: Sum): string {
  if (ours.sum === theirs.sum && ours.records === theirs.records) return `the same ${ours.records} records`
  return `DIFFERENT: ${ours.records} records (${ours.sum}), Kafka Streams ${theirs.records} (${theirs.sum})`
}

/** Loads the inputs into the data folder of an embedded broker. */
async function loadOwn(directory: string, inputs: string): Promise<string> {
  const own = join(directory, 'millrace')
  rmSync(own, { recursive: true, force: true })
  mkdirSync(own, { recursive: true })
  const { records, seconds } = JSON.parse(await capture(process.execPath, [child, 'load', own, inputs])) as {
    records: number
    seconds: number
  }
  console.log(
    `loaded ${records} records into Millrace at ${Math.round(records / seconds).toLocaleString('en')} records/s`,
  )
  return own
}
