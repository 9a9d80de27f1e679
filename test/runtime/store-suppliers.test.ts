/** Stores in bytes that the application brings: what outlives the process is brought up to date, the rest restored. */
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
} from '../../runtime/index.ts'
import {
  defineApp,
  integer,
  kvStore,
  MemoryBytes,
  session,
  storeSupplier,
  string,
  topic,
  tumbling,
  type App,
  type OrderedBytes,
  type StoreSupplier,
  type StoreSupplierContext,
} from '../../src/index.ts'
import { temporaryDirectory } from '../support/temporary-directory.ts'

const text = { key: string(), value: string() }
const input = topic('in', text)
const output = topic('out', { key: string(), value: string() })

async function runThrough(app: App, broker: EmbeddedBroker, directory: string, ...words: string[]) {
  await using writer = await TopicWriter.open(broker)
  for (const word of words) await writer.send(input, word, word)
  await writer.flush()
  await using running = await run(app, {
    broker,
    stateDirectory: join(directory, 'state'),
    commitInterval: 10,
    heartbeatInterval: 50,
    logger: silentLogger,
  })
  await running.caughtUp()
  return running.restored.reduce((sum, { records }) => sum + records, 0)
}

async function results(broker: EmbeddedBroker): Promise<readonly string[]> {
  const found: string[] = []
  for await (const { value } of readTopic(broker, output)) found.push(value!)
  return found
}

/** Bytes that stay when their task closes, as a database would; `opened` is told of every use. */
function lasting(opened: StoreSupplierContext[]): StoreSupplier {
  const databases = new Map<string, MemoryBytes>()
  return storeSupplier('lasting', async context => {
    opened.push(context)
    const id = `${context.taskId} ${context.store}`
    const bytes = databases.get(id) ?? new MemoryBytes()
    databases.set(id, bytes)
    const kept: OrderedBytes = {
      get: key => bytes.get(key),
      write: writes => bytes.write(writes),
      range: range => bytes.range(range),
      clear: range => bytes.clear(range),
      close: () => Promise.resolve(),
    }
    return await Promise.resolve(kept)
  })
}

/** Every kind of store, in one sub-topology. */
function counting(backend: StoreSupplier): App {
  const seen = kvStore('seen', { key: string(), value: integer(), backend })
  return defineApp({
    id: 'counting',
    backend,
    build(b) {
      const words = b.stream(input, { timestamp: () => 5 })
      const grouped = words.groupByKey()
      const counts = grouped.count({ store: 'counts', value: integer() })
      grouped.windowedBy(tumbling(10)).count({ store: 'windows', value: integer() })
      grouped.windowedBy(session(10)).count({ store: 'sessions', value: integer() })
      words.leftJoin(words, left => left, { within: 5, store: 'joined' })
      words
        .join(counts, (word, count) => `${word}${count}`)
        .processValues({
          stores: { seen },
          *process({ key, value }, { stores }) {
            stores.seen.put(key, (stores.seen.get(key) ?? 0) + 1)
            yield `${value}/${stores.seen.get(key)}`
          },
        })
        .to(output)
    },
  })
}

describe('a supplier of stores', () => {
  it('keeps stores of all kinds, which go on where they stood (B28)', async () => {
    const directory = await temporaryDirectory()
    await using broker = await startEmbeddedBroker({ directory: join(directory, 'broker') })
    await createTopics(broker, [input, output])
    const opened: StoreSupplierContext[] = []
    const app = counting(lasting(opened))
    await runThrough(app, broker, directory, 'a', 'b', 'a')
    expect(new Set(opened.map(({ store }) => store))).toEqual(new Set(app.topology().stores.keys()))
    expect(opened[0]).toMatchObject({
      applicationId: 'counting',
      taskId: '0_0',
      stateDirectory: join(directory, 'state', 'counting', 'files', '0_0'),
    })
    expect(await runThrough(app, broker, directory, 'a')).toBe(0)
    // Others, that are empty, are restored from the changelogs.
    expect(await runThrough(counting(lasting([])), broker, directory, 'b')).toBeGreaterThan(0)
    expect(await results(broker)).toEqual(['a1/1', 'b1/1', 'a2/2', 'a3/3', 'b2/2'])
  })

  it.each<[string, StoreSupplier, RegExp]>([
    [
      'throws',
      storeSupplier('broken', () => {
        throw new Error('no disk')
      }),
      /MR-4102 {2}the supplier 'broken' could not open it: Error: no disk\n {2}at store '\w+' of task 0_0/,
    ],
    [
      'answers something else',
      storeSupplier('other', () => new Map() as never),
      /'other' answered something that has no write/,
    ],
    [
      'answers nothing',
      storeSupplier('none', () => undefined as never),
      /'none' answered something that has no get/,
    ],
  ])('is refused where it %s', async (_, supplier, message) => {
    const directory = await temporaryDirectory()
    await using broker = await startEmbeddedBroker({ directory: join(directory, 'broker') })
    await createTopics(broker, [input, output])
    // Closing what has failed tells the same once more.
    const failure: unknown = await runThrough(counting(supplier), broker, directory, 'a').catch(
      (error: unknown) => (error as { readonly suppressed?: unknown }).suppressed ?? error,
    )
    expect(failure).toMatchObject({ code: 'MR-4102' })
    expect((failure as Error).message).toMatch(message)
  })
})
