/** What a running application refuses, and that what was acknowledged before is still there. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import {
  createTopics,
  readTopic,
  run,
  silentLogger,
  startEmbeddedBroker,
  TopicWriter,
} from '../../runtime/index.ts'
import { LevelBytes } from '../../runtime/state/level-bytes.ts'
import type { EmbeddedBroker, Logger, RunningApp, RunOptions } from '../../runtime/index.ts'
import { defineApp, json, string, topic, type App } from '../../src/index.ts'
import { temporaryDirectory } from '../support/temporary-directory.ts'

const orders = topic('orders', { key: string(), value: json<{ amount: number }>(), partitions: 2 })
const rawOrders = topic('orders', { key: string(), value: string() })
const customers = topic('customers', { key: string(), value: json<{ name: string }>(), partitions: 3 })
const totals = topic('totals', { key: string(), value: json<number>(), partitions: 2 })

const sums: App = defineApp({
  id: 'sums',
  build(b) {
    b.stream(orders)
      .groupByKey()
      .aggregate({
        store: 'sums',
        initial: () => 0,
        add: (sum, order) => sum + order.amount,
        value: json<number>(),
      })
      .toStream()
      .to(totals)
  },
})

function options(broker: EmbeddedBroker, directory: string, more: RunOptions = {}): RunOptions {
  return {
    broker,
    commitInterval: 10,
    stateDirectory: join(directory, 'state'),
    logger: silentLogger,
    ...more,
  }
}

/** Sends an order, lets it be processed, and then sends what `poison` sends. */
async function afterAGoodOrder(
  broker: EmbeddedBroker,
  running: RunningApp,
  poison: (writer: TopicWriter) => Promise<void> | undefined,
): Promise<void> {
  await using writer = await TopicWriter.open(broker)
  await writer.send(orders, 'a', { amount: 5 }, { timestamp: 1, partition: 0 })
  await writer.flush()
  await running.caughtUp()
  await poison(writer)
  await writer.flush()
}

async function committedTotals(broker: EmbeddedBroker): Promise<unknown[]> {
  const found: unknown[] = []
  for await (const { key, value } of readTopic(broker, totals)) found.push([key, value])
  return found
}

