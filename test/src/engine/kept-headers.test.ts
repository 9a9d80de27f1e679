/** Headers where Kafka drops them: none by default, and with `headers: 'keep'` those of the record that is the cause. */
import { describe, expect, it } from 'vitest'
import { utf8Slice } from '../../../src/base/text.ts'
import {
  defineApp,
  integer,
  session,
  string,
  topic,
  type App,
  type AppDefinition,
  type StreamsBuilder,
} from '../../../src/index.ts'
import { testDriver, type TestDriver } from '../../../src/testing/index.ts'

const words = topic('words', { key: string(), value: string() })
const out = topic('out', { key: string(), value: integer() })

function app(build: (b: StreamsBuilder) => void, headers?: AppDefinition['headers']): App {
  return defineApp({ id: 'app', build, ...(headers !== undefined && { headers }) })
}

/** Numbers the records by a header, and answers `key=value` and the number that each result has. */
function results(driver: TestDriver, records: readonly (readonly [string, number])[]): unknown[] {
  for (const [index, [key, at]] of records.entries())
    driver.input(words).send(key, key, { at, headers: { n: `${index}` } })
  return rows(driver)
}

function rows(driver: TestDriver): unknown[] {
  return driver
    .output(out)
    .readAll()
    .map(({ key, value, headers }) => [
      `${key}=${value ?? '-'}`,
      headers.map(each => utf8Slice(each.value!)).join(),
    ])
}

const sessions = (b: StreamsBuilder): void =>
  b
    .stream(words)
    .groupByKey()
    .windowedBy(session(10, { grace: 100 }))
    .count('sessions')
    .toStream()
    .map((count, { key, window }) => [`${key}@${window.start}`, count])
    .to(out)

const punctual = (clock: 'stream' | 'wall') => (b: StreamsBuilder) =>
  b
    .stream(words)
    .process({
      process: () => undefined,
      punctuate: {
        every: 10,
        clock,
        *run({ now, headers }) {
          yield { key: 'tick', value: now }
          yield { key: 'headers', value: headers.length }
        },
      },
    })
    .to(out)

const fading = (b: StreamsBuilder): void =>
  b.stream(words).groupByKey().count({ store: 'counts', ttl: 10 }).toStream().to(out)

describe('sessions with every update', () => {
  const records = [
    ['a', 0],
    ['a', 15],
    ['a', 8],
  ] as const

  it('have none by default, as in Kafka', () => {
    using driver = testDriver(app(sessions))
    expect(results(driver, records)).toEqual([
      ['a@0=1', ''],
      ['a@15=1', ''],
      ['a@0=-', ''],
      ['a@15=-', ''],
      ['a@0=3', ''],
    ])
  })

  it('have those of the record that updates or merges them with keep', () => {
    using driver = testDriver(app(sessions, 'keep'))
    expect(results(driver, records)).toEqual([
      ['a@0=1', '0'],
      ['a@15=1', '1'],
      ['a@0=-', '2'],
      ['a@15=-', '2'],
      ['a@0=3', '2'],
    ])
  })
})

describe('punctuations', () => {
  it('by stream time have those of the record that has moved time, where they are kept', () => {
    using plain = testDriver(app(punctual('stream')))
    expect(
      results(plain, [
        ['a', 5],
        ['b', 25],
      ]),
    ).toEqual([
      ['tick=5', ''],
      ['headers=0', ''],
      ['tick=25', ''],
      ['headers=0', ''],
    ])
    using keeping = testDriver(app(punctual('stream'), 'keep'))
    expect(
      results(keeping, [
        ['a', 5],
        ['b', 25],
      ]),
    ).toEqual([
      ['tick=5', '0'],
      ['headers=1', '0'],
      ['tick=25', '1'],
      ['headers=1', '1'],
    ])
    keeping.advanceStreamTime(10)
    expect(rows(keeping)).toEqual([
      ['tick=35', ''],
      ['headers=0', ''],
    ])
  })

  it('by the wall clock have none, because no record brings them about', () => {
    using driver = testDriver(app(punctual('wall'), 'keep'))
    expect(results(driver, [['a', 5]])).toEqual([])
    driver.advance(10)
    expect(rows(driver)).toEqual([
      ['tick=10', ''],
      ['headers=0', ''],
    ])
  })
})

describe('the end of a row whose ttl is over', () => {
  it.each([
    ['kafka', ''],
    ['keep', '1'],
  ] as const)('has with %s: %o', (headers, expected) => {
    using driver = testDriver(app(fading, headers))
    expect(
      results(driver, [
        ['a', 0],
        ['b', 10],
      ]),
    ).toEqual([
      ['a=1', '0'],
      ['a=-', expected],
      ['b=1', '1'],
    ])
  })
})

it('a rule that there is not is refused', () => {
  expect(() => app(sessions, 'drop' as never)).toThrow("headers must be 'kafka' or 'keep', not \"drop\"")
})
