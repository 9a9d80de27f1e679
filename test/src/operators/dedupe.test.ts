/** `dedupe`: which record of an id passes; late, out-of-order and id-less ones; what is forgotten, and when. */
import { describe, expect, it } from 'vitest'
import { seededRandom } from '../../../src/base/random.ts'
import {
  dedupe,
  defineApp,
  integer,
  json,
  string,
  topic,
  type App,
  type DedupeOptions,
} from '../../../src/index.ts'
import { testDriver, type TestDriver } from '../../../src/testing/index.ts'

interface Event {
  readonly id?: string | null
  readonly n: number
}

const events = topic('events', { key: string(), value: json<Event>() })
const clean = topic('clean', { key: string(), value: json<Event>() })

function app(options: Partial<DedupeOptions<string, Event>> = {}): App {
  return defineApp({
    id: 'app',
    build: b =>
      b
        .stream(events)
        .dedupe({ by: event => event?.id, within: 10, store: 'seen', ...options })
        .to(clean),
  })
}

/** Sends `id` at each time, numbered, and answers the numbers of those that passed. */
function passed(driver: TestDriver, id: string | null, ...times: readonly number[]): number[] {
  for (const at of times) driver.input(events).send('k', { id, n: at }, { at })
  return driver
    .output(clean)
    .readAll()
    .map(({ value }) => value.n)
}

describe('a record', () => {
  it('passes as it is, the first of its id; the others when they are far enough from it', () => {
    using driver = testDriver(app())
    driver.input(events).send('k', { id: 'a', n: 1 }, { at: 100, headers: { h: 'x' } })
    expect(driver.output(clean).readAll()).toMatchObject([
      { key: 'k', value: { id: 'a', n: 1 }, timestamp: 100, headers: [{ key: 'h' }] },
    ])
    expect(passed(driver, 'a', 101, 109, 110, 119, 120)).toEqual([110, 120])
    expect(passed(driver, 'b', 120)).toEqual([120])
  })

  it('that is out of order is compared with what passed before and after its time', () => {
    using driver = testDriver(app({ within: 10, grace: 100 }))
    expect(passed(driver, 'a', 100)).toEqual([100])
    expect(passed(driver, 'a', 91, 90, 85, 81, 80, 95)).toEqual([90, 80])
  })

  it('that is later than the grace is dropped and counted', () => {
    using driver = testDriver(app({ within: 10, grace: 5 }))
    expect(passed(driver, 'a', 100)).toEqual([100])
    expect(passed(driver, 'b', 95, 94)).toEqual([95])
    expect(driver.drops()).toMatchObject([{ reason: 'late', topic: 'events', offset: 2 }])
  })

  it('without an id passes, and so does one without a value where that has none', () => {
    using driver = testDriver(app())
    expect(passed(driver, null, 1, 1, 1)).toEqual([1, 1, 1])
    driver.input(events).tombstone('k').tombstone('k')
    expect(driver.output(clean).size).toBe(2)
  })

  it('is looked for under ids of other types by their serde', () => {
    const numbers = defineApp({
      id: 'numbers',
      build: b =>
        b
          .stream(events)
          .through(dedupe<string, Event, number>({ by: event => event.n, within: '1h', id: integer() }))
          .to(clean),
    })
    using driver = testDriver(numbers)
    for (const n of [1, 2, 1, 3, 2]) driver.input(events).send('k', { n })
    expect(
      driver
        .output(clean)
        .readAll()
        .map(({ value }) => value.n),
    ).toEqual([1, 2, 3])
  })
})

describe('what is known of ids', () => {
  it('is kept over a crash, and late is late after it too', () => {
    using driver = testDriver(app({ grace: 5 }))
    expect(passed(driver, 'a', 100)).toEqual([100])
    driver.crash()
    driver.restart()
    expect(passed(driver, 'a', 94, 95, 105, 110)).toEqual([110])
    expect(driver.drops()).toHaveLength(1)
  })

  it('is no more than what may matter', () => {
    using driver = testDriver(app({ grace: 0 }))
    for (let at = 0; at < 500; at++) driver.input(events).send('k', { id: `id${at}`, n: at }, { at })
    expect(driver.store('seen').toMap().size).toBe(10)
    driver.crash()
    driver.restart()
    expect(driver.store('seen').toMap().size).toBe(10)
  })

  it('is enough: no two that pass are near, and none is dropped without one near it, in any order', () => {
    const seed = Math.floor(Math.random() * 2 ** 32)
    console.log(`seed: ${seed}`)
    const random = seededRandom(seed)
    using driver = testDriver(app({ grace: 15 }))
    const out = new Map<string, number[]>()
    let streamTime = -1
    for (let index = 0; index < 600; index++) {
      const at = Math.max(0, Math.floor(index / 3 + random.next() * 40 - 25))
      const id = `id${Math.floor(random.next() * 12)}`
      streamTime = Math.max(streamTime, at)
      const before = out.get(id) ?? []
      const expected = at >= streamTime - 15 && before.every(time => Math.abs(time - at) >= 10)
      expect(passed(driver, id, at)).toEqual(expected ? [at] : [])
      if (expected) out.set(id, [...before, at])
      if (random.next() < 0.02) {
        driver.crash()
        driver.restart()
      }
    }
  })
})

describe('options that cannot be', () => {
  it.each([
    [{ within: 0 }, 'dedupe: within must be 1 ms or more, not 0'],
    [{ within: '5x' as '5m' }, 'dedupe: within must be whole milliseconds'],
    [{ grace: -1 }, 'dedupe: grace must be whole milliseconds'],
    [{ by: 'id' as never }, 'dedupe: by: expected a function, not string'],
  ] as const)('are refused: %o', (options, message) => {
    expect(() => app(options).topology()).toThrow(message)
  })

  it('includes a store without a name, where names must be given', () => {
    const strict = defineApp({
      id: 'strict',
      strictNaming: true,
      build: b =>
        b
          .stream(events)
          .dedupe({ by: event => event.id, within: '1m' })
          .to(clean),
    })
    expect(() => strict.topology()).toThrow(expect.objectContaining({ code: 'MR-1003' }))
  })
})
