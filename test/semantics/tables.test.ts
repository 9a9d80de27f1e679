/** Joins and folds of tables by the rows of the semantics, K1 to K10. */
import { describe, expect, it } from 'vitest'
import { defineApp, integer, string, topic, type KTable, type StreamsBuilder } from '../../src/index.ts'
import { testDriver } from '../../src/testing/index.ts'
import { left, outcome, right, type Input } from './one-line-app.ts'

const both = (one: string | undefined, other: string | undefined): string => `${one ?? '-'}${other ?? '-'}`

type Joined = KTable<string, string>
const inner = (b: StreamsBuilder): Joined => b.table(left).join(b.table(right), both)
const leftJoined = (b: StreamsBuilder): Joined => b.table(left).leftJoin(b.table(right), both)
const outer = (b: StreamsBuilder): Joined => b.table(left).outerJoin(b.table(right), both)

const results = (join: (b: StreamsBuilder) => Joined, inputs: readonly Input[]): readonly string[] =>
  outcome(b => join(b).toStream(), inputs).results

/** Text groups by their first letter; a fold that shows its calls. */
const groups = (b: StreamsBuilder) =>
  b
    .table(left)
    .groupBy(value => value[0]!)
    .aggregate({
      initial: () => '',
      add: (sum, value) => `${sum}+${value}`,
      subtract: (sum, value) => `${sum}-${value}`,
      store: 'groups',
      value: string(),
    })
    .toStream()

describe('joins of tables', () => {
  it('K1: an update carries the old value only where something below asks for it, and then from a store', () => {
    const app = (asks: boolean) =>
      defineApp({
        id: 'app',
        build(b) {
          const mapped = b.table(left).mapValues(value => value.toUpperCase())
          if (asks) mapped.groupBy(value => value).count('counts')
          else mapped.toStream().to(right)
        },
      })
    // Nothing asks: the source keeps no rows. Something does: it is made to.
    expect(app(false).topology().describe()).not.toContain('STATE-STORE')
    expect(app(true).topology().describe()).toContain('left-STATE-STORE-0000000000')
    // Without the old value nothing would be subtracted.
    expect(
      outcome(
        b =>
          b
            .table(left)
            .mapValues(value => value)
            .groupBy(value => value)
            .count('counts')
            .toStream()
            .mapValues(String),
        [
          ['left', 'k', 'a', 1],
          ['left', 'k', 'b', 2],
        ],
      ).results,
    ).toEqual(['a:1@1#0', 'a:0@2#1', 'b:1@2#1'])
  })

  it('K2: an inner join is silent while the other side is missing, and a delete beside a row is a tombstone', () => {
    expect(
      results(inner, [
        ['left', 'a', 'L', 5],
        ['left', 'a', null, 6],
        ['right', 'a', 'R', 7],
        ['left', 'a', null, 8],
        ['left', 'a', 'M', 3],
      ]),
    ).toEqual(['a:null@8#3', 'a:MR@7#4'])
  })

  it('K3: a left join forgets nothing that was not there, and a right row alone makes nothing', () => {
    expect(
      results(leftJoined, [
        ['left', 'a', null, 1],
        ['right', 'a', 'R', 2],
        ['left', 'a', 'L', 3],
        ['right', 'a', null, 4],
        ['left', 'a', null, 5],
        ['left', 'a', null, 6],
      ]),
    ).toEqual(['a:LR@3#2', 'a:L-@4#3', 'a:null@5#4'])
  })

  it('K4: an outer join puts nothing out where neither side has or had a row', () => {
    expect(
      results(outer, [
        ['left', 'a', null, 1],
        ['right', 'a', null, 2],
        ['right', 'a', 'R', 3],
        ['left', 'a', 'L', 4],
        ['right', 'a', null, 5],
        ['left', 'a', null, 6],
        ['left', 'a', null, 7],
      ]),
    ).toEqual(['a:-R@3#2', 'a:LR@4#3', 'a:L-@5#4', 'a:null@6#5'])
  })

  it('K5: a join keeps rows only where it is given a store, and is looked up all the same', () => {
    const described = defineApp({
      id: 'app',
      build: b =>
        inner(b)
          .toStream()
          .to(topic('o', { key: string(), value: string() })),
    })
      .topology()
      .describe()
    expect(described).toContain('Processor: KTABLE-JOINTHIS')
    expect(described).toContain('Processor: KTABLE-JOINOTHER')
    expect(described).toContain('Processor: KTABLE-MERGE')
    expect(described).toMatch(/KTABLE-MERGE-\d+ \(stores: \[\]\)/)
    const lookup = outcome(
      b => {
        const table = b.table(right)
        return b.stream(left).join(
          table.join(
            table.mapValues(value => value.toLowerCase()),
            both,
          ),
          both,
        )
      },
      [
        ['right', 'a', 'R', 1],
        ['left', 'a', 'L', 2],
      ],
    )
    expect(lookup.results).toEqual(['a:LRr@2#1'])
  })

  it('K6: one record that reaches both sides gives a result for each', () => {
    const { results: found } = outcome(
      b => {
        const table = b.table(left)
        return table
          .mapValues(value => value.toLowerCase())
          .join(
            table.mapValues(value => value.toUpperCase()),
            both,
          )
          .toStream()
      },
      [
        ['left', 'a', 'x', 1],
        ['left', 'a', 'y', 2],
      ],
    )
    expect(found).toEqual(['a:xX@1#0', 'a:xX@1#0', 'a:yY@2#1', 'a:yY@2#1'])
  })
})

