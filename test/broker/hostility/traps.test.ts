/** Faults that a judge found in a good imitation of Kafka, one test each (reliability.md section 3). */
import { describe, expect, it } from 'vitest'
import { ListOffsets } from '../../../src/protocol/messages/02-list-offsets.ts'
import { OffsetFetch } from '../../../src/protocol/messages/09-offset-fetch.ts'
import type { Connection } from '../../../src/protocol/connection.ts'
import { BatchWriter } from '../../../src/record/batch-writer.ts'
import type { CodecId } from '../../../src/record/compression.ts'
import { groupState, heartbeat, join, settleGroup, stableGroup } from '../coordinator/group-requests.ts'
import {
  committedValues,
  endTransaction,
  initProducer,
  write,
  type TestProducer,
} from '../coordinator/transaction-requests.ts'
import { errorName, startWorld } from '../coordinator/world.ts'
import { batch, fetchedOf, fetchFrom, produce, producedTo, valuesOf } from '../broker-fixture.ts'

async function offsetAt(connection: Connection, timestamp: number) {
  const partition = { partitionIndex: 0, currentLeaderEpoch: -1, timestamp }
  const { topics } = await connection.send(
    ListOffsets,
    7,
    ListOffsets.request.create({ replicaId: -1, topics: [{ name: 'input', partitions: [partition] }] }),
  )
  const { offset, timestamp: found } = topics[0]!.partitions[0]!
  return { offset, timestamp: found }
}

describe('trap 1: InitProducerId anew', () => {
  it('aborts what the producer before left open, so that its successor does not commit it', async () => {
    const { connection } = await startWorld()
    const first = await initProducer(connection)
    expect(await write(connection, first, 'orphan')).toBe('NONE')
    const second = await initProducer(connection)
    expect(await write(connection, second, 'own')).toBe('NONE')
    await endTransaction(connection, second, 'commit')
    expect(await committedValues(connection)).toEqual({ values: ['own'], open: 0 })
  })
})

describe('trap 2: after kill -9', () => {
  it.each(['kept', 'dropped'] as const)('aborted records stay invisible (unsynced bytes: %s)', async mode => {
    const world = await startWorld({ durability: mode === 'kept' ? 'process' : 'power' })
    let producer: TestProducer = await initProducer(world.connection)
    for (const [value, outcome] of [
      ['a', 'abort'],
      ['b', 'commit'],
      ['c', 'abort'],
    ] as const) {
      await write(world.connection, producer, value)
      producer = await endTransaction(world.connection, producer, outcome)
    }
    for (let kill = 0; kill < 3; kill++) {
      await world.restart(mode)
      expect(await committedValues(world.connection)).toEqual({ values: ['b'], open: 0 })
    }
  })
})

describe('trap 3: after kill -9', () => {
  it('an idempotent retry is stored once and answered with its first offset', async () => {
    const world = await startWorld()
    const { producerId } = await initProducer(world.connection)
    const send = async (value: string, baseSequence: number) => {
      const records = batch([[null, value]], { producerId, producerEpoch: 0, baseSequence })
      const { errorCode, baseOffset } = producedTo(await produce(world.connection, 'input', records))
      return [errorName(errorCode), baseOffset]
    }
    await send('a', 0)
    await send('b', 1)
    await world.restart('kept')
    expect([await send('a', 0), await send('b', 1), await send('c', 2)]).toEqual([
      ['NONE', 0],
      ['NONE', 1],
      ['NONE', 2],
    ])
    expect(valuesOf(fetchedOf(await fetchFrom(world.connection, 'input', 0)).records)).toEqual([
      'a',
      'b',
      'c',
    ])
  })
})

describe('trap 4: dead members', () => {
  it('do not hold a group in PreparingRebalance past their session time-out', async () => {
    const world = await startWorld()
    const members = await stableGroup(world, 3, { sessionMs: 6_000, rebalanceMs: 300_000 })
    const [survivor] = members
    const newcomer = world.broker.connect({ clientId: 'new' })
    const { memberId } = await join(newcomer, { sessionMs: 6_000, rebalanceMs: 300_000 })
    const joined = join(newcomer, { memberId, sessionMs: 6_000, rebalanceMs: 300_000 })
    void join(survivor!.connection, { memberId: survivor!.memberId, sessionMs: 6_000, rebalanceMs: 300_000 })
    // The two others are dead: they neither join nor send heartbeats.
    for (let second = 0; second < 8; second++) {
      await world.clock.advance(1_000)
      await heartbeat(world.connection, survivor!.memberId, survivor!.generationId)
    }
    expect((await joined).errorCode).toBe(0)
    expect(await groupState(world.connection)).toBe('CompletingRebalance')
    const settled = await settleGroup([
      { connection: newcomer, memberId, generationId: -1 },
      { connection: survivor!.connection, memberId: survivor!.memberId, generationId: -1 },
    ])
    expect(settled).toHaveLength(2)
    expect(await groupState(world.connection)).toBe('Stable')
  })
})

describe('trap 5: OffsetFetch of an unknown group', () => {
  it.each([1, 5, 7])('answers offset -1 and no error (version %i)', async version => {
    const { connection } = await startWorld()
    const topics = [{ name: 'input', partitionIndexes: [0] }]
    const request = { groupId: 'nobody', topics, groups: [], requireStable: false }
    const response = await connection.send(OffsetFetch, version, request)
    expect(response.errorCode).toBe(0)
    expect(response.topics[0]!.partitions[0]).toMatchObject({ committedOffset: -1, errorCode: 0 })
  })
})

describe('trap 6: ListOffsets by time', () => {
  it.each<[string, CodecId]>([
    ['plain', 0],
    ['gzip', 1],
    ['lz4', 3],
  ])('never answers a record from before the time (%s batches of several records)', async (_name, codec) => {
    const { connection } = await startWorld()
    const times = [1000, 1500, 1200, 3000, 2000, 5000]
    const base = 1_700_000_000_000
    for (const timestamp of times) {
      // The first record of each batch is an old one.
      const writer = new BatchWriter()
      writer.append(base - 1, null, null)
      writer.append(base + timestamp, null, null)
      const records = writer.close({ codec })
      expect(producedTo(await produce(connection, 'input', records)).errorCode).toBe(0)
    }
    for (const asked of [0, 999, 1000, 1001, 1300, 1500, 1501, 2500, 3001, 5000, 5001]) {
      const expected = times.findIndex(time => time >= asked)
      const found = await offsetAt(connection, base + asked)
      if (expected < 0) expect(found).toEqual({ offset: -1, timestamp: -1 })
      else expect(found).toEqual({ offset: expected * 2 + 1, timestamp: base + times[expected]! })
    }
  })
})

describe('trap 7: the batch of a fenced producer', () => {
  it.each([
    ['while its successor is idle', false],
    ['while its successor has a transaction open', true],
  ])('is refused with INVALID_PRODUCER_EPOCH %s', async (_when, isOpen) => {
    const { connection } = await startWorld()
    const fenced = await initProducer(connection)
    await write(connection, fenced, 'x')
    const successor = await initProducer(connection)
    if (isOpen) await write(connection, successor, 'y')
    for (const version of [9, 12]) {
      expect(await write(connection, fenced, 'late', { sequence: 1, version })).toBe('INVALID_PRODUCER_EPOCH')
    }
    await endTransaction(connection, successor, isOpen ? 'commit' : 'abort')
    expect((await committedValues(connection)).values).toEqual(isOpen ? ['y'] : [])
  })
})
