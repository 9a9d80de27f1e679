/** What the conformance scenarios do not show of emit on window close: restarts, and retention. */
import { describe, expect, it } from 'vitest'
import { defineApp } from '../../../src/dsl/app.ts'
import { topic } from '../../../src/dsl/topic.ts'
import { integer, string } from '../../../src/serdes/primitives.ts'
import { windowed } from '../../../src/serdes/windowed.ts'
import { testDriver, type TestDriver } from '../../../src/testing/index.ts'
import { tumbling } from '../../../src/windows/time-windows.ts'

const clicks = topic('clicks', { key: string(), value: string() })
const totals = topic('totals', { key: windowed(string(), 10), value: integer() })

const app = defineApp({
  id: 'final',
  build: b =>
    b
      .stream(clicks)
      .groupByKey()
      .windowedBy(tumbling(10, { grace: 5 }), { emit: 'close' })
      .count('counts')
      .toStream()
      .to(totals),
})

const taken = (driver: TestDriver) =>
  driver
    .output(totals)
    .readAll()
    .map(({ key, value, timestamp }) => [key?.key, key?.window.start, value, timestamp])

describe('emit on window close', () => {
  it('puts out each window once, in the order of starts and keys, after the grace (P8)', () => {
    using driver = testDriver(app)
    driver.input(clicks).send('b', '', { at: 11 }).send('b', '', { at: 1 }).send('a', '', { at: 14 })
    expect(taken(driver)).toEqual([])
    driver.input(clicks).send('z', '', { at: 25 })
    expect(taken(driver)).toEqual([
      ['b', 0, 1, 1],
      ['a', 10, 1, 14],
      ['b', 10, 1, 11],
    ])
    driver.input(clicks).send('a', '', { at: 14 }).send('z', '', { at: 29 })
    expect(taken(driver)).toEqual([])
    expect(driver.drops().map(({ reason }) => reason)).toEqual(['late'])
  })

  it('goes on after a crash: what was put out stays so, what was not still comes (P7)', () => {
    using driver = testDriver(app)
    driver.input(clicks).send('a', '', { at: 1 }).send('a', '', { at: 2 }).send('b', '', { at: 15 })
    expect(taken(driver)).toEqual([['a', 0, 2, 2]])
    driver.crash()
    driver.restart()
    driver.input(clicks).send('z', '', { at: 16 })
    expect(taken(driver)).toEqual([])
    driver.crash()
    driver.restart()
    driver.input(clicks).send('y', '', { at: 25 })
    expect(taken(driver)).toEqual([
      ['b', 10, 1, 15],
      ['z', 10, 1, 16],
    ])
  })

  it('puts rows out that the record would make the store forget', () => {
    using driver = testDriver(app)
    driver.input(clicks).send('a', '', { at: 1 }).send('z', '', { at: 100_000 })
    expect(taken(driver)).toEqual([['a', 0, 1, 1]])
  })

  it('holds nothing back for the commit, whatever the cache', () => {
    using driver = testDriver(app, { cache: true })
    driver.input(clicks).send('a', '', { at: 1 }).send('z', '', { at: 20 })
    driver.commit()
    expect(taken(driver)).toEqual([['a', 0, 1, 1]])
  })

  it('refuses another way to emit', () => {
    const wrong = defineApp({
      id: 'wrong',
      build: b =>
        b
          .stream(clicks)
          .groupByKey()
          .windowedBy(tumbling(1), { emit: 'later' as never })
          .count(),
    })
    expect(() => wrong.topology()).toThrow(/emit must be 'update' or 'close'/)
  })
})
