/**
 * What `cache` holds back until the commit: rows C1 to C7 of the semantics, in the driver and, where they are about commits
 * and settings, on an embedded broker.
 */
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { createTopics, readTopic, run, startEmbeddedBroker, TopicWriter } from '../../runtime/index.ts'
import type { RunOptions } from '../../runtime/index.ts'
import {
  defineApp,
  kvStore,
  session,
  sliding,
  string,
  tumbling,
  type App,
  type AppDefinition,
  type KStream,
  type KTable,
  type StreamsBuilder,
} from '../../src/index.ts'
import { testDriver } from '../../src/testing/index.ts'
import { temporaryDirectory } from '../support/temporary-directory.ts'
import { left, out, right } from './one-line-app.ts'

/** Notes and writes what comes of a stream or a table. */
type Watch = <K, V>(result: KStream<K, V> | KTable<K, V>) => void
type Build = (b: StreamsBuilder, watch: Watch) => void

/** An application whose results are noted when they come, committed or not, and written to `out`. */
function watched(build: Build, definition: Partial<AppDefinition> = {}) {
  const seen: string[] = []
  const watch: Watch = result => {
    const stream = 'toStream' in result ? result.toStream() : result
    stream
      .map((value, key): [string, string] => [textOf(key), textOf(value)])
      .peek((value, key) => void seen.push(`${key}=${value}`))
      .to(out)
  }
  const app = defineApp({ id: 'app', build: b => build(b, watch), ...definition })
  return { app, seen }
}

const textOf = (value: unknown): string =>
  value === undefined ? 'gone' : typeof value === 'string' ? value : JSON.stringify(value)

/** What has come since the last time. */
const take = (seen: string[]): readonly string[] => seen.splice(0)

const plus = (sum: string, value: string): string => sum + value
const both = (a: string | undefined, b: string | undefined): string => `${a} ${b}`
const sums = (b: StreamsBuilder): KTable<string, string> => b.stream(left).groupByKey().reduce(plus, 'sums')

describe('C1: how much is held back', () => {
  const rowsMax = 10_000

  it('is nothing unless the application, the driver or the run says so', () => {
    const { app, seen } = watched((b, watch) => watch(sums(b)))
    expect(app.cache).toBe(false)
    using driver = testDriver(app)
    driver.input(left).send('k', 'a').send('k', 'b')
    expect(take(seen)).toEqual(['k=a', 'k=ab'])

    const caching = watched((b, watch) => watch(sums(b)), { cache: true })
    using held = testDriver(caching.app)
    held.input(left).send('k', 'a').send('k', 'b')
    expect(take(caching.seen)).toEqual([])
    held.commit()
    expect(take(caching.seen)).toEqual(['k=ab'])

    using overruled = testDriver(caching.app, { cache: false })
    overruled.input(left).send('k', 'a').send('k', 'b')
    expect(take(caching.seen)).toEqual(['k=a', 'k=ab'])
  })

  it('is at most ten thousand rows of a table and task: then all that is held comes early', () => {
    const { app, seen } = watched((b, watch) => watch(sums(b)))
    using driver = testDriver(app, { cache: true, partitions: { left: 2 } })
    const send = (key: number, partition: number) =>
      driver.input(left).send(`${key}`, 'v', { partition, at: key })
    for (let key = 0; key < rowsMax; key++) send(key, 0)
    // Another task has its own share.
    send(rowsMax, 1)
    expect(take(seen)).toEqual([])
    send(rowsMax, 0)
    const early = take(seen)
    expect(early).toHaveLength(rowsMax + 1)
    expect([early[0], early.at(-1)]).toEqual(['0=v', `${rowsMax}=v`])
    driver.input(left).send('0', 'w', { partition: 0 })
    driver.commit()
    expect(take(seen).toSorted()).toEqual(['0=vw', `${rowsMax}=v`])
  })
})

