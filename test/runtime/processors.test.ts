/** Processors in running apps: commits that they ask for, and punctuations by the real clock. */
import { join, relative } from 'node:path'
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
} from '../../runtime/index.ts'
import { defineApp, kvStore, string, topic } from '../../src/index.ts'
import { temporaryDirectory } from '../support/temporary-directory.ts'

const text = { key: string(), value: string() }
const input = topic('in', text)
const output = topic('out', text)
const kept = kvStore('kept', text)

async function results(broker: EmbeddedBroker): Promise<readonly string[]> {
  const values: string[] = []
  for await (const { value } of readTopic(broker, output)) values.push(value!)
  return values
}

/** Looks until there are results; the test's own time is the bound. */
async function resultsSoon(broker: EmbeddedBroker): Promise<readonly string[]> {
  for (;;) {
    const found = await results(broker)
    if (found.length > 0) return found
    await pause(10)
  }
}

it('U5: a punctuation by the wall clock runs while nothing comes in, and commits what it asks for', async () => {
  const directory = await temporaryDirectory()
  const app = defineApp({
    id: 'clock',
    build: b =>
      b
        .stream(input)
        .process({
          stores: { kept },
          process: ({ key, value }, { stores }) => stores.kept.put(key, value),
          punctuate: {
            every: '20ms',
            clock: 'wall',
            *run({ stores, requestCommit, recordMetadata, stateDirectory }) {
              for (const [key, value] of stores.kept.all()) {
                stores.kept.delete(key)
                const folder = relative(directory, stateDirectory!)
                yield { key, value: `${value} ${recordMetadata?.topic ?? 'nowhere'} ${folder}` }
                // The next commit by itself would be in ten minutes.
                requestCommit()
              }
            },
          },
        })
        .to(output),
  })
  await using broker = await startEmbeddedBroker({ directory: join(directory, 'broker') })
  await createTopics(broker, [input, output])
  await using writer = await TopicWriter.open(broker)
  await writer.send(input, 'a', '1')
  await writer.flush()
  await using running = await run(app, {
    broker,
    stateDirectory: join(directory, 'state'),
    commitInterval: '10m',
    heartbeatInterval: 50,
    logger: silentLogger,
  })
  expect(await resultsSoon(broker)).toEqual([`1 nowhere ${join('state', 'clock', 'files', '0_0')}`])
  expect(running.get('kept', 'a')).toBeUndefined()
})
