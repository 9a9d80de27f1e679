/** Table `transformValues` with stores and punctuations of its own (D32). */
import { describe, expect, it } from 'vitest'
import {
  defineApp,
  integer,
  kvStore,
  string,
  topic,
  type App,
  type KTable,
  type StreamsBuilder,
} from '../../../src/index.ts'
import { testDriver, type TestDriver } from '../../../src/testing/index.ts'

const rows = topic('rows', { key: string(), value: string() })
const asked = topic('asked', { key: string(), value: string() })
const out = topic('out', { key: string(), value: string() })
const seen = kvStore('seen', { key: string(), value: integer() })

const app = (build: (b: StreamsBuilder) => void): App => defineApp({ id: 'app', build })

/** Numbers the changes of each row; `store` keeps the results. */
function numbered(b: StreamsBuilder, store?: { store?: string; name?: string }): KTable<string, string> {
  return b.table(rows).transformValues(
    {
      stores: { seen },
      transform(value, key, { stores }) {
        const count = (stores.seen.get(key) ?? 0) + 1
        stores.seen.put(key, count)
        return `${value ?? 'gone'}#${count}`
      },
    },
    store,
  )
}

function taken(driver: TestDriver): string[] {
  return driver
    .output(out)
    .readAll()
    .map(({ key, value, timestamp }) => `${key}=${value}@${timestamp}`)
}

describe('transformValues with stores', () => {
  it('remembers from one change of a row to the next, deletes included, over a crash', () => {
    using driver = testDriver(app(b => numbered(b).toStream().to(out)))
    driver.input(rows).send('a', 'x', { at: 1 }).send('b', 'y', { at: 2 })
    driver.crash()
    driver.restart()
    driver.input(rows).send('a', undefined, { at: 3 })
    expect(taken(driver)).toEqual(['a=x#1@1', 'b=y#1@2', 'a=gone#2@3'])
    expect(driver.store(seen).toMap()).toEqual(
      new Map([
        ['a', 2],
        ['b', 1],
      ]),
    )
    expect(driver.describe()).toContain('KTABLE-TRANSFORMVALUES-0000000003 (stores: [seen])')
  })

  it('is called for the old value as well where it is asked for and not kept, as in Kafka', () => {
    const grouped = (store?: { store: string }): App =>
      app(b =>
        numbered(b, store)
          .groupBy(() => 'all')
          .aggregate({
            initial: () => '',
            add: (all, value) => `${all}+${value}`,
            subtract: (all, value) => `${all}-${value}`,
            store: 'all',
            value: string(),
          })
          .toStream()
          .to(out),
      )
    using computed = testDriver(grouped())
    computed.input(rows).send('a', 'x').send('a', 'y')
    expect(computed.store('all').get('all')).toBe('+x#1-x#4+y#3')
    using kept = testDriver(grouped({ store: 'kept' }))
    kept.input(rows).send('a', 'x').send('a', 'y')
    expect(kept.store('all').get('all')).toBe('+x#1-x#1+y#2')
    expect(kept.describe()).toContain('(stores: [kept, seen])')
  })

  it.each([
    ['kept', ['q-', 'qx#1', 'qx#1']],
    [undefined, ['qgone#1', 'qx#3', 'qx#4']],
  ] as const)(
    'is looked up by joins with its stores, where its rows are not kept (store %s)',
    (store, expected) => {
      using driver = testDriver(
        app(b => {
          const table = numbered(b, store === undefined ? undefined : { store })
          b.stream(asked)
            .leftJoin(table, (question, answer) => `${question}${answer ?? '-'}`)
            .to(out)
        }),
      )
      driver.input(asked).send('a', 'q', { at: 5 })
      driver.input(rows).send('a', 'x', { at: 6 })
      driver.input(asked).send('a', 'q', { at: 7 }).send('a', 'q', { at: 8 })
      expect(
        driver
          .output(out)
          .readAll()
          .map(({ value }) => value),
      ).toEqual(expected)
    },
  )

  it('begins, punctuates and ends once in a task, whoever looks its rows up', () => {
    const calls: string[] = []
    const watched = app(b => {
      const table = b.table(rows).transformValues({
        stores: { seen },
        init: ({ taskId, schedule }) => {
          calls.push(`init ${taskId}`)
          schedule({ every: 10, run: ({ now }) => void calls.push(`scheduled ${now}`) })
        },
        transform: (value, key, { topic: from, offset, recordMetadata, streamTime, headers }) =>
          `${value}/${from ?? '-'}/${offset}/${recordMetadata?.partition ?? '-'}/${streamTime}/${headers.length}/${key}`,
        punctuate: { every: '1m', clock: 'wall', run: ({ stores }) => stores.seen.put('clock', 1) },
        close: () => void calls.push('close'),
      })
      b.stream(asked)
        .leftJoin(table, (_, answer) => answer ?? '-')
        .to(out)
    })
    const driver = testDriver(watched)
    driver.input(rows).send('a', 'x', { at: 5, headers: { n: '0' } })
    driver.input(asked).send('a', 'q', { at: 7 }).send('b', 'q', { at: 8 })
    driver.advance('1m')
    expect(driver.store(seen).get('clock')).toBe(1)
    expect(taken(driver)).toEqual(['a=x/-/-1/-/7/0/a@7', 'b=undefined/-/-1/-/8/0/b@8'])
    driver.close()
    expect(calls).toEqual(['init 0_0', 'scheduled 5', 'close'])
  })

  it('reads global tables, and shares a store with processors', () => {
    using driver = testDriver(
      app(b => {
        const names = b.globalTable(asked, 'names')
        b.table(rows)
          .transformValues({
            stores: { names, seen },
            transform: (value, key, { stores }) =>
              `${value}:${stores.names.get(key)}:${stores.seen.get(key)}`,
          })
          .toStream()
          .processValues({
            stores: { seen },
            *process({ key, value }, { stores }) {
              stores.seen.put(key, value.length)
              yield value
            },
          })
          .to(out)
      }),
    )
    driver.input(asked).send('a', 'Ann')
    driver.input(rows).send('a', 'x').send('a', 'y')
    expect(
      driver
        .output(out)
        .readAll()
        .map(({ value }) => value),
    ).toEqual(['x:Ann:undefined', 'y:Ann:15'])
  })
})

