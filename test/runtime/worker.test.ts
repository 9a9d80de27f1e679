/** The loop of a worker seen from outside: what it must not wait for, must wait for, and must give back. */
import { mkdir, rm, writeFile } from 'node:fs/promises'
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
import type { EmbeddedBroker, RunOptions } from '../../runtime/index.ts'
import { defineApp, json, string, topic, type App } from '../../src/index.ts'
import { temporaryDirectory } from '../support/temporary-directory.ts'
import { slowed } from './slow-network.ts'

const words = topic('words', { key: string(), value: string(), partitions: 2 })
const counts = topic('counts', { key: string(), value: json<number>() })

const counter: App = defineApp({
  id: 'counter',
  build: b =>
    b
      .stream(words)
      .groupBy(word => word)
      .count('counts')
      .toStream()
      .to(counts),
})

interface Place {
  readonly broker: EmbeddedBroker
  readonly directory: string
  readonly options: RunOptions
}

async function place(): Promise<Place> {
  const directory = await temporaryDirectory()
  const broker = await startEmbeddedBroker({ directory: join(directory, 'broker') })
  await createTopics(broker, [words, counts])
  const options: RunOptions = {
    broker,
    stateDirectory: join(directory, 'state'),
    commitInterval: 5,
    heartbeatInterval: 50,
    logger: silentLogger,
  }
  return { broker, directory, options }
}

async function send(broker: EmbeddedBroker, ...values: readonly string[]): Promise<void> {
  await using writer = await TopicWriter.open(broker)
  for (const value of values) await writer.send(words, value, value, { timestamp: 1 })
  await writer.flush()
}

async function committed(broker: EmbeddedBroker): Promise<unknown[]> {
  const found: unknown[] = []
  for await (const { key, value } of readTopic(broker, counts)) found.push([key, value])
  return found
}

describe('fetching of joined inputs', () => {
  it('goes on for the one that a task waits for, while the other has more than enough', async () => {
    const { broker, options } = await place()
    await using _ = broker
    const clicks = topic('clicks', { key: string(), value: string() })
    const users = topic('users', { key: string(), value: string() })
    const joined = topic('joined', { key: string(), value: json<string>() })
    await createTopics(broker, [clicks, users, joined])
    const app = defineApp({
      id: 'joiner',
      build: b =>
        b
          .stream(clicks)
          .join(b.table(users), (click, user) => `${click}${user.length}`)
          .to(joined),
    })
    await using writer = await TopicWriter.open(broker)
    // More than one fetch brings, and older than all of the other input.
    for (let index = 0; index < 30_000; index++)
      await writer.send(users, 'u', 'x'.repeat(90), { timestamp: 1 + index })
    await writer.send(clicks, 'u', 'click', { timestamp: 30_001 })
    await writer.flush()
    await using running = await run(app, { ...options, bufferedBytesMax: 1 })
    await running.caughtUp()
    const found: unknown[] = []
    for await (const { value } of readTopic(broker, joined)) found.push(value)
    expect(found).toEqual(['click90'])
  })
})

