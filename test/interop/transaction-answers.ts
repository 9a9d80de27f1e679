/**
 * Transactional producers that write, commit, abort and begin anew in turns, some with epochs that are past or not yet theirs:
 * what a broker answers to each, in lines that can be compared between brokers. Which step comes next is decided by a seed and
 * by nothing that the broker says, but for the epochs that it gives out.
 */
import { setTimeout as pause } from 'node:timers/promises'
import { randomIndex, seededRandom, type Random } from '../../src/base/random.ts'
import { zeroUuid } from '../../src/base/uuid.ts'
import type { Connection } from '../../src/protocol/connection.ts'
import { FindCoordinator, FindCoordinatorRequest } from '../../src/protocol/messages/10-find-coordinator.ts'
import { DeleteTopics } from '../../src/protocol/messages/20-delete-topics.ts'
import { errorName } from '../broker/coordinator/world.ts'
import { createTopic, fetchedOf, fetchRequest } from '../broker/broker-fixture.ts'
import { Fetch } from '../../src/protocol/messages/01-fetch.ts'
import {
  addOffsets,
  addPartitions,
  commitInTransaction,
  committedValues,
  describeTransaction,
  endTransaction,
  initProducer,
  write,
  type TestProducer,
} from '../broker/coordinator/transaction-requests.ts'

const partitions = 2
const producers = 3
/** Kafka rolls a segment between records of old times and markers of now, and answers a fetch from one segment only. */
const configs = { 'segment.ms': '9007199254740991' }
/** What Kafka answers until it has done what it was asked for before. */
const notYet = ['CONCURRENT_TRANSACTIONS', 'COORDINATOR_LOAD_IN_PROGRESS', 'NOT_COORDINATOR']

interface Writer {
  readonly name: string
  /** Whether it speaks the protocol before KIP-890. */
  readonly isOld: boolean
  now: TestProducer
  before: TestProducer
  /** The next sequence of each partition. */
  sequences: number[]
}

/** Makes what the transcripts need. */
export async function prepareTransactions(connection: Connection): Promise<void> {
  await createTopic(connection, 'input', { partitions, configs })
  for (const keyType of [0, 1]) {
    const request = FindCoordinatorRequest.create({ keyType, coordinatorKeys: ['any'] })
    await until(async () => {
      const { coordinators } = await connection.send(FindCoordinator, 4, request)
      return coordinators[0]!.errorCode === 0
    })
  }
  await served(connection, 'input', partitions)
}

/** Deletes a topic of one partition, if it is there, and makes it again. */
export async function makeAnew(connection: Connection, name: string): Promise<void> {
  const topics = [{ name, topicId: zeroUuid }]
  await connection.send(DeleteTopics, 6, { topics, topicNames: [], timeoutMs: 5000 })
  await until(async () => {
    const fetched = await connection.send(Fetch, 12, fetchRequest(name, [{ partition: 0 }]))
    return errorName(fetchedOf(fetched).errorCode) === 'UNKNOWN_TOPIC_OR_PARTITION'
  })
  await until(async () => {
    const { topics: made } = await createTopic(connection, name, { configs })
    return made[0]!.errorCode === 0
  })
  await served(connection, name, 1)
}

function served(connection: Connection, topic: string, count: number): Promise<void> {
  const asked = Array.from({ length: count }, (_, partition) => ({ partition }))
  return until(async () => {
    const fetched = await connection.send(Fetch, 12, fetchRequest(topic, asked))
    return asked.every(({ partition }) => fetchedOf(fetched, partition).errorCode === 0)
  })
}

/** Leads producers of their own through `steps` steps. */
export async function transactionTranscript(
  connection: Connection,
  { seed, steps }: { readonly seed: number; readonly steps: number },
): Promise<readonly string[]> {
  const random = seededRandom(seed)
  const lines: string[] = []
  const writers: Writer[] = []
  for (let index = 0; index < producers; index++) {
    const now = await begin(connection, `seed-${seed}-${index}`)
    writers.push({ name: `producer ${index}`, isOld: index === 0, now, before: now, sequences: fresh() })
  }
  for (let step = 0; step < steps; step++) {
    const writer = writers[randomIndex(random, producers)]!
    lines.push(`${step} ${writer.name} ${await act(connection, writer, random, `${seed}-${step}`)}`)
  }
  // Nothing is left open for the next seed.
  for (const { name, now } of writers) {
    lines.push(`${name} ends as ${(await begin(connection, now.transactionalId)).producerEpoch}`)
  }
  for (let partition = 0; partition < partitions; partition++) {
    lines.push(`partition ${partition}: ${JSON.stringify(await committedValues(connection, partition))}`)
  }
  return lines
}

