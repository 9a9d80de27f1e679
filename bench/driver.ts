/**
 * The test driver beside Kafka's TopologyTestDriver: the four flights jobs, record by record, in the same run.
 *
 *   npm run bench -- driver [--records 100000] [--jobs stateless,join] [--no-kafka]
 *
 * Both take keys and values as bytes, process each record before the next one is written, and have their output read
 * as it comes. Millrace runs three times: as a test runs it by default, on one partition, which is all that the other
 * has; without freezing; and on four partitions. Outputs are compared record by record, in their order.
 */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import type { DriverRun } from './driver/child.ts'
import { DriverPeer } from './driver/kafka.ts'
import { jobNames, type JobName } from './flights/jobs.ts'
import { prepareInputs } from './flights/prepare-inputs.ts'
import { capture } from './flights/processes.ts'

const root = fileURLToPath(new URL('../../', import.meta.url))
const shared = join(root, '../shared/kafka')
const child = fileURLToPath(new URL('./driver/child.js', import.meta.url))

export async function run(args: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...args],
    allowNegative: true,
    options: {
      records: { type: 'string', default: '100000' },
      jobs: { type: 'string', default: jobNames.join(',') },
      kafka: { type: 'boolean', default: true },
      directory: { type: 'string', default: join(root, 'bench/.data') },
    },
  })
  const records = Number(values.records)
  const inputs = await prepareInputs(values.directory, records)
  const withKafka = values.kafka && existsSync(join(shared, 'kafka.sh'))
  if (!withKafka)
    console.log('Kafka Streams is left out: ' + (values.kafka ? `${shared} is not there` : '--no-kafka'))
  const peer = withKafka ? new DriverPeer(shared, inputs, records) : undefined
  const own = async (job: JobName, options: readonly string[]): Promise<DriverRun> =>
    JSON.parse(
      await capture(process.execPath, [child, job, inputs, String(records), ...options]),
    ) as DriverRun
  console.log(`${records.toLocaleString('en')} records, each processed before the next; records per second`)
  console.log('job          | Millrace  not frozen  4 partitions | Kafka  ratio | outputs')
  for (const job of values.jobs.split(',') as JobName[]) {
    const theirs = await peer?.run(job)
    const frozen = await own(job, [])
    const loose = await own(job, ['--loose'])
    const four = await own(job, ['--partitions', '4'])
    const rates = [frozen.rate, loose.rate, four.rate].map((rate, n) => thousands(rate, [8, 11, 13][n]!))
    const left = `${job.padEnd(12)} | ${rates.join(' ')}`
    if (theirs === undefined || peer === undefined) console.log(`${left} |`)
    else {
      const ratio = (frozen.rate / theirs.records_per_s).toFixed(2).padStart(6)
      const outputs = compare(frozen, await peer.outputs(job))
      console.log(`${left} | ${thousands(theirs.records_per_s, 6)} ${ratio} | ${outputs}`)
    }
  }
}

function thousands(rate: number, width: number): string {
  return Math.round(rate).toLocaleString('en').padStart(width)
}

function compare(ours: DriverRun, theirs: { readonly records: number; readonly digest: string }): string {
  if (ours.outputs === theirs.records && ours.digest === theirs.digest) return `the same ${ours.outputs}`
  return `DIFFERENT: ${ours.outputs} (${ours.digest}), Kafka's ${theirs.records} (${theirs.digest})`
}
