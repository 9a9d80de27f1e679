/**
 * Kills a broker between the answer to an EndTxn and the markers of the transaction, over and over (issue 5, "Transactions").
 *
 * Each round begins a few transactions over many partitions, some of them of clients before KIP-890, ends all of them at
 * once, and kills the broker at the moment of an answer, or before there is one. None of their clients comes back. As soon
 * as the broker is ready again, whatever was answered must be over: the last stable offset has moved on in every partition,
 * readers of committed records see all of what was committed exactly once and nothing of what was aborted. What was not
 * answered is either over as a whole, or as open as it was, and then its time-out aborts it.
 */
import { assert } from '../../src/base/assert.ts'
import { randomIndex, seededRandom, type Random } from '../../src/base/random.ts'
import { utf8Slice } from '../../src/base/text.ts'
import { zeroUuid } from '../../src/base/uuid.ts'
import type { Connection } from '../../src/protocol/connection.ts'
import { Produce } from '../../src/protocol/messages/00-produce.ts'
import { TcpNetwork } from '../../runtime/client/tcp-network.ts'
import { Admin } from '../../runtime/client/admin.ts'
import { Fetcher } from '../../runtime/client/fetcher.ts'
import type { Isolation } from '../../runtime/client/list-offsets.ts'
import { batch } from '../broker/broker-fixture.ts'
import {
  addPartitions,
  describeTransaction,
  endTransaction,
  initProducer,
  type TestProducer,
} from '../broker/coordinator/transaction-requests.ts'
import { BrokerProcess, type BrokerProcessOptions } from './broker-process.ts'
import { clusterAt, sleep } from './clients.ts'

export interface TransactionEndsOptions extends BrokerProcessOptions {
  readonly kills: number
  readonly seed: number
  readonly tell?: (line: string) => void
}

export interface TransactionEndsResult {
  readonly anomalies: readonly string[]
  /** Transactions whose end was answered before the kill, by what they asked for. */
  readonly committed: number
  readonly aborted: number
  /** Those that were not answered, by what the broker found of them when it started. */
  readonly unanswered: { readonly over: number; readonly open: number }
  /** The longest that readers had to wait once the broker was ready, where no transaction was open, ms; 0 if never. */
  readonly slowestMs: number
}

const topic = 'many'
const partitionCount = 50
const partitions = Array.from({ length: partitionCount }, (_, partition) => ({ topic, partition }))
/** Long enough to end a transaction before, on a busy machine. */
const timeoutMs = 4000
const timeoutScanMs = 500
/** How soon after its start a broker must have moved all on that was decided. */
const stableWithinMs = 1000

interface Ending {
  readonly id: string
  readonly bumpsEpoch: boolean
  readonly commit: boolean
  answered: boolean
}

/** What a round has seen, in all partitions: how many records of each transaction in each. */
type Sightings = Map<string, number[]>

