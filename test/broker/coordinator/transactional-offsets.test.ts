/** Offsets that a transaction commits: pending, then kept or forgotten (semantics G65, G76). */
import { describe, expect, it } from 'vitest'
import { commitOffset, committed, leave, settleGroup, stableGroup } from './group-requests.ts'
import {
  addOffsets,
  commitInTransaction,
  endTransaction,
  initProducer,
  type TestProducer,
} from './transaction-requests.ts'
import { startWorld, type World } from './world.ts'

describe.each([4, 5] as const)('offsets in a transaction, TxnOffsetCommit version %i', version => {
  const endVersion = version === 5 ? 5 : 4

  async function producerWithOffsets(world: World, offset = 7): Promise<TestProducer> {
    const producer = await initProducer(world.connection)
    if (version === 4) expect(await addOffsets(world.connection, producer)).toBe('NONE')
    expect(await commitInTransaction(world.connection, producer, offset, { version })).toBe('NONE')
    return producer
  }

  it('hold when it commits', async () => {
    const world = await startWorld()
    const producer = await producerWithOffsets(world)
    expect(await committed(world.connection)).toBe(-1)
    expect(await committed(world.connection, { requireStable: true })).toBe('UNSTABLE_OFFSET_COMMIT')
    expect(await committed(world.connection, { requireStable: true, partition: 1 })).toBe(-1)
    await endTransaction(world.connection, producer, 'commit', { version: endVersion })
    expect(await committed(world.connection, { requireStable: true })).toBe(7)
    await world.restart()
    expect(await committed(world.connection, { requireStable: true })).toBe(7)
  })

  it('are forgotten when it aborts', async () => {
    const world = await startWorld()
    await commitOffset(world.connection, 3)
    const producer = await producerWithOffsets(world)
    expect(await committed(world.connection)).toBe(3)
    await endTransaction(world.connection, producer, 'abort', { version: endVersion })
    expect(await committed(world.connection, { requireStable: true })).toBe(3)
    await world.restart()
    expect(await committed(world.connection, { requireStable: true })).toBe(3)
  })

  it('stay pending over a restart, and then go as the transaction goes', async () => {
    const world = await startWorld()
    const producer = await producerWithOffsets(world)
    await world.restart()
    expect(await committed(world.connection, { requireStable: true })).toBe('UNSTABLE_OFFSET_COMMIT')
    await endTransaction(world.connection, producer, 'commit', { version: endVersion })
    expect(await committed(world.connection, { requireStable: true })).toBe(7)
  })

  it('do not undo a later commit that stands behind them in the log', async () => {
    const world = await startWorld()
    const producer = await producerWithOffsets(world)
    await commitOffset(world.connection, 9)
    await endTransaction(world.connection, producer, 'commit', { version: endVersion })
    expect(await committed(world.connection)).toBe(9)
    await world.restart()
    expect(await committed(world.connection)).toBe(9)
  })

  it('are fenced by generation and member (G76)', async () => {
    const world = await startWorld()
    const members = await stableGroup(world, 2)
    const producer = await initProducer(world.connection)
    if (version === 4) await addOffsets(world.connection, producer)
    const commit = (memberId: string, generationId: number) =>
      commitInTransaction(world.connection, producer, 1, { memberId, generationId, version })
    const [stays, goes] = members
    expect(await commit(stays!.memberId, stays!.generationId)).toBe('NONE')
    await leave(world.connection, [goes!])
    const [settled] = await settleGroup([stays!])
    expect(await commit(goes!.memberId, goes!.generationId)).toBe('UNKNOWN_MEMBER_ID')
    expect(await commit(stays!.memberId, stays!.generationId)).toBe('ILLEGAL_GENERATION')
    expect(await commit(settled!.memberId, settled!.generationId)).toBe('NONE')
    // Who names no member is of a client of old, fenced by its producer alone.
    expect(await commit('', -1)).toBe('NONE')
  })
})

it('refuses offsets of a transaction that does not have them before KIP-890', async () => {
  const { connection } = await startWorld()
  const producer = await initProducer(connection)
  expect(await commitInTransaction(connection, producer, 1, { version: 4 })).toBe('TRANSACTION_ABORTABLE')
  expect(await commitInTransaction(connection, producer, 1, { version: 3 })).toBe('INVALID_TXN_STATE')
})

it('looks at the transaction alone when offsets are announced, even those of a group without a name, as Kafka does', async () => {
  const { connection } = await startWorld()
  const producer = await initProducer(connection)
  expect(await addOffsets(connection, { ...producer, transactionalId: '' }, '')).toBe('INVALID_REQUEST')
  expect(await addOffsets(connection, { ...producer, producerId: 7 }, '')).toBe('INVALID_PRODUCER_ID_MAPPING')
  expect(await addOffsets(connection, producer, '')).toBe('NONE')
})