describe('C2: of the updates of a row between two commits', () => {
  it('the last alone goes downstream and into the changelog; the store has each at once', () => {
    const { app, seen } = watched((b, watch) => watch(sums(b)))
    using driver = testDriver(app, { cache: true })
    driver.input(left).send('k', 'a').send('j', 'x').send('k', 'b')
    expect(driver.store('sums').get('k')).toBe('ab')
    driver.commit()
    expect(take(seen)).toEqual(['j=x', 'k=ab'])
    driver.input(left).send('k', 'c').send('k', 'd')
    driver.commit()
    expect(take(seen)).toEqual(['k=abcd'])
    driver.crash()
    driver.restart()
    expect(driver.store('sums').get('k')).toBe('abcd')
  })

  it('the old value is that of the last commit', () => {
    const { app, seen } = watched((b, watch) => {
      const options = { store: 'texts', value: string() }
      const all = b.table(left, 'rows').groupBy(() => 'all')
      const add = (text: string, value: string): string => `${text}+${value}`
      const subtract = (text: string, value: string): string => `${text}-${value}`
      watch(all.aggregate({ initial: () => '', add, subtract, ...options }))
    })
    using driver = testDriver(app, { cache: true })
    driver.input(left).send('k', 'a').send('k', 'b')
    driver.commit()
    driver.input(left).send('k', 'c').send('k', 'd')
    driver.commit()
    expect(take(seen)).toEqual(['all=+b', 'all=+b-b+d'])
  })
})

describe('C3: a row that comes and goes between two commits', () => {
  const added = (sum: string, value: string): string => (value === 'end' ? (undefined as never) : sum + value)
  const fold = { initial: () => '', add: added, store: 'rows', value: string() }

  it.each<[string, string | null, Build]>([
    ['a table of a topic', null, (b, watch) => watch(b.table(left, 'rows'))],
    ['a table of a stream', null, (b, watch) => watch(b.stream(left).toTable('rows'))],
    ['a fold', 'end', (b, watch) => watch(b.stream(left).groupByKey().aggregate(fold))],
    [
      'a fold of windows',
      'end',
      (b, watch) => watch(b.stream(left).groupByKey().windowedBy(tumbling(10)).aggregate(fold)),
    ],
  ])('is not put out, in %s', (_what, last, build) => {
    const { app, seen } = watched(build)
    using driver = testDriver(app, { cache: true })
    const send = (value: string | null, at: number) => driver.input(left).send('k', value, { at })
    send('a', 1)
    send(last, 2)
    driver.commit()
    expect(take(seen)).toEqual([])
    send('b', 3)
    driver.commit()
    send(last, 4)
    driver.commit()
    expect(take(seen).map(line => line.split('=').at(-1))).toEqual(['b', 'gone'])
  })
})

describe('C4: downstream', () => {
  it('sees nothing of a table before the commit, while whoever looks a row up has the latest (B12)', () => {
    const { app, seen } = watched((b, watch) =>
      watch(b.stream(right).join(sums(b), (value, sum) => `${value} of ${sum}`)),
    )
    using driver = testDriver(app, { cache: true })
    driver.input(left).send('k', 'a').send('k', 'b')
    driver.input(right).send('k', 'v')
    expect(take(seen)).toEqual(['k=v of ab'])
  })

  it('is handed each update of a table that is declared without caching, and its changelog stays', () => {
    const { app, seen } = watched((b, watch) =>
      watch(b.stream(left).groupByKey().reduce(plus, { store: 'sums', caching: false })),
    )
    expect(app.topology().stores.get('sums')).toMatchObject({ cache: false, changelog: {} })
    using driver = testDriver(app, { cache: true })
    driver.input(left).send('k', 'a').send('k', 'b')
    expect(take(seen)).toEqual(['k=a', 'k=ab'])
    driver.commit()
    driver.crash()
    driver.restart()
    expect(driver.store('sums').get('k')).toBe('ab')
  })

  it.each(['at-least-once', 'exactly-once'] as const)(
    'sees the last of them with the commit, %s',
    async guarantee => {
      const { app } = watched((b, watch) => watch(sums(b)), { cache: true, guarantee })
      await using place = await started(app, { commitInterval: '15m' })
      const { running, lines } = place
      await place.send('a', 'b', 'c')
      await expect.poll(() => running.get<string>('sums', 'k')).toBe('abc')
      expect(await place.results()).toEqual([])
      await running.close()
      expect(await place.results()).toEqual(['k=abc'])
      expect(lines.filter(line => line.includes('is running')).join()).toContain(guarantee)
    },
  )

  it('sees each of them where the run says so, whatever the application says', async () => {
    const { app } = watched((b, watch) => watch(sums(b)), { cache: true })
    await using place = await started(app, { cache: false })
    await place.send('a', 'b', 'c')
    await place.running.caughtUp()
    expect(await place.results()).toEqual(['k=a', 'k=ab', 'k=abc'])
  })
})

