/** Late records of windows: which they are, what is told of them, and where they go. */
import { describe, expect, it } from 'vitest'
import {
  defineApp,
  hopping,
  integer,
  json,
  session,
  sliding,
  string,
  topic,
  tumbling,
  type App,
  type LateOption,
  type LateRecord,
  type WindowedByOptions,
} from '../../../src/index.ts'
import { testDriver, type TestDriver } from '../../../src/testing/index.ts'

const words = topic('words', { key: string(), value: string() })
const late = topic('late', { key: string(), value: json<LateRecord<string>>() })
const out = topic('out', { key: string(), value: integer() })

type Windows = 'tumbling' | 'hopping' | 'sliding' | 'session'

function app(
  windows: Windows,
  options: WindowedByOptions & LateOption<string, string> = { late: records => records.to(late) },
): App {
  return defineApp({
    id: 'app',
    build(b) {
      const grouped = b.stream(words).groupByKey()
      const windowed = {
        tumbling: () => grouped.windowedBy(tumbling(10, { grace: 5 }), options).count('counts'),
        hopping: () => grouped.windowedBy(hopping(10, { advance: 5, grace: 0 }), options).count('counts'),
        sliding: () => grouped.windowedBy(sliding(10, { grace: 5 }), options).count('counts'),
        session: () => grouped.windowedBy(session(10, { grace: 5 }), options).count('counts'),
      }[windows]()
      windowed
        .toStream()
        .map((count, { key }) => [key, count])
        .to(out)
    },
  })
}

function lateOnes(driver: TestDriver): unknown[] {
  return driver
    .output(late)
    .readAll()
    .map(({ key, value, timestamp }) => {
      const { window, streamTime } = value
      return [key, value.value, timestamp, `${window.start}-${window.end}`, streamTime]
    })
}

describe('late records', () => {
  it('go on with value, time, headers, the window that had closed and the time it was', () => {
    using driver = testDriver(app('tumbling'))
    driver.input(words).send('k', 'a', { at: 1 }).send('k', 'b', { at: 24 })
    driver
      .input(words)
      .send('k', 'c', { at: 11, headers: { n: '0' } })
      .send('l', 'd', { at: 9 })
    driver.input(words).send('k', 'e', { at: 25 }).send('k', 'f', { at: 19 })
    expect(driver.output(late).readAll()[0]).toMatchObject({
      key: 'l',
      timestamp: 9,
      value: { value: 'd', window: { start: 0, end: 10 }, streamTime: 24 },
    })
    expect(driver.drops().map(({ reason }) => reason)).toEqual(['late', 'late'])
    expect(
      driver
        .output(out)
        .readAll()
        .map(({ value }) => value),
    ).toEqual([1, 1, 1, 2])
  })

  it('keep their headers', () => {
    using driver = testDriver(app('tumbling'))
    driver
      .input(words)
      .send('k', 'b', { at: 50 })
      .send('k', 'c', { at: 1, headers: { n: '0' } })
    expect(driver.output(late).readAll()).toMatchObject([
      { headers: [{ key: 'n', value: Uint8Array.of(48) }] },
    ])
  })

  it('come once for each window that had closed, and are folded into those that had not', () => {
    using driver = testDriver(app('hopping'))
    driver.input(words).send('k', 'a', { at: 16 }).send('k', 'b', { at: 12 }).send('k', 'c', { at: 7 })
    expect(lateOnes(driver)).toEqual([
      ['k', 'b', 12, '5-15', 16],
      ['k', 'c', 7, '0-10', 16],
      ['k', 'c', 7, '5-15', 16],
    ])
  })

  it('are those of sliding windows', () => {
    using driver = testDriver(app('sliding'))
    driver.input(words).send('k', 'a', { at: 100 }).send('k', 'b', { at: 80 }).send('k', 'c', { at: 90 })
    const ones = lateOnes(driver)
    expect(ones).toContainEqual(['k', 'b', 80, '80-90', 100])
    expect(ones).toHaveLength(driver.drops().length)
  })

  it('are those of sessions, unless they belong to one that is open', () => {
    using driver = testDriver(app('session'))
    driver
      .input(words)
      .send('k', 'a', { at: 100 })
      .send('l', 'late', { at: 84 })
      .send('k', 'near', { at: 91 })
    driver.input(words).send('k', 'nearer', { at: 84 })
    expect(lateOnes(driver)).toEqual([['l', 'late', 84, '84-84', 100]])
  })

  it('go on where windows are put out on close, and through operators and stores of their own', () => {
    const counts = topic('late-counts', { key: string(), value: integer() })
    using driver = testDriver(
      app('tumbling', {
        emit: 'close',
        late: records =>
          records
            .groupBy(({ window }) => `${window.start}`)
            .count('late-counts')
            .toStream()
            .to(counts),
      }),
    )
    driver.input(words).send('k', 'a', { at: 100 }).send('k', 'b', { at: 3 }).send('k', 'c', { at: 4 })
    driver.input(words).send('k', 'd', { at: 12 })
    expect(driver.output(counts).toMap()).toEqual(
      new Map([
        ['0', 2],
        ['10', 1],
      ]),
    )
  })

  it('take no index of their own: what follows is called the same', () => {
    const names = (text: string): unknown[] =>
      [...text.matchAll(/K[A-Z]+-(?:TOSTREAM|MAP|SINK)-\d+/g)].map(String)
    const withLate = app('tumbling', { late: () => {} })
      .topology()
      .describe()
    expect(withLate).toContain('KSTREAM-AGGREGATE-0000000001-late')
    expect(names(withLate)).toEqual(names(app('tumbling', {}).topology().describe()))
  })

  it('are refused where the handler is none', () => {
    expect(() => app('tumbling', { late: 'late' as never }).topology()).toThrow(
      'windowedBy: late: expected a function',
    )
  })
})