describe('transformValues is refused', () => {
  const refused = (transformer: object): (() => unknown) => {
    const wrong = app(b => void b.table(rows).transformValues(transformer as never))
    return () => wrong.topology()
  }
  it('without a function, or with one that is async', () => {
    expect(refused({})).toThrow('transformValues: transform: expected a function')
    expect(refused({ transform: async () => '' })).toThrow('use mapValuesAsync')
  })

  it('with what is no store, or no punctuation', () => {
    expect(refused({ transform: () => '', stores: { seen: 'seen' } })).toThrow('transformValues: stores.seen')
    expect(refused({ transform: () => '', punctuate: { every: 0, run: () => {} } })).toThrow(
      'transformValues: punctuate must be every 1 ms or more',
    )
  })

  it('when a punctuation answers rows, and when a row that is looked up starts one', () => {
    const results = app(b => {
      const run = (): never => [{ key: 'a', value: 'b' }] as never
      b.table(rows).transformValues({ transform: () => '', punctuate: { every: '1s', clock: 'wall', run } })
    })
    expect(() => testDriver(results).advance('1s')).toThrow('a punctuation puts nothing out')
    const scheduling = app(b => {
      const table = b.table(rows).transformValues({
        transform: (value, _, { schedule }) => {
          if (value === undefined) schedule({ every: '1s', run: () => {} })
          return ''
        },
      })
      b.stream(asked)
        .leftJoin(table, () => '')
        .to(out)
    })
    expect(() => testDriver(scheduling).input(asked).send('a', 'q')).toThrow('schedule in init')
  })
})