/** Runs an application on a broker of its own. */
async function started(app: App, options: RunOptions) {
  const directory = await temporaryDirectory()
  const broker = await startEmbeddedBroker({ directory: join(directory, 'broker') })
  await createTopics(broker, [left, out])
  const lines: string[] = []
  const logger = { log: (_level: string, message: string) => void lines.push(message) }
  const running = await run(app, { broker, stateDirectory: join(directory, 'state'), logger, ...options })
  return {
    running,
    lines,
    async send(...values: readonly string[]): Promise<void> {
      await using writer = await TopicWriter.open(broker)
      for (const value of values) await writer.send(left, 'k', value)
      await writer.flush()
    },
    async results(): Promise<readonly string[]> {
      const found: string[] = []
      for await (const { key, value } of readTopic(broker, out)) found.push(`${key}=${value}`)
      return found
    },
    async [Symbol.asyncDispose](): Promise<void> {
      await running.close()
      await broker.close()
    },
  }
}

describe('C5: what is held back', () => {
  const group = (b: StreamsBuilder) => b.stream(left).groupByKey()
  /** A table that holds nothing back itself. */
  const open = (b: StreamsBuilder) => b.table(left, { store: 'open', caching: false })
  const others = (b: StreamsBuilder) => b.table(right, { store: 'others', caching: false })

  it.each<[string, Build]>([
    ['a table of a topic', (b, watch) => watch(b.table(left, 'rows'))],
    ['a table of a stream', (b, watch) => watch(b.stream(left).toTable('rows'))],
    ['a fold', (b, watch) => watch(sums(b))],
    [
      'a fold of two streams',
      (b, watch) => {
        const rows = group(b).cogroup<string>(plus).cogroup(b.stream(right).groupByKey(), plus)
        watch(rows.aggregate({ initial: () => '', store: 'rows', value: string() }))
      },
    ],
    ['a fold of windows', (b, watch) => watch(group(b).windowedBy(tumbling(10)).reduce(plus, 'rows'))],
    ['a fold of sliding windows', (b, watch) => watch(group(b).windowedBy(sliding(0)).reduce(plus, 'rows'))],
    ['a fold of sessions', (b, watch) => watch(group(b).windowedBy(session(1)).reduce(plus, 'rows'))],
    [
      'a fold of a table',
      (b, watch) => {
        const rows = open(b).groupBy((_, key) => key)
        watch(rows.count('rows'))
      },
    ],
    ['a filter with a store', (b, watch) => watch(open(b).filter(() => true, 'rows'))],
    ['a mapping with a store', (b, watch) => watch(open(b).mapValues(value => value, 'rows'))],
    ['transformed values with a store', (b, watch) => watch(open(b).transformValues(text => text, 'rows'))],
    ['a join of tables with a store', (b, watch) => watch(open(b).leftJoin(others(b), both, 'rows'))],
    [
      'a join by foreign key with a store',
      (b, watch) => watch(open(b).leftJoin(others(b), both, { on: () => 'f', store: 'rows' })),
    ],
  ])('is %s', (_what, build) => {
    const { app, seen } = watched(build)
    using driver = testDriver(app, { cache: true })
    // Both records are of one window; the second takes the place of the first.
    driver.input(left).send('k', 'a', { at: 5 }).send('k', 'b', { at: 5 })
    expect(take(seen)).toEqual([])
    driver.commit()
    expect(take(seen)).toHaveLength(1)
  })

  const onClose = { emit: 'close' } as const

  it.each<[string, Build]>([
    ['a table that needs no store', (b, watch) => watch(b.table(left))],
    ['a filter without a store', (b, watch) => watch(open(b).filter(() => true))],
    ['a join of tables without a store', (b, watch) => watch(open(b).leftJoin(others(b), both))],
    ['a versioned table', (b, watch) => watch(b.table(left, { store: 'rows', versioned: '1h' }))],
    ['a join of streams', (b, watch) => watch(b.stream(left).leftJoin(b.stream(right), both, { within: 0 }))],
    [
      'what a processor keeps',
      (b, watch) =>
        watch(
          b.stream(left).processValues({
            stores: { rows: kvStore('rows', { key: string(), value: string() }) },
            process({ key, value }, { stores }) {
              stores.rows.put(key, value)
              return [stores.rows.get(key)!]
            },
          }),
        ),
    ],
    ['windows on close', (b, watch) => watch(group(b).windowedBy(tumbling(1), onClose).reduce(plus, 'rows'))],
    [
      'sliding windows on close',
      (b, watch) => watch(group(b).windowedBy(sliding(0), onClose).reduce(plus, 'rows')),
    ],
    ['sessions on close', (b, watch) => watch(group(b).windowedBy(session(1), onClose).reduce(plus, 'rows'))],
  ])('is not %s', (_what, build) => {
    const { app, seen } = watched(build)
    using driver = testDriver(app, { cache: true })
    driver.input(left).send('k', 'a', { at: 5 }).send('k', 'b', { at: 20 }).send('k', 'c', { at: 40 })
    expect(take(seen).length).toBeGreaterThan(1)
    driver.commit()
    expect(take(seen)).toEqual([])
  })
})

