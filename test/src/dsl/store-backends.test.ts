/** Where stores are kept: bounded ones, bytes of one's own, names of the stores of a join, and what is refused. */
import { describe, expect, it } from 'vitest'
import {
  defineApp,
  integer,
  MemoryBytes,
  storeSupplier,
  string,
  topic,
  tumbling,
  type App,
  type StreamsBuilder,
} from '../../../src/index.ts'
import { testDriver } from '../../../src/testing/index.ts'

const words = topic('words', { key: string(), value: string() })
const others = topic('others', { key: string(), value: string() })
const out = topic('out', { key: string(), value: string() })
const own = storeSupplier('own', () => new MemoryBytes())

const app = (build: (b: StreamsBuilder) => void, options = {}): App =>
  defineApp({ id: 'app', build, ...options })
const backendsOf = (built: App): unknown[] =>
  [...built.topology().stores.values()].map(({ name, backend }) => [
    name,
    typeof backend === 'string' ? backend : backend.name,
  ])

describe('maxEntries', () => {
  it('keeps the rows used last, of a table and of an aggregate, over a crash; nobody is told of the others (B22)', () => {
    using driver = testDriver(
      app(b => {
        b.table(words, { store: 'rows', maxEntries: 2 }).toStream().to(out)
        b.stream(others).groupByKey().count({ store: 'counts', maxEntries: 2, value: integer() })
      }),
    )
    for (const key of ['a', 'b', 'c']) driver.input(words).send(key, key.toUpperCase())
    expect(driver.store('rows').toMap()).toEqual(
      new Map([
        ['b', 'B'],
        ['c', 'C'],
      ]),
    )
    expect(
      driver
        .output(out)
        .readAll()
        .map(({ key, value }) => [key, value]),
    ).toEqual([
      ['a', 'A'],
      ['b', 'B'],
      ['c', 'C'],
    ])
    for (const key of ['a', 'b', 'a', 'c', 'b']) driver.input(others).send(key, 'x')
    driver.crash()
    driver.restart()
    // 'b' had to make room for 'c', and began anew.
    expect(driver.store('counts').toMap()).toEqual(
      new Map([
        ['b', 1],
        ['c', 1],
      ]),
    )
  })
})

describe('backend', () => {
  it('is that of the store, else that of the application (B28)', () => {
    const build = (b: StreamsBuilder): void => {
      const table = b.table(words, 'rows')
      b.stream(others).groupByKey().count({ store: 'counts', backend: 'memory' })
      b.stream(others).groupByKey().windowedBy(tumbling(5)).count({ store: 'windows', backend: own })
      b.stream(others).join(table, (left, right) => left + right)
      b.stream(others).leftJoin(b.stream(out), left => left, {
        within: 5,
        store: 'joined',
        stores: { right: { name: 'right-side', backend: 'memory' } },
      })
    }
    expect(backendsOf(app(build))).toEqual([
      ['rows', 'persistent'],
      ['counts', 'memory'],
      ['windows', 'own'],
      ['joined-this-join-store', 'persistent'],
      ['right-side', 'memory'],
      ['joined-left-shared-join-store', 'persistent'],
    ])
    expect(backendsOf(app(build, { backend: own }))).toEqual([
      ['rows', 'own'],
      ['counts', 'memory'],
      ['windows', 'own'],
      ['joined-this-join-store', 'own'],
      ['right-side', 'memory'],
      ['joined-left-shared-join-store', 'own'],
    ])
  })

  it('names the stores of a join of streams, which strict naming takes for named (D63)', () => {
    const sides = { left: { name: 'lefts' }, right: { name: 'rights' } }
    const joined = app(
      b =>
        b
          .stream(words)
          .join(b.stream(others), left => left, { within: 5, stores: sides })
          .to(out),
      { strictNaming: true },
    )
    expect(joined.topology().describe()).toContain('(stores: [rights])')
    expect([...joined.topology().stores.keys()]).toEqual(['lefts', 'rights'])
  })
})

describe('refuses', () => {
  const join = (options: object) => (b: StreamsBuilder) =>
    b.stream(words).join(b.stream(others), left => left, { within: 5, ...options } as never)
  const count = (options: object) => (b: StreamsBuilder) => b.stream(words).groupByKey().count(options)
  it.each<[string, (b: StreamsBuilder) => unknown, RegExp]>([
    [
      'a backend that is none',
      count({ backend: 'disk' }),
      /count: backend must be 'persistent', 'memory' or made by storeSupplier, not 'disk'\n {2}at /,
    ],
    ['a backend of a join that is none', join({ backend: {} }), /join: backend must be/],
    [
      'a backend of a side that is none',
      join({ stores: { left: { backend: 1 } } }),
      /join: stores\.left: backend must be/,
    ],
    [
      'stores of a join that are none',
      join({ stores: 'rows' }),
      /join: stores: expected options in an object/,
    ],
    ['a name that is none', join({ stores: { left: { name: 'a b' } } }), /MR-1005/],
    ['two stores of one name', join({ stores: { left: { name: 'a' }, right: { name: 'a' } } }), /MR-1002/],
    [
      'maxEntries of 0',
      count({ maxEntries: 0 }),
      /count: maxEntries must be an integer of at least 1, not 0\n {2}at /,
    ],
    ['maxEntries with ttl', count({ maxEntries: 5, ttl: '1m' }), /leave out versioned, ttl and backend/],
    [
      'maxEntries on the disk',
      count({ maxEntries: 5, backend: 'persistent' }),
      /leave out versioned, ttl and backend/,
    ],
  ])('%s', (_, build, message) => {
    expect(() => app(b => void build(b)).topology()).toThrow(message)
  })

  it('a supplier without a function, and an application whose backend is none', () => {
    expect(() => storeSupplier('own', 1 as never)).toThrow(
      "storeSupplier 'own': expected a function, not number",
    )
    expect(() => app(() => {}, { backend: 'disk' })).toThrow("app 'app': backend must be")
  })
})
