/** A wall clock that is set while transactions are open: it ends none early and keeps none open (reliability.md section 5 item 14). */
import { describe, expect, it } from 'vitest'
import { VirtualClock } from '../virtual-clock.ts'
import { createTopic } from '../broker-fixture.ts'
import {
  committedValues,
  describeTransaction,
  endTransaction,
  initProducer,
  write,
} from './transaction-requests.ts'
import { World } from './world.ts'

/** Its wall clock can be set; what timers and time-outs go by moves as ever. */
class SettableClock extends VirtualClock {
  setMs = 0

  override now(): number {
    return super.now() + this.setMs
  }
}

const hour = 3_600_000
const jumps = [
  ['an hour forth', hour],
  ['an hour back', -hour],
  ['a day forth', 24 * hour],
  ['a day back', -24 * hour],
] as const

async function startSettable(): Promise<{ world: World; clock: SettableClock }> {
  const world = new World({}, 1)
  const clock = new SettableClock()
  world.clock = clock
  await world.start()
  await createTopic(world.connection, 'input', {
    partitions: 2,
    configs: { 'message.timestamp.after.max.ms': '9007199254740991' },
  })
  return { world, clock }
}

describe.each(jumps)('a clock that is set %s', (_what, by) => {
  it('lets a transaction have its time, and no more', async () => {
    const { world, clock } = await startSettable()
    const { connection } = world
    const producer = await initProducer(connection, 'app', { timeoutMs: 60_000 })
    await write(connection, producer, 'a')
    clock.setMs = by
    await clock.advance(40_000)
    expect((await describeTransaction(connection)).transactionState).toBe('Ongoing')
    expect(await write(connection, producer, 'b', { sequence: 1 })).toBe('NONE')
    await clock.advance(40_000)
    expect((await describeTransaction(connection)).transactionState).toBe('CompleteAbort')
    expect(await committedValues(connection)).toEqual({ values: [], open: 0 })
  })

  it('lets it commit', async () => {
    const { world, clock } = await startSettable()
    const { connection } = world
    const producer = await initProducer(connection)
    await write(connection, producer, 'a')
    clock.setMs = by
    expect((await endTransaction(connection, producer)).error).toBe('NONE')
    expect(await committedValues(connection)).toEqual({ values: ['a'], open: 0 })
  })
})

it('a clock that was set back before a restart keeps no transaction open for longer than its time', async () => {
  const { world, clock } = await startSettable()
  const producer = await initProducer(world.connection, 'app', { timeoutMs: 60_000 })
  await write(world.connection, producer, 'a')
  world.files.crash('kept')
  const after = new SettableClock(clock.now() - hour)
  world.clock = after
  await world.start()
  await after.advance(75_000)
  expect(await committedValues(world.connection)).toEqual({ values: [], open: 0 })
})

it('clocks that go back five seconds again and again end every transaction in its time', async () => {
  const { world, clock } = await startSettable()
  const { connection } = world
  let producer = await initProducer(connection, 'app', { timeoutMs: 20_000 })
  for (let round = 0; round < 20; round++) {
    clock.setMs -= 5000
    await write(connection, producer, String(round))
    await clock.advance(3000)
    producer = await endTransaction(connection, producer)
    expect(producer.error).toBe('NONE')
  }
  await write(connection, producer, 'left')
  for (let passed = 0; passed < 35_000; passed += 1000) {
    clock.setMs -= 5000
    await clock.advance(1000)
  }
  const { values, open } = await committedValues(connection)
  expect([values.length, open]).toEqual([20, 0])
})
