/** Transactions seen through Produce and Fetch: admission, isolation, fencing, and a kill in the middle. */
import { describe, expect, it } from 'vitest'
import { seededRandom } from '../../../src/base/random.ts'
import type { Connection } from '../../../src/protocol/connection.ts'
import { errorByCode } from '../../../src/protocol/errors.ts'
import { InitProducerId } from '../../../src/protocol/messages/22-init-producer-id.ts'
import { EndTxn } from '../../../src/protocol/messages/26-end-txn.ts'
import { AddPartitionsToTxn } from '../../../src/protocol/messages/24-add-partitions-to-txn.ts'
import {
  batch,
  createTopic,
  fetchedOf,
  fetchFrom,
  produce,
  producedTo,
  startFixture,
  valuesOf,
} from '../broker-fixture.ts'

const nameOf = (code: number) => errorByCode(code).name

interface Identity {
  readonly producerId: number
  readonly producerEpoch: number
}

async function begin(connection: Connection, transactionalId = 'tx'): Promise<Identity> {
  const answer = await connection.send(InitProducerId, 5, {
    transactionalId,
    transactionTimeoutMs: 60_000,
    producerId: -1,
    producerEpoch: -1,
    enable2Pc: false,
    keepPreparedTxn: false,
  })
  expect(nameOf(answer.errorCode)).toBe('NONE')
  return { producerId: answer.producerId, producerEpoch: answer.producerEpoch }
}

async function write(
  connection: Connection,
  identity: Identity,
  value: string,
  { sequence = 0, version = 12 }: { readonly sequence?: number; readonly version?: number } = {},
): Promise<string> {
  const records = batch([['k', value]], { ...identity, baseSequence: sequence, transactional: true })
  const answer = await produce(connection, 't', records, { transactionalId: 'tx', version })
  return nameOf(producedTo(answer).errorCode)
}

async function end(
  connection: Connection,
  identity: Identity,
  committed: boolean,
  version = 5,
): Promise<Identity> {
  const answer = await connection.send(EndTxn, version, { transactionalId: 'tx', ...identity, committed })
  expect(nameOf(answer.errorCode)).toBe('NONE')
  return version >= 5 ? { producerId: answer.producerId, producerEpoch: answer.producerEpoch } : identity
}

async function committedValues(connection: Connection) {
  const answer = fetchedOf(await fetchFrom(connection, 't', 0, { isolationLevel: 1 }))
  return { ...answer, count: answer.records!.length === 0 ? 0 : valuesOf(answer.records).length }
}

async function arrange(options: Parameters<typeof startFixture>[0] = {}) {
  const fixture = await startFixture(options)
  await createTopic(fixture.connection, 't')
  return fixture
}

describe.each([{ durability: 'process' }, { durability: 'power' }])('transactions, $durability', config => {
  it('add partitions as they are written to, and are visible once committed (semantics G72, G75)', async () => {
    const { connection } = await arrange({ config })
    const first = await begin(connection)
    expect(await write(connection, first, '1')).toBe('NONE')
    expect(await write(connection, first, '2', { sequence: 1 })).toBe('NONE')
    expect(await committedValues(connection)).toMatchObject({
      count: 0,
      lastStableOffset: 0,
      highWatermark: 2,
    })
    const second = await end(connection, first, true)
    expect(second).toEqual({ producerId: first.producerId, producerEpoch: first.producerEpoch + 1 })
    expect(await committedValues(connection)).toMatchObject({ lastStableOffset: 3, abortedTransactions: [] })
  })

  it('list what was aborted (semantics G7)', async () => {
    const { connection } = await arrange({ config })
    const first = await begin(connection)
    await write(connection, first, '1')
    const second = await end(connection, first, false)
    await write(connection, second, '2')
    await end(connection, second, true)
    const { abortedTransactions } = await committedValues(connection)
    expect(abortedTransactions).toMatchObject([{ producerId: first.producerId, firstOffset: 0 }])
  })

  it('fence a producer whose successor began', async () => {
    const { connection } = await arrange({ config })
    const first = await begin(connection)
    await write(connection, first, '1')
    const second = await begin(connection)
    expect(second.producerEpoch).toBeGreaterThan(first.producerEpoch)
    expect(await write(connection, first, 'late', { sequence: 1 })).toBe('INVALID_PRODUCER_EPOCH')
    expect(await committedValues(connection)).toMatchObject({ lastStableOffset: 2, highWatermark: 2 })
  })

  it('are decided alike after a kill', async () => {
    const first = await arrange({ config })
    const identity = await begin(first.connection)
    await write(first.connection, identity, '1')
    const open = await end(first.connection, identity, true)
    await write(first.connection, open, '2')
    first.files.crash('kept', seededRandom(1))
    const second = await startFixture({ files: first.files, config })
    expect(await committedValues(second.connection)).toMatchObject({
      count: 2,
      lastStableOffset: 2,
      highWatermark: 3,
    })
    expect(await write(second.connection, open, '3', { sequence: 1 })).toBe('NONE')
    await end(second.connection, open, true)
    expect(await committedValues(second.connection)).toMatchObject({
      lastStableOffset: 5,
      abortedTransactions: [],
    })
  })

  it('that nobody ends are aborted when their time is up (semantics G74)', async () => {
    const { connection, clock } = await arrange({ config })
    const identity = await begin(connection)
    await write(connection, identity, '1')
    await clock.advance(75_000)
    expect(await committedValues(connection)).toMatchObject({
      lastStableOffset: 2,
      abortedTransactions: [{ firstOffset: 0 }],
    })
    expect(await write(connection, identity, 'late', { sequence: 1 })).toBe('INVALID_PRODUCER_EPOCH')
  })
})

describe('transactions of older clients', () => {
  const add = async (connection: Connection, { producerId, producerEpoch }: Identity) => {
    const answer = await connection.send(AddPartitionsToTxn, 3, {
      transactions: [],
      v3AndBelowTransactionalId: 'tx',
      v3AndBelowProducerId: producerId,
      v3AndBelowProducerEpoch: producerEpoch,
      v3AndBelowTopics: [{ name: 't', partitions: [0] }],
    })
    return nameOf(answer.resultsByTopicV3AndBelow[0]!.resultsByPartition[0]!.partitionErrorCode)
  }

  it('must add a partition before they write to it (semantics G73)', async () => {
    const { connection } = await arrange()
    const identity = await begin(connection)
    expect(await write(connection, identity, '1', { version: 10 })).toBe('INVALID_TXN_STATE')
    expect(await write(connection, identity, '1', { version: 11 })).toBe('TRANSACTION_ABORTABLE')
    expect(await add(connection, identity)).toBe('NONE')
    expect(await write(connection, identity, '1', { version: 11 })).toBe('NONE')
    await end(connection, identity, true, 4)
    expect(await committedValues(connection)).toMatchObject({ lastStableOffset: 2 })
  })

  it('cannot write past the end of the transaction', async () => {
    const { connection } = await arrange()
    const identity = await begin(connection)
    await add(connection, identity)
    await write(connection, identity, '1', { version: 11 })
    await end(connection, identity, true, 4)
    expect(await write(connection, identity, 'late', { sequence: 1, version: 11 })).toBe(
      'TRANSACTION_ABORTABLE',
    )
  })
})
