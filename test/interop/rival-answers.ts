/**
 * Producers that share their transactional ids, two to each, one of them of the protocol before KIP-890, while topics are made anew,
 * groups deleted, partitions verified and markers written by hand: what a broker answers to each, in lines that can be compared
 * between brokers. As in `transaction-answers.ts` a seed decides what comes next, and what differs on purpose (`docs/clients.md`) is
 * not asked for.
 */
import { randomIndex, seededRandom } from '../../src/base/random.ts'
import type { Connection } from '../../src/protocol/connection.ts'
import { AddPartitionsToTxn } from '../../src/protocol/messages/24-add-partitions-to-txn.ts'
import { WriteTxnMarkers } from '../../src/protocol/messages/27-write-txn-markers.ts'
import { DeleteGroups } from '../../src/protocol/messages/42-delete-groups.ts'
import { DescribeProducers } from '../../src/protocol/messages/61-describe-producers.ts'
import { ListTransactions } from '../../src/protocol/messages/66-list-transactions.ts'
import {
  addOffsets,
  addPartitions,
  commitInTransaction,
  committedValues,
  endTransaction,
  initProducer,
  write,
  type TestProducer,
} from '../broker/coordinator/transaction-requests.ts'
import { errorName } from '../broker/coordinator/world.ts'
import { makeAnew, retried, settled } from './transaction-answers.ts'

const partitions = 2
const rivals = 4

interface Rival {
  readonly name: string
  readonly transactionalId: string
  readonly isOld: boolean
  now: TestProducer
  before: TestProducer
  /** The next sequence of each partition. */
  sequences: Map<string, number>
}

/** What a step may use: chance, and names of producer ids that are the same whatever the ids are. */
interface Stage {
  readonly connection: Connection
  readonly seed: number
  readonly pick: <T>(...choices: readonly T[]) => T
  readonly nameOf: (producerId: number) => string
  readonly isNamed: (producerId: number) => boolean
  /** The transactional ids whose last transaction was ended in the older protocol. */
  readonly endedOld: Set<string>
}

type Act = (stage: Stage, rival: Rival, value: string) => Promise<string>

/** Leads rivals through `steps` steps. */
export async function rivalTranscript(
  connection: Connection,
  { seed, steps }: { readonly seed: number; readonly steps: number },
): Promise<readonly string[]> {
  const stage = stageOf(connection, seed)
  const lines: string[] = []
  const all: Rival[] = []
  for (let index = 0; index < rivals; index++) {
    const transactionalId = `rivals-${seed}-${index % 2}`
    const now = await begin(stage, transactionalId)
    lines.push(told(stage, now))
    const name = `rival ${index}`
    all.push({ name, transactionalId, isOld: index === 0, now, before: now, sequences: new Map() })
  }
  for (let step = 0; step < steps; step++) {
    const rival = stage.pick(...all)
    const act = stage.pick(...acts)
    lines.push(`${step} ${rival.name} ${await act(stage, rival, `${seed}-${step}`)}`)
  }
  for (const { transactionalId } of all) lines.push(told(stage, await begin(stage, transactionalId)))
  for (let partition = 0; partition < partitions; partition++) {
    lines.push(JSON.stringify(await committedValues(connection, partition)))
  }
  return lines
}

function stageOf(connection: Connection, seed: number): Stage {
  const random = seededRandom(seed)
  const names = new Map<number, string>()
  return {
    connection,
    seed,
    pick: (...choices) => choices[randomIndex(random, choices.length)]!,
    nameOf(producerId) {
      if (!names.has(producerId)) names.set(producerId, `P${names.size}`)
      return names.get(producerId)!
    },
    isNamed: producerId => names.has(producerId),
    endedOld: new Set(),
  }
}

const writes: Act = async ({ connection, pick }, rival, value) => {
  const topic = pick('input', 'input', 'passing')
  const partition = topic === 'input' ? pick(0, 1) : 0
  const place = `${topic}/${partition}`
  const [who, producer] = pick<[string, TestProducer]>(
    ['', rival.now],
    ['', rival.now],
    ['as before', rival.before],
  )
  const sequence = rival.sequences.get(place) ?? 0
  const version = rival.isOld ? pick(3, 9, 11) : 12
  const error = await write(connection, producer, value, { topic, partition, sequence, version })
  if (error === 'NONE' && producer === rival.now) rival.sequences.set(place, sequence + 1)
  return `writes ${sequence} to ${place} in version ${version} ${who}: ${error}`
}

