/** `idle` in running applications: what waits for time goes without another record, once, over restarts. */
import { join } from 'node:path'
import { expect, it } from 'vitest'
import {
  createTopics,
  readTopic,
  run,
  silentLogger,
  startEmbeddedBroker,
  TopicWriter,
} from '../../runtime/index.ts'
import { defineApp, integer, string, topic, tumbling } from '../../src/index.ts'
import { temporaryDirectory } from '../support/temporary-directory.ts'

const words = topic('words', { key: string(), value: string() })
const counts = topic('counts', { key: string(), value: integer() })

const app = defineApp({
  id: 'closing',
  build: b =>
    b
      .stream(words)
      .groupByKey()
      .windowedBy(tumbling('1s', { grace: 0 }), { emit: 'close', idle: 50 })
      .count('counts')
      .toStream()
      .map((count, { key }) => [key, count])
      .to(counts),
})

it('windows close while nothing comes in, once each, after a restart too', async () => {
  const directory = await temporaryDirectory()
  await using broker = await startEmbeddedBroker({ directory: join(directory, 'broker') })
  await createTopics(broker, [words, counts])
  await using writer = await TopicWriter.open(broker)
  const send = async (key: string, timestamp: number): Promise<void> => {
    await writer.send(words, key, 'x', { timestamp })
    await writer.flush()
  }
  const closed = async (): Promise<string[]> => {
    const found: string[] = []
    for await (const { key, value } of readTopic(broker, counts)) found.push(`${key}=${value}`)
    return found
  }
  const options = {
    broker,
    stateDirectory: join(directory, 'state'),
    commitInterval: 10,
    logger: silentLogger,
  }
  {
    await using running = await run(app, options)
    await send('a', 950)
    await expect.poll(closed, { timeout: 5_000 }).toEqual(['a=1'])
    await send('b', 1_500)
    await running.caughtUp()
  }
  await using running = await run(app, options)
  await expect.poll(closed, { timeout: 5_000 }).toEqual(['a=1', 'b=1'])
  await send('late', 1_900)
  await running.caughtUp()
  expect(running.dropped).toMatchObject([{ reason: 'late', count: 1 }])
  expect(await closed()).toEqual(['a=1', 'b=1'])
})
