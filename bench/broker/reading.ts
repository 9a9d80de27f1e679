/**
 * Both brokers up at once and read in turn by Apache's consumer, many times.
 *
 * Such a reading takes two seconds, most of them the client's own, and the machine's speed changes from minute to minute: only
 * readings of both brokers next to each other, and many of them, tell a difference of a tenth.
 */
import { mkdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { ApacheKafka, apacheTools, type ApacheTool } from './apache.ts'
import { ChildBroker } from './child-broker.ts'

interface ReadingOptions {
  /** The folder that has `kafka.sh`. */
  readonly shared: string
  readonly directory: string
  /** Of each topic. */
  readonly megabytes: number
  /** Of each topic, from each broker. */
  readonly readings: number
}

export async function compareReading(options: ReadingOptions): Promise<void> {
  const { shared, directory, megabytes, readings } = options
  mkdirSync(directory, { recursive: true })
  const tool = await apacheTools(shared)
  const data = join(directory, 'millrace')
  const ours = await ChildBroker.start(data)
  const theirs = await ApacheKafka.start(shared, join(directory, 'kafka'))
  const brokers = [ours.bootstrap, theirs.bootstrap] as const
  try {
    console.log(
      `${megabytes} MB a topic, each read ${readings} times from either broker in turn; records/s, means`,
    )
    console.log(
      'figure                              Millrace           Kafka   ratio, and its standard error',
    )
    for (const size of [100, 1000, 10_000]) {
      for (const codec of ['none', 'lz4']) {
        const source: Source = { topic: `r-${size}-${codec}`, records: (megabytes * 1e6) / size, size, codec }
        for (const bootstrap of brokers) await fill(tool, bootstrap, source)
        const seconds: [ours: number, theirs: number][] = []
        for (let reading = 0; reading < readings; reading++) {
          const found: [number, number] = [0, 0]
          for (const index of reading % 2 === 0 ? ([0, 1] as const) : ([1, 0] as const)) {
            found[index] = await read(tool, brokers[index], source)
          }
          seconds.push(found)
        }
        print(source, seconds)
      }
    }
  } finally {
    await theirs.stop()
    await ours.stop()
    rmSync(data, { recursive: true, force: true })
  }
}

interface Source {
  readonly topic: string
  readonly records: number
  readonly size: number
  readonly codec: string
}

async function fill(tool: ApacheTool, bootstrap: string, source: Source): Promise<void> {
  const { topic, records, size, codec } = source
  const where = ['--bootstrap-server', bootstrap, '--topic', topic]
  await tool('TopicCommand', [...where, '--create', '--partitions', '4', '--replication-factor', '1'])
  const amount = ['--num-records', String(records), '--record-size', String(size), '--throughput', '-1']
  const settings = ['acks=all', 'linger.ms=5', 'batch.size=131072', `compression.type=${codec}`]
  await tool('ProducerPerformance', [...where, ...amount, '--command-property', ...settings])
}

/** Seconds from the client's start to its last record. */
async function read(tool: ApacheTool, bootstrap: string, { topic, records }: Source): Promise<number> {
  const where = ['--bootstrap-server', bootstrap, '--topic', topic]
  const amount = ['--num-records', String(records), '--hide-header', '--timeout', '60000']
  const printed = await tool('ConsumerPerformance', [...where, ...amount])
  const line = printed.split('\n').find(each => each.split(',').length >= 6)
  const [, , , , count, perSecond] = (line ?? '').split(',').map(Number)
  if (count === undefined || perSecond === undefined || count < records) {
    throw new Error(`${bootstrap} gave ${count ?? 0} of ${records} records of ${topic}: ${printed}`)
  }
  return count / perSecond
}

/** The ratio is the geometric mean of the ratios of pairs, above 1 to our credit. */
function print({ size, codec, records }: Source, seconds: readonly (readonly [number, number])[]): void {
  const logs = seconds.map(([ours, theirs]) => Math.log(theirs / ours))
  const mean = meanOf(logs)
  const variance = meanOf(logs.map(each => (each - mean) ** 2))
  const error = Math.sqrt(variance / Math.max(1, logs.length - 1)) * Math.exp(mean)
  const rate = (index: 0 | 1) =>
    Math.round(records / meanOf(seconds.map(pair => pair[index])))
      .toLocaleString('en')
      .padStart(15)
  const figure = `consume ${size} B ${codec}`.padEnd(28)
  console.log(`${figure} ${rate(0)} ${rate(1)}    ${Math.exp(mean).toFixed(2)} ± ${error.toFixed(2)}`)
}

function meanOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length
}
