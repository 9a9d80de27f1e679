/** The stores of an application in the test driver: read and written by type, in the right partition, back after a crash. */
import { describe, expect, expectTypeOf, it } from 'vitest'
import {
  defineApp,
  integer,
  json,
  kvStore,
  sessionStore,
  string,
  topic,
  tumbling,
  versionedStore,
  session,
  windowStore,
} from '../../../src/index.ts'
import { testDriver, type TestDriver } from '../../../src/testing/index.ts'

const lines = topic('lines', { key: string(), value: string(), partitions: 3 })
const rights = topic('rights', { key: string(), value: string(), partitions: 3 })
const outcomes = topic('outcomes', { key: string(), value: string() })
const keys = Array.from({ length: 12 }, (_, n) => `key-${n}`)

const last = kvStore('last', { key: string(), value: json<{ text: string }>() })
const hours = windowStore('hours', { key: string(), value: integer(), windowSize: '1h', retention: '1d' })
const visits = sessionStore('visits', { key: string(), value: integer(), retention: '1d' })
const prices = versionedStore('prices', { key: string(), value: integer(), history: '1d' })

/** A processor that keeps something in a store of each kind. */
const keeping = defineApp({
  id: 'keeping',
  build: b =>
    b
      .stream(lines)
      .process({
        stores: { last, hours, visits, prices },
        *process({ key, value, timestamp }, { stores }) {
          stores.last.put(key, { text: value })
          stores.hours.put(key, value.length, timestamp - (timestamp % 3_600_000))
          stores.visits.put(key, { start: timestamp, end: timestamp + 10 }, value.length)
          stores.prices.put(key, value.length, timestamp)
          yield { key, value: `${value}!`, timestamp }
        },
      })
      .to(outcomes),
})

function contentOf(driver: TestDriver) {
  return {
    last: driver.store(last).toMap(),
    hours: driver.windowStore(hours).toArray(),
    visits: driver.sessionStore(visits).toArray(),
    prices: driver.versionedStore(prices).toArray(),
  }
}

describe('stores by handle', () => {
  it('have the types of the handle, and the same content as by name', () => {
    using driver = testDriver(keeping)
    driver.input(lines).send('a', 'mill', { at: 10 })
    expectTypeOf(driver.store(last).get('a')).toEqualTypeOf<{ text: string } | undefined>()
    expectTypeOf(driver.windowStore(hours).fetch('a', 0)?.value).toEqualTypeOf<number | undefined>()
    expect(driver.store(last).get('a')).toEqual({ text: 'mill' })
    expect(driver.store('last').get('a')).toEqual({ text: 'mill' })
    expect(driver.windowStore(hours).fetch('a', 0)?.value).toBe(4)
    expect(driver.sessionStore(visits).fetch('a')).toEqual([{ start: 10, end: 20, value: 4 }])
    expect(driver.versionedStore(prices).get('a', 15)).toBe(4)
  })

  it.each([
    ['no such store', (driver: TestDriver) => driver.store('lest'), /MR-6102.*'lest'.*'last' \(key-value\)/s],
    [
      'another kind',
      (driver: TestDriver) => driver.store('hours'),
      /MR-6103.*driver\.windowStore\('hours'\)/s,
    ],
    ['another', (driver: TestDriver) => driver.sessionStore('last'), /MR-6103.*driver\.store\('last'\)/s],
  ])('are refused with the remedy: %s', (_what, ask, message) => {
    using driver = testDriver(keeping)
    expect(() => ask(driver)).toThrow(message)
  })
})

describe('writing to stores', () => {
  it('goes where records of the key are processed, so that they find it', () => {
    const counts = topic('counts', { key: string(), value: integer() })
    const app = defineApp({
      id: 'counting',
      build: b => b.stream(lines).groupByKey().count('counted').toStream().to(counts),
    })
    using driver = testDriver(app)
    for (const key of keys) driver.store('counted').put(key, 40, 5)
    for (const key of keys) driver.input(lines).send(key, 'x', { at: 1 })
    expect(driver.output(counts).toMap()).toEqual(new Map(keys.map(key => [key, 41])))
    expect(driver.store('counted').getWithTimestamp(keys[0])).toEqual({ value: 41, timestamp: 5 })
    driver.store('counted').delete(keys[0])
    expect(driver.store('counted').size).toBe(keys.length - 1)
  })

  it('is kept over a crash, in stores of every kind', () => {
    using driver = testDriver(keeping)
    for (const [n, key] of keys.entries()) {
      driver.store(last).put(key, { text: `${n}` })
      driver.windowStore(hours).put(key, n, 0)
      driver.sessionStore(visits).put(key, { start: n, end: n + 5 }, n)
      driver.versionedStore(prices).put(key, n, 100)
    }
    const before = contentOf(driver)
    expect(before.last.size).toBe(keys.length)
    expect(before.hours).toHaveLength(keys.length)
    expect(before.visits).toHaveLength(keys.length)
    expect(before.prices).toHaveLength(keys.length)
    driver.crash()
    driver.restart()
    expect(contentOf(driver)).toEqual(before)
  })
})

