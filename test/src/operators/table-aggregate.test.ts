/** Folds of grouped tables, with the grouping and its topic before them. */
import { describe, expect, it } from 'vitest'
import {
  defineApp,
  integer,
  json,
  string,
  topic,
  type KGroupedTable,
  type KTable,
} from '../../../src/index.ts'
import { testDriver } from '../../../src/testing/index.ts'

interface Row {
  readonly city: string
  readonly pay: number
}

const people = topic('people', { key: string(), value: json<Row>() })
const out = topic('out', { key: string(), value: integer() })

type Sent = readonly [key: string, value: Row | null, at: number]

function run(
  fold: (group: KGroupedTable<string, Row>) => KTable<string, number>,
  rows: readonly Sent[],
  cache = false,
): readonly (readonly unknown[])[] {
  const app = defineApp({
    id: 'app',
    build: b =>
      fold(b.table(people).groupBy(({ city }) => city))
        .toStream()
        .to(out),
  })
  const driver = testDriver(app, { cache })
  for (const [key, value, at] of rows) driver.input(people).send(key, value, { at })
  const written = driver.output(out).readAll()
  driver.close()
  return written.map(({ key, value, timestamp }) => [key, value, timestamp])
}

const rome = (pay: number): Row => ({ city: 'rome', pay })
const oslo = (pay: number): Row => ({ city: 'oslo', pay })

const count = (group: KGroupedTable<string, Row>): KTable<string, number> => group.count('n')
const sum = (group: KGroupedTable<string, Row>): KTable<string, number> =>
  group.aggregate({
    initial: () => 0,
    add: (pay, row) => pay + row.pay,
    subtract: (pay, row) => pay - row.pay,
    store: 'n',
  })

describe('aggregates of a grouped table', () => {
  it('move a row from group to group; a count stays at zero (K7, K8)', () => {
    expect(
      run(count, [
        ['a', rome(1), 10],
        ['a', oslo(1), 20],
        ['a', null, 30],
      ]),
    ).toEqual([
      ['rome', 1, 10],
      ['rome', 0, 20],
      ['oslo', 1, 20],
      ['oslo', 0, 30],
    ])
  })

  it('send one result for a row that changes within its group (K7)', () => {
    expect(
      run(sum, [
        ['a', rome(1), 10],
        ['b', rome(5), 20],
        ['a', rome(3), 15],
      ]),
    ).toEqual([
      ['rome', 1, 10],
      ['rome', 6, 20],
      ['rome', 8, 20],
    ])
  })

  it('delete the row of a group whose fold answers nothing, and begin anew after it (K9)', () => {
    const subtracted: unknown[] = []
    const fold = (group: KGroupedTable<string, Row>): KTable<string, number> =>
      group.aggregate({
        initial: () => 100,
        add: (pay, row) => pay + row.pay,
        subtract: (_pay, row) => {
          subtracted.push(row.pay)
          return undefined as unknown as number
        },
      })
    const rows: readonly Sent[] = [
      ['a', rome(1), 0],
      ['b', rome(2), 0],
      ['a', null, 0],
      ['b', null, 0],
      ['c', rome(7), 0],
    ]
    expect(run(fold, rows)).toEqual([
      ['rome', 101, 0],
      ['rome', 103, 0],
      ['rome', undefined, 0],
      ['rome', undefined, 0],
      ['rome', 107, 0],
    ])
    expect(subtracted).toEqual([1])
  })
})

it('reduce begins with the first row of a group', () => {
  const written: unknown[] = []
  const app = defineApp({
    id: 'app',
    build: b =>
      b
        .table(people)
        .groupBy(({ city }) => city)
        .reduce({
          add: (one, other) => ({ city: one.city, pay: one.pay + other.pay }),
          subtract: (one, other) => ({ city: one.city, pay: one.pay - other.pay }),
        })
        .toStream()
        .foreach(row => void written.push(row.pay)),
  })
  const driver = testDriver(app)
  driver.input(people).send('a', rome(4), { at: 0 })
  driver.input(people).send('b', rome(2), { at: 0 })
  driver.input(people).send('a', null, { at: 0 })
  expect(written).toEqual([4, 6, 2])
})

it('takes keys that are objects for the same group where their bytes are', () => {
  const written: unknown[] = []
  const app = defineApp({
    id: 'app',
    build: b =>
      b
        .table(people)
        .groupBy(({ city }) => ({ city }), { key: json<{ city: string }>() })
        .count()
        .toStream()
        .foreach((n, { city }) => void written.push(`${city} ${n}`)),
  })
  const driver = testDriver(app)
  driver.input(people).send('a', rome(1), { at: 0 })
  driver.input(people).send('a', rome(2), { at: 0 })
  expect(written).toEqual(['rome 1', 'rome 1'])
})

it('refuses folds without both functions, naming the one that is missing', () => {
  const build = (options: object) => (): unknown =>
    defineApp({
      id: 'app',
      build: b =>
        void b
          .table(people)
          .groupBy(({ city }) => city)
          .aggregate(options as never),
    }).topology()
  expect(build({})).toThrow(/aggregate: initial/)
  expect(build({ initial: () => 0 })).toThrow(/aggregate: add/)
  expect(build({ initial: () => 0, add: () => 0 })).toThrow(/aggregate: subtract/)
})
