/** A table's store, made again from the topic that the table reads: what processing has put there, and nothing else (O7). */
import { describe, expect, it } from 'vitest'
import {
  defineApp,
  json,
  string,
  topic,
  type App,
  type OptimizationChoice,
  type Serde,
} from '../../../src/index.ts'
import { internalTopics } from '../../../src/topology/internal-topics.ts'
import { testDriver, type TestDriverOptions } from '../../../src/testing/index.ts'

interface Price {
  readonly amount: number
  readonly at: number
}

/** Writes texts as they are, so that a test may write what the store would not. */
const lenient: Serde<Price | string> = {
  name: 'lenient',
  serialize: value =>
    typeof value === 'string' ? string().serialize(value) : json<Price>().serialize(value),
  deserialize: bytes => json<Price>().deserialize(bytes),
}

const prices = topic('prices', { key: string(), value: lenient as Serde<Price> })
const texts = topic('prices', { key: string(), value: lenient })
const optimize = ['reuse.ktable.source.topics'] as const

/** A table with a store whose values are written otherwise than in the topic, and times that are taken from values. */
const app: App = defineApp({
  id: 'shop',
  optimize,
  build: b =>
    void b.table(prices, {
      store: 'prices',
      value: json<Price>(),
      timestamp: ({ value, timestamp }, partitionTime) => {
        if (value === undefined) return partitionTime
        return value.at === 0 ? timestamp : value.at
      },
    }),
})

function driving(options: TestDriverOptions = {}) {
  const driver = testDriver(app, options)
  const store = driver.store<string, Price>('prices')
  return { driver, store, restart: () => (driver.crash(), driver.restart()) }
}

describe('O7: a store over the topic of its table', () => {
  it('has no changelog topic, whatever it was told of one', () => {
    const changelogs = (logging: boolean, choice: OptimizationChoice = optimize) => {
      const { topology } = defineApp({
        id: 'shop',
        optimize: choice,
        build: b => void b.table(prices, { store: 'prices', logging }),
      })
      return internalTopics(topology(), 'shop').changelogs.map(({ name }) => name)
    }
    expect(changelogs(true, [])).toEqual(['shop-prices-changelog'])
    expect(changelogs(true)).toEqual([])
    expect(changelogs(false)).toEqual([])
  })

  it('comes back with the keys, values and times that it had', () => {
    const { driver, store, restart } = driving()
    using _ = driver
    // White space that the store's own serde does not write.
    driver.input(texts).send('a', '{ "amount": 1,  "at": 7 }', { at: 50 })
    driver.input(prices).send('b', { amount: 2, at: 0 }, { at: 60 })
    driver.input(prices).send('c', { amount: 3, at: 9 }, { at: 70 })
    driver.input(prices).send('c', undefined, { at: 80 })
    const before = store.toMap()
    const times = ['a', 'b'].map(key => store.getWithTimestamp(key))
    restart()
    expect(store.toMap()).toEqual(before)
    expect(['a', 'b'].map(key => store.getWithTimestamp(key))).toEqual(times)
    expect(times).toEqual([
      { value: { amount: 1, at: 7 }, timestamp: 7 },
      { value: { amount: 2, at: 0 }, timestamp: 60 },
    ])
  })

  it('leaves out again what was dropped: no key, a negative time, bytes that cannot be read', () => {
    const { driver, store, restart } = driving({ onError: { deserialize: 'skip' } })
    using _ = driver
    driver.input(prices).send('a', { amount: 1, at: 5 })
    driver.input(prices).send(undefined, { amount: 2, at: 5 })
    driver.input(prices).send('a', { amount: 3, at: -5 })
    driver.input(texts).send('a', 'no JSON')
    driver.input(prices).send('b', { amount: 4, at: 5 })
    const drops = driver.drops().map(({ reason }) => reason)
    expect(drops).toEqual(['null-key', 'invalid-timestamp', 'deserialization'])
    restart()
    expect(store.get('a')).toEqual({ amount: 1, at: 5 })
    expect(driver.drops()).toHaveLength(3)
  })

  it('does not run ahead of what was processed: the rest comes with its changes', () => {
    const seen: unknown[] = []
    const watched = defineApp({
      id: 'shop',
      optimize,
      build: b =>
        b
          .table(prices, 'prices')
          .toStream()
          .foreach((price, key) => void seen.push([key, price?.amount])),
    })
    using driver = testDriver(watched)
    driver.input(prices).send('a', { amount: 1, at: 1 })
    driver.crash()
    driver.input(prices).send('a', { amount: 2, at: 1 })
    driver.restart()
    expect(seen).toEqual([
      ['a', 1],
      ['a', 2],
    ])
  })

  it('is empty in tasks that the topic has no partition for', () => {
    const orders = topic('orders', { key: string(), value: json<Price>(), partitions: 3 })
    const merged = defineApp({
      id: 'shop',
      optimize,
      build: b => void b.table(prices, 'prices').toStream().merge(b.stream(orders)),
    })
    using driver = testDriver(merged)
    driver.input(prices).send('a', { amount: 1, at: 1 })
    driver.crash()
    driver.restart()
    expect(driver.store<string, Price>('prices').get('a')).toEqual({ amount: 1, at: 1 })
  })
})
