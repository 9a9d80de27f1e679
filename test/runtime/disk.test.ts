/** An application whose broker's disk fails under it: a clear error, nothing acknowledged lost, and it goes on afterwards. */
import { existsSync, readdirSync } from 'node:fs'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { MemoryFiles } from '../../broker/log/memory-files.ts'
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

const orders = topic('orders', { key: string(), value: json<number>() })
const totals = topic('totals', { key: string(), value: json<number>() })

const sums: App = defineApp({
  id: 'sums',
  build: b =>
    b
      .stream(orders)
      .groupByKey()
      .reduce((sum, amount) => sum + amount, 'sums')
      .toStream()
      .to(totals),
})

const brokerOn = (files: MemoryFiles): Promise<EmbeddedBroker> =>
  startEmbeddedBroker({ directory: '/data', files })

function options(broker: EmbeddedBroker, directory: string): RunOptions {
  return { broker, commitInterval: 10, stateDirectory: join(directory, 'state'), logger: silentLogger }
}

async function send(broker: EmbeddedBroker, ...amounts: readonly number[]): Promise<void> {
  await using writer = await TopicWriter.open(broker)
  for (const amount of amounts) await writer.send(orders, 'a', amount, { timestamp: 1 })
  await writer.flush()
}

async function readTotals(broker: EmbeddedBroker): Promise<(number | undefined)[]> {
  const values: (number | undefined)[] = []
  for await (const { value } of readTopic(broker, totals)) values.push(value)
  return values
}

describe('a full disk', () => {
  it('ends the app with an error that names the disk; after space returns it goes on, exactly once', async () => {
    const directory = await temporaryDirectory()
    const files = new MemoryFiles()
    await using broker = await brokerOn(files)
    await createTopics(broker, [orders, totals])
    // The commit comes late enough for the disk to be full by then.
    const first = await run(sums, { ...options(broker, directory), commitInterval: 300 })
    await send(broker, 1, 2)
    await first.caughtUp()
    await send(broker, 3)
    files.spaceBytesMax = 0
    await expect(first.closed).rejects.toMatchObject({
      message: expect.stringMatching(/disk|storage|STORAGE/i),
    })
    files.spaceBytesMax = Infinity
    await using second = await run(sums, options(broker, directory))
    await second.caughtUp()
    expect(second.get<number>('sums', 'a')).toBe(6)
    expect(await readTotals(broker)).toEqual([1, 3, 6])
  })

  it('refuses what is sent, and keeps what was acknowledged', async () => {
    const files = new MemoryFiles()
    await using broker = await brokerOn(files)
    await createTopics(broker, [orders])
    await send(broker, 1, 2)
    files.spaceBytesMax = 0
    await expect(send(broker, 3)).rejects.toMatchObject({ code: expect.stringMatching(/^MR-/) })
    files.spaceBytesMax = Infinity
    await send(broker, 4)
    const values: (number | undefined)[] = []
    for await (const { value } of readTopic(broker, orders)) values.push(value)
    expect(values).toEqual([1, 2, 4])
  })
})

describe('a corrupt segment', () => {
  it('is told with its place, and what lies after it can still be read', async () => {
    const directory = await temporaryDirectory()
    const data = join(directory, 'broker')
    {
      await using broker = await startEmbeddedBroker({ directory: data })
      await createTopics(broker, [orders, totals])
      for (const amount of [1, 2, 3]) await send(broker, amount)
    }
    const segment = join(data, 'orders-0', '00000000000000000000.log')
    expect(existsSync(segment), readdirSync(data).join()).toBe(true)
    const bytes = await readFile(segment)
    const batchBytes = bytes.readInt32BE(8) + 12
    // A byte of the second record: its checksum no longer fits.
    bytes[batchBytes + 66]! ^= 0xff
    await writeFile(segment, bytes)
    await using broker = await startEmbeddedBroker({ directory: data })
    const running = await run(sums, options(broker, directory))
    await expect(running.closed).rejects.toMatchObject({
      code: expect.stringMatching(/^MR-(3101|4002|5041)$/),
      message: expect.stringContaining('orders-0'),
    })
    expect(await readTotals(broker)).toEqual([1])
  })
})