describe('bad input', () => {
  it('an unknown topic is refused at the start with MR-2001 and its name', async () => {
    const directory = await temporaryDirectory()
    await using broker = await startEmbeddedBroker({ directory: join(directory, 'broker') })
    const refusal = run(sums, options(broker, directory, { createTopics: false }))
    await expect(refusal).rejects.toMatchObject({
      code: 'MR-2001',
      message: expect.stringContaining('orders'),
    })
    // Nothing is held after the refusal: the same directory can be used at once.
    const running = await run(sums, options(broker, directory))
    await running.close()
  })

  it('a value that cannot be parsed ends the app with MR-3001 and the place; what was committed stays', async () => {
    const directory = await temporaryDirectory()
    await using broker = await startEmbeddedBroker({ directory: join(directory, 'broker') })
    await createTopics(broker, [orders, totals])
    const running = await run(sums, options(broker, directory))
    await afterAGoodOrder(broker, running, writer =>
      writer.send(rawOrders, 'a', '{not json', { timestamp: 2, partition: 0 }),
    )
    await expect(running.closed).rejects.toMatchObject({
      code: 'MR-3001',
      message: expect.stringContaining('orders-0@1'),
    })
    expect(running.state).toBe('failed')
    expect(await committedTotals(broker)).toEqual([['a', 5]])
  })

  it('a callback that throws ends the app with MR-3004, the node and the declaring line', async () => {
    const directory = await temporaryDirectory()
    await using broker = await startEmbeddedBroker({ directory: join(directory, 'broker') })
    const fragile = defineApp({
      id: 'fragile',
      build: b =>
        b
          .stream(orders)
          .mapValues(
            order => {
              if (order.amount < 0) throw new Error('no negative orders')
              return order.amount
            },
            { name: 'amount-of' },
          )
          .to(totals),
    })
    const running = await run(fragile, options(broker, directory))
    await afterAGoodOrder(broker, running, writer =>
      writer.send(orders, 'a', { amount: -1 }, { timestamp: 2, partition: 0 }),
    )
    await expect(running.closed).rejects.toMatchObject({
      code: 'MR-3004',
      message: expect.stringMatching(/amount-of.*no negative orders[^]*bad-input\.test\.ts/),
    })
    expect(await committedTotals(broker)).toEqual([['a', 5]])
  })

  it('a null key to a keyed operator is dropped, counted and logged once', async () => {
    const directory = await temporaryDirectory()
    await using broker = await startEmbeddedBroker({ directory: join(directory, 'broker') })
    const logged: string[] = []
    const logger: Logger = { log: (level, message) => void (level === 'warn' && logged.push(message)) }
    await createTopics(broker, [orders, totals])
    await using running = await run(sums, options(broker, directory, { logger }))
    await afterAGoodOrder(broker, running, async writer => {
      for (const timestamp of [2, 3])
        await writer.send(orders, undefined, { amount: 1 }, { timestamp, partition: 0 })
      await writer.send(orders, 'a', { amount: 2 }, { timestamp: 4, partition: 0 })
    })
    await running.caughtUp()
    expect(await committedTotals(broker)).toEqual([
      ['a', 5],
      ['a', 7],
    ])
    expect(logged.filter(line => line.includes('null-key'))).toHaveLength(1)
    expect([...running.dropped].map(({ reason, count }) => [reason, count])).toEqual([['null-key', 2]])
  })

  it('a negative timestamp ends the app with MR-3002 and the place', async () => {
    const directory = await temporaryDirectory()
    await using broker = await startEmbeddedBroker({ directory: join(directory, 'broker') })
    await createTopics(broker, [orders, totals])
    const running = await run(sums, options(broker, directory))
    await afterAGoodOrder(broker, running, writer =>
      writer.send(orders, 'a', { amount: 1 }, { timestamp: -1, partition: 0 }),
    )
    await expect(running.closed).rejects.toMatchObject({
      code: 'MR-3002',
      message: expect.stringContaining('orders-0@1'),
    })
    expect(await committedTotals(broker)).toEqual([['a', 5]])
  })

  it('joined topics with different partition counts are refused with MR-2101, naming both', async () => {
    const directory = await temporaryDirectory()
    await using broker = await startEmbeddedBroker({ directory: join(directory, 'broker') })
    const joined = defineApp({
      id: 'joined',
      build: b =>
        b
          .stream(orders)
          .leftJoin(b.table(customers, 'customers-store'), order => order.amount)
          .to(totals),
    })
    await expect(run(joined, options(broker, directory))).rejects.toMatchObject({
      code: 'MR-2101',
      message: expect.stringMatching(/orders[^]*customers[^]*bad-input\.test\.ts[^]*Fix:/),
    })
  })

  it('a state directory that another process uses is refused with MR-4001', async () => {
    const directory = await temporaryDirectory()
    await using broker = await startEmbeddedBroker({ directory: join(directory, 'broker') })
    const claimed = join(directory, 'state', 'sums', 'process')
    mkdirSync(claimed, { recursive: true })
    const script = `import { Level } from 'level'; await new Level(process.argv[1]).open(); console.log('open'); setInterval(() => {}, 1e9)`
    const other = spawn(process.execPath, ['--input-type=module', '-e', script, claimed], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    await once(other.stdout, 'data')
    await expect(run(sums, options(broker, directory))).rejects.toMatchObject({
      code: 'MR-4001',
      where: claimed,
    })
    other.kill('SIGKILL')
    await once(other, 'close')
    const running = await run(sums, options(broker, directory))
    await running.close()
  })

  it('a data directory that is in use is refused with MR-4001', async () => {
    const directory = await temporaryDirectory()
    await using broker = await startEmbeddedBroker({ directory: join(directory, 'broker') })
    expect(broker.bootstrap).toHaveLength(1)
    await expect(startEmbeddedBroker({ directory: join(directory, 'broker') })).rejects.toMatchObject({
      code: 'MR-4001',
    })
  })

  it('a second app of the same id with another topology is refused with MR-6001; the first goes on', async () => {
    const directory = await temporaryDirectory()
    await using broker = await startEmbeddedBroker({ directory: join(directory, 'broker') })
    await createTopics(broker, [orders, totals])
    await using first = await run(sums, options(broker, join(directory, 'one')))
    await using writer = await TopicWriter.open(broker)
    await writer.send(orders, 'a', { amount: 5 }, { timestamp: 1 })
    await writer.flush()
    await first.caughtUp()
    const other = defineApp({
      id: 'sums',
      build: b =>
        b
          .stream(orders)
          .mapValues(o => o.amount)
          .to(totals),
    })
    const second = await run(other, options(broker, join(directory, 'two')))
    await expect(second.closed).rejects.toMatchObject({ code: 'MR-6001' })
    await writer.send(orders, 'a', { amount: 2 }, { timestamp: 2 })
    await writer.flush()
    await first.caughtUp()
    expect(first.get<number>('sums', 'a')).toBe(7)
  })

  it('a second instance with the same instance id fences the first, which says so', async () => {
    const directory = await temporaryDirectory()
    await using broker = await startEmbeddedBroker({ directory: join(directory, 'broker') })
    await createTopics(broker, [orders, totals])
    const first = await run(sums, options(broker, join(directory, 'one'), { instanceId: 'same' }))
    await first.caughtUp()
    await using second = await run(sums, options(broker, join(directory, 'two'), { instanceId: 'same' }))
    await expect(first.closed).rejects.toMatchObject({ code: expect.stringMatching(/^MR-50/) })
    await using writer = await TopicWriter.open(broker)
    await writer.send(orders, 'a', { amount: 5 }, { timestamp: 1 })
    await writer.flush()
    await second.caughtUp()
    expect(second.get<number>('sums', 'a')).toBe(5)
  })

  it('a task database that is open elsewhere ends the app with MR-4001', async () => {
    const directory = await temporaryDirectory()
    await using broker = await startEmbeddedBroker({ directory: join(directory, 'broker') })
    await createTopics(broker, [orders, totals])
    const task = join(directory, 'state', 'sums', '0_0')
    mkdirSync(task, { recursive: true })
    const holder = await LevelBytes.open(task)
    const running = await run(sums, options(broker, directory))
    await expect(running.closed).rejects.toMatchObject({ code: 'MR-4001', where: task })
    await holder.close()
  })
})
