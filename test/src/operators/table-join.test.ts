/** Joins of tables by their keys, side by side. */
import { describe, expect, it } from 'vitest'
import { defineApp, StreamsError, string, topic, type App, type KTable } from '../../../src/index.ts'
import { testDriver } from '../../../src/testing/index.ts'

const left = topic('left', { key: string(), value: string() })
const right = topic('right', { key: string(), value: string() })
const out = topic('out', { key: string(), value: string() })

type Rows = KTable<string, string>
type Sent = readonly [side: 'left' | 'right', value: string | null, at: number]

const joiner = (l: string | undefined, r: string | undefined): string => `${l ?? '-'}${r ?? '-'}`

const joins = {
  inner: (l: Rows, r: Rows, store?: string): Rows => l.join(r, joiner, store),
  left: (l: Rows, r: Rows, store?: string): Rows => l.leftJoin(r, joiner, store),
  outer: (l: Rows, r: Rows, store?: string): Rows => l.outerJoin(r, joiner, store),
}

function appOf(join: (l: Rows, r: Rows) => Rows): App {
  return defineApp({
    id: 'app',
    build: b => join(b.table(left), b.table(right)).toStream().to(out),
  })
}

function run(app: App, sent: readonly Sent[], cache = false): readonly (readonly unknown[])[] {
  const driver = testDriver(app, { cache })
  const written = sent.map(([side, value, at]) => {
    driver.input(side === 'left' ? left : right).send('k', value, { at })
    return driver
      .output(out)
      .readAll()
      .map(row => `${row.value ?? 'null'}@${row.timestamp}`)
  })
  driver.close()
  return written
}

/** Every update and delete of either side, with and without the other one. */
const story: readonly Sent[] = [
  ['left', null, 1],
  ['right', null, 2],
  ['left', 'A', 10],
  ['right', 'a', 5],
  ['left', 'B', 20],
  ['right', null, 30],
  ['right', 'b', 25],
  ['left', null, 40],
  ['left', null, 41],
  ['right', null, 50],
]

const none: readonly string[] = []

describe.each([[undefined], ['kept']])('table-table joins (store %s)', store => {
  it.each([
    [
      'inner',
      [none, none, none, ['Aa@10'], ['Ba@20'], ['null@30'], ['Bb@25'], ['null@40'], ['null@41'], none],
    ],
    [
      'left',
      [none, none, ['A-@10'], ['Aa@10'], ['Ba@20'], ['B-@30'], ['Bb@25'], ['null@40'], ['null@41'], none],
    ],
    [
      'outer',
      [none, none, ['A-@10'], ['Aa@10'], ['Ba@20'], ['B-@30'], ['Bb@25'], ['-b@40'], ['-b@41'], ['null@50']],
    ],
  ] as const)('%s: follow both sides, at the time of the later one (K2, K3, K4)', (type, expected) => {
    expect(
      run(
        appOf((l, r) => joins[type](l, r, store)),
        story,
      ),
    ).toEqual(expected)
  })

  it.each(['inner', 'left', 'outer'] as const)('%s: can be joined with a table that is below it', type => {
    const app = appOf((l, r) => {
      const joined = joins[type](l, r, store)
      return joined.join(joined, (one, same) => `${one}=${same}`)
    })
    expect(
      run(app, [
        ['left', 'A', 1],
        ['right', 'a', 2],
      ]).at(-1),
    ).toEqual(['Aa=Aa@2', 'Aa=Aa@2'])
  })
})

it('joins a table with itself: each change comes through both sides (K6)', () => {
  const app = appOf(l => l.join(l, joiner))
  expect(run(app, [['left', 'A', 1]])).toEqual([['AA@1', 'AA@1']])
})

it('has no row where the joiner answers nothing', () => {
  const app = appOf((l, r) =>
    l.join(r, (one, other) => (one === other ? one : (undefined as unknown as string)), 'same'),
  )
  const driver = testDriver(app)
  driver.input(left).send('k', 'x', { at: 0 })
  driver.input(right).send('k', 'x', { at: 0 })
  expect(driver.store('same').toMap()).toEqual(new Map([['k', 'x']]))
  driver.input(right).send('k', 'y', { at: 0 })
  expect(driver.store('same').toMap()).toEqual(new Map())
})

it('keeps its rows through a crash, and goes on from them', () => {
  const app = appOf((l, r) => l.outerJoin(r, joiner, 'kept'))
  const driver = testDriver(app)
  driver.input(left).send('k', 'A', { at: 0 })
  driver.crash()
  driver.restart()
  expect(driver.store('kept').toMap()).toEqual(new Map([['k', 'A-']]))
  driver.input(right).send('k', 'a', { at: 0 })
  expect(driver.store('kept').toMap()).toEqual(new Map([['k', 'Aa']]))
})

it('is refused without a joiner, with something else than a table, and across unequal partitions', () => {
  expect(() => appOf(l => l.join(l, undefined as never)).topology()).toThrow(/join: expected a function/)
  expect(() => appOf(l => l.leftJoin({} as never, joiner)).topology()).toThrow(/leftJoin: expected a table/)
  const wide = topic('wide', { key: string(), value: string(), partitions: 3 })
  const narrow = topic('narrow', { key: string(), value: string(), partitions: 2 })
  const app = defineApp({
    id: 'app',
    build: b => b.table(wide).outerJoin(b.table(narrow), joiner).toStream().to(out),
  })
  expect(() => testDriver(app)).toThrow(StreamsError)
})
