/** Global tables of running apps: whole on every instance before anything is processed, then kept up to date (R12). */
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { expect, it } from 'vitest'
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
import { defineApp, integer, kvStore, string, topic, type App } from '../../src/index.ts'
import { temporaryDirectory } from '../support/temporary-directory.ts'

const orders = topic('orders', { key: string(), value: string(), partitions: 2 })
const items = topic('items', { key: string(), value: string(), partitions: 3 })
const output = topic('out', { key: string(), value: string() })

const joined: App = defineApp({
  id: 'joined',
  build: b =>
    b
      .stream(orders)
      .leftJoin(b.globalTable(items, 'items'), (order, item) => `${order}+${item ?? 'none'}`, {
        on: order => order,
      })
      .to(output),
})

async function write(broker: EmbeddedBroker, to: typeof items, rows: Readonly<Record<string, string>>) {
  await using writer = await TopicWriter.open(broker)
  for (const [key, value] of Object.entries(rows)) await writer.send(to, key, value)
  await writer.flush()
}

async function results(broker: EmbeddedBroker): Promise<readonly string[]> {
  const values: string[] = []
  for await (const { value } of readTopic(broker, output)) values.push(value!)
  return values.sort()
}

const many = Object.fromEntries(Array.from({ length: 500 }, (_, n) => [`i${n}`, `item ${n}`]))

async function brokerWith(directory: string): Promise<EmbeddedBroker> {
  const broker = await startEmbeddedBroker({ directory: join(directory, 'broker') })
  await createTopics(broker, [orders, items, output])
  return broker
}

const start = (app: App, broker: EmbeddedBroker, stateDirectory: string): Promise<RunningApp> =>
  run(app, { broker, stateDirectory, commitInterval: 10, heartbeatInterval: 50, logger: silentLogger })

it('is whole before the first record is processed, on two instances, and follows its topic', async () => {
  const directory = await temporaryDirectory()
  await using broker = await brokerWith(directory)
  await write(broker, items, many)
  await write(broker, orders, { a: 'i1', b: 'i250', c: 'i499', d: 'i7', e: 'missing' })
  await using first = await start(joined, broker, join(directory, 'one'))
  await first.caughtUp()
  const expected = ['i1+item 1', 'i250+item 250', 'i499+item 499', 'i7+item 7', 'missing+none']
  expect(await results(broker)).toEqual(expected)
  await using second = await start(joined, broker, join(directory, 'two'))
  await write(broker, items, { missing: 'found', i1: 'item one' })
  for (const instance of [first, second])
    while (instance.get('items', 'missing') !== 'found' || instance.get('items', 'i1') !== 'item one')
      await pause(5)
  expect([first, second].map(instance => instance.get('items', 'i499'))).toEqual(['item 499', 'item 499'])
})

it('ends the application when its processor fails, at the start or later', async () => {
  const directory = await temporaryDirectory()
  await using broker = await brokerWith(directory)
  const app = defineApp({
    id: 'failing',
    build(b) {
      b.globalStore(items, {
        store: kvStore('lengths', { key: string(), value: integer() }),
        process: ({ key, value }, { store }) => {
          if (value === 'bad') throw new Error('bad item')
          store.put(key, value.length)
        },
      })
      b.stream(orders).to(output)
    },
  })
  await write(broker, items, { a: 'four' })
  const running = await start(app, broker, join(directory, 'one'))
  expect(running.get('lengths', 'a')).toBe(4)
  await write(broker, items, { b: 'bad' })
  await expect(running.closed).rejects.toThrow('bad item')
  await expect(start(app, broker, join(directory, 'one'))).rejects.toThrow('bad item')
})
