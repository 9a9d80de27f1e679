/**
 * Kills a broker process again and again while clients write and read, then compares what they were told with what is there
 * (reliability.md section 5 items 1 and 7, section 3 items 1 to 3).
 *
 * Each life ends at a random moment: while it starts, while it recovers, in the middle of requests, now and then after
 * having been stopped in its tracks for a while, now and then in order. The last life stays until the writers are done.
 */
import { randomIndex, seededRandom, type Random } from '../../src/base/random.ts'
import { Admin } from '../../runtime/client/admin.ts'
import type { Isolation } from '../../runtime/client/list-offsets.ts'
import { BrokerProcess } from './broker-process.ts'
import { allPartitions, clusterAt, readAll, sleep, writePlain, writeTransactions } from './clients.ts'
import {
  History,
  judge,
  ledgerPartitions,
  ledgerTopic,
  plainPartitions,
  plainTopic,
  type Seen,
  type Verdict,
} from './history.ts'

export interface BrokerChaosOptions {
  /** The built `runtime/cli/main.js`. */
  readonly main: string
  readonly directory: string
  readonly port: number
  readonly kills: number
  readonly seed: number
  /** The longest life after the start, ms. Default 3000. */
  readonly lifeMs?: number
  /** Broker properties, `KEY=VALUE`. */
  readonly properties?: readonly string[]
  readonly tell?: (line: string) => void
}

export interface BrokerChaosResult extends Verdict {
  readonly kills: number
  /** The longest that a life took until it was ready. */
  readonly slowestStart: StartTime
}

export interface StartTime {
  readonly ms: number
  /** Of that, what its main thread spent working rather than waiting for a processor or a disk; undefined if not known. */
  readonly processorMs: number | undefined
}

/** A start takes about this long on a busy machine, ms. */
const startMs = 800
/** How long the last life may take to have everything acknowledged, decided and read. */
const settleMs = 90_000
/** One that waits for its broker to come back, and one that gives up and begins anew, which leaves outcomes in doubt. */
const writers = [
  { writer: 'patient', patienceMs: 60_000 },
  { writer: 'impatient', patienceMs: 400 },
] as const

export async function brokerChaos(options: BrokerChaosOptions): Promise<BrokerChaosResult> {
  const { main, directory, port, kills, seed, properties = [], tell = () => {} } = options
  const random = seededRandom(seed)
  const broker = new BrokerProcess({ main, directory, port, properties })
  const history = new History()
  const stop = new AbortController()
  const along: Seen = new Map()
  let ends: ReadonlyMap<string, number> | undefined
  try {
    await broker.start()
    await makeTopics(port)
    const shared = { history, stopped: stop.signal }
    const writing = Promise.all([
      writePlain(port, { ...shared, random: seededRandom(seed + 1) }),
      ...writers.map((writer, index) => {
        return writeTransactions(port, writer, { ...shared, random: seededRandom(seed + 2 + index) })
      }),
    ])
    const reading = readAll(port, along, position => ends !== undefined && atEnds(ends, position))
    const failed = Promise.all([writing, reading]).then(() => new Promise<never>(() => {}))
    const slowestStart = await Promise.race([liveAndDie(broker, { ...options, random, tell }), failed])
    stop.abort()
    await within(settleMs, 'the writers finish', writing)
    ends = await stableEnds(port)
    await within(settleMs, 'the reader reaches the end', reading)
    const last: Seen = new Map()
    const known = ends
    await within(
      settleMs,
      'a new reader reaches the end',
      readAll(port, last, position => atEnds(known, position)),
    )
    const code = await broker.end('SIGTERM')
    const verdict = judge(history, last, along)
    const anomalies =
      code === 0 ? verdict.anomalies : [...verdict.anomalies, `the broker closed with ${code}`]
    return { ...verdict, anomalies, kills, slowestStart }
  } catch (error) {
    throw new Error(`seed ${seed}: ${String(error)}\nthe broker said:\n${broker.stderr}`, { cause: error })
  } finally {
    stop.abort()
    await broker.end('SIGKILL')
  }
}

/** All lives but the last, which it begins. Answers how long the slowest start took. */
async function liveAndDie(
  broker: BrokerProcess,
  {
    random,
    kills,
    lifeMs = 3000,
    tell,
  }: { random: Random; kills: number; lifeMs?: number; tell: (line: string) => void },
): Promise<StartTime> {
  let slowestStart: StartTime = { ms: 0, processorMs: undefined }
  let told = 0
  for (let kill = 1; kill <= kills; kill++) {
    const how = howToDie(random, lifeMs)
    await sleep(how.afterMs)
    if (how.pauseMs > 0) {
      broker.pause()
      await sleep(how.pauseMs)
      if (how.goesOn) broker.resume()
    }
    await broker.end('SIGKILL')
    if (random.next() < 0.1) {
      // In order this time, so that the other kind of start is met as well.
      await broker.start()
      await sleep(randomIndex(random, lifeMs))
      await broker.end('SIGTERM')
    }
    const began = performance.now()
    const started = broker.start()
    if (kill < kills && random.next() < 0.25) {
      // This one dies while it starts: the next round counts its kill.
      await sleep(randomIndex(random, startMs))
      await broker.end('SIGKILL')
      kill++
      await started
      await broker.start()
    } else {
      await started
      const ms = performance.now() - began
      if (ms > slowestStart.ms) slowestStart = { ms, processorMs: broker.processorMs }
    }
    if (kill - told >= 10) {
      told = kill
      tell(`${kill} kills`)
    }
  }
  return slowestStart
}

function howToDie(random: Random, lifeMs: number): { afterMs: number; pauseMs: number; goesOn: boolean } {
  const pauses = random.next() < 0.15
  return {
    afterMs: randomIndex(random, lifeMs),
    pauseMs: pauses ? randomIndex(random, 1000) : 0,
    goesOn: random.next() < 0.5,
  }
}

async function makeTopics(port: number): Promise<void> {
  const cluster = clusterAt(port, 'admin')
  try {
    const configs = { 'segment.bytes': '1048576' }
    await new Admin(cluster).createTopics([
      { name: plainTopic, partitions: plainPartitions, configs },
      { name: ledgerTopic, partitions: ledgerPartitions, configs },
    ])
  } finally {
    await cluster.close()
  }
}

/** Where every partition ends. Every transaction is decided by now, so nothing may hold readers back for long. */
async function stableEnds(port: number): Promise<ReadonlyMap<string, number>> {
  const cluster = clusterAt(port, 'admin')
  const offsetsOf = async (isolation: Isolation) => {
    const listed = await new Admin(cluster).listOffsets(allPartitions(), 'latest', { isolation })
    return new Map(listed.map(({ topic, partition, offset }) => [`${topic}-${partition}`, offset]))
  }
  try {
    const ends = await offsetsOf('read_uncommitted')
    const stable = await offsetsOf('read_committed')
    for (const [place, offset] of ends) {
      if (stable.get(place) !== offset) {
        throw new Error(`${place} is stuck: stable up to ${stable.get(place)}, its end is ${offset}`)
      }
    }
    return ends
  } finally {
    await cluster.close()
  }
}

function atEnds(
  ends: ReadonlyMap<string, number>,
  position: (topic: string, partition: number) => number,
): boolean {
  return allPartitions().every(({ topic, partition }) => {
    return position(topic, partition) >= ends.get(`${topic}-${partition}`)!
  })
}

async function within<T>(milliseconds: number, what: string, promise: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`not within ${milliseconds} ms: ${what}`)), milliseconds)
  })
  try {
    return await Promise.race([promise, late])
  } finally {
    clearTimeout(timer)
  }
}
