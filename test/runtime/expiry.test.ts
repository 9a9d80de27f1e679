/** `ttl` and `dedupe` in running applications: what expires is gone from store, changelog and output, over restarts too. */
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
import { defineApp, integer, string, topic, type App } from '../../src/index.ts'
import { temporaryDirectory } from '../support/temporary-directory.ts'

const words = topic('words', { key: string(), value: string() })
const counts = topic('counts', { key: string(), value: integer() })
const once = topic('once', { key: string(), value: string() })

const app: App = defineApp({
  id: 'fading',
  build(b) {
    const stream = b.stream(words)
    stream.groupByKey().count({ store: 'counts', ttl: '1s' }).toStream().to(counts)
    stream.dedupe({ by: word => word, within: '1s', store: 'seen' }).to(once)
  },
})

it.each(['exactly-once', 'at-least-once'] as const)(
  'rows end %s, where the stores are kept and where they are not',
  async guarantee => {
    const directory = await temporaryDirectory()
    await using broker = await startEmbeddedBroker({ directory: join(directory, 'broker') })
    await createTopics(broker, [words, counts, once])
    await using writer = await TopicWriter.open(broker)
    const send = async (...records: readonly (readonly [string, number])[]): Promise<void> => {
      for (const [key, timestamp] of records) await writer.send(words, key, key, { timestamp })
      await writer.flush()
    }
    const counted: (readonly [string, number | undefined])[] = []
    const runs: readonly {
      readonly state: string
      readonly records: readonly (readonly [string, number])[]
    }[] = [
      {
        state: 'one',
        records: [
          ['a', 0],
          ['b', 500],
          ['a', 900],
          ['b', 1000],
        ],
      },
      // The same state directory, then one that has to be restored.
      {
        state: 'one',
        records: [
          ['c', 1899],
          ['c', 1900],
        ],
      },
      {
        state: 'two',
        records: [
          ['c', 2000],
          ['a', 2100],
        ],
      },
    ]
    for (const { state, records } of runs) {
      await send(...records)
      const stateDirectory = join(directory, state)
      const options = {
        broker,
        guarantee,
        stateDirectory,
        commitInterval: 10,
        logger: silentLogger,
      }
      await using running = await run(app, options)
      await running.caughtUp()
      for (const key of ['a', 'b', 'c']) counted.push([`${state} ${key}`, running.get<number>('counts', key)])
    }
    expect(counted).toEqual([
      ['one a', 2],
      ['one b', 2],
      ['one c', undefined],
      ['one a', undefined],
      ['one b', 2],
      ['one c', 2],
      ['two a', 1],
      ['two b', undefined],
      ['two c', 3],
    ])
    const ends: unknown[] = []
    for await (const { key, value, timestamp } of readTopic(broker, counts))
      if (value === undefined) ends.push([key, timestamp])
    expect(ends).toEqual([
      ['a', 1900],
      ['b', 2000],
    ])
    const passed: unknown[] = []
    for await (const { key, timestamp } of readTopic(broker, once)) passed.push([key, timestamp])
    expect(passed).toEqual([
      ['a', 0],
      ['b', 500],
      ['c', 1899],
      ['a', 2100],
    ])
  },
)
