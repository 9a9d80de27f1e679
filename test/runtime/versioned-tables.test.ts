/** Versioned tables and joins with grace in running apps: their changelogs, and what is restored from them (V4, V9). */
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import {
  createTopics,
  readTopic,
  run,
  silentLogger,
  startEmbeddedBroker,
  TopicWriter,
  type EmbeddedBroker,
  type RunningApp,
} from '../../runtime/index.ts'
import { Admin } from '../../runtime/client/admin.ts'
import { openCluster } from '../../runtime/brokers.ts'
import { defineApp, string, topic } from '../../src/index.ts'
import { temporaryDirectory } from '../support/temporary-directory.ts'

const texts = { key: string(), value: string() }
const rows = topic('rows', texts)
const records = topic('records', texts)
const results = topic('results', texts)

const app = defineApp({
  id: 'app',
  build: b =>
    b
      .stream(records)
      .leftJoin(
        b.table(rows, { store: 'versions', versioned: '1h' }),
        (value, row) => `${value}+${row ?? '-'}`,
        { grace: 100, name: 'priced' },
      )
      .to(results),
})

type Step = readonly [topic: typeof rows, key: string, value: string | null, at: number]

async function send(broker: EmbeddedBroker, ...steps: readonly Step[]): Promise<void> {
  await using writer = await TopicWriter.open(broker)
  for (const [to, key, value, timestamp] of steps) await writer.send(to, key, value!, { timestamp })
  await writer.flush()
}

async function read(broker: EmbeddedBroker): Promise<readonly string[]> {
  const lines: string[] = []
  for await (const { key, value, timestamp } of readTopic(broker, results))
    lines.push(`${key}=${value}@${timestamp}`)
  return lines
}

const start = (broker: EmbeddedBroker, directory: string, guarantee: 'exactly-once' | 'at-least-once') =>
  run(app, {
    broker,
    guarantee,
    commitInterval: 20,
    stateDirectory: directory,
    logger: silentLogger,
  })

/** Waits until everything is processed, and answers how many records were replayed. */
async function done(running: RunningApp): Promise<number> {
  await running.caughtUp()
  return running.restored.reduce((sum, { records: count }) => sum + count, 0)
}

describe.each(['exactly-once', 'at-least-once'] as const)('versioned tables, %s', guarantee => {
  it('V4, V9: go on after a restart, from disk and from their changelogs alike', async () => {
    const directory = await temporaryDirectory()
    await using broker = await startEmbeddedBroker({ directory: join(directory, 'broker') })
    await createTopics(broker, [rows, records, results])
    await send(broker, [rows, 'a', 'one', 1000], [rows, 'a', 'two', 1500], [rows, 'a', 'mid', 1200])
    {
      await using running = await start(broker, join(directory, 'state'), guarantee)
      await running.caughtUp()
      await send(broker, [records, 'a', 'x', 1100], [records, 'a', 'y', 1150])
      expect(await done(running)).toBe(0)
      expect(running.get('versions', 'a')).toBe('two')
      expect(running.get('versions', 'a', 1300)).toBe('mid')
      expect(running.versions('versions', 'a', { from: 1100, to: 1400 })).toEqual([
        { value: 'one', timestamp: 1000, validTo: 1200 },
        { value: 'mid', timestamp: 1200, validTo: 1500 },
      ])
    }
    expect(await read(broker)).toEqual([])
    {
      await using running = await start(broker, join(directory, 'state'), guarantee)
      await send(broker, [rows, 'a', 'late', 1150], [records, 'b', 'z', 1210])
      expect(await done(running)).toBe(0)
    }
    expect(await read(broker)).toEqual(['a=x+one@1100'])
    await using running = await start(broker, join(directory, 'elsewhere'), guarantee)
    await send(broker, [records, 'b', 'end', 1400])
    expect(await done(running)).toBeGreaterThan(4)
    expect(running.get('versions', 'a', 1199)).toBe('late')
    expect((await read(broker)).slice(1)).toEqual(['a=y+late@1150', 'b=z+-@1210'])
  })
})

it('V4: have changelogs on the broker that compaction leaves alone for the history and a day', async () => {
  const directory = await temporaryDirectory()
  await using broker = await startEmbeddedBroker({ directory: join(directory, 'broker') })
  await createTopics(broker, [rows, records, results])
  await using running = await start(broker, join(directory, 'state'), 'exactly-once')
  await running.caughtUp()
  const cluster = openCluster(broker, 'test')
  const configs = await new Admin(cluster).describeConfigs('topic', 'app-versions-changelog')
  await cluster.close()
  const set = configs.filter(({ isDefault }) => !isDefault).map(({ name, value }) => [name, value])
  expect(Object.fromEntries(set)).toMatchObject({
    'cleanup.policy': 'compact',
    'min.compaction.lag.ms': String(25 * 60 * 60 * 1000),
  })
})