describe('C6: what was held back', () => {
  it('comes with the place, the time and the headers of the last update', () => {
    const places: unknown[] = []
    const { app } = watched((b, watch) => {
      const noted = sums(b)
        .toStream()
        .processValues({
          *process({ value, timestamp, headers }, { recordMetadata }) {
            const numbers = headers.map(header => Buffer.from(header.value!).toString())
            places.push([value, timestamp, numbers, recordMetadata])
            yield value
          },
        })
      watch(noted)
    })
    using driver = testDriver(app, { cache: true })
    driver
      .input(left)
      .send('k', 'a', { at: 7, headers: { n: '0' } })
      .send('k', 'b', { at: 9, headers: { n: '1' } })
      .send('j', 'x', { at: 8, headers: { n: '2' } })
    driver.commit()
    expect(places).toEqual([
      ['ab', 9, ['1'], { topic: 'left', partition: 0, offset: 1 }],
      ['x', 8, ['2'], { topic: 'left', partition: 0, offset: 2 }],
    ])
  })
})

describe('C7: an update that changes nothing', () => {
  const mapped = (b: StreamsBuilder) =>
    b.table(left, { store: 'rows', caching: false }).mapValues(() => 'same', 'mapped')

  it.each<[string, Build]>([
    ['a table', (b, watch) => watch(b.table(left, 'rows'))],
    [
      'a fold',
      (b, watch) =>
        watch(
          b
            .stream(left)
            .groupByKey()
            .reduce((_, value) => value, 'rows'),
        ),
    ],
    ['a mapping with a store', (b, watch) => watch(mapped(b))],
  ])('is put out like any other, of %s, held back or not', (_what, build) => {
    for (const cache of [false, true]) {
      const { app, seen } = watched(build)
      using driver = testDriver(app, { cache })
      for (const _ of [1, 2]) {
        driver.input(left).send('k', 'same')
        driver.commit()
      }
      expect(take(seen)).toEqual(['k=same', 'k=same'])
    }
  })
})