export async function transactionEnds(options: TransactionEndsOptions): Promise<TransactionEndsResult> {
  const { kills, seed, port, tell = () => {} } = options
  const properties = [
    ...options.properties,
    `transaction.abort.timed.out.transaction.cleanup.interval.ms=${timeoutScanMs}`,
  ]
  const broker = new BrokerProcess({ ...options, properties })
  const result = { anomalies: [] as string[], committed: 0, aborted: 0, slowestMs: 0 }
  const unanswered = { over: 0, open: 0 }
  const random = seededRandom(seed)
  const network = new TcpNetwork({ software: { name: 'millrace', version: '0' } })
  try {
    await broker.start()
    const cluster = clusterAt(port, 'admin')
    await new Admin(cluster).createTopics([{ name: topic, partitions: partitionCount }])
    await cluster.close()
    const ends = partitions.map(() => 0)
    for (let kill = 1; kill <= kills; kill++) {
      const endings = await endAndKill(network, broker, { port, random, round: `${seed}-${kill}` })
      // Now and then it is killed once more while it puts things in order.
      if (random.next() < 0.2) {
        const started = broker.start()
        await sleep(randomIndex(random, 1000))
        await broker.end('SIGKILL')
        await started
      }
      await broker.start()
      const connection = await network.connect('127.0.0.1', port)
      const found = await statesOf(connection, endings)
      const open = endings.filter((_, index) => found[index] === 'Ongoing')
      unanswered.open += open.length
      unanswered.over += endings.filter(({ answered }) => !answered).length - open.length
      result.committed += endings.filter(({ answered, commit }) => answered && commit).length
      result.aborted += endings.filter(({ answered, commit }) => answered && !commit).length
      const report = (anomaly: string) => result.anomalies.push(`kill ${kill}: ${anomaly}`)
      for (const { id, answered } of open) if (answered) report(`${id} was answered and is open`)
      const waitMs = open.length === 0 ? stableWithinMs : timeoutMs + timeoutScanMs + stableWithinMs
      const waitedMs = await stableAfterMs(port, waitMs)
      if (waitedMs > waitMs) report(`readers wait after ${waitMs} ms`)
      if (open.length === 0) result.slowestMs = Math.max(result.slowestMs, waitedMs)
      judge(endings, { seen: await readOn(port, ends), states: await statesOf(connection, endings), report })
      await connection.close()
      if (result.anomalies.length > 0) tell(`${kill} kills, ${result.anomalies.length} anomalies`)
      else if (kill % 10 === 0) tell(`${kill} kills`)
    }
    const code = await broker.end('SIGTERM')
    if (code !== 0) result.anomalies.push(`the broker closed with ${code}`)
    return { ...result, unanswered }
  } catch (error) {
    throw new Error(`seed ${seed}: ${String(error)}\nthe broker said:\n${broker.stderr}`, { cause: error })
  } finally {
    await broker.end('SIGKILL')
  }
}

/** Begins some transactions, ends all of them, and kills the broker on one of the answers. */
async function endAndKill(
  network: TcpNetwork,
  broker: BrokerProcess,
  { port, random, round }: { readonly port: number; readonly random: Random; readonly round: string },
): Promise<readonly Ending[]> {
  const endings = Array.from({ length: 1 + randomIndex(random, 3) }, (_, index): Ending => {
    return {
      id: `${round}-${index}`,
      bumpsEpoch: random.next() < 0.5,
      commit: random.next() < 0.6,
      answered: false,
    }
  })
  const connections = await Promise.all(endings.map(() => network.connect('127.0.0.1', port)))
  const producers = await Promise.all(endings.map((ending, index) => begin(connections[index]!, ending)))
  // Mostly on an answer; else after a moment in which the broker is at work on them.
  const onAnswer = random.next() < 0.7 ? 1 + randomIndex(random, endings.length) : 0
  let answers = 0
  let killed: Promise<unknown> | undefined
  const ending = endings.map(async (each, index) => {
    const outcome = each.commit ? 'commit' : 'abort'
    const answer = endTransaction(connections[index]!, producers[index]!, outcome, {
      version: each.bumpsEpoch ? 5 : 4,
    })
    const answered = await answer.catch(() => undefined)
    if (answered === undefined) return
    assert(answered.error === 'NONE', `the end of ${each.id} was refused: ${answered.error}`)
    each.answered = true
    answers++
    if (answers === onAnswer) killed = broker.end('SIGKILL')
  })
  if (onAnswer === 0) {
    await sleep(randomIndex(random, 8))
    killed = broker.end('SIGKILL')
  }
  await Promise.all(ending)
  await killed
  await Promise.all(connections.map(connection => connection.close()))
  return endings
}

