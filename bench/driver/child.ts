/** One process of the driver benchmark: pipes the flights through a job in the test driver. Prints a line of JSON. */
import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { parseArgs } from 'node:util'
import { bytes, string, topic } from '../../src/index.ts'
import { testDriver, type TestDriver, type TestRecord } from '../../src/testing/index.ts'
import { jobApp, outputs, type JobName } from '../flights/jobs.ts'

/** What a run prints. */
export interface DriverRun {
  readonly rate: number
  /** Records per second of processor time, which other work on the machine disturbs less. */
  readonly cpuRate: number
  readonly outputs: number
  /** Of timestamp, key and value of every output in its order. */
  readonly digest: string
}

/** As in Kafka's program, only the job itself makes objects of JSON: lines of text go in, and what comes out is not parsed. */
const textTopic = (name: string) => topic(name, { key: string(), value: string() })
/** Counts are eight bytes, which are no text. */
const countTopic = (name: string) => topic(name, { key: string(), value: bytes() })

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: {
    loose: { type: 'boolean', default: false },
    partitions: { type: 'string', default: '1' },
  },
})
const [job, directory, limit] = positionals as [JobName, string, string]
const result = measure(await linesOf('airports', Infinity), await linesOf('flights', Number(limit)))
process.stdout.write(`${JSON.stringify(result)}\n`)

/** Runs twice: timed, where outputs are read and counted as they come, and for the digest of them. */
function measure(airports: readonly string[], flights: readonly string[]): DriverRun {
  const timed = pipeAll(airports, flights, () => {})
  const hash = createHash('sha1')
  const digested = pipeAll(airports, flights, ({ timestamp, key, value }) => {
    hash.update(`${timestamp}\t`).update(key).update('\t').update(value).update('\n')
  })
  if (digested.outputs !== timed.outputs) throw new Error('two runs of the same job differ')
  const { seconds, cpuSeconds, outputs } = timed
  return {
    rate: flights.length / seconds,
    cpuRate: flights.length / cpuSeconds,
    outputs,
    digest: hash.digest('hex').slice(0, 16),
  }
}

type TakeOutput = (record: TestRecord<string, string | Uint8Array>) => void

function pipeAll(airports: readonly string[], flights: readonly string[], take: TakeOutput) {
  const count = Number(values.partitions)
  const names = ['flights', 'airports', outputs[job].name]
  using driver = testDriver(jobApp(job, `bench-${job}`), {
    partitions: Object.fromEntries(names.map(name => [name, count])),
    freeze: !values.loose,
  })
  const before = job === 'join' ? pipe(driver, 'airports', airports, take) : 0
  const cpu = process.cpuUsage()
  const started = performance.now()
  const after = pipe(driver, 'flights', flights, take)
  const { user, system } = process.cpuUsage(cpu)
  return {
    seconds: (performance.now() - started) / 1000,
    cpuSeconds: (user + system) / 1_000_000,
    outputs: before + after,
  }
}

/** Writes lines of key TAB timestamp TAB value, and takes what comes out after each; answers how much that was. */
function pipe(driver: TestDriver, name: string, lines: readonly string[], take: TakeOutput): number {
  const input = driver.input(textTopic(name))
  const output = driver.output<string, string | Uint8Array>(
    job === 'repartition' ? countTopic(outputs[job].name) : textTopic(outputs[job].name),
  )
  let count = 0
  for (const line of lines) {
    const first = line.indexOf('\t')
    const second = line.indexOf('\t', first + 1)
    const at = Number(line.slice(first + 1, second))
    input.send(line.slice(0, first), line.slice(second + 1), { at })
    for (let record = output.read(); record !== undefined; record = output.read()) {
      take(record)
      count += 1
    }
  }
  return count
}

async function linesOf(name: string, limitMax: number): Promise<readonly string[]> {
  const lines: string[] = []
  for await (const line of createInterface({ input: createReadStream(join(directory, `${name}.ndjson`)) })) {
    if (lines.length === limitMax) break
    lines.push(line)
  }
  return lines
}
