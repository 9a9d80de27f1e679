/**
 * A broker that dies at every single write of the ways in which a transaction ends: by its producer under either protocol,
 * by its time-out, by a successor. After the restart, before any client says a word, every transaction is either as open
 * as it was or over in all of its partitions: nobody who reads waits for markers (issue 5, reliability.md section 5 item 7).
 */
import { describe, expect, it } from 'vitest'
import { seededRandom } from '../../../src/base/random.ts'
import { WriteTxnMarkers } from '../../../src/protocol/messages/27-write-txn-markers.ts'
import {
  transactionLogKeyBytes,
  transactionLogValueBytes,
} from '../../../src/protocol/messages/transaction-record.ts'
import { lastOffsetOf, sizeInBytesOf } from '../../../src/record/batch-format.ts'
import { BatchWriter } from '../../../src/record/batch-writer.ts'
import {
  transactionStateIds,
  type TransactionState,
} from '../../../broker/coordinator/transaction/transaction-state.ts'
import { partitionForId } from '../../../broker/coordinator/internal-topic.ts'
import { segmentFileName } from '../../../broker/log/segment-names.ts'
import { stopAt, type CrashMode } from '../../../broker/log/memory-files.ts'
import {
  addPartitions,
  committedValues,
  describeTransaction,
  endTransaction,
  initProducer,
  write,
  type TestProducer,
} from './transaction-requests.ts'
import { startWorld, type World } from './world.ts'

const timeoutMs = 20_000
type Protocol = 'v1' | 'v2'

/** Begins a transaction that reaches both partitions. */
async function begin({ connection }: World, protocol: Protocol): Promise<TestProducer> {
  const producer = await initProducer(connection, 'app', { timeoutMs })
  const version = protocol === 'v1' ? 11 : 12
  if (protocol === 'v1') await addPartitions(connection, producer, [0, 1])
  await write(connection, producer, 'a', { version })
  await write(connection, producer, 'b', { partition: 1, version })
  return producer
}

interface Ending {
  readonly what: string
  readonly protocol: Protocol
  readonly run: (world: World, producer: TestProducer) => Promise<unknown>
  /** What is seen once all is over, if the ending was decided. */
  readonly seen: string
}

const endings: readonly Ending[] = (['v1', 'v2'] as const).flatMap(protocol => {
  const version = protocol === 'v1' ? 4 : 5
  return [
    {
      what: 'a commit',
      protocol,
      run: ({ connection }, producer) => endTransaction(connection, producer, 'commit', { version }),
      seen: 'a,b',
    },
    {
      what: 'an abort',
      protocol,
      run: ({ connection }, producer) => endTransaction(connection, producer, 'abort', { version }),
      seen: '',
    },
    { what: 'the time-out', protocol, run: world => world.clock.advance(timeoutMs + 15_000), seen: '' },
    { what: 'a successor', protocol, run: ({ connection }) => initProducer(connection), seen: '' },
  ] satisfies Ending[]
})

async function values(world: World): Promise<string> {
  const [first, second] = [
    await committedValues(world.connection),
    await committedValues(world.connection, 1),
  ]
  return [...first.values, ...second.values].join(',')
}

async function openRecords(world: World): Promise<number> {
  const [first, second] = [
    await committedValues(world.connection),
    await committedValues(world.connection, 1),
  ]
  return first.open + second.open
}

const complete: readonly string[] = ['CompleteCommit', 'CompleteAbort', 'Empty']

/** What must hold after a restart, and goes on to hold until the transaction is over. Answers the state found. */
async function check(world: World, { seen }: Ending, place: string): Promise<string> {
  const { transactionState } = await describeTransaction(world.connection)
  // Nobody has asked the coordinator for anything: what was decided is over all the same.
  if (transactionState === 'Ongoing') {
    expect(await values(world), place).toBe('')
  } else {
    expect(complete, place).toContain(transactionState)
    expect(await openRecords(world), `${place}: ${transactionState}, and readers wait`).toBe(0)
    expect(await values(world), place).toBe(seen)
  }
  // Left alone, an open one ends with its time-out.
  await world.clock.advance(timeoutMs + 15_000)
  expect(await openRecords(world), `${place}: it hangs`).toBe(0)
  if (transactionState === 'Ongoing') expect(await values(world), place).toBe('')
  return transactionState
}

describe.each(['kept', 'torn'] as const)('a crash that leaves writes %s, at every write of', mode => {
  it.each(endings)('$what, $protocol', async ending => {
    const durability = mode === 'kept' ? 'process' : 'power'
    const writes = await writesOf(ending, durability)
    expect(writes).toBeGreaterThan(2)
    const found = new Set<string>()
    for (let k = 1; k <= writes + 1; k++) {
      const world = await startWorld({ durability })
      const producer = await begin(world, ending.protocol)
      world.files.faults = stopAt(world.files.operationCount + k, seededRandom(k))
      await Promise.resolve(ending.run(world, producer)).catch(() => undefined)
      world.files.crash(mode satisfies CrashMode, seededRandom(k))
      await world.restart()
      found.add(await check(world, ending, `write ${k} of ${writes}`))
    }
    // Both sides of the decision were met.
    expect(found.size).toBeGreaterThan(1)
  })
})

