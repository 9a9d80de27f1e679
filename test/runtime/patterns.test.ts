/** Streams of topics by pattern (D2), on a broker: topics that are there, that come, that grow and that go. */
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { Admin } from '../../runtime/client/admin.ts'
import { openCluster } from '../../runtime/brokers.ts'
import {
  createTopics,
  readTopic,
  run,
  silentLogger,
  startEmbeddedBroker,
  TopicWriter,
} from '../../runtime/index.ts'
import type { EmbeddedBroker, RunningApp, RunOptions } from '../../runtime/index.ts'
import { defineApp, integer, pattern, string, topic, type App } from '../../src/index.ts'
import { temporaryDirectory } from '../support/temporary-directory.ts'

const events = pattern(/events-[a-z]/, { key: string(), value: string() })
const seen = topic('seen', { key: string(), value: string() })
const counts = topic('counts', { key: string(), value: integer() })
const eventTopic = (letter: string, partitions = 1) =>
  topic(`events-${letter}`, { key: string(), value: string(), partitions })

/** Passes values on. */
const passing: App = defineApp({ id: 'passing', build: b => b.stream(events).to(seen) })

/** Counts by key: over two topics the counts show that both are in one task, and that its store stays. */
const counting: App = defineApp({
  id: 'counting',
  build: b => b.stream(events).groupByKey().count('counts').toStream().to(counts),
})

interface Bed {
  readonly broker: EmbeddedBroker
  start(app: App, name?: string, more?: RunOptions): Promise<RunningApp>
  send(letter: string, key: string, ...values: readonly string[]): Promise<void>
}

async function bed(): Promise<Bed> {
  const directory = await temporaryDirectory()
  const broker = await startEmbeddedBroker({ directory: join(directory, 'broker') })
  await createTopics(broker, [seen, counts])
  return {
    broker,
    start: (app, name = 'one', more = {}) =>
      run(app, {
        broker,
        stateDirectory: join(directory, name),
        commitInterval: 10,
        heartbeatInterval: 20,
        topicsCheckInterval: 20,
        logger: silentLogger,
        ...more,
      }),
    send: async (letter, key, ...values) => {
      await using writer = await TopicWriter.open(broker)
      for (const value of values) await writer.send(eventTopic(letter), key, value, { timestamp: 1000 })
      await writer.flush()
    },
  }
}

async function valuesOf<V>(broker: EmbeddedBroker, from: ReturnType<typeof topic<string, V>>): Promise<V[]> {
  const values: V[] = []
  for await (const { value } of readTopic(broker, from)) values.push(value!)
  return values
}

describe.each(['exactly-once', 'at-least-once'] as const)('D2: topics by pattern, %s', guarantee => {
  it('reads the topics that match, whole names, and none that comes from the application itself', async () => {
    const { broker, start, send } = await bed()
    await using _ = broker
    await createTopics(broker, [eventTopic('a'), eventTopic('b', 3)])
    await createTopics(broker, [topic('my-events-a', { key: string(), value: string() })])
    await send('a', 'k', '1')
    await send('b', 'k', '2')
    const running = await start(passing, 'one', { guarantee })
    await running.caughtUp()
    await running.close()
    expect((await valuesOf(broker, seen)).toSorted()).toEqual(['1', '2'])
  })

  it('takes up a topic that comes later, in the tasks that are there and their stores', async () => {
    const { broker, start, send } = await bed()
    await using _ = broker
    await createTopics(broker, [eventTopic('a')])
    await send('a', 'k', '1', '2')
    const running = await start(counting, 'one', { guarantee })
    await running.caughtUp()
    await createTopics(broker, [eventTopic('b')])
    await send('b', 'k', '3', '4')
    await expect.poll(() => (running.ready ? running.get('counts', 'k') : 0), { timeout: 5000 }).toBe(4)
    await send('a', 'k', '5')
    await running.caughtUp()
    await running.close()
    expect(await valuesOf(broker, counts)).toEqual([1, 2, 3, 4, 5])
  })

  it('starts with none, and has more tasks when a topic with more partitions comes', async () => {
    const { broker, start, send } = await bed()
    await using _ = broker
    const running = await start(passing, 'one', { guarantee })
    await createTopics(broker, [eventTopic('a', 1)])
    await send('a', 'k', '1')
    await expect.poll(() => valuesOf(broker, seen), { timeout: 5000 }).toEqual(['1'])
    await createTopics(broker, [eventTopic('b', 3)])
    await using writer = await TopicWriter.open(broker)
    for (const partition of [0, 1, 2]) await writer.send(eventTopic('b'), 'k', `b${partition}`, { partition })
    await writer.flush()
    await expect.poll(() => valuesOf(broker, seen), { timeout: 5000 }).toHaveLength(4)
    await running.close()
    expect((await valuesOf(broker, seen)).toSorted()).toEqual(['1', 'b0', 'b1', 'b2'])
  })

  it('goes on without a topic that is deleted', async () => {
    const { broker, start, send } = await bed()
    await using _ = broker
    await createTopics(broker, [eventTopic('a'), eventTopic('b')])
    await send('a', 'k', '1')
    await send('b', 'k', '2')
    const running = await start(counting, 'one', { guarantee })
    await running.caughtUp()
    const cluster = openCluster(broker, 'test')
    await new Admin(cluster).deleteTopics(['events-b'])
    await cluster.close()
    await send('a', 'k', '3')
    await expect
      .poll(async () => (await valuesOf(broker, counts)).toSorted((left, right) => left - right), {
        timeout: 5000,
      })
      .toEqual([1, 2, 3])
    await send('a', 'k', '4')
    await expect.poll(async () => (await valuesOf(broker, counts)).length, { timeout: 5000 }).toBe(4)
    expect(running.state).toBe('running')
    await running.close()
  })
})

describe('D2: topics by pattern', () => {
  it('are dealt out to two instances, those that come later too', async () => {
    const { broker, start, send } = await bed()
    await using _ = broker
    await createTopics(broker, [eventTopic('a', 2)])
    const one = await start(counting, 'one')
    const two = await start(counting, 'two')
    await createTopics(broker, [eventTopic('b', 2)])
    const keys = Array.from({ length: 8 }, (_each, index) => `k${index}`)
    for (const key of keys) {
      await send('a', key, '1')
      await send('b', key, '2')
    }
    await expect.poll(async () => (await valuesOf(broker, counts)).length, { timeout: 10_000 }).toBe(16)
    await Promise.all([one.close(), two.close()])
    const last = new Map<string, number>()
    for await (const { key, value } of readTopic(broker, counts)) last.set(key!, value!)
    expect(last).toEqual(new Map(keys.map(key => [key, 2])))
  })

  it('are refused where a store needs to know how many partitions there are', async () => {
    const { broker, start } = await bed()
    await using _ = broker
    await expect(start(counting)).rejects.toMatchObject({ code: 'MR-2001' })
  })
})
