/**
 * Kafka Streams over our broker, beside Kafka Streams over Apache Kafka: the flights jobs, at least once and exactly once.
 *
 *   npm run bench -- streams [--records 300000] [--jobs stateless,join] [--no-kafka]
 *
 * The application is the same in both columns (Apache's own), so that a row shows what the broker makes of it. Every
 * update leaves its operator; the outputs of both are compared as multisets of key, value and timestamp.
 */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { ChildBroker } from './broker/child-broker.ts'
import { jobNames, type JobName } from './flights/jobs.ts'
import { KafkaPeer, type KafkaRun } from './flights/kafka.ts'
import { prepareInputs } from './flights/prepare-inputs.ts'

const root = fileURLToPath(new URL('../../', import.meta.url))
const shared = join(root, '../shared/kafka')
const guarantees = ['at-least-once', 'exactly-once'] as const

export async function run(args: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...args],
    allowNegative: true,
    options: {
      records: { type: 'string', default: '300000' },
      jobs: { type: 'string', default: jobNames.join(',') },
      kafka: { type: 'boolean', default: true },
      directory: { type: 'string', default: join(root, 'bench/.data') },
    },
  })
  if (!existsSync(join(shared, 'kafka.sh'))) {
    console.log(`Kafka Streams is not to be had: ${shared} is not there`)
    return
  }
  const { directory } = values
  const records = Number(values.records)
  const inputs = await prepareInputs(directory, records)
  const ours = await overOurs(directory, inputs)
  try {
    const theirs = values.kafka ? await KafkaPeer.start(shared, directory, inputs) : undefined
    try {
      console.log(
        `Kafka Streams, 1 thread, ${records.toLocaleString('en')} records, on our broker | on Apache Kafka`,
      )
      for (const job of values.jobs.split(',') as JobName[]) {
        for (const guarantee of guarantees) await compare({ job, guarantee, records, ours, theirs })
      }
    } finally {
      await theirs?.stop()
    }
  } finally {
    await ours.stop()
  }
}

async function overOurs(directory: string, inputs: string): Promise<KafkaPeer> {
  const broker = await ChildBroker.start(join(directory, 'streams-broker'), ['num.partitions=4'])
  try {
    return await KafkaPeer.over(broker, { shared, directory, inputs })
  } catch (error) {
    await broker.stop()
    throw error
  }
}

interface Comparison {
  readonly job: JobName
  readonly guarantee: string
  readonly records: number
  readonly ours: KafkaPeer
  readonly theirs: KafkaPeer | undefined
}

async function compare({ job, guarantee, records, ours, theirs }: Comparison): Promise<void> {
  const mine = await ours.run(job, guarantee, false, records)
  const other = await theirs?.run(job, guarantee, false, records)
  const [sum, otherSum] = [await ours.sum(job), await theirs?.sum(job)]
  const same = sum.sum === otherSum?.sum && sum.records === otherSum.records
  const outputs = otherSum === undefined ? '' : same ? 'the same outputs' : 'DIFFERENT OUTPUTS'
  const columns = [
    figures(mine),
    other === undefined ? '' : figures(other),
    `${sum.records} records ${outputs}`,
  ]
  console.log(`${job.padEnd(12)} ${guarantee.padEnd(14)} | ${columns.join(' | ')}`)
}

function figures({ records_per_s: rate, startup_s: startup, broker_rss_mb: memory }: KafkaRun): string {
  return `${Math.round(rate).toLocaleString('en').padStart(9)} rec/s, start ${startup.toFixed(1)} s, broker ${memory} MB`
}
