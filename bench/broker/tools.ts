/**
 * Apache's perf tools against both brokers in turn, in rounds.
 *
 * Beside each figure stands the processor time that the broker's process took meanwhile: on a machine that others use too it
 * says more than the rate.
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { ApacheKafka } from './apache.ts'
import { ChildBroker, cpuSecondsOf } from './child-broker.ts'
import { median } from './median.ts'

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
  /** How often each broker is started and measured, in turn. */
  readonly rounds: number
  readonly withKafka: boolean
}

/** What one round found of each broker. */
interface Round {
  readonly own: readonly Figure[]
  readonly theirs: readonly Figure[]
}

export async function compareTools(options: ToolOptions): Promise<void> {
  const { directory, megabytes, rounds } = options
  mkdirSync(directory, { recursive: true })
  const measured: Round[] = []
  for (let round = 1; round <= rounds; round++) {
    measured.push({ own: await ownFigures(options), theirs: await kafkaFigures(options) })
    console.error(`round ${round} of ${rounds} is done`)
  }
  print(measured, megabytes)
}

async function figuresOf(
  { shared, megabytes }: ToolOptions,
  { bootstrap, name, pid }: { readonly bootstrap: string; readonly name: string; readonly pid: number },
): Promise<Figure[]> {
  const script = join(shared, 'bench/broker.sh')
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

async function ownFigures(options: ToolOptions): Promise<Figure[]> {
  const data = join(options.directory, 'millrace')
  const broker = await ChildBroker.start(data, ['num.partitions=4'])
  const found = await figuresOf(options, { bootstrap: broker.bootstrap, pid: broker.pid, name: 'millrace' })
  await broker.stop()
  rmSync(data, { recursive: true, force: true })
  return found
}

async function kafkaFigures(options: ToolOptions): Promise<Figure[]> {
  const { shared, directory, withKafka } = options
  if (!withKafka) return []
  const kafka = await ApacheKafka.start(shared, join(directory, 'kafka'))
  try {
    return await figuresOf(options, { bootstrap: kafka.bootstrap, pid: kafka.pid, name: 'kafka' })
  } finally {
    await kafka.stop()
  }
}

function print(rounds: readonly Round[], megabytes: number): void {
  console.log(
    `${megabytes} MB per throughput figure, medians of ${rounds.length} rounds; records/s: higher is better; ms: lower is better`,
  )
  console.log(
    `${'figure'.padEnd(34)}        Millrace           Kafka   ratio   ratios of rounds   CPU seconds`,
  )
  for (const { figure } of rounds[0]!.own) {
    const own = rounds.map(round => round.own.find(each => each.figure === figure))
    const theirs = rounds.map(round => round.theirs.find(each => each.figure === figure))
    for (const [unit, of] of measures) {
      const value = medianOf(own, of)
      if (value === undefined) continue
      const isRate = unit === 'records/s'
      const ratioOf = (ours: number | undefined, other: number | undefined): string =>
        ours === undefined || other === undefined ? '' : (isRate ? ours / other : other / ours).toFixed(2)
      const each = own.map((found, index) => ratioOf(found && of(found), theirs[index] && of(theirs[index])))
      const peer = medianOf(theirs, of)
      const name = `${figure}, ${unit}`.padEnd(34)
      const line = `${name} ${shown(value, isRate)} ${shown(peer, isRate)} ${ratioOf(value, peer).padStart(7)}`
      const cpu = unit === 'p99 ms' ? '' : `   ${cpuShown(own)} / ${cpuShown(theirs)}`
      console.log(`${line}   ${each.join(' ').padEnd(16)}${cpu}`)
    }
  }
}

function medianOf(
  found: readonly (Figure | undefined)[],
  of: (figure: Figure) => number | undefined,
): number | undefined {
  const values = found.flatMap(figure => (figure === undefined ? [] : [of(figure)]))
  const known = values.filter(value => value !== undefined)
  return known.length === 0 ? undefined : median(known)
}

function cpuShown(found: readonly (Figure | undefined)[]): string {
  return (medianOf(found, ({ cpuSeconds }) => cpuSeconds)?.toFixed(2) ?? '').padStart(5)
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
