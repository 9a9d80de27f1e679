/** Dead letters of a running application (KIP-1034): written with the commit of the position after their record. */
import { describe, expect, it } from 'vitest'
import { join } from 'node:path'
import {
  createTopics,
  readTopic,
  run,
  silentLogger,
  startEmbeddedBroker,
  TopicWriter,
} from '../../runtime/index.ts'
import { bytes, defineApp, json, string, topic } from '../../src/index.ts'
import { temporaryDirectory } from '../support/temporary-directory.ts'

const orders = topic('orders', { key: string(), value: json<{ amount: number }>(), partitions: 2 })
const texts = topic('orders', { key: string(), value: string() })
const doubled = topic('doubled', { key: string(), value: json<number>() })
const letters = topic('doubling-dlq', { key: string(), value: string(), partitions: 3 })

const app = defineApp({
  id: 'doubling',
  onError: { deserialize: 'dlq', process: error => (error instanceof RangeError ? 'dlq' : 'fail') },
  dlq: letters,
  build: b =>
    b
      .stream(orders)
      .mapValues(({ amount }) => {
        if (amount < 0) throw new RangeError(`no such amount: ${amount}`)
        return amount * 2
      })
      .to(doubled),
})

describe('dead letters', () => {
  it.each(['exactly-once', 'at-least-once'] as const)(
    'are committed even where nothing else is, %s, in a topic that is created',
    async guarantee => {
      const directory = await temporaryDirectory()
      await using broker = await startEmbeddedBroker({ directory: join(directory, 'data') })
      await createTopics(broker, [orders, doubled])
      await using writer = await TopicWriter.open(broker)
      await writer.send(texts, 'a', 'no JSON', { timestamp: 5, partition: 1 })
      await writer.flush()
      {
        const stateDirectory = join(directory, 'state')
        const settings = {
          broker,
          guarantee,
          stateDirectory,
          commitInterval: 10,
          logger: silentLogger,
        } as const
        await using running = await run(app, settings)
        await running.caughtUp()
        await writer.send(orders, 'a', { amount: -2 }, { timestamp: 6, partition: 1 })
        await writer.send(orders, 'a', { amount: 2 }, { timestamp: 7, partition: 1 })
        await writer.flush()
        await running.caughtUp()
      }
      const found: unknown[] = []
      const raw = topic('doubling-dlq', { key: string(), value: string() })
      for await (const { key, value, timestamp, headers } of readTopic(broker, raw)) {
        const of = (name: string) => headers.find(header => header.key === `__streams.errors.${name}`)?.value
        const [from, offset] = [of('topic'), of('offset')].map(text => string().deserialize(text!))
        found.push([key, value, timestamp, from, offset])
      }
      expect(found).toEqual([
        ['a', 'no JSON', 5, 'orders', '0'],
        ['a', '{"amount":-2}', 6, 'orders', '1'],
      ])
      const results: unknown[] = []
      for await (const { key, value } of readTopic(
        broker,
        topic('doubled', { key: string(), value: bytes() }),
      ))
        results.push([key, string().deserialize(value!)])
      expect(results).toEqual([['a', '4']])
    },
  )
})