describe('folds of tables', () => {
  it('K7: the old value leaves before the new one comes, in one update where the group stays (KIP-904)', () => {
    expect(
      outcome(groups, [
        ['left', 'k', 'a1', 1],
        ['left', 'k', 'a2', 2],
        ['left', 'k', 'b1', 3],
      ]).results,
    ).toEqual(['a:+a1@1#0', 'a:+a1-a1+a2@2#1', 'a:+a1-a1+a2-a2@3#2', 'b:+b1@3#2'])
  })

  it('K7: nothing is subtracted from an aggregate that is not there, and the next one starts anew', () => {
    const { results: found } = outcome(
      b =>
        b
          .table(left)
          .groupBy(value => value[0]!)
          .aggregate({
            initial: () => 'new',
            add: (sum, value) => `${sum}+${value}`,
            // A fold that answers nothing takes the row away.
            subtract: () => undefined as unknown as string,
            store: 'groups',
            value: string(),
          })
          .toStream(),
      [
        ['left', 'k', 'a1', 1],
        ['left', 'j', 'a2', 2],
        ['left', 'k', null, 3],
        ['left', 'j', null, 4],
        ['left', 'k', 'a3', 5],
      ],
    )
    expect(found).toEqual(['a:new+a1@1#0', 'a:new+a1+a2@2#1', 'a:null@3#2', 'a:null@4#3', 'a:new+a3@5#4'])
  })

  it('K8: a count goes down to zero and stays there as a row', () => {
    const counts = topic('counts', { key: string(), value: integer() })
    const app = defineApp({
      id: 'app',
      build: b =>
        b
          .table(left)
          .groupBy(value => value)
          .count('sizes')
          .toStream()
          .to(counts),
    })
    using driver = testDriver(app)
    driver.input(left).send('k', 'a', { at: 1 }).send('k', null, { at: 2 })
    expect(
      driver
        .output(counts)
        .readAll()
        .map(({ value }) => value),
    ).toEqual([1, 0])
    expect(driver.store('sizes').get('a')).toBe(0)
  })

  it('K9: a subtraction that answers nothing removes the row', () => {
    const { results: found } = outcome(
      b =>
        b
          .table(left)
          .groupBy(value => value[0]!)
          .reduce({
            add: (sum, value) => sum + value,
            subtract: () => undefined as unknown as string,
            store: 'sums',
          })
          .toStream(),
      [
        ['left', 'k', 'a1', 1],
        ['left', 'k', null, 2],
      ],
    )
    expect(found).toEqual(['a:a1@1#0', 'a:null@2#1'])
  })
})

/** The example tables of Kafka's documentation, one key: time, side, value, and what each kind of join puts out. */
const documented: readonly (readonly [
  Input[0],
  string | null,
  ...(readonly (string | null | undefined)[]),
])[] = [
  ['left', null, undefined, undefined, undefined],
  ['right', null, undefined, undefined, undefined],
  ['left', 'A', undefined, 'A-', 'A-'],
  ['right', 'a', 'Aa', 'Aa', 'Aa'],
  ['left', 'B', 'Ba', 'Ba', 'Ba'],
  ['right', 'b', 'Bb', 'Bb', 'Bb'],
  ['left', null, null, null, '-b'],
  ['right', null, undefined, undefined, null],
  ['left', 'C', undefined, 'C-', 'C-'],
  ['right', 'c', 'Cc', 'Cc', 'Cc'],
  ['right', null, null, 'C-', 'C-'],
  ['left', null, undefined, null, null],
  ['right', null, undefined, undefined, undefined],
  ['right', 'd', undefined, undefined, '-d'],
  ['left', 'D', 'Dd', 'Dd', 'Dd'],
]

describe('K10: the tables of the documentation', () => {
  it.each([
    ['inner', inner, 2],
    ['left', leftJoined, 3],
    ['outer', outer, 4],
  ] as const)('%s join of tables', (_kind, join, column) => {
    const inputs = documented.map(([side, value], index): Input => [side, 'k', value, index + 1])
    const expected = documented.flatMap((row, index) =>
      row[column] === undefined ? [] : [`k:${String(row[column])}@${index + 1}#${index}`],
    )
    expect(results(join, inputs)).toEqual(expected)
  })

  it.each([
    ['inner', (b: StreamsBuilder) => b.stream(left).join(b.table(right), both), ['Ba', 'Dd']],
    ['left', (b: StreamsBuilder) => b.stream(left).leftJoin(b.table(right), both), ['A-', 'Ba', 'C-', 'Dd']],
  ] as const)('%s join of a stream with a table', (_kind, build, expected) => {
    const inputs = documented.map(([side, value], index): Input => [side, 'k', value, index + 1])
    const values = outcome(build, inputs).results.map(line => /:(.*)@/.exec(line)![1])
    expect(values).toEqual(expected)
  })
})
