/** `idle`: windows close and unmatched records go although the input has fallen silent, once, and over restarts too. */
import { describe, expect, it } from 'vitest'
import {
  defineApp,
  integer,
  session,
  sliding,
  string,
  topic,
  tumbling,
  type App,
  type StreamsBuilder,
} from '../../../src/index.ts'
import { testDriver, type TestDriver } from '../../../src/testing/index.ts'

const words = topic('words', { key: string(), value: string() })
const answers = topic('answers', { key: string(), value: string() })
const counts = topic('counts', { key: string(), value: integer() })
const pairs = topic('pairs', { key: string(), value: string() })

const app = (build: (b: StreamsBuilder) => void): App => defineApp({ id: 'app', build })

const closing = (idle?: '10s'): App =>
  app(b =>
    b
      .stream(words)
      .groupByKey()
      .windowedBy(tumbling('1m', { grace: '5s' }), { emit: 'close', ...(idle && { idle }) })
      .count('counts')
      .toStream()
      .map((count, { key, window }) => [`${key}@${window.start}`, count])
      .to(counts),
  )

/** What was put out, as `key=value@timestamp`. */
function rows(driver: TestDriver, from: typeof counts | typeof pairs = counts): string[] {
  const records = from === counts ? driver.output(counts).readAll() : driver.output(pairs).readAll()
  return records.map(({ key, value, timestamp }) => `${key}=${value}@${timestamp}`)
}

describe('windows that are put out on close', () => {
  it('close when as much time has passed as they lack, once the input is silent; without headers', () => {
    using driver = testDriver(closing('10s'))
    driver.input(words).send('a', 'x', { at: 50_000, headers: { n: '0' } })
    driver.advance('14s')
    expect(rows(driver)).toEqual([])
    driver.advance('1s')
    const [row] = driver.output(counts).readAll()
    expect(row).toMatchObject({ key: 'a@0', value: 1, timestamp: 50_000, headers: [] })
    driver.advance('1h')
    expect(rows(driver)).toEqual([])
  })

  it('wait as long as records come, and do not close by the clock without `idle`', () => {
    using driver = testDriver(closing('10s'))
    for (let index = 0; index < 8; index++) {
      driver.input(words).send('a', 'x', { at: 50_000 })
      driver.advance('9s')
    }
    expect(rows(driver)).toEqual([])
    driver.advance('6s')
    expect(rows(driver)).toEqual(['a@0=8@50000'])
    using still = testDriver(closing())
    still.input(words).send('a', 'x', { at: 50_000 })
    still.advance('1d')
    expect(rows(still)).toEqual([])
  })

  it('are closed for records that come afterwards, as if a record had closed them', () => {
    using driver = testDriver(closing('10s'))
    driver.input(words).send('a', 'x', { at: 50_000 })
    driver.advance('20s')
    driver.input(words).send('a', 'late', { at: 59_000 }).send('a', 'next', { at: 60_000 })
    expect(driver.drops().map(({ reason, offset }) => [reason, offset])).toEqual([['late', 1]])
    driver.advance('65s')
    expect(rows(driver)).toEqual(['a@0=1@50000', 'a@60000=1@60000'])
  })

  it('are put out once over crashes, and those that were open close after them without a record', () => {
    using driver = testDriver(closing('10s'))
    driver.input(words).send('a', 'x', { at: 50_000 })
    driver.advance('20s')
    driver.input(words).send('b', 'x', { at: 100_000 })
    driver.crash()
    driver.restart()
    driver.advance('24s')
    expect(rows(driver)).toEqual(['a@0=1@50000'])
    driver.crash()
    driver.restart()
    driver.input(words).send('a', 'late', { at: 50_000 })
    driver.advance('2s')
    expect(driver.drops().at(-1)).toMatchObject({ reason: 'late' })
    driver.advance('60s')
    expect(rows(driver)).toEqual(['b@60000=1@100000'])
  })

  it.each([
    ['sliding', () => sliding('1m', { grace: '5s' }), 9_000],
    ['session', () => session('1m', { grace: '5s' }), 65_000],
  ] as const)('may be %s windows', (_, windows, closedAfter) => {
    using driver = testDriver(
      app(b => {
        const grouped = b.stream(words).groupByKey()
        grouped
          .windowedBy(windows() as ReturnType<typeof session>, { emit: 'close', idle: '10s' })
          .count('counts')
          .toStream()
          .map((count, { key }) => [key, count])
          .to(counts)
      }),
    )
    driver.input(words).send('a', 'x', { at: 100_000 })
    driver.advance(closedAfter)
    expect(rows(driver)).toEqual([])
    driver.advance(1_000)
    expect(rows(driver)).toEqual(['a=1@100000'])
  })
})