/** A transaction with a record in every partition. */
async function begin(connection: Connection, { id, bumpsEpoch }: Ending): Promise<TestProducer> {
  const producer = await initProducer(connection, id, { timeoutMs })
  const indexes = partitions.map(({ partition }) => partition)
  if (!bumpsEpoch) await addPartitions(connection, producer, indexes, topic)
  const { producerId, producerEpoch } = producer
  const records = batch([[null, id]], { producerId, producerEpoch, baseSequence: 0, transactional: true })
  const response = await connection.send(Produce, bumpsEpoch ? 12 : 11, {
    transactionalId: id,
    acks: -1,
    timeoutMs: 10_000,
    topicData: [
      {
        name: topic,
        topicId: zeroUuid,
        partitionData: indexes.map(index => ({ index, records })),
      },
    ],
  })
  for (const { errorCode, index } of response.responses[0]!.partitionResponses)
    assert(errorCode === 0, `${id} cannot write to partition ${index}: ${errorCode}`)
  return producer
}

async function statesOf(connection: Connection, endings: readonly Ending[]): Promise<readonly string[]> {
  const described = await Promise.all(endings.map(({ id }) => describeTransaction(connection, id)))
  return described.map(({ transactionState }) => transactionState)
}

/** After how long nothing holds readers back any more, from the first look on; Infinity if that takes too long. */
async function stableAfterMs(port: number, mostMs: number): Promise<number> {
  const cluster = clusterAt(port, 'watcher')
  const admin = new Admin(cluster)
  const offsets = async (isolation: Isolation) => {
    const listed = await admin.listOffsets(partitions, 'latest', { isolation })
    return listed.map(({ offset }) => offset).join(' ')
  }
  try {
    const beganMs = performance.now()
    for (let waitedMs = 0; waitedMs <= mostMs; waitedMs = performance.now() - beganMs) {
      if ((await offsets('read_committed')) === (await offsets('read_uncommitted'))) return waitedMs
      await sleep(20)
    }
    return Infinity
  } finally {
    await cluster.close()
  }
}

/** Reads every partition from where the last round left off to its end. */
async function readOn(port: number, from: number[]): Promise<Sightings> {
  const cluster = clusterAt(port, 'reader')
  const fetcher = new Fetcher({ cluster, fetchWaitMs: 50 })
  const seen: Sightings = new Map()
  try {
    const listed = await new Admin(cluster).listOffsets(partitions, 'latest', { isolation: 'read_committed' })
    fetcher.assign(partitions.map((each, index) => ({ ...each, offset: from[index]! })))
    for (const { partition, offset } of listed) from[partition] = offset
    while (partitions.some(({ partition }) => (fetcher.position(topic, partition) ?? 0) < from[partition]!)) {
      for (const { partition, records } of await fetcher.poll(50)) {
        while (records.next()) {
          const id = utf8Slice(records.cursor.value()!)
          const counts = seen.get(id) ?? partitions.map(() => 0)
          counts[partition]!++
          seen.set(id, counts)
        }
      }
    }
    return seen
  } finally {
    await fetcher.close()
    await cluster.close()
  }
}

function judge(
  endings: readonly Ending[],
  found: {
    readonly seen: Sightings
    /** What the broker says became of each. */
    readonly states: readonly string[]
    readonly report: (anomaly: string) => void
  },
): void {
  const { seen, states, report } = found
  for (const [index, { id, commit, answered }] of endings.entries()) {
    const state = states[index]!
    const told = `${id} (${commit ? 'commit' : 'abort'}, ${answered ? '' : 'not '}answered, ${state})`
    const wanted = commit ? 'CompleteCommit' : 'CompleteAbort'
    // One that was not answered may not have been decided: then its time-out has aborted it.
    if (state !== wanted && (answered || state !== 'CompleteAbort')) report(`${told} ended otherwise`)
    const times = state === 'CompleteCommit' ? 1 : 0
    const counts = seen.get(id) ?? partitions.map(() => 0)
    if (counts.some(count => count !== times)) report(`${told} is seen by partition: ${counts.join(' ')}`)
  }
  for (const id of seen.keys()) {
    if (!endings.some(ending => ending.id === id)) report(`${id} is seen, which ended before`)
  }
}
