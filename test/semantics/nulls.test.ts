/** Null keys and values by the rows of the semantics, S1 to S16: what each operator does with them, and what is counted. */
import { describe, expect, it } from 'vitest'
import { session, sliding, string, topic, tumbling, type Windowed } from '../../src/index.ts'
import { left, outcome, right, type Input } from './one-line-app.ts'

const text = { value: string() }
const plus = (sum: string, value: string | undefined): string => `${sum}+${String(value)}`
const flat = (_: unknown, { key }: Windowed<string>): string => key

/** A record with a null key, one with a null value, one with both, and one with neither. */
const nulls: readonly Input[] = [
  ['left', null, 'x', 1],
  ['left', 'a', null, 2],
  ['left', null, null, 3],
  ['left', 'a', 'y', 4],
]

const rightRow: Input = ['right', 'a', 'R', 0]

describe('null keys and values', () => {
  it('S1: pass through stateless operators', () => {
    const seen: string[] = []
    const { results, drops } = outcome(
      b =>
        b
          .stream(left)
          .filter(() => true)
          .map((value, key) => [key, value])
          .mapValues(value => value)
          .selectKey((_, key) => key)
          .peek((value, key) => void seen.push(`${key}:${value}`))
          .processValues({
            *process({ value }) {
              yield value
            },
          }),
      nulls,
    )
    expect(results).toEqual(['null:x@1#0', 'a:null@2#1', 'null:null@3#2', 'a:y@4#3'])
    expect(seen).toEqual(['undefined:x', 'a:undefined', 'undefined:undefined', 'a:y'])
    expect(drops).toEqual([])
  })

  it('S2: null keys end before a repartition topic, null values pass', () => {
    const { results } = outcome(b => b.stream(left).repartition({ name: 'again' }), nulls)
    expect(results).toEqual(['a:null@2#1', 'a:y@4#3'])
  })

  it('S2: null keys pass a repartition topic above a left or outer join of streams (KIP-962)', () => {
    const options = { within: { before: 5, after: 5 }, grace: 0, value: string() } as const
    const joiner = (one: string | undefined, other: string | undefined) => `${one}/${other}`
    const joined = [
      outcome(
        b =>
          b
            .stream(left)
            .selectKey((_, key) => key)
            .leftJoin(b.stream(right), joiner, options),
        nulls.slice(0, 1),
      ),
      outcome(
        b =>
          b
            .stream(left)
            .selectKey((_, key) => key)
            .outerJoin(b.stream(right), joiner, options),
        nulls.slice(0, 1),
      ),
    ]
    for (const { results } of joined) expect(results).toEqual(['null:x/undefined@1#0'])
    const inner = outcome(
      b =>
        b
          .stream(left)
          .selectKey((_, key) => key)
          .join(b.stream(right), joiner, options),
      nulls.slice(0, 1),
    )
    expect(inner.results).toEqual([])
  })

  it('S3: a fold by key drops both, and counts them', () => {
    const { results, drops } = outcome(
      b =>
        b
          .stream(left)
          .groupByKey()
          .aggregate({ initial: () => '', add: plus, store: 's', ...text })
          .toStream(),
      nulls,
    )
    expect(results).toEqual(['a:+y@4#3'])
    expect(drops).toEqual(['null-key', 'null-value', 'null-key'])
  })

  it('S4: a fold by time window drops null keys, and is called with null values', () => {
    const { results, drops } = outcome(
      b =>
        b
          .stream(left)
          .groupByKey()
          .windowedBy(tumbling(10))
          .aggregate({ initial: () => '', add: plus, store: 's', ...text })
          .toStream(flat),
      nulls,
    )
    expect(results).toEqual(['a:+undefined@2#1', 'a:+undefined+y@4#3'])
    expect(drops).toEqual(['null-key', 'null-key'])
  })

  it('S5: a fold by sliding window drops both', () => {
    const { results, drops } = outcome(
      b =>
        b
          .stream(left)
          .groupByKey()
          .windowedBy(sliding(10, { grace: 100 }))
          .aggregate({ initial: () => '', add: plus, store: 's', ...text })
          .toStream(flat),
      nulls,
    )
    expect(results).toEqual(['a:+y@4#3'])
    expect(drops).toEqual(['null-key', 'null-value', 'null-key'])
  })

  it('S6: a fold by session drops null keys, and is called with null values', () => {
    const { results, drops } = outcome(
      b =>
        b
          .stream(left)
          .groupByKey()
          .windowedBy(session(10))
          .aggregate({
            initial: () => '',
            add: plus,
            merge: (one, other) => one + other,
            store: 's',
            ...text,
          })
          .toStream(flat),
      nulls.slice(0, 2),
    )
    expect(results).toEqual(['a:+undefined@2#'])
    expect(drops).toEqual(['null-key'])
  })

  const within = { within: 5, grace: 0, value: string() } as const
  const both = (one: string | undefined, other: string | undefined): string => `${one}/${other}`

  it('S7: an inner join of streams drops both', () => {
    const { results, drops } = outcome(
      b => b.stream(left).join(b.stream(right), both, within),
      [rightRow, ...nulls],
    )
    expect(results).toEqual(['a:y/R@4#4'])
    expect(drops).toEqual(['null-key', 'null-value', 'null-key'])
  })

  it('S8: a left join of streams puts a null key with a value out at once, and drops null values', () => {
    const { results } = outcome(
      b => b.stream(left).leftJoin(b.stream(right), both, within),
      [rightRow, ...nulls],
    )
    expect(results).toEqual(['null:x/undefined@1#1', 'a:y/R@4#4'])
  })

  it('S8: an outer join does so on either side, and keeps nothing of it', () => {
    const { results } = outcome(
      b => b.stream(left).outerJoin(b.stream(right), both, within),
      [
        ['right', null, 'R', 1],
        ['left', null, 'L', 2],
        ['left', 'z', 'late', 100],
        ['left', 'z', 'later', 200],
      ],
    )
    expect(results).toEqual(['null:undefined/R@1#0', 'null:L/undefined@2#1', 'z:late/undefined@100#3'])
  })

  it('S9: an inner join with a table drops both', () => {
    const { results, drops } = outcome(b => b.stream(left).join(b.table(right), both), [rightRow, ...nulls])
    expect(results).toEqual(['a:y/R@4#4'])
    expect(drops).toHaveLength(3)
  })

  it('S10: a left join with a table or a global table gives a null key no row, and drops null values', () => {
    const table = outcome(b => b.stream(left).leftJoin(b.table(right), both), [rightRow, ...nulls])
    expect(table.results).toEqual(['null:x/undefined@1#1', 'a:y/R@4#4'])
    expect(table.drops).toEqual(['null-value', 'null-value'])
    const global = outcome(
      b => b.stream(left).leftJoin(b.globalTable(right), both, { on: (_, key) => key }),
      [rightRow, ...nulls],
    )
    expect(global.results).toEqual(['null:x/undefined@1#1', 'a:y/R@4#4'])
  })

  it('S11: a table drops null keys, and takes a null value for a delete', () => {
    for (const build of ['table', 'toTable'] as const) {
      const { results, drops } = outcome(
        b => (build === 'table' ? b.table(left, 'rows') : b.stream(left).toTable('rows')).toStream(),
        nulls,
      )
      expect(results, build).toEqual(['a:null@2#1', 'a:y@4#3'])
      expect(drops, build).toEqual(['null-key', 'null-key'])
    }
  })

  it('S12: a join of tables drops null keys, and a null value removes the result', () => {
    const { results } = outcome(
      b => b.table(left).join(b.table(right), both).toStream(),
      [rightRow, ['left', null, 'x', 1], ['left', 'a', 'y', 2], ['left', 'a', null, 3]],
    )
    expect(results).toEqual(['a:y/R@2#2', 'a:null@3#3'])
  })

  it('S13: groupBy of a table skips the half whose mapped key is null, and a delete only subtracts', () => {
    const { results } = outcome(
      b =>
        b
          .table(left)
          .groupBy(value => (value.startsWith('-') ? undefined : value))
          .aggregate({
            initial: () => '',
            add: (sum, value) => `${sum}+${value}`,
            subtract: (sum, value) => `${sum}-${value}`,
            store: 'groups',
            ...text,
          })
          .toStream(),
      [
        ['left', 'a', 'x', 1],
        ['left', 'a', '-none', 2],
        ['left', 'a', 'y', 3],
        ['left', 'a', null, 4],
      ],
    )
    expect(results).toEqual(['x:+x@1#0', 'x:+x-x@2#1', 'y:+y@3#2', 'y:+y-y@4#3'])
  })

  const orders = topic('left', { key: string(), value: string() })
  const customerOf = (value: string): string | undefined => (value === 'none' ? undefined : value)

  it('S14: an inner join by foreign key drops a null one, and takes back what an older one gave', () => {
    const { results, drops } = outcome(
      b =>
        b
          .table(orders)
          .join(b.table(right), both, { on: customerOf, store: 'joined', ...text })
          .toStream(),
      [rightRow, ['left', 'k', 'none', 1], ['left', 'k', 'a', 2], ['left', 'k', 'none', 3]],
    )
    expect(results).toEqual(['k:a/R@2#2', 'k:null@3#3'])
    expect(drops).toEqual(['null-foreign-key', 'null-foreign-key'])
  })

  it('S15: a left join by foreign key calls its joiner without the other row, and a delete is a tombstone', () => {
    const { results } = outcome(
      b =>
        b
          .table(orders)
          .leftJoin(b.table(right), both, { on: customerOf, store: 'joined', ...text })
          .toStream(),
      [rightRow, ['left', 'k', 'none', 1], ['left', 'k', 'a', 2], ['left', 'k', null, 3]],
    )
    expect(results).toEqual(['k:none/undefined@1#1', 'k:a/R@2#2', 'k:null@3#3'])
  })

  it('S16: a global table drops null keys, and takes a null value for a delete', () => {
    const { results } = outcome(
      b => b.stream(left).leftJoin(b.globalTable(right), both, { on: (_, key) => key }),
      [
        ['right', null, 'none', 0],
        rightRow,
        ['left', 'a', 'x', 1],
        ['right', 'a', null, 2],
        ['left', 'a', 'y', 3],
      ],
    )
    expect(results).toEqual(['a:x/R@1#2', 'a:y/undefined@3#4'])
  })
})
