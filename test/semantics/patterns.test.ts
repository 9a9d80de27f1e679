/** Streams of topics by pattern in the test driver (D2): what matches, what is merged, what is refused. */
import { describe, expect, it } from 'vitest'
import { defineApp, pattern, string, topic, type StreamsBuilder } from '../../src/index.ts'
import { testDriver } from '../../src/testing/index.ts'

const text = string()
const events = pattern(/events-[a-z]+/, { key: text, value: text })
const named = (name: string, partitions = 1) => topic(name, { key: text, value: text, partitions })
const out = named('out')

const appOf = (build: (b: StreamsBuilder) => void) => defineApp({ id: 'app', build })
const invalid = expect.objectContaining({ code: 'MR-1001' }) as Error

describe('D2: streams of a pattern', () => {
  it('have the topics whose whole name matches, each from when it is first used', () => {
    using driver = testDriver(appOf(b => b.stream(events).to(out)))
    driver.input(named('events-a')).send('k', '1', { at: 5 })
    driver.input(named('events-b')).send('k', '2', { at: 3 })
    expect(
      driver
        .output(out)
        .readAll()
        .map(({ value }) => value),
    ).toEqual(['1', '2'])
    expect(() => driver.input(named('my-events-a'))).toThrow(/does not read/)
    expect(() => driver.input(named('events-1'))).toThrow(/does not read/)
  })

  it('have tasks for all partitions of the greatest topic, and keep them over a crash', () => {
    const app = appOf(b => b.stream(events).groupByKey().count('counts').toStream().print())
    using driver = testDriver(app, { partitions: { 'events-a': 2, 'events-b': 2 } })
    for (const key of ['a', 'b', 'c']) driver.input(named('events-a')).send(key, 'v')
    driver.crash()
    driver.restart()
    for (const key of ['a', 'b', 'c']) driver.input(named('events-b')).send(key, 'v')
    expect(driver.store('counts').toMap()).toEqual(
      new Map([
        ['a', 2],
        ['b', 2],
        ['c', 2],
      ]),
    )
  })

  it('are one source where the patterns are the same, and print the pattern', () => {
    const again = pattern(/events-[a-z]+/, { key: text, value: text })
    const described = appOf(b => {
      b.stream(events).to(out)
      b.stream(again).foreach(() => {})
    })
      .topology()
      .describe()
    expect(described).toContain('Source: KSTREAM-SOURCE-0000000000 (topics: events-[a-z]+)\n')
    expect(described.match(/Source:/g)).toHaveLength(1)
  })

  it('are refused where a topic that is read by its name matches, whichever comes first', () => {
    const reading = (b: StreamsBuilder) => b.stream(named('events-a')).to(out)
    const matching = (b: StreamsBuilder) => b.stream(events).to(out)
    const both = (first: typeof reading, second: typeof reading) =>
      appOf(b => {
        first(b)
        second(b)
      }).topology()
    expect(() => both(reading, matching)).toThrow(invalid)
    expect(() => both(matching, reading)).toThrow(invalid)
  })

  it('are refused a topic that two patterns match, when there is one', () => {
    const others = pattern(/.*-x/, { key: text, value: text })
    using driver = testDriver(
      appOf(b => {
        b.stream(events).to(out)
        b.stream(others).to(out)
      }),
    )
    expect(() => driver.input(named('events-a'))).not.toThrow()
    expect(() => driver.input(named('other-x'))).not.toThrow()
    const twice = pattern(/events-.*/, { key: text, value: text })
    using overlapping = testDriver(
      appOf(b => {
        b.stream(events).to(out)
        b.stream(twice).to(out)
      }),
    )
    expect(() => overlapping.input(named('events-a'))).toThrow(invalid)
  })

  it('take the time from values where the pattern says so, and leave topics of the application out', () => {
    const timed = pattern(/.*/, { key: text, value: text, timestamp: Number })
    using driver = testDriver(appOf(b => b.stream(timed).groupByKey().count('counts').toStream().print()))
    driver.input(named('any')).send('k', '77', { at: 5 })
    expect(driver.store('counts').getWithTimestamp('k')).toEqual({ value: 1, timestamp: 77 })
    expect(() => driver.input(named('app-counts-changelog'))).toThrow(/does not read/)
    expect(() => driver.input(named('__consumer_offsets'))).toThrow(/does not read/)
  })

  it('are no regular expression: MR-1010', () => {
    expect(() => pattern('events-.*' as unknown as RegExp, { key: text, value: text })).toThrow('MR-1010')
  })
})
