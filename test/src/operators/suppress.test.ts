/** What the conformance scenarios do not show of `suppress`: bounds in bytes, restarts, and what is refused. */
import { describe, expect, it } from 'vitest'
import { defineApp } from '../../../src/dsl/app.ts'
import type { SuppressOptions } from '../../../src/dsl/options.ts'
import { topic } from '../../../src/dsl/topic.ts'
import { bufferedChangeSerde } from '../../../src/operators/buffered-change.ts'
import { integer, string } from '../../../src/serdes/primitives.ts'
import type { Serde } from '../../../src/serdes/serde.ts'
import { windowed } from '../../../src/serdes/windowed.ts'
import { testDriver, type TestDriver } from '../../../src/testing/index.ts'
import { customWindows } from '../../../src/windows/custom-windows.ts'
import { tumbling } from '../../../src/windows/time-windows.ts'

const rows = topic('rows', { key: string(), value: string() })
const out = topic('out', { key: string(), value: string() })
const totals = topic('totals', { key: windowed(string(), 10), value: integer() })

const limited = (options: SuppressOptions) =>
  defineApp({ id: 'limited', build: b => b.table(rows).suppress(options).toStream().to(out) })

const final = defineApp({
  id: 'final',
  build: b =>
    b
      .stream(rows)
      .groupByKey()
      .windowedBy(tumbling(10, { grace: 5 }))
      .count('counts')
      .suppress({ until: 'window-close', name: 'final' })
      .toStream()
      .to(totals),
})

const taken = (driver: TestDriver) =>
  driver
    .output(out)
    .readAll()
    .map(({ key, value, timestamp }) => [key, value, timestamp])

const takenTotals = (driver: TestDriver) =>
  driver
    .output(totals)
    .readAll()
    .map(({ key, value, timestamp }) => [key?.key, key?.window.start, value, timestamp])