async function act(connection: Connection, writer: Writer, random: Random, value: string): Promise<string> {
  const kind = randomIndex(random, 18)
  const partition = randomIndex(random, partitions)
  // Kafka remembers the lowest sequence that it refused to an old producer, or to an epoch that is yet to come, and refuses
  // those above it even once they are in order. That is not asked for here.
  const isWellBehaved = writer.isOld && kind < 8
  const choice = randomIndex(random, 12)
  const [who, producer] = identity(writer, isWellBehaved || (kind < 8 && choice === 1) ? -1 : choice)
  if (kind < 8) {
    const off = isWellBehaved ? 0 : [-1, 1, 0, 0, 0, 0, 0][randomIndex(random, 7)]!
    const sequence = Math.max(0, writer.sequences[partition]! + off)
    const error = await write(connection, producer, value, {
      partition,
      sequence,
      version: writer.isOld ? 11 : 12,
    })
    if (error === 'NONE' && producer === writer.now && off === 0) writer.sequences[partition]!++
    return `writes ${sequence} to ${partition} ${who}: ${error}`
  }
  if (kind < 10) return `adds ${partition} ${who}: ${await addPartitions(connection, producer, [partition])}`
  if (kind < 11) return `adds offsets ${who}: ${await addOffsets(connection, producer)}`
  if (kind < 12) {
    const version = writer.isOld ? 4 : 5
    return `commits an offset ${who}: ${await commitInTransaction(connection, producer, 5, { version })}`
  }
  if (kind < 16) return end(connection, writer, [who, producer], randomIndex(random, 2))
  if (kind < 17) {
    const isNamed = randomIndex(random, 2) === 0
    const { transactionalId } = writer.now
    take(writer, await begin(connection, transactionalId, isNamed ? writer.now : undefined))
    return `begins anew${isNamed ? ' under its own name' : ''}: ${told(writer.now)}`
  }
  const { transactionState, producerEpoch } = await settled(connection, writer.now.transactionalId)
  return `is ${transactionState} ${producerEpoch}; ${partition} has ${JSON.stringify(await committedValues(connection, partition))}`
}

function identity({ now, before }: Writer, choice: number): [string, TestProducer] {
  if (choice === 0) return ['as before', before]
  if (choice === 1) return ['ahead of itself', { ...now, producerEpoch: now.producerEpoch + 1 }]
  if (choice === 2) return ['as long ago', { ...now, producerEpoch: now.producerEpoch - 1 }]
  return ['', now]
}

async function end(
  connection: Connection,
  writer: Writer,
  [who, producer]: readonly [string, TestProducer],
  choice: number,
): Promise<string> {
  const outcome = choice === 0 ? 'commit' : 'abort'
  const version = writer.isOld ? 4 : 5
  const answer = await retried(() => endTransaction(connection, producer, outcome, { version }))
  await settled(connection, writer.now.transactionalId)
  if (
    producer === writer.now &&
    answer.producerEpoch !== writer.now.producerEpoch &&
    answer.error === 'NONE'
  ) {
    take(writer, answer)
  }
  return `${outcome}s ${who}: ${answer.error === 'NONE' ? told(answer) : answer.error}`
}

function begin(
  connection: Connection,
  transactionalId: string,
  expected?: TestProducer,
): Promise<TestProducer> {
  const options = expected === undefined ? {} : { expected }
  return retried(() => initProducer(connection, transactionalId, options))
}

function take(writer: Writer, now: TestProducer): void {
  if (now.error !== 'NONE') return
  writer.before = writer.now
  writer.now = now
  writer.sequences = fresh()
}

const fresh = () => Array.from({ length: partitions }, () => 0)
const told = ({ error, producerEpoch }: TestProducer) => `${error} ${producerEpoch}`

/** Asks until it is not told to wait. */
export async function retried(ask: () => Promise<TestProducer>): Promise<TestProducer> {
  let answer = await ask()
  for (let tries = 0; tries < 200 && notYet.includes(answer.error); tries++) {
    await pause(20)
    answer = await ask()
  }
  return answer
}

/** How a transaction is described once its markers are written, which Kafka does after it has answered. */
export async function settled(connection: Connection, transactionalId: string) {
  await until(async () => {
    const { transactionState } = await describeTransaction(connection, transactionalId)
    return !transactionState.startsWith('Prepare')
  })
  return describeTransaction(connection, transactionalId)
}

async function until(isSo: () => Promise<boolean>): Promise<void> {
  for (let tries = 0; tries < 500; tries++) {
    if (await isSo()) return
    await pause(20)
  }
  throw new Error('the broker did not come to it')
}
