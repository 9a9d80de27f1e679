/** One process of the flights benchmark: loads the records, runs a job, or sums up an output. Prints a line of JSON. */
import { createReadStream, readFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { bytes, string, topic } from '../../src/index.ts'
import {
  createTopics,
  readTopic,
  run,
  silentLogger,
  startEmbeddedBroker,
  TopicWriter,
  type Guarantee,
} from '../../runtime/index.ts'
import { airports, flights, jobApp, outputs, type JobName } from './jobs.ts'
import { OutputSum } from './output-sum.ts'

const [command, directory, ...args] = process.argv.slice(2) as [string, string, ...string[]]
const print = (result: object): void => void process.stdout.write(`${JSON.stringify(result)}\n`)

switch (command) {
  case 'load':
    await load(args[0]!)
    break
  case 'run':
    await measure(args[0] as JobName, args[1] as Guarantee, args[2] === 'cache')
    break
  case 'sum':
    await sum(args[0] as JobName)
    break
  default:
    throw new Error(`unknown command ${command}`)
}

/** Writes the files of `flights-data.mjs` (key TAB timestamp TAB json) into the topics. */
async function load(folder: string): Promise<void> {
  await using broker = await startEmbeddedBroker({ directory: join(directory, 'broker') })
  await createTopics(broker, [flights, airports, ...Object.values(outputs)])
  await using writer = await TopicWriter.open(broker)
  const started = performance.now()
  let records = 0
  for (const name of ['airports', 'flights']) {
    const raw = topic(name, { key: string(), value: string() })
    for await (const line of createInterface({ input: createReadStream(join(folder, `${name}.ndjson`)) })) {
      const [first, second] = [line.indexOf('\t'), line.indexOf('\t', line.indexOf('\t') + 1)]
      const timestamp = Number(line.slice(first + 1, second))
      const full = writer.send(raw, line.slice(0, first), line.slice(second + 1), { timestamp })
      if (full !== undefined) await full
      records += 1
    }
  }
  await writer.flush()
  print({ records, seconds: (performance.now() - started) / 1000 })
}

/** Runs a job from the first record to the commit of the last. */
async function measure(job: JobName, guarantee: Guarantee, cache: boolean): Promise<void> {
  const opening = performance.now()
  await using broker = await startEmbeddedBroker({ directory: join(directory, 'broker') })
  const brokerSeconds = (performance.now() - opening) / 1000
  const stateDirectory = await mkdtemp(join(directory, 'state-'))
  const started = performance.now()
  const running = await run(jobApp(job, `bench-${job}-${Date.now()}`), {
    broker,
    stateDirectory,
    guarantee,
    cache,
    commitInterval: 100,
    logger: silentLogger,
  })
  while (!running.ready) {
    if (running.state !== 'running') await running.closed
    await new Promise(resolve => setTimeout(resolve, 1))
  }
  const startup = (performance.now() - started) / 1000
  await running.caughtUp()
  const total = (performance.now() - started) / 1000
  print({
    startup,
    broker_s: brokerSeconds,
    total,
    processed: running.processedCount,
    peak_rss_mb: peakRss(),
  })
  await running.close()
  await rm(stateDirectory, { recursive: true })
}

/** Counts an output's committed records and adds their hashes up: equal for equal multisets, in whatever order. */
async function sum(job: JobName): Promise<void> {
  await using broker = await startEmbeddedBroker({ directory: join(directory, 'broker') })
  const raw = topic(outputs[job].name, { key: string(), value: bytes() })
  const result = new OutputSum(job)
  for await (const { key, value, timestamp } of readTopic(broker, raw)) {
    const bytes = value ?? new Uint8Array()
    const text =
      job === 'repartition' ? outputs.repartition.value.deserialize(bytes) : Buffer.from(bytes).toString()
    result.add(timestamp, key ?? '', String(text))
  }
  print(result.result())
}

function peakRss(): number {
  const line = readFileSync('/proc/self/status', 'utf8').match(/VmHWM:\s+(\d+)/)
  return Math.round(Number(line?.[1] ?? Number.NaN) / 1024)
}