describe('what suppress holds back until a window closes', () => {
  it('leaves when the table is silent, as it came', () => {
    const suppressed = app(b =>
      b
        .stream(words)
        .groupByKey()
        .windowedBy(tumbling('1m', { grace: '5s' }))
        .count('counts')
        .suppress({ until: 'window-close', idle: '10s', name: 'final' })
        .toStream()
        .map((count, { key }) => [key, count])
        .to(counts),
    )
    using driver = testDriver(suppressed)
    driver
      .input(words)
      .send('a', 'x', { at: 50_000, headers: { n: '0' } })
      .send('b', 'x', { at: 61_000 })
    driver.crash()
    driver.restart()
    driver.advance('4s')
    expect(rows(driver)).toEqual([])
    driver.advance('6s')
    expect(driver.output(counts).readAll()).toMatchObject([
      { key: 'a', timestamp: 50_000, headers: [{ key: 'n' }] },
    ])
    driver.advance('1m')
    expect(rows(driver)).toEqual(['b=1@61000'])
  })
})

describe('records of outer joins', () => {
  const joined = (operator: 'leftJoin' | 'outerJoin'): App =>
    app(b => {
      const pair = (left?: string, right?: string): string => `${left ?? '-'}${right ?? '-'}`
      const options = { within: '10s', idle: '5s', store: 'pairs' } as const
      const [left, right] = [b.stream(words), b.stream(answers)]
      const joint =
        operator === 'leftJoin' ? left.leftJoin(right, pair, options) : left.outerJoin(right, pair, options)
      joint.to(pairs)
    })

  it('go without a match when both inputs are silent, in their order', () => {
    using driver = testDriver(joined('outerJoin'))
    driver.input(words).send('k', 'w', { at: 1_000 })
    driver.input(answers).send('l', 'a', { at: 2_000 })
    driver.advance('4s')
    driver.input(answers).send('m', 'b', { at: 2_000 })
    driver.advance('9s')
    expect(rows(driver, pairs)).toEqual([])
    driver.advance('1s')
    expect(rows(driver, pairs)).toEqual(['k=w-@1000'])
    driver.advance('1s')
    expect(rows(driver, pairs)).toEqual(['l=-a@2000', 'm=-b@2000'])
    driver.advance('1d')
    expect(rows(driver, pairs)).toEqual([])
  })

  it('go after a restart without another record', () => {
    using driver = testDriver(joined('leftJoin'))
    driver.input(words).send('k', 'w', { at: 1_000 })
    driver.crash()
    driver.restart()
    driver.advance('11s')
    expect(rows(driver, pairs)).toEqual(['k=w-@1000'])
  })
})

describe('idle where it cannot be', () => {
  it('is refused', () => {
    const grouped = (b: StreamsBuilder) => b.stream(words).groupByKey()
    expect(() =>
      app(b => void grouped(b).windowedBy(tumbling(5, { grace: 0 }), { idle: '1s' })).topology(),
    ).toThrow("use it with emit: 'close'")
    expect(() =>
      app(b => void grouped(b).windowedBy(tumbling(5, { grace: 0 }), { emit: 'close', idle: 0 })).topology(),
    ).toThrow('idle must be 1 ms or more')
    expect(() =>
      app(
        b =>
          void grouped(b)
            .count()
            .suppress({ until: '1s', idle: '1s' } as never),
      ).topology(),
    ).toThrow("idle is for until 'window-close'")
    expect(() =>
      app(b => void b.stream(words).join(b.stream(answers), () => '', { within: 1, idle: '1s' })).topology(),
    ).toThrow('idle is for leftJoin and outerJoin')
  })
})