describe('suppress', () => {
  it('keeps what waits over a crash, with its place in the order, its headers and its time (P1, P6)', () => {
    using driver = testDriver(limited({ until: 10 }))
    driver.input(rows).send('b', '1', { at: 1, headers: { n: 'first' } })
    driver.input(rows).send('a', '2', { at: 2 })
    driver.input(rows).send('b', '3', { at: 5, headers: { n: 'last' } })
    driver.crash()
    driver.restart()
    driver.input(rows).send('z', 'now', { at: 12 })
    const left = driver.output(out).readAll()
    expect(left.map(({ key, value, timestamp }) => [key, value, timestamp])).toEqual([
      ['b', '3', 5],
      ['a', '2', 2],
    ])
    expect(left[0]!.headers).toEqual([{ key: 'n', value: new TextEncoder().encode('last') }])
  })

  it('puts nothing out again after a crash (P1)', () => {
    using driver = testDriver(final)
    driver.input(rows).send('k', 'a', { at: 1 }).send('k', 'b', { at: 9 }).send('j', 'c', { at: 14 })
    driver.input(rows).send('k', 'd', { at: 15 })
    expect(takenTotals(driver)).toEqual([['k', 0, 2, 9]])
    driver.crash()
    driver.restart()
    driver.input(rows).send('z', 'e', { at: 25 })
    expect(takenTotals(driver)).toEqual([
      ['j', 10, 1, 14],
      ['k', 10, 1, 15],
    ])
  })

  it('loses what waits in a crash where it keeps no changelog', () => {
    using driver = testDriver(limited({ until: 10, logging: false }))
    driver.input(rows).send('a', '1', { at: 1 })
    driver.crash()
    driver.restart()
    driver.input(rows).send('z', 'now', { at: 20 }).send('z', 'now', { at: 30 })
    expect(taken(driver)).toEqual([['z', 'now', 30]])
  })

  it('puts keys out as their bytes say, before a crash and after it: windows of varying sizes have their greatest end', () => {
    const windowsFor = (at: number) => [at < 30 ? { start: 0, end: 30 } : { start: 30, end: 100 }]
    const app = defineApp({
      id: 'varying',
      build: b =>
        b
          .stream(rows)
          .groupByKey()
          .windowedBy(customWindows({ windowsFor, size: 70 }))
          .count('counts')
          .suppress({ until: 'window-close', name: 'final' })
          .toStream((_: number, { key, window }): string => `${key}@${window.start}/${window.end}`)
          .mapValues(count => `${count}`)
          .to(out),
    })
    for (const crashes of [false, true]) {
      using driver = testDriver(app)
      driver.input(rows).send('k', 'a', { at: 1 })
      if (crashes) {
        driver.crash()
        driver.restart()
      }
      driver.input(rows).send('k', 'b', { at: 30 })
      expect(taken(driver)).toEqual([['k@0/70', '1', 1]])
    }
  })

  it('puts nothing out without input, however much time passes (P5)', () => {
    using driver = testDriver(limited({ until: 10 }))
    driver.input(rows).send('a', '1', { at: 1 })
    driver.advance('1h')
    expect(taken(driver)).toEqual([])
  })

  it('lets the first leave early when its bytes are too many (P4)', () => {
    using driver = testDriver(limited({ until: '1h', maxBytes: 120 }))
    driver.input(rows).send('a', 'x'.repeat(20), { at: 2 }).send('b', 'y', { at: 1 })
    expect(taken(driver)).toEqual([])
    driver.input(rows).send('a', 'x'.repeat(60), { at: 3 })
    expect(taken(driver).map(([key]) => key)).toEqual(['b'])
    driver.input(rows).send('c', 'x'.repeat(60), { at: 4 })
    expect(taken(driver)).toEqual([['a', 'x'.repeat(60), 3]])
  })

  it('stops when it is full and was told to (P4)', () => {
    using driver = testDriver(limited({ until: '1h', maxRecords: 2, whenFull: 'stop', name: 'wait' }))
    driver.input(rows).send('a', '1').send('b', '2')
    expect(() => driver.input(rows).send('c', '3')).toThrow(
      expect.objectContaining({ code: 'MR-4007', message: expect.stringContaining("'wait'") }),
    )
  })

  it('counts what was restored against its bounds', () => {
    using driver = testDriver(limited({ until: '1h', maxRecords: 2 }))
    driver.input(rows).send('a', '1', { at: 1 }).send('b', '2', { at: 2 })
    driver.crash()
    driver.restart()
    driver.input(rows).send('c', '3', { at: 3 })
    expect(taken(driver)).toEqual([['a', '1', 1]])
  })

  it.each<[what: string, message: RegExp, options: SuppressOptions]>([
    ['windows that are not there', /MR-1001.*no windows lead/, { until: 'window-close' }],
    ['a bound that is no count', /maxRecords must be an integer/, { until: 1, maxRecords: -1 }],
    ['an unknown way to be full', /whenFull must be/, { until: 1, whenFull: 'drop' as never }],
    [
      'final results that leave early',
      /must be 'stop'/,
      { until: 'window-close', whenFull: 'emit-early' as never },
    ],
    ['a delay that is none', /until must be/, { until: -1 }],
  ])('refuses %s', (_what, message, options) => {
    expect(() => limited(options).topology()).toThrow(message)
  })
})

describe('a buffered change', () => {
  const serde = bufferedChangeSerde(string() as Serde<unknown>)
  const change = {
    time: 2 ** 40,
    priorValue: undefined,
    oldValue: '',
    newValue: 'ü',
    topic: 'rows',
    partition: 3,
    offset: 2 ** 35,
    timestamp: 7,
    headers: [{ key: 'n', value: null }],
  }

  it('is read as it was written', () => {
    expect(serde.deserialize(serde.serialize(change))).toEqual(change)
    const punctuated = { ...change, topic: undefined, partition: -1, offset: -1, headers: [] }
    expect(serde.deserialize(serde.serialize(punctuated))).toEqual(punctuated)
  })

  it('is refused where bytes are missing', () => {
    const bytes = serde.serialize(change)
    for (let length = 0; length < bytes.length; length++) {
      expect(() => serde.deserialize(bytes.subarray(0, length))).toThrow(RangeError)
    }
  })
})