describe('a crash', () => {
  it('loses nothing of what was committed, in several partitions and stores of every kind', () => {
    using driver = testDriver(keeping)
    for (const [n, key] of keys.entries()) driver.input(lines).send(key, 'x'.repeat(n + 1), { at: n * 1000 })
    const before = contentOf(driver)
    driver.crash()
    driver.restart()
    expect(contentOf(driver)).toEqual(before)
    driver.input(lines).send('key-0', 'after', { at: 50_000 })
    expect(driver.store(last).get('key-0')).toEqual({ text: 'after' })
    expect(driver.output(outcomes).size).toBe(keys.length + 1)
  })

  it('keeps records that wait for a match, and results that wait for their window', () => {
    const app = defineApp({
      id: 'waiting',
      build(b) {
        b.stream(lines)
          .leftJoin(b.stream(rights), (left, right) => `${left}+${right ?? 'none'}`, {
            within: '10s',
            grace: '0s',
          })
          .to(outcomes)
        b.stream(lines)
          .groupByKey()
          .windowedBy(tumbling('10s', { grace: '0s' }))
          .count('windowed')
          .suppress({ until: 'window-close' })
          .toStream()
          .map((count, window) => [window.key, `count ${count}`])
          .to(outcomes)
        b.stream(lines)
          .groupByKey()
          .windowedBy(session('10s', { grace: '0s' }))
          .count('sessions')
      },
    })
    const sent = (crashes: boolean): readonly string[] => {
      using driver = testDriver(app)
      for (const key of keys) {
        driver.input(lines).send(key, key, { at: 1000 })
        if (!crashes) continue
        driver.crash()
        driver.restart()
      }
      for (const key of keys) driver.input(lines).send(key, 'later', { at: 60_000 })
      for (const key of keys) driver.input(rights).send(key, 'later', { at: 60_001 })
      return driver
        .output(outcomes)
        .readAll()
        .map(({ key, value }) => `${key} ${value}`)
        .toSorted()
    }
    const expected = sent(false)
    expect(expected).toContain('key-3 key-3+none')
    expect(expected).toContain('key-3 count 1')
    expect(expected).toContain('key-3 later+later')
    expect(sent(true)).toEqual(expected)
  })

  it('makes global tables anew from their topics, with what was written while the application was down', () => {
    const names = topic('names', { key: string(), value: string(), partitions: 2 })
    const app = defineApp({
      id: 'globals',
      build(b) {
        const table = b.globalTable(names, 'names')
        b.stream(lines)
          .join(table, (line, name) => `${line} ${name}`, { on: (_line, key) => key })
          .to(outcomes)
      },
    })
    using driver = testDriver(app)
    for (const key of keys) driver.input(names).send(key, `name of ${key}`)
    driver.crash()
    driver.input(names).send('key-1', 'renamed')
    driver.restart()
    expect(driver.store('names').size).toBe(keys.length)
    for (const key of keys) driver.input(lines).send(key, 'hello')
    const greetings = driver.output(outcomes).toMap()
    expect(greetings.get('key-0')).toBe('hello name of key-0')
    expect(greetings.get('key-1')).toBe('hello renamed')
  })
})

describe('drops', () => {
  it('are counted by task, node and reason, over restarts', () => {
    const app = defineApp({ id: 'd', build: b => void b.stream(lines).groupByKey().count('c') })
    using driver = testDriver(app)
    const input = driver.input(lines)
    input.send(undefined, 'x', { partition: 0 }).send(undefined, 'y', { partition: 2 })
    driver.crash()
    driver.restart()
    input.send(undefined, 'z', { partition: 2 }).send('k', undefined, { partition: 2 })
    const node = 'KSTREAM-AGGREGATE-0000000001'
    expect(driver.dropCounts()).toEqual([
      { task: '0_0', node, reason: 'null-key', count: 1 },
      { task: '0_2', node, reason: 'null-key', count: 2 },
      { task: '0_2', node, reason: 'null-value', count: 1 },
    ])
  })
})

describe('what is refused', () => {
  const closed = (): TestDriver => {
    const driver = testDriver(keeping)
    driver.close()
    return driver
  }
  it.each([
    ['send', (driver: TestDriver) => driver.input(lines).send('a', 'x')],
    ['advance', (driver: TestDriver) => driver.advance('1s')],
    ['commit', (driver: TestDriver) => driver.commit()],
    ['crash', (driver: TestDriver) => driver.crash()],
    ['restart', (driver: TestDriver) => driver.restart()],
    ['trace', (driver: TestDriver) => driver.trace({ topic: lines, key: 'a', value: 'x' })],
    ['reading a store', (driver: TestDriver) => driver.store(last).get('a')],
  ])('by a closed driver: %s', (_what, act) => {
    expect(() => act(closed())).toThrow(/MR-6101.*closed/s)
  })

  it('by an application that has crashed, with the way back; closing twice is nothing', () => {
    const driver = testDriver(keeping)
    driver.crash()
    expect(() => driver.advance('1s')).toThrow(/MR-6101.*crashed.*driver\.restart\(\)/s)
    driver.close()
    driver.close()
  })

  it('sending to a topic that is only written, reading one that is only read: with the right end', () => {
    using driver = testDriver(keeping)
    expect(() => driver.input(outcomes)).toThrow(/MR-2001.*does not read.*driver\.output/s)
    expect(() => driver.output(lines)).toThrow(/MR-2001.*does not write.*driver\.input/s)
    expect(() => driver.input(topic('nowhere', { key: string(), value: string() }))).toThrow(
      /MR-2001.*It reads: 'lines'/s,
    )
  })

  it('counts that are none, and times that are none', () => {
    expect(() => testDriver(keeping, { partitions: { lines: 0 } })).toThrow('MR-1010')
    using driver = testDriver(keeping)
    expect(() => driver.input(lines).send('a', 'x', { at: 0.5 })).toThrow(/whole milliseconds/)
    expect(() => driver.input(lines).send('a', 'x', { partition: 3 })).toThrow(/partitions 0 to 2/)
  })
})
