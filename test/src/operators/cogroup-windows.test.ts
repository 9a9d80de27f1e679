/** Cogroups by window: what comes late, and windows that are put out once, by the time of all groups together. */
import { describe, expect, it } from 'vitest'
import {
  defineApp,
  hopping,
  json,
  session,
  sliding,
  string,
  topic,
  tumbling,
  unlimited,
  type App,
  type LateOption,
  type LateRecord,
  type WindowedByOptions,
} from '../../../src/index.ts'
import { testDriver, type TestDriver } from '../../../src/testing/index.ts'

const left = topic('left', { key: string(), value: string() })
const right = topic('right', { key: string(), value: json<number>() })
const late = topic('late', { key: string(), value: json<LateRecord<string | number>>() })
const out = topic('out', { key: string(), value: string() })

type Kind = 'tumbling' | 'hopping' | 'sliding' | 'session'
type Options = WindowedByOptions & LateOption<string, string | number>

function app(kind: Kind, options: Options, store: { name?: string } = {}): App {
  return defineApp({
    id: 'app',
    build(b) {
      const cogrouped = b
        .stream(left)
        .groupByKey()
        .cogroup<string>((sum, value) => `${sum}+${value}`)
        .cogroup(b.stream(right).groupByKey(), (sum, value) => `${sum}-${value}`)
      const fold = { initial: () => '', store: 'both', value: string(), ...store }
      const merge = (one: string, other: string): string => `${one}&${other}`
      const table = {
        tumbling: () => cogrouped.windowedBy(tumbling(10, { grace: 5 }), options).aggregate(fold),
        hopping: () => cogrouped.windowedBy(hopping(10, { advance: 5, grace: 5 }), options).aggregate(fold),
        sliding: () => cogrouped.windowedBy(sliding(10, { grace: 5 }), options).aggregate(fold),
        session: () => cogrouped.windowedBy(session(10, { grace: 5 }), options).aggregate({ ...fold, merge }),
      }[kind]()
      table
        .toStream()
        .map((sum, { key, window }) => [`${key}@${window.start}`, sum])
        .to(out)
    },
  })
}

const goOn: Options = { late: records => records.to(late) }

function rows(driver: TestDriver): string[] {
  return driver
    .output(out)
    .readAll()
    .map(({ key, value, timestamp }) => `${key}=${value}@${timestamp}`)
}

function lateOnes(driver: TestDriver): unknown[] {
  return driver
    .output(late)
    .readAll()
    .map(({ key, value: { value, window, streamTime }, timestamp }) => [
      key,
      value,
      timestamp,
      `${window.start}-${window.end}`,
      streamTime,
    ])
}

describe('late records of a cogroup', () => {
  it('are those of all groups, each by the time of its own (T3), as they came', () => {
    using driver = testDriver(app('tumbling', goOn))
    driver
      .input(left)
      .send('k', 'a', { at: 50 })
      .send('k', 'b', { at: 1, headers: { n: '0' } })
    driver.input(right).send('k', 1, { at: 2 }).send('k', 2, { at: 30 }).send('k', 3, { at: 3 })
    const [first] = driver.output(late).readAll()
    expect(first).toMatchObject({
      key: 'k',
      timestamp: 1,
      value: { value: 'b', window: { start: 0, end: 10 }, streamTime: 50 },
      headers: [{ key: 'n', value: Uint8Array.of(48) }],
    })
    driver.input(right).send('k', 4, { at: 4 })
    expect(lateOnes(driver)).toEqual([['k', 4, 4, '0-10', 30]])
    expect(driver.drops().map(({ reason }) => reason)).toEqual(['late', 'late', 'late'])
    expect(rows(driver)).toEqual(['k@50=+a@50', 'k@0=-1@2', 'k@30=-2@30'])
  })

  it.each([
    ['hopping', [['k', 'b', 6, '0-10', 16]]],
    ['sliding', [['k', 'b', 0, '0-10', 16]]],
    ['session', [['l', 'b', 0, '0-0', 16]]],
  ] as const)('are those of %s windows', (kind, expected) => {
    using driver = testDriver(app(kind, goOn))
    const [key, , at] = expected[0]
    driver.input(left).send('k', 'a', { at: 16 }).send(key, 'b', { at })
    expect(lateOnes(driver)).toEqual(expected)
  })

  it('hang on a node that takes no index', () => {
    const withLate = app('tumbling', goOn).topology().describe()
    expect(withLate).toContain('COGROUPKSTREAM-MERGE-0000000004-late')
    const indexes = (text: string) => new Set([...text.matchAll(/K[A-Z]+-[A-Z]+-\d+/g)].map(String))
    const others = indexes(
      app('tumbling', { late: () => {} })
        .topology()
        .describe(),
    )
    expect(others).toEqual(indexes(app('tumbling', {}).topology().describe()))
  })
})

