/**
 * Apache's perf tools against both brokers in turn, figure by figure.
 *
 * Beside each figure stands the processor time that the broker's process took meanwhile: on a machine that others use too it
 * says more than the rate.
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { capture } from '../flights/processes.ts'
import { ChildBroker, cpuSecondsOf } from './child-broker.ts'

/** One line of `broker.sh`. */
interface Figure {
  readonly figure: string
  readonly records_per_s?: number
  readonly avg_ms?: number
  readonly p99_ms?: number
  readonly percentiles?: string
  /** Of the broker's process, since the figure before. */
  readonly cpuSeconds: number | undefined
}

interface ToolOptions {
  /** The folder that has `kafka.sh`. */
  readonly shared: string
  readonly directory: string
  /** Written per throughput figure. */
  readonly megabytes: number
  readonly withKafka: boolean
}

export async function compareTools({ shared, directory, megabytes, withKafka }: ToolOptions): Promise<void> {
  mkdirSync(directory, { recursive: true })
  const script = join(shared, 'bench/broker.sh')
  const figures: Measure = async (bootstrap, name, pid) => {
    const child = spawn('bash', [script, bootstrap, name, String(megabytes)], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    const exited = once(child, 'exit')
    const found: Figure[] = []
    let before = cpuSecondsOf(pid)
    for await (const line of createInterface(child.stdout)) {
      if (!line.startsWith('{')) continue
      const now = cpuSecondsOf(pid)
      const cpuSeconds = now === undefined || before === undefined ? undefined : now - before
      before = now
      found.push({ ...(JSON.parse(line) as Figure), cpuSeconds })
    }
    const [code] = (await exited) as [number | null]
    if (code !== 0) throw new Error(`${script} ended with ${code}`)
    return found
  }
  const ours = await ChildBroker.start(join(directory, 'millrace'), ['num.partitions=4'])
  const own = await figures(ours.bootstrap, 'millrace', ours.pid)
  await ours.stop()
  rmSync(join(directory, 'millrace'), { recursive: true, force: true })
  const theirs = withKafka ? await kafkaFigures(shared, directory, figures) : []
  print(own, theirs, megabytes)
}

/** Has the tools measure the broker at an address, whose process has this id. */
type Measure = (bootstrap: string, name: string, pid: number) => Promise<Figure[]>

async function kafkaFigures(shared: string, directory: string, figures: Measure): Promise<Figure[]> {
  const kafka = join(shared, 'kafka.sh')
  const data = join(directory, 'kafka')
  rmSync(data, { recursive: true, force: true })
  const bootstrap = (await capture(kafka, ['start', '--port', '29192', '--data', data])).trim()
  try {
    const pid = Number(readFileSync(join(data, '1.pid'), 'utf8'))
    return await figures(bootstrap, 'kafka', pid)
  } finally {
    await capture(kafka, ['stop', '--data', data])
    rmSync(data, { recursive: true, force: true })
  }
}

function print(own: readonly Figure[], theirs: readonly Figure[], megabytes: number): void {
  console.log(`${megabytes} MB per throughput figure; records/s: higher is better; ms: lower is better`)
  console.log(`${'figure'.padEnd(34)}        Millrace           Kafka   ratio   CPU seconds`)
  for (const figure of own) {
    const other = theirs.find(each => each.figure === figure.figure)
    for (const [unit, of] of measures) {
      const value = of(figure)
      if (value === undefined) continue
      const peer = other === undefined ? undefined : of(other)
      const isRate = unit === 'records/s'
      const ratio = peer === undefined ? '' : (isRate ? value / peer : peer / value).toFixed(2)
      const name = `${figure.figure}, ${unit}`.padEnd(34)
      const cpu = unit === 'p99 ms' ? '' : `   ${cpuShown(figure)} / ${cpuShown(other)}`
      console.log(`${name} ${shown(value, isRate)} ${shown(peer, isRate)} ${ratio.padStart(7)}${cpu}`)
    }
  }
}

function cpuShown(figure: Figure | undefined): string {
  return (figure?.cpuSeconds?.toFixed(2) ?? '').padStart(5)
}

/** A ratio above 1 is to our credit in every row. */
const measures: readonly (readonly [unit: string, of: (figure: Figure) => number | undefined])[] = [
  ['records/s', ({ figure, records_per_s }) => (figure.includes('/s') ? undefined : records_per_s)],
  ['average ms', ({ figure, avg_ms }) => (/\/s|end to end/.test(figure) ? avg_ms : undefined)],
  ['p99 ms', ({ figure, p99_ms, percentiles }) => (/\/s/.test(figure) ? p99_ms : percentile(percentiles))],
]

/** The 99th of a line such as `50th = 1, 99th = 3, 99.9th = 9`. */
function percentile(line: string | undefined): number | undefined {
  const found = /99\s*=\s*([\d.]+)/.exec(line ?? '') ?? /,\s*[\d.]*99\D+([\d.]+)/.exec(line ?? '')
  return found === null ? undefined : Number(found[1])
}

function shown(value: number | undefined, isRate: boolean): string {
  if (value === undefined) return ''.padStart(15)
  return (isRate ? Math.round(value).toLocaleString('en') : value.toFixed(2)).padStart(15)
}
