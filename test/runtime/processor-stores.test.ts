/** Processors' stores and hand-made topologies in running apps: kept on disk, and restored from their topics. */
import { rm } from 'node:fs/promises'
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
  customStore,
  defineApp,
  kvStore,
  lruStore,
  sessionStore,
  storeOf,
  string,
  topic,
  topologyApp,
  windowStore,
  type App,
  type CustomStore,
  type ProcessorContext,
  type StreamRecord,
} from '../../src/index.ts'
import { temporaryDirectory } from '../support/temporary-directory.ts'

const text = { key: string(), value: string() }
const input = topic('in', text)
const rates = topic('rates', text)
const output = topic('out', text)

async function write(broker: EmbeddedBroker, to: typeof input, ...values: readonly string[]): Promise<void> {
  await using writer = await TopicWriter.open(broker)
  for (const value of values) await writer.send(to, value, value)
  await writer.flush()
}

async function results(broker: EmbeddedBroker): Promise<readonly string[]> {
  const values: string[] = []
  for await (const { value } of readTopic(broker, output)) values.push(value!)
  return values
}

/** Runs the app until it has processed what there is; answers how many changelog records its start has replayed. */
async function runThrough(app: App, broker: EmbeddedBroker, stateDirectory: string): Promise<number> {
  await using running = await run(app, {
    broker,
    stateDirectory,
    commitInterval: 10,
    heartbeatInterval: 50,
    logger: silentLogger,
  })
  await running.caughtUp()
  return running.restored.reduce((sum, { records }) => sum + records, 0)
}

class Words implements CustomStore {
  readonly all = new Set<string>()
  readonly log: (key: Uint8Array, value: Uint8Array) => void

  constructor(log: (key: Uint8Array, value: Uint8Array) => void) {
    this.log = log
  }

  add(word: string): void {
    this.all.add(word)
    this.log(string().serialize(word), new Uint8Array(0))
  }

  clear(): void {
    this.all.clear()
  }

  restore(key: Uint8Array): void {
    this.all.add(string().deserialize(key))
  }
}

const stores = {
  custom: customStore('custom', { open: ({ log }) => new Words(log) }),
  plain: kvStore('plain', text),
  few: lruStore('few', { ...text, maxEntries: 2 }),
  windows: windowStore('windows', { ...text, windowSize: 10, retention: '1h' }),
  sessions: sessionStore('sessions', { ...text, retention: '1h' }),
}

/** Puts each word into every store, and tells what is in them. */
const all = defineApp({
  id: 'all',
  build: b =>
    b
      .stream(input, { timestamp: () => 5 })
      .processValues({
        stores,
        *process({ value }, { stores: { custom, plain, few, windows, sessions } }) {
          custom.add(value)
          plain.put(value, value)
          few.put(value, value)
          windows.put(value, value, 0)
          sessions.put(value, { start: 1, end: 5 }, value)
          yield [
            [...custom.all].sort((a, b) => (a < b ? -1 : 1)).join(''),
            [...plain.all()].map(([key]) => key).join(''),
            [...few.all()].map(([key]) => key).join(''),
            [...windows.all()].map(({ key }) => key).join(''),
            [...sessions.sessions()].map(({ key }) => key).join(''),
          ].join(' ')
        },
      })
      .to(output),
})