describe('windows of a cogroup that are put out on close', () => {
  it.each([
    ['tumbling', ['k@0=+a-1@4']],
    ['hopping', ['k@0=+a-1@4']],
    ['sliding', ['k@0=+a-1@4', 'k@4=-1@4']],
    ['session', ['k@3=+a&-1@4']],
  ] as const)('of %s windows come once, with what all groups have added', (kind, expected) => {
    using driver = testDriver(app(kind, { emit: 'close' }))
    driver.input(left).send('k', 'a', { at: 3 })
    driver.input(right).send('k', 1, { at: 4 })
    expect(rows(driver)).toEqual([])
    driver.input(left).send('l', 'b', { at: 19 })
    driver.input(right).send('l', 2, { at: kind === 'tumbling' || kind === 'hopping' ? 19 : 20 })
    const found = rows(driver)
    expect(found).toEqual(kind === 'session' ? ['k@3=&+a-1@4'] : expected.slice(0, found.length))
    expect(found.length).toBeGreaterThan(0)
    driver.input(right).send('l', 3, { at: 20 })
    expect(rows(driver)).not.toContain(found[0])
  })

  it('close by the time of all groups: what one has closed is late for the others', () => {
    using driver = testDriver(app('tumbling', { emit: 'close', ...goOn }))
    driver.input(right).send('k', 1, { at: 3 })
    driver.input(left).send('l', 'a', { at: 15 })
    expect(rows(driver)).toEqual(['k@0=-1@3'])
    driver.input(right).send('k', 2, { at: 4 })
    expect(lateOnes(driver)).toEqual([['k', 2, 4, '0-10', 15]])
    driver.input(right).send('k', 3, { at: 30 })
    expect(rows(driver)).toEqual(['l@10=+a@15'])
  })

  it('close by the clock when all inputs are silent, and not while one is not', () => {
    using driver = testDriver(app('tumbling', { emit: 'close', idle: '10s' }))
    driver.input(left).send('k', 'a', { at: 3, headers: { n: '0' } })
    driver.advance('9s')
    driver.input(right).send('k', 1, { at: 4 })
    driver.advance('9s')
    expect(rows(driver)).toEqual([])
    driver.advance('1s')
    expect(driver.output(out).readAll()).toMatchObject([{ key: 'k@0', value: '+a-1', headers: [] }])
    driver.input(left).send('k', 'b', { at: 5 })
    expect(driver.drops().at(-1)).toMatchObject({ reason: 'late' })
  })

  it.each(['sliding', 'session'] as const)('of %s windows close by the clock, too', kind => {
    using driver = testDriver(app(kind, { emit: 'close', idle: '10s' }))
    driver.input(right).send('k', 1, { at: 20 })
    driver.input(left).send('k', 'a', { at: 20 })
    driver.advance('11s')
    expect(rows(driver).length).toBe(1)
    driver.advance('1d')
    expect(rows(driver)).toEqual([])
  })

  it('are put out once over crashes, and those that were open afterwards', () => {
    using driver = testDriver(app('tumbling', { emit: 'close', idle: '10s' }))
    driver.input(left).send('k', 'a', { at: 3 })
    driver.input(right).send('l', 1, { at: 16 })
    expect(rows(driver)).toEqual(['k@0=+a@3'])
    driver.crash()
    driver.restart()
    driver.input(left).send('l', 'b', { at: 17 })
    driver.crash()
    driver.restart()
    driver.advance('11s')
    expect(rows(driver)).toEqual(['l@10=-1+b@17'])
  })

  it('are refused where windows never close, and idle where nothing waits', () => {
    const wrong = (windows: unknown, options: unknown) =>
      defineApp({
        id: 'app',
        build: b =>
          b
            .stream(left)
            .groupByKey()
            .cogroup<string>(sum => sum)
            .windowedBy(windows as never, options as never),
      })
    expect(() => wrong(unlimited(), { emit: 'close' }).topology()).toThrow('cannot be put out on close')
    expect(() => wrong(tumbling(1), { idle: '1s' }).topology()).toThrow("use it with emit: 'close'")
    expect(() => wrong(tumbling(1), { late: 1 }).topology()).toThrow('late: expected a function')
  })
})