describe('caughtUp', () => {
  it('waits for a commit that is under way', async () => {
    const { broker, options } = await place()
    await using _ = broker
    await send(broker, 'a', 'b', 'a')
    await using running = await run(counter, {
      ...options,
      broker: slowed(broker, { before: { EndTxn: 60 } }),
    })
    await running.caughtUp()
    const found = await committed(broker)
    expect(found).toHaveLength(3)
    expect(found).toContainEqual(['a', 2])
  })

  it('waits for what the inputs become in repartition topics', async () => {
    const { broker, options } = await place()
    await using _ = broker
    // An answer about offsets comes so late that a commit fits in between, and what it made is not fetched yet.
    await using running = await run(counter, {
      ...options,
      broker: slowed(broker, { after: { ListOffsets: 35, Fetch: 20 } }),
    })
    await running.caughtUp()
    for (let round = 1; round <= 5; round++) {
      await send(broker, 'a')
      await running.caughtUp()
      expect(running.get<number>('counts', 'a')).toBe(round)
      expect((await committed(broker)).length).toBe(round)
    }
  })

  it('resolves where an input begins after its first offsets, all of them deleted', async () => {
    const { broker, options } = await place()
    await using _ = broker
    await send(broker, 'a', 'b', 'c', 'd')
    const cluster = openCluster(broker, 'test')
    await new Admin(cluster).deleteRecords(
      [0, 1].map(partition => ({ topic: 'words', partition, offset: -1 })),
    )
    await cluster.close()
    await using running = await run(counter, options)
    await running.caughtUp()
    expect(await committed(broker)).toEqual([])
  })

  it('resolves on an instance for which there is no task', async () => {
    const { broker, directory, options } = await place()
    await using _ = broker
    const copy = defineApp({
      id: 'copy',
      build: b =>
        b
          .stream(topic('one', { key: string(), value: string(), partitions: 1 }))
          .to(topic('two', { key: string(), value: string() })),
    })
    await using first = await run(copy, options)
    await first.caughtUp()
    await using second = await run(copy, { ...options, stateDirectory: join(directory, 'second') })
    await second.caughtUp()
    expect(second.ready).toBe(false)
  })
})

describe('an input that gets more partitions', () => {
  const copies = topic('copies', { key: string(), value: string(), partitions: 1 })
  const grow = async (broker: EmbeddedBroker): Promise<void> => {
    const cluster = openCluster(broker, 'test')
    await new Admin(cluster).createPartitions('words', 4)
    await cluster.close()
  }

  it('is read by an application without state as soon as the group looks at it', async () => {
    const { broker, directory, options } = await place()
    await using _ = broker
    const copy = defineApp({ id: 'copy', build: b => b.stream(words).to(copies) })
    await using first = await run(copy, options)
    await first.caughtUp()
    await grow(broker)
    // Whoever joins makes the group look.
    await using second = await run(copy, { ...options, stateDirectory: join(directory, 'second') })
    await expect.poll(() => first.ready && second.ready, { interval: 5 }).toBe(true)
    await using writer = await TopicWriter.open(broker)
    for (const partition of [0, 1, 2, 3])
      await writer.send(words, 'w', `${partition}`, { partition, timestamp: 1 })
    await writer.flush()
    const found = async (): Promise<string[]> => {
      const values: string[] = []
      for await (const { value } of readTopic(broker, copies)) values.push(value!)
      return values.toSorted((left, right) => (left < right ? -1 : 1))
    }
    await expect.poll(found, { interval: 20 }).toEqual(['0', '1', '2', '3'])
  })
})

describe('a worker that fails', () => {
  it('ends with the reason when a result is too large for its topic, instead of trying for ever', async () => {
    const { broker, options } = await place()
    await using _ = broker
    const small = topic('small', {
      key: string(),
      value: string(),
      partitions: 1,
      config: { 'max.message.bytes': '1000' },
    })
    const app = defineApp({
      id: 'large',
      build: b =>
        b
          .stream(words)
          .mapValues(word => word.repeat(5000))
          .to(small),
    })
    const running = await run(app, options)
    await send(broker, 'a')
    await expect(running.closed).rejects.toMatchObject({
      code: 'MR-5045',
      message: expect.stringContaining('small-0'),
    })
  })

  it('leaves no database open when one of several could not be opened', async () => {
    const { broker, options } = await place()
    await using _ = broker
    const state = join(options.stateDirectory!, 'counter')
    await mkdir(state, { recursive: true })
    await writeFile(join(state, '1_1'), 'in the way')
    const first = await run(counter, options)
    await expect(first.closed).rejects.toMatchObject({ code: 'MR-4004' })
    await rm(join(state, '1_1'))
    await send(broker, 'a', 'b')
    await using second = await run(counter, options)
    await second.caughtUp()
    expect(second.get<number>('counts', 'a')).toBe(1)
  })
})