const adds: Act = async ({ connection, pick }, rival) => {
  const [topic, wanted] = pick<[string, number[]]>(['input', [0, 1]], ['passing', [0]], ['input', [5]])
  const [who, producer] = identity(pick, rival)
  return `adds ${topic} ${wanted.join()} ${who}: ${await addPartitions(connection, producer, wanted, topic)}`
}

const verifies: Act = async ({ connection, pick }, rival) => {
  const [who, { transactionalId, producerId, producerEpoch }] = identity(pick, rival)
  const verifyOnly = pick(true, true, false)
  const topics = [{ name: 'input', partitions: [pick(0, 1)] }]
  const transactions = [{ transactionalId, producerId, producerEpoch, verifyOnly, topics }]
  const request = AddPartitionsToTxn.request.create({ transactions })
  const answer = await connection.send(AddPartitionsToTxn, pick(4, 5), request)
  const [result] = answer.resultsByTransaction[0]!.topicResults[0]!.resultsByPartition
  return `${verifyOnly ? 'verifies' : 'joins'} ${who}: ${errorName(result!.partitionErrorCode)}`
}

const commitsOffsets: Act = async ({ connection, pick, seed }, rival) => {
  const [who, producer] = identity(pick, rival)
  const group = `rivals-${seed}-${pick(0, 1)}`
  if (pick(true, false, false)) return `adds offsets ${who}: ${await addOffsets(connection, producer, group)}`
  const version = rival.isOld ? pick(0, 3, 4) : 5
  return `commits offsets ${who}: ${await commitInTransaction(connection, producer, 5, { version, group })}`
}

const ends: Act = async (stage, rival) => {
  const { connection, pick, endedOld } = stage
  const [who, producer] = identity(pick, rival)
  const outcome = pick('commit', 'abort')
  const version = rival.isOld ? pick(0, 2, 4) : 5
  const { producerEpoch } = await settled(connection, rival.transactionalId)
  const isPast = producer.producerEpoch + 1 === producerEpoch
  if (version === 5 && isPast && endedOld.has(rival.transactionalId)) return 'ends nothing'
  const answer = await retried(() => endTransaction(connection, producer, outcome, { version }))
  await settled(connection, rival.transactionalId)
  if (answer.error === 'NONE') {
    if (version < 5) endedOld.add(rival.transactionalId)
    else endedOld.delete(rival.transactionalId)
    if (version === 5 && producer === rival.now) take(rival, answer)
  }
  return `${outcome}s in version ${version} ${who}: ${told(stage, answer)}`
}

const beginsAnew: Act = async (stage, rival) => {
  const { connection, pick } = stage
  const named = pick(undefined, rival.now, rival.before)
  const { transactionState, producerEpoch } = await settled(connection, rival.transactionalId)
  const isPast = named !== undefined && named.producerEpoch !== producerEpoch
  if (isPast && transactionState === 'Ongoing') return 'begins nothing'
  const answer = await begin(stage, rival.transactionalId, named, pick(50_000, 60_000))
  if (answer.error === 'NONE') take(rival, answer)
  return `begins anew${named === undefined ? '' : ' by name'}: ${told(stage, answer)}`
}

const describes: Act = async ({ connection, nameOf }, { transactionalId }) => {
  const { transactionState, producerId, producerEpoch, transactionTimeoutMs, topics } = await settled(
    connection,
    transactionalId,
  )
  const reached = topics
    .map(({ topic, partitions: each }) => `${topic} ${[...each].sort((one, other) => one - other).join()}`)
    .sort()
  return `is ${transactionState} ${nameOf(producerId)} ${producerEpoch} ${transactionTimeoutMs} ${reached.join('; ')}`
}

const lists: Act = async ({ connection, pick, seed, nameOf }, { now }) => {
  const request = {
    stateFilters: pick<string[]>([], ['Ongoing'], ['Empty', 'CompleteCommit'], ['ongoing', 'Ongoing']),
    producerIdFilters: pick([], [now.producerId]),
    durationFilter: pick(-1, 0, 3_600_000),
    transactionalIdPattern: pick(null, '', `rivals-${seed}-[1-9]`, '(?i)RIVALS.*', 'rivals', '['),
  }
  const answer = await connection.send(ListTransactions, 2, request)
  const own = answer.transactionStates.filter(each => each.transactionalId.startsWith(`rivals-${seed}-`))
  const listed = own.map(
    each => `${each.transactionalId} ${each.transactionState} ${nameOf(each.producerId)}`,
  )
  return `lists ${errorName(answer.errorCode)} ${answer.unknownStateFilters.join()} ${listed.sort().join('; ')}`
}

