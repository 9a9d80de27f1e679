/**
 * Kills a broker again and again while transactions write tables that it compacts, one of them with retention besides
 * (issue 5, "Storage"; reliability.md section 5 item 7).
 *
 * Segments last for a fraction of a second, so cleaning never rests. What is found is held against what was written
 * (`table-history.ts`): by a reader that follows along, by readers that begin at the start in the middle of it all, and by
 * one in the end, when all is compacted to a record a key.
 */
import { randomIndex, seededRandom, type Random } from '../../src/base/random.ts'
import { utf8Bytes } from '../../src/base/text.ts'
import { Admin } from '../../runtime/client/admin.ts'
import { Producer } from '../../runtime/client/producer.ts'
import { BrokerProcess, type BrokerProcessOptions } from './broker-process.ts'
import { clusterAt, sleep } from './clients.ts'
import { appendTo, readLedger, readTables, endsOf, writeTables } from './table-clients.ts'
import {
  filler,
  isCompacted,
  judgeEnd,
  judgeMeanwhile,
  ledger,
  retentionMs,
  tablePartitions,
  tombstoneMs,
  type Attempt,
  type Reading,
  type Write,
} from './table-history.ts'

export interface CompactedTablesOptions extends BrokerProcessOptions {
  readonly kills: number
  readonly seed: number
  /** The longest life after the start, ms. Default 3000. */
  readonly lifeMs?: number
  readonly tell?: (line: string) => void
  /** Called in the end, when the broker still runs, with the last write to each place. */
  readonly atEnd?: (expected: ReadonlyMap<string, Write>) => Promise<void>
}

export interface CompactedTablesResult {
  readonly anomalies: readonly string[]
  readonly transactions: Readonly<Record<Attempt['outcome'], number>>
  /** Records of committed transactions, and how many of them are left in the end. */
  readonly written: number
  readonly left: number
  /** How many times all was read from the start meanwhile. */
  readonly readings: number
}

const writers = [
  { name: 'patient', patienceMs: 60_000 },
  { name: 'impatient', patienceMs: 400 },
  { name: 'hasty', patienceMs: 100 },
] as const
/** A start takes about this long on a busy machine, ms. */
const startMs = 800
const segmentMs = 400
/** So often is looked whether all is compacted. */
const roundsMax = 40

export async function compactedTables(options: CompactedTablesOptions): Promise<CompactedTablesResult> {
  const { seed, port } = options
  const properties = [
    ...options.properties,
    'log.cleaner.backoff.ms=50',
    'log.retention.check.interval.ms=300',
    'log.segment.delete.delay.ms=200',
    'transaction.abort.timed.out.transaction.cleanup.interval.ms=500',
  ]
  const broker = new BrokerProcess({ ...options, properties })
  const attempts: Attempt[] = []
  const anomalies: string[] = []
  const stop = new AbortController()
  const followed: Reading = new Map()
  let [readings, ends] = [0, undefined as readonly number[] | undefined]
  try {
    await broker.start()
    await makeTopics(port)
    const writing = Promise.all(
      writers.map((writer, index) => {
        const random = seededRandom(seed + 1 + index)
        return writeTables(port, writer, { attempts, stopped: stop.signal, random })
      }),
    )
    const following = readTables(port, followed, () => ends)
    const reading = (async () => {
      for (; !stop.signal.aborted; readings++) anomalies.push(...(await readMeanwhile(port, attempts)))
    })()
    const failed = Promise.all([writing, following, reading]).then(() => new Promise<never>(() => {}))
    await Promise.race([liveAndDie(broker, { ...options, random: seededRandom(seed) }), failed])
    stop.abort()
    await Promise.all([writing, reading])
    const last = await readCompacted(port)
    ends = last.ends
    await following
    const end = { attempts, last: last.reading, followed, ledger: await readLedger(port), nowMs: Date.now() }
    const verdict = judgeEnd(end)
    anomalies.push(...verdict.anomalies)
    if (!isCompacted(last.reading)) anomalies.push('it is not compacted to a record a key')
    await options.atEnd?.(verdict.expected)
    const code = await broker.end('SIGTERM')
    if (code !== 0) anomalies.push(`the broker closed with ${code}`)
    const count = (outcome: string) => attempts.filter(each => each.outcome === outcome).length
    return {
      anomalies,
      transactions: {
        committed: count('committed'),
        aborted: count('aborted'),
        unknown: count('unknown'),
      },
      written: verdict.written,
      left: [...last.reading.values()].reduce((sum, found) => sum + found.length, 0),
      readings,
    }
  } catch (error) {
    throw new Error(`seed ${seed}: ${String(error)}\nthe broker said:\n${broker.stderr}`, { cause: error })
  } finally {
    stop.abort()
    await broker.end('SIGKILL')
  }
}

async function makeTopics(port: number): Promise<void> {
  const cluster = clusterAt(port, 'admin')
  const configs = {
    'segment.ms': String(segmentMs),
    'segment.bytes': '1048576',
    'min.cleanable.dirty.ratio': '0',
    'delete.retention.ms': String(tombstoneMs),
    'cleanup.policy': 'compact',
  }
  const aged = { ...configs, 'cleanup.policy': 'compact,delete', 'retention.ms': String(retentionMs) }
  try {
    await new Admin(cluster).createTopics([
      { name: 'table', partitions: 2, configs },
      { name: 'recent', partitions: 2, configs: aged },
      { name: ledger, partitions: 1 },
    ])
  } finally {
    await cluster.close()
  }
}

async function liveAndDie(
  broker: BrokerProcess,
  { random, kills, lifeMs = 3000, tell = () => {} }: CompactedTablesOptions & { readonly random: Random },
): Promise<void> {
  for (let kill = 1; kill <= kills; kill++) {
    await sleep(randomIndex(random, lifeMs))
    await broker.end('SIGKILL')
    if (random.next() < 0.2) {
      // This one dies while it starts.
      const started = broker.start()
      await sleep(randomIndex(random, startMs))
      await broker.end('SIGKILL')
      await started
    }
    await broker.start()
    if (kill % 10 === 0) tell(`${kill} kills`)
  }
  await sleep(lifeMs)
}

async function readMeanwhile(port: number, attempts: readonly Attempt[]): Promise<readonly string[]> {
  const before = attempts.filter(({ outcome }) => outcome === 'committed')
  const beganMs = performance.now()
  const ends = await endsOf(port)
  const reading: Reading = new Map()
  await readTables(port, reading, () => ends)
  return judgeMeanwhile(reading, { attempts, before, tookMs: performance.now() - beganMs })
}

/** Has segments sealed until each key is there once, and answers what is left. */
async function readCompacted(port: number): Promise<{ reading: Reading; ends: readonly number[] }> {
  const cluster = clusterAt(port, 'last')
  const producer = new Producer({ cluster })
  try {
    for (let round = 1; ; round++) {
      // What comes later than `segment.ms` begins a segment, and what is before it can be compacted.
      for (const { topic, partition } of tablePartitions) {
        const origin = [filler, round, 0] as const
        appendTo(producer, `${topic} ${partition} ${filler}`, { origin, value: utf8Bytes('') })
      }
      await producer.flush()
      await sleep(segmentMs + 100)
      const ends = await endsOf(port)
      const reading: Reading = new Map()
      await readTables(port, reading, () => ends)
      if (isCompacted(reading) || round === roundsMax) return { reading, ends }
    }
  } finally {
    await producer.close()
    await cluster.close()
  }
}