async function writesOf(ending: Ending, durability: 'process' | 'power'): Promise<number> {
  const world = await startWorld({ durability })
  const producer = await begin(world, ending.protocol)
  const before = world.files.operationCount
  await ending.run(world, producer)
  return world.files.operationCount - before
}

/** Any state that a log can hold, also of another broker, put there by hand behind the broker's back. */
describe('a log whose last word of a transaction is', () => {
  const cases: readonly [TransactionState, found: string, values: string][] = [
    ['Empty', 'Empty', ''],
    ['Ongoing', 'Ongoing', ''],
    ['PrepareCommit', 'CompleteCommit', 'a,b'],
    ['PrepareAbort', 'CompleteAbort', ''],
    ['PrepareEpochFence', 'CompleteAbort', ''],
    ['CompleteCommit', 'CompleteCommit', ''],
    ['CompleteAbort', 'CompleteAbort', ''],
    ['Dead', '', ''],
  ]
  it.each(cases)('%s', async (state, found, seen) => {
    const world = await startWorld({ 'transaction.state.log.num.partitions': 1 })
    const { producerId, producerEpoch } = await begin(world, 'v1')
    await world.broker.close()
    appendState(world, { state, producerId, producerEpoch })
    await world.restart('kept')
    const { transactionState } = await describeTransaction(world.connection)
    expect(transactionState).toBe(found)
    expect(await values(world)).toBe(seen)
    if (transactionState === 'CompleteAbort' && state !== 'CompleteAbort')
      expect(await openRecords(world)).toBe(0)
    // Whatever it was, a new producer can go on.
    const next = await initProducer(world.connection)
    expect(next.error).toBe('NONE')
    expect(await write(world.connection, next, 'c')).toBe('NONE')
    expect((await endTransaction(world.connection, next)).error).toBe('NONE')
    // Of a transaction that the coordinator has forgotten only an administrator can end the records.
    if (state === 'Dead') expect(await abortHanging(world, { producerId, producerEpoch })).toEqual([0, 0])
    expect(await values(world)).toContain('c')
    // Those that were over for the coordinator end with the next transaction of their producer in the same partition.
    expect(await openRecords(world)).toBe(complete.includes(state) ? 1 : 0)
  })
})

/** What `kafka-transactions.sh abort` sends: a marker of the very epoch that hangs. Answers the code of each partition. */
async function abortHanging(
  { connection }: World,
  producer: { readonly producerId: number; readonly producerEpoch: number },
): Promise<number[]> {
  const topics = [{ name: 'input', partitionIndexes: [0, 1] }]
  const marker = { ...producer, transactionResult: false, topics, coordinatorEpoch: 0, transactionVersion: 0 }
  const { markers } = await connection.send(WriteTxnMarkers, 1, { markers: [marker] })
  return markers[0]!.topics[0]!.partitions.map(({ errorCode }) => errorCode)
}

/** Writes a record behind the last one of the (only) segment of `__transaction_state`. */
function appendState(
  world: World,
  {
    state,
    producerId,
    producerEpoch,
  }: { state: TransactionState; producerId: number; producerEpoch: number },
): void {
  expect(partitionForId('app', 1)).toBe(0)
  const file = world.files.open(`/data/__transaction_state-0/${segmentFileName(0, 'log')}`, 'write')
  const bytes = new Uint8Array(file.sizeInBytes())
  file.read(bytes, 0, bytes.length, 0)
  const writer = new BatchWriter()
  const nowMs = world.clock.now()
  const value = transactionLogValueBytes({
    producerId,
    previousProducerId: -1,
    nextProducerId: -1,
    producerEpoch,
    transactionTimeoutMs: timeoutMs,
    transactionStatus: transactionStateIds[state],
    transactionPartitions: [{ topic: 'input', partitionIds: [0, 1] }],
    transactionLastUpdateTimestampMs: nowMs,
    transactionStartTimestampMs: nowMs,
    clientTransactionVersion: 0,
  })
  writer.append(nowMs, transactionLogKeyBytes({ transactionalId: 'app' }), value)
  file.write(writer.close({ baseOffset: recordsIn(bytes), partitionLeaderEpoch: 0 }), bytes.length)
}

/** The offset that follows the last batch. */
function recordsIn(bytes: Uint8Array): number {
  let end = 0
  for (let at = 0; at < bytes.length; at += sizeInBytesOf(bytes, at)) end = lastOffsetOf(bytes, at) + 1
  return end
}
