/** Two instances of one exactly-once application on one broker: they share the tasks, and nothing is lost or done twice. */
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import {
  createTopics,
  readTopic,
  run,
  silentLogger,
  startEmbeddedBroker,
  TopicWriter,
} from '../../runtime/index.ts'
import type { EmbeddedBroker, RunningApp, RunOptions } from '../../runtime/index.ts'
import { defineApp, json, string, topic, type App } from '../../src/index.ts'
import { temporaryDirectory } from '../support/temporary-directory.ts'
import { slowed } from './slow-network.ts'

const lines = topic('lines', { key: string(), value: string(), partitions: 4 })
const counts = topic('counts', { key: string(), value: json<number>(), partitions: 2 })
const words = Array.from({ length: 23 }, (_, index) => `w${index}`)

/** Counts words; `check` is called with each and may throw. Every update of a word is one more than the last. */
function counter(check: (word: string) => void = () => {}): App {
  return defineApp({
    id: 'words',
    build: b =>
      b
        .stream(lines)
        .flatMapValues(line => line.split(' '))
        .groupBy(word => word)
        .aggregate({
          store: 'word-counts',
          initial: () => 0,
          add: (count, word) => {
            check(word)
            return count + 1
          },
          value: json<number>(),
        })
        .toStream()
        .to(counts),
  })
}

interface Instances {
  readonly broker: EmbeddedBroker
  start(name: string, app?: App, more?: RunOptions): Promise<RunningApp>
}

async function instances(): Promise<Instances> {
  const directory = await temporaryDirectory()
  const broker = await startEmbeddedBroker({ directory: join(directory, 'broker') })
  await createTopics(broker, [lines, counts])
  const start = (name: string, app = counter(), more: RunOptions = {}): Promise<RunningApp> =>
    run(app, {
      // A commit takes its time: nobody may take over before it is done.
      broker: slowed(broker, { before: { TxnOffsetCommit: 15 } }),
      stateDirectory: join(directory, name),
      commitInterval: 10,
      heartbeatInterval: 50,
      logger: silentLogger,
      ...more,
    })
  return { broker, start }
}

/** Lines that are sent until `stop`, which answers how often each word was sent. */
function load(broker: EmbeddedBroker): { stop(): Promise<ReadonlyMap<string, number>> } {
  const sent = new Map<string, number>()
  const stopping = new AbortController()
  const work = async (): Promise<void> => {
    await using writer = await TopicWriter.open(broker)
    for (let index = 0; !stopping.signal.aborted; index++) {
      const line = [index, index * 7, index * 3 + 1].map(each => words[each % words.length]!)
      for (const word of line) sent.set(word, (sent.get(word) ?? 0) + 1)
      await writer.send(lines, `k${index % 31}`, line.join(' '), { timestamp: 1000 + index })
      if (index % 10 === 0) await pause(1)
    }
    await writer.flush()
  }
  const working = work()
  return {
    stop: async () => {
      stopping.abort()
      await working
      return sent
    },
  }
}

/** Waits until everything sent has been counted, and sees to it that it was counted once. */
async function expectCountedOnce(
  broker: EmbeddedBroker,
  sent: ReadonlyMap<string, number>,
  running: readonly RunningApp[],
): Promise<void> {
  const total = [...sent.values()].reduce((sum, count) => sum + count, 0)
  const updates = async (): Promise<Map<string, number[]>> => {
    const found = new Map<string, number[]>(words.map(word => [word, []]))
    for await (const { key, value } of readTopic(broker, counts)) found.get(key!)!.push(value!)
    return found
  }
  const countOf = (found: Map<string, number[]>): number => [...found.values()].flat().length
  await expect
    .poll(async () => countOf(await updates()), { timeout: 10_000, interval: 50 })
    .toBeGreaterThanOrEqual(total)
  const expected = [...sent].map(([word, count]) => [word, Array.from({ length: count }, (_, n) => n + 1)])
  expect(Object.fromEntries(await updates())).toEqual(Object.fromEntries(expected))
  const held: [string, number][] = []
  for (const app of running)
    for await (const entry of app.entries<string, number>('word-counts')) held.push([...entry])
  expect(Object.fromEntries(held)).toEqual(Object.fromEntries(sent))
  expect(held).toHaveLength(sent.size)
  for (const [word, count] of sent)
    expect(
      running.flatMap(app => valueIn(app, word)),
      word,
    ).toEqual([count])
}

/** What an instance says of a word: nothing, if another one has its part of the store. */
function valueIn(app: RunningApp, word: string): number | [] {
  try {
    return app.get<number>('word-counts', word) ?? []
  } catch (error) {
    expect(error).toMatchObject({ code: 'MR-6004' })
    return []
  }
}

describe('two instances', () => {
  it('share the tasks; what one gives up the other goes on with, exactly once', async () => {
    const { broker, start } = await instances()
    await using _ = broker
    const first = await start('first')
    await expect.poll(() => first.ready, { interval: 5 }).toBe(true)
    const sending = load(broker)
    await expect.poll(() => first.processedCount, { interval: 5 }).toBeGreaterThan(50)
    await using second = await start('second')
    await expect.poll(() => second.processedCount, { interval: 5, timeout: 10_000 }).toBeGreaterThan(50)
    const before = first.processedCount
    await expect.poll(() => first.processedCount, { interval: 5 }).toBeGreaterThan(before)
    await first.close()
    const sent = await sending.stop()
    await expectCountedOnce(broker, sent, [second])
  })

  it('get their tasks back when they have names and start again, and the other is not disturbed', async () => {
    const { broker, start } = await instances()
    await using _ = broker
    const first = await start('first', counter(), { instanceId: 'first' })
    await expect.poll(() => first.ready, { interval: 5 }).toBe(true)
    const sending = load(broker)
    await using second = await start('second', counter(), { instanceId: 'second' })
    await expect.poll(() => second.processedCount, { interval: 5, timeout: 10_000 }).toBeGreaterThan(50)
    // Its tasks without stores come at once, its two of the four with them when the first has given them up.
    const restores = 2
    await expect.poll(() => second.restored.length, { interval: 5, timeout: 10_000 }).toBe(restores)
    await first.close()
    const before = second.processedCount
    await expect.poll(() => second.processedCount, { interval: 5 }).toBeGreaterThan(before)
    await using again = await start('first', counter(), { instanceId: 'first' })
    await expect.poll(() => again.processedCount, { interval: 5 }).toBeGreaterThan(50)
    expect(second.restored).toHaveLength(restores)
    const sent = await sending.stop()
    await expectCountedOnce(broker, sent, [again, second])
    // It had what it needed on its disk: what it wrote last, and nothing from the changelogs.
    expect(again.restored.map(({ records }) => records)).toEqual(again.restored.map(() => 0))
  })

  it('stay right when one is ended by a failing callback and started again', async () => {
    const { broker, start } = await instances()
    await using _ = broker
    let left = Infinity
    const fragile = counter(() => {
      if (--left === 0) throw new Error('this instance is to fail')
    })
    const first = await start('first', fragile)
    await expect.poll(() => first.ready, { interval: 5 }).toBe(true)
    const sending = load(broker)
    await using second = await start('second')
    await expect.poll(() => second.processedCount, { interval: 5, timeout: 10_000 }).toBeGreaterThan(50)
    left = 10
    await expect(first.closed).rejects.toMatchObject({ code: 'MR-3004' })
    await using again = await start('first')
    await expect.poll(() => again.processedCount, { interval: 5, timeout: 10_000 }).toBeGreaterThan(50)
    const sent = await sending.stop()
    await expectCountedOnce(broker, sent, [again, second])
  })
})
