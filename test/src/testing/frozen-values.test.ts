/** Values in the test driver are frozen: who changes one is named (MR-3005). */
import { describe, expect, it } from 'vitest'
import { defineApp, json, string, topic, type Serde } from '../../../src/index.ts'
import { testDriver } from '../../../src/testing/index.ts'

interface Content {
  readonly map: Map<string, unknown>
  readonly set: Set<number>
  readonly date: Date
}

describe('values are frozen', () => {
  it.each([
    ['a map', (value: Content) => value.map.set('b', 2)],
    ['a set', (value: Content) => value.set.clear()],
    ['a date', (value: Content) => value.date.setFullYear(2000)],
    ['what is in a map', (value: Content) => void (value.map.get('a') as { n: number }).n++],
  ])('through and through: %s', (_what, change) => {
    const rich: Serde<Content> = {
      name: 'rich',
      serialize: () => new Uint8Array(),
      deserialize: () => ({ map: new Map([['a', { n: 1 }]]), set: new Set([1]), date: new Date(5) }),
    }
    const input = topic('rich', { key: string(), value: rich })
    const app = defineApp({
      id: 'rich',
      onError: { process: 'skip' },
      build: b => void b.stream(input).peek(value => change(value)),
    })
    using driver = testDriver(app)
    const content: Content = { map: new Map(), set: new Set(), date: new Date() }
    expect(() => driver.input(input).send('k', content)).toThrow(/MR-3005/)
    expect(driver.drops()).toEqual([])
  })

  const values = topic('values', { key: string(), value: json<{ list: number[] }>() })

  it('so a callback that changes one throws, with the remedy', () => {
    const app = defineApp({
      id: 'frozen',
      build: b => void b.stream(values).peek(value => void value.list.push(1)),
    })
    using driver = testDriver(app)
    expect(() => driver.input(values).send('k', { list: [] })).toThrow(
      /MR-3005.*'KSTREAM-PEEK-0000000001' changed a value.*frozen-values\.test\.ts.*changing it in place.*return a new/s,
    )
    using loose = testDriver(app, { freeze: false })
    loose.input(values).send('k', { list: [] })
  })

  it('and so does a fold that changes what it has handed over', () => {
    const app = defineApp({
      id: 'frozen',
      build: b =>
        void b
          .stream(values)
          .groupByKey()
          .aggregate({
            store: 's',
            initial: () => ({ n: 0 }),
            add: accumulator => {
              accumulator.n++
              return accumulator
            },
          })
          .toStream(),
    })
    using driver = testDriver(app)
    driver.input(values).send('k', { list: [] })
    expect(() => driver.input(values).send('k', { list: [] })).toThrow(/MR-3005.*KSTREAM-AGGREGATE/s)
  })
})
