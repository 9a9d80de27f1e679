/** Running apps on an embedded broker: results, restarts, stores, and what is refused. */
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
import type { EmbeddedBroker, RunOptions } from '../../runtime/index.ts'
import { defineApp, json, string, topic, tumbling, type App } from '../../src/index.ts'
import { temporaryDirectory } from '../support/temporary-directory.ts'

const lines = topic('lines', { key: string(), value: string(), partitions: 3 })
const counts = topic('counts', { key: string(), value: json<number>(), partitions: 2 })
const hours = topic('hours', { key: string(), value: json<number>(), partitions: 2 })

const app: App = defineApp({
  id: 'words',
  build(b) {
    const words = b.stream(lines).flatMapValues(line => line.split(' '))
    words
      .groupBy(word => word)
      .count('word-counts')
      .toStream()
      .to(counts)
    words
      .groupBy(word => word, { name: 'by-word-and-hour' })
      .windowedBy(tumbling('1h', { grace: '5m' }))
      .count('hourly')
      .toStream()
      .map((count, word) => [`${word.key}@${word.window.start}`, count])
      .to(hours)
  },
})

async function send(broker: EmbeddedBroker, ...texts: readonly string[]): Promise<void> {
  await createTopics(broker, [lines])
  await using writer = await TopicWriter.open(broker)
  for (const [index, text] of texts.entries())
    await writer.send(lines, `k${index}`, text, { timestamp: 1000 + index })
  await writer.flush()
}

async function read(broker: EmbeddedBroker, from: typeof counts): Promise<Record<string, number[]>> {
  const found: Record<string, number[]> = {}
  for await (const { key, value } of readTopic(broker, from)) (found[key!] ??= []).push(value!)
  return found
}

describe.each(['exactly-once', 'at-least-once'] as const)('run %s', guarantee => {
  const options = (broker: EmbeddedBroker, directory: string): RunOptions => {
    return {
      broker,
      guarantee,
      commitInterval: 20,
      stateDirectory: join(directory, 'state'),
      logger: silentLogger,
    }
  }

  it('counts words, windowed and not, and forwards every update in order', async () => {
    const directory = await temporaryDirectory()
    await using broker = await startEmbeddedBroker({ directory: join(directory, 'broker') })
    await send(broker, 'to be or', 'not to be')
    const running = await run(app, options(broker, directory))
    await running.caughtUp()
    expect(running.get<number>('word-counts', 'be')).toBe(2)
    expect(running.get<number>('word-counts', 'nothing')).toBeUndefined()
    await running.close()
    expect(await read(broker, counts)).toEqual({ to: [1, 2], be: [1, 2], or: [1], not: [1] })
    expect(await read(broker, hours)).toEqual({ 'to@0': [1, 2], 'be@0': [1, 2], 'or@0': [1], 'not@0': [1] })
  })

  it('goes on after a restart of app and broker where it ended, without a restore', async () => {
    const directory = await temporaryDirectory()
    {
      await using broker = await startEmbeddedBroker({ directory: join(directory, 'broker') })
      await send(broker, 'a a', 'b')
      await using running = await run(app, options(broker, directory))
      await running.caughtUp()
    }
    await using broker = await startEmbeddedBroker({ directory: join(directory, 'broker') })
    await send(broker, 'a')
    await using running = await run(app, options(broker, directory))
    await running.caughtUp()
    expect(running.restored.reduce((sum, { records }) => sum + records, 0)).toBe(0)
    expect(await read(broker, counts)).toEqual({ a: [1, 2, 3], b: [1] })
  })

  it('restores everything from the changelogs when its state directory is gone', async () => {
    const directory = await temporaryDirectory()
    await using broker = await startEmbeddedBroker({ directory: join(directory, 'broker') })
    await send(broker, 'a a', 'b')
    const first = await run(app, options(broker, directory))
    await first.caughtUp()
    await first.close()
    await send(broker, 'a')
    const moved = join(directory, 'elsewhere')
    await using running = await run(app, { ...options(broker, moved), instanceId: 'another' })
    await running.caughtUp()
    expect(running.restored.filter(({ wiped }) => wiped === 'new').length).toBeGreaterThan(0)
    expect(running.restored.reduce((sum, { records }) => sum + records, 0)).toBeGreaterThanOrEqual(4)
    expect(await read(broker, counts)).toEqual({ a: [1, 2, 3], b: [1] })
    const windows: unknown[] = []
    for await (const window of running.windows('hourly')) windows.push(window)
    expect(windows).toContainEqual({ key: 'a', start: 0, value: 3 })
  })

  it('forwards one update per key and commit with cache', async () => {
    const directory = await temporaryDirectory()
    await using broker = await startEmbeddedBroker({ directory: join(directory, 'broker') })
    await send(broker, 'x x x x x')
    await using running = await run(app, { ...options(broker, directory), cache: true })
    await running.caughtUp()
    expect(await read(broker, counts)).toEqual({ x: [5] })
    expect(running.get<number>('word-counts', 'x')).toBe(5)
  })
})