const tellsProducers: Act = async ({ connection, pick, nameOf, isNamed }) => {
  const topics = [{ name: pick('input', 'passing'), partitionIndexes: [0] }]
  const answer = await connection.send(DescribeProducers, 0, { topics })
  const { errorCode, activeProducers } = answer.topics[0]!.partitions[0]!
  // Those of other seeds have written too.
  const known = activeProducers
    .filter(each => isNamed(each.producerId))
    .map(({ producerId, producerEpoch, lastSequence, coordinatorEpoch, currentTxnStartOffset }) =>
      [nameOf(producerId), producerEpoch, lastSequence, coordinatorEpoch, currentTxnStartOffset].join(' '),
    )
  return `producers of ${topics[0]!.name}: ${errorName(errorCode)} ${known.sort().join('; ')}`
}

const marks: Act = async ({ connection, pick }, { now }) => {
  const marker = {
    producerId: now.producerId,
    producerEpoch: Math.max(0, now.producerEpoch + pick(0, 0, 1, -1)),
    transactionResult: pick(true, false),
    topics: [{ name: pick('input', 'passing'), partitionIndexes: [0] }],
    coordinatorEpoch: pick(0, 0, -1),
    transactionVersion: 0,
  }
  const version = pick(1, 2)
  if (version === 2) marker.transactionVersion = pick(0, 1, 2)
  const answer = await connection.send(WriteTxnMarkers, version, { markers: [marker] })
  const { errorCode } = answer.markers[0]!.topics[0]!.partitions[0]!
  return `marks ${JSON.stringify({ ...marker, producerId: undefined })}: ${errorName(errorCode)}`
}

/** What was committed in it, and by whom, is gone; transactions that reached it end all the same. */
const makesAnew: Act = async ({ connection, pick }, rival) => {
  if (pick(true, false)) return 'makes nothing anew'
  await makeAnew(connection, 'passing')
  rival.sequences.delete('passing/0')
  return 'makes a topic anew'
}

const deletesGroup: Act = async ({ connection, pick, seed }) => {
  const groupsNames = [`rivals-${seed}-${pick(0, 1)}`]
  const { results } = await connection.send(DeleteGroups, 2, { groupsNames })
  // A group whose offsets were all aborted is there in Kafka until the next start.
  return `deletes a group: ${errorName(results[0]!.errorCode).replace('GROUP_ID_NOT_FOUND', 'NONE')}`
}

const reads: Act = async ({ connection, pick }) => {
  const partition = pick(0, 1)
  return `reads ${partition}: ${JSON.stringify(await committedValues(connection, partition))}`
}

/** How often each comes. */
const shares: readonly (readonly [number, Act])[] = [
  [7, writes],
  [5, ends],
  [2, adds],
  [2, commitsOffsets],
  [2, describes],
  [1, verifies],
  [1, beginsAnew],
  [1, lists],
  [1, tellsProducers],
  [1, marks],
  [1, makesAnew],
  [1, deletesGroup],
  [1, reads],
]
const acts = shares.flatMap(([share, act]) => Array.from({ length: share }, () => act))

function identity(pick: Stage['pick'], { now, before }: Rival): [string, TestProducer] {
  return pick<[string, TestProducer]>(
    ['', now],
    ['', now],
    ['', now],
    ['as before', before],
    ['ahead of itself', { ...now, producerEpoch: now.producerEpoch + 1 }],
  )
}

function begin(
  { connection }: Stage,
  transactionalId: string,
  expected?: TestProducer,
  timeoutMs = 60_000,
): Promise<TestProducer> {
  const options = expected === undefined ? { timeoutMs } : { timeoutMs, expected }
  return retried(() => initProducer(connection, transactionalId, options))
}

function take(rival: Rival, now: TestProducer): void {
  if (now.producerId === rival.now.producerId && now.producerEpoch === rival.now.producerEpoch) return
  rival.before = rival.now
  rival.now = now
  rival.sequences = new Map()
}

function told({ nameOf }: Stage, { error, producerId, producerEpoch }: TestProducer): string {
  return error === 'NONE' ? `NONE ${nameOf(producerId)} ${producerEpoch}` : error
}
