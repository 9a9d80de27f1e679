/**
 * A producer whose transaction took too long goes on, as with Apache Kafka 4.3.1: it is told the next epoch when it aborts, or
 * begins again under its own name. Whoever was followed by another producer is not (KIP-890, KIP-360).
 */
import { describe, expect, it } from 'vitest'
import { createTopic } from '../broker-fixture.ts'
import {
  addPartitions,
  committedValues,
  describeTransaction,
  endTransaction,
  initProducer,
  write,
  type TestProducer,
} from './transaction-requests.ts'
import { World } from './world.ts'

interface TimedOut {
  readonly world: World
  readonly producer: TestProducer
}

/** A producer whose transaction was aborted for its age; since then the broker may have been killed and started again. */
async function timedOut(implicit: boolean, isRestarted: boolean): Promise<TimedOut> {
  const world = new World({}, 1)
  await world.start()
  const { connection } = world
  await createTopic(connection, 'input')
  const producer = await initProducer(connection, 'app', { timeoutMs: 60_000 })
  if (!implicit) await addPartitions(connection, producer)
  await write(connection, producer, 'late', { version: implicit ? 12 : 11 })
  await world.clock.advance(75_000)
  expect(await describeTransaction(connection)).toMatchObject({
    transactionState: 'CompleteAbort',
    producerEpoch: producer.producerEpoch + 1,
  })
  if (isRestarted) await world.restart()
  return { world, producer }
}

describe.each([
  ['added by writing', 'before any restart', true, false],
  ['added by request', 'before any restart', false, false],
  ['added by writing', 'before a restart', true, true],
  ['added by request', 'before a restart', false, true],
])('a transaction of partitions %s that took too long, %s', (_how, _since, implicit, isRestarted) => {
  it('is known to its producer as aborted, who is given the next epoch', async () => {
    const { world, producer } = await timedOut(implicit, isRestarted)
    const { connection } = world
    expect(await write(connection, producer, 'later', { sequence: 1 })).toBe('INVALID_PRODUCER_EPOCH')
    expect((await endTransaction(connection, producer, 'commit')).error).toBe('INVALID_TXN_STATE')
    const next = await endTransaction(connection, producer, 'abort')
    expect(next).toEqual({ ...producer, producerEpoch: producer.producerEpoch + 1, error: 'NONE' })
    expect(await write(connection, next, 'again')).toBe('NONE')
    expect((await endTransaction(connection, producer, 'abort')).error).toBe('PRODUCER_FENCED')
    expect((await endTransaction(connection, next)).error).toBe('NONE')
    expect(await committedValues(connection)).toEqual({ values: ['again'], open: 0 })
  })

  it('does not hinder its producer from beginning anew under its own name', async () => {
    const { world, producer } = await timedOut(implicit, isRestarted)
    const { connection } = world
    const next = await initProducer(connection, 'app', { expected: producer, timeoutMs: 50_000 })
    expect(next).toEqual({ ...producer, producerEpoch: producer.producerEpoch + 1 })
    expect(await describeTransaction(connection)).toMatchObject({
      transactionState: 'Empty',
      transactionTimeoutMs: 50_000,
    })
    expect((await initProducer(connection, 'app', { expected: producer })).producerEpoch).toBe(
      next.producerEpoch,
    )
    expect(await write(connection, next, 'again')).toBe('NONE')
    expect((await endTransaction(connection, next)).error).toBe('NONE')
    expect(await committedValues(connection)).toEqual({ values: ['again'], open: 0 })
  })

  it('is no more that of its producer once another has come', async () => {
    const { world, producer } = await timedOut(implicit, isRestarted)
    const { connection } = world
    const other = await initProducer(connection, 'app')
    expect(other.producerEpoch).toBe(producer.producerEpoch + 2)
    expect((await endTransaction(connection, producer, 'abort')).error).toBe('PRODUCER_FENCED')
    expect((await initProducer(connection, 'app', { expected: producer })).error).toBe('PRODUCER_FENCED')
  })
})

describe.each([
  ['before any restart', false],
  ['before a restart', true],
])('a transaction of the last epoch that took too long, %s', (_since, isRestarted) => {
  it('is known to its producer as aborted, who is given a new producer id', async () => {
    const world = new World({}, 1)
    await world.start()
    await createTopic(world.connection, 'input')
    let producer = await initProducer(world.connection)
    while (producer.producerEpoch < 32_766) {
      producer = await endTransaction(world.connection, producer, 'abort')
    }
    await write(world.connection, producer, 'late')
    await world.clock.advance(75_000)
    if (isRestarted) await world.restart()
    const { connection } = world
    expect(await write(connection, producer, 'later', { sequence: 1 })).toBe('INVALID_PRODUCER_EPOCH')
    expect((await endTransaction(connection, producer, 'commit')).error).toBe('INVALID_TXN_STATE')
    const next = await endTransaction(connection, producer, 'abort')
    expect(next).toMatchObject({ producerEpoch: 0, error: 'NONE' })
    expect(next.producerId).not.toBe(producer.producerId)
    expect(await initProducer(connection, 'app', { expected: producer })).toEqual(next)
    expect(await write(connection, next, 'again')).toBe('NONE')
    expect((await endTransaction(connection, next)).error).toBe('NONE')
    expect(await committedValues(connection)).toEqual({ values: ['again'], open: 0 })
  })
})