describe('stores of processors', () => {
  it('B20, B23: are on disk after a stop, and come back from their changelogs without it', async () => {
    const directory = await temporaryDirectory()
    const state = join(directory, 'state')
    await using broker = await startEmbeddedBroker({ directory: join(directory, 'broker') })
    await createTopics(broker, [input, output])
    await write(broker, input, 'a', 'b', 'c')
    await runThrough(all, broker, state)
    await write(broker, input, 'd')
    // Only the store that is in memory is replayed.
    expect(await runThrough(all, broker, state)).toBeLessThan(12)
    await rm(state, { recursive: true })
    await write(broker, input, 'e')
    expect(await runThrough(all, broker, state)).toBeGreaterThanOrEqual(16)
    expect(await results(broker)).toEqual([
      'a a a a a',
      'ab ab ab ab ab',
      'abc abc bc abc abc',
      'abcd abcd cd abcd abcd',
      'abcde abcde de abcde abcde',
    ])
  })

  it('B3, B6, B8: that keep headers have them on disk and in their changelogs', async () => {
    const headed = { ...text, headers: true } as const
    const noted = {
      rows: kvStore('rows', headed),
      windows: windowStore('windows', { ...headed, windowSize: 10, retention: '1h' }),
      sessions: sessionStore('sessions', { ...headed, retention: '1h' }),
    }
    const span = { start: 1, end: 5 }
    const app = defineApp({
      id: 'noted',
      build: b =>
        b
          .stream(input, { timestamp: () => 5 })
          .processValues({
            stores: noted,
            *process({ value }, { stores: { rows, windows, sessions } }) {
              const kept = [rows.get('k'), windows.fetch('k', 0), sessions.fetchSession('k', 1, 5)]
              yield kept.map(row => `${row?.value} ${row?.headers[0]?.key}`).join(', ')
              const row = { value, headers: [{ key: `h-${value}`, value: null }] }
              rows.put('k', row)
              windows.put('k', row, 0)
              sessions.put('k', span, row)
            },
          })
          .to(output),
    })
    const directory = await temporaryDirectory()
    const state = join(directory, 'state')
    await using broker = await startEmbeddedBroker({ directory: join(directory, 'broker') })
    await createTopics(broker, [input, output])
    for (const word of ['a', 'b', 'c']) {
      await write(broker, input, word)
      await runThrough(app, broker, state)
      if (word === 'b') await rm(state, { recursive: true })
    }
    const thrice = (text: string): string => `${text}, ${text}, ${text}`
    expect(await results(broker)).toEqual([thrice('undefined undefined'), thrice('a h-a'), thrice('b h-b')])
  })

  it('B22, B24, B25: that are in memory come back from their changelogs at every start', async () => {
    const memory = { ...text, backend: 'memory' } as const
    const inMemory = {
      plain: kvStore('plain', memory),
      windows: windowStore('windows', { ...memory, windowSize: 10, retention: '1h' }),
      sessions: sessionStore('sessions', { ...memory, retention: '1h' }),
    }
    const app = defineApp({
      id: 'in-memory',
      build: b =>
        b
          .stream(input)
          .processValues({
            stores: inMemory,
            *process({ value }, { stores: { plain, windows, sessions } }) {
              plain.put(value, value)
              windows.put('all', (windows.fetch('all', 0) ?? '') + value, 0)
              const before = sessions.fetchSession('all', 1, 5) ?? ''
              sessions.put('all', { start: 1, end: 5 }, before + value)
              const words = [...plain.all()].map(([key]) => key).join('')
              yield `${words} ${windows.fetch('all', 0)} ${sessions.fetchSession('all', 1, 5)}`
            },
          })
          .to(output),
    })
    const directory = await temporaryDirectory()
    const state = join(directory, 'state')
    await using broker = await startEmbeddedBroker({ directory: join(directory, 'broker') })
    await createTopics(broker, [input, output])
    for (const [word, replayedMin] of [
      ['a', 0],
      ['b', 3],
      ['c', 4],
    ] as const) {
      await write(broker, input, word)
      expect(await runThrough(app, broker, state)).toBeGreaterThanOrEqual(replayedMin)
    }
    expect(await results(broker)).toEqual(['a a a', 'ab ab ab', 'abc abc abc'])
  })
})

const kept = kvStore('kept', text)

class Keeper {
  private context!: ProcessorContext<string, string>
  init(context: ProcessorContext<string, string>): void {
    this.context = context
  }
  process({ key, value }: StreamRecord<string, string>): void {
    storeOf(this.context, kept).put(key, value)
  }
}

class Reader extends Keeper {
  private own!: ProcessorContext<string, string>
  override init(context: ProcessorContext<string, string>): void {
    this.own = context
  }
  override process(record: StreamRecord<string, string>): void {
    const row = storeOf(this.own, kept).get(record.value)
    this.own.forward(record.withValue(`${record.value}: ${row ?? 'none'}`))
  }
}

describe('an app of a hand-made topology', () => {
  it('runs, with a store over its topic (KIP-813) that comes back without its disk and has no changelog', async () => {
    const app = topologyApp({
      id: 'by-hand',
      build: topology =>
        topology
          .addReadOnlyStateStore({
            source: 'rates',
            topic: 'rates',
            ...text,
            processor: 'keeper',
            supplier: () => new Keeper(),
            store: kept,
          })
          .addSource('source', { topics: ['in'], ...text })
          .addProcessor('reader', { parents: ['source'], supplier: () => new Reader(), stores: ['kept'] })
          .addSink('sink', { parents: ['reader'], topic: 'out', ...text }),
    })
    const directory = await temporaryDirectory()
    const state = join(directory, 'state')
    await using broker = await startEmbeddedBroker({ directory: join(directory, 'broker') })
    await createTopics(broker, [input, rates, output])
    await write(broker, rates, 'a', 'b')
    await runThrough(app, broker, state)
    await write(broker, input, 'a')
    await runThrough(app, broker, state)
    await rm(state, { recursive: true })
    await write(broker, input, 'b', 'c')
    expect(await runThrough(app, broker, state)).toBe(2)
    expect(await results(broker)).toEqual(['a: a', 'b: b', 'c: none'])
  })
})
