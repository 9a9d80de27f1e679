/** Timestamps and headers of results by the rows of the semantics, H1 to H11. Their bytes are in `changelog-bytes.test.ts`. */
import { describe, expect, it } from 'vitest'
import { hexOf } from '../../src/base/bytes.ts'
import {
  defineApp,
  session,
  sessionWindowed,
  string,
  topic,
  tumbling,
  windowed,
  type Windowed,
} from '../../src/index.ts'
import { testDriver } from '../../src/testing/index.ts'
import { left, outcome, right } from './one-line-app.ts'

const both = (one: string | undefined, other: string | undefined): string => `${one ?? '-'}${other ?? '-'}`
const plus = (sum: string, value: string): string => sum + value
const flat = (_: unknown, { key }: Windowed<string>): string => key

describe('timestamps and headers of results', () => {
  it('H1: stateless operators pass on those of their record', () => {
    expect(
      outcome(b => b.stream(left).flatMapValues(value => value.split('')), [['left', 'k', 'ab', 7]]).results,
    ).toEqual(['k:a@7#0', 'k:b@7#0'])
  })

  it('H2: a join of streams has the later timestamp, and the headers of the record that made it', () => {
    const { results } = outcome(
      b => b.stream(left).join(b.stream(right), both, { within: 10, grace: 10, value: string() }),
      [
        ['left', 'k', 'L', 9],
        ['right', 'k', 'R', 5],
      ],
    )
    expect(results).toEqual(['k:LR@9#1'])
  })

  it('H3: a join with a table or a global table has those of the stream’s record', () => {
    const inputs = [
      ['right', 'k', 'R', 9],
      ['left', 'k', 'L', 5],
    ] as const
    expect(outcome(b => b.stream(left).join(b.table(right), both), inputs).results).toEqual(['k:LR@5#1'])
    expect(
      outcome(b => b.stream(left).join(b.globalTable(right), both, { on: (_, key) => key }), inputs).results,
    ).toEqual(['k:LR@5#1'])
  })

  it('H4: a join of tables has the later timestamp, and the headers of the record that made it', () => {
    expect(
      outcome(
        b => b.table(left).join(b.table(right), both).toStream(),
        [
          ['left', 'k', 'L', 9],
          ['right', 'k', 'R', 5],
        ],
      ).results,
    ).toEqual(['k:LR@9#1'])
  })

  it('H5: a fold has the latest timestamp of its key, and the headers of the record that made it', () => {
    expect(
      outcome(
        b => b.stream(left).groupByKey().reduce(plus, 'sums').toStream(),
        [
          ['left', 'k', 'a', 9],
          ['left', 'k', 'b', 5],
        ],
      ).results,
    ).toEqual(['k:a@9#0', 'k:ab@9#1'])
  })

  it('H5: a cached fold puts out, at the commit, the last update with its headers', () => {
    expect(
      outcome(
        b => b.stream(left).groupByKey().reduce(plus, 'sums').toStream(),
        [
          ['left', 'k', 'a', 9],
          ['left', 'j', 'x', 9],
          ['left', 'k', 'b', 5],
        ],
        { cache: true },
      ).results.toSorted(),
    ).toEqual(['j:x@9#1', 'k:ab@9#2'])
  })

  it('H5: a session has its window’s end, and no headers where it is put out on update', () => {
    expect(
      outcome(
        b => b.stream(left).groupByKey().windowedBy(session(10)).reduce(plus, 'sums').toStream(flat),
        [
          ['left', 'k', 'a', 5],
          ['left', 'k', 'b', 9],
        ],
      ).results,
    ).toEqual(['k:a@5#', 'k:null@5#', 'k:ab@9#'])
  })

  it('H6: a punctuation has its own time, no headers and no place in a topic', () => {
    const places: unknown[] = []
    const { results } = outcome(
      b =>
        b.stream(left).process({
          name: 'ticks',
          *process() {},
          punctuate: {
            every: 10,
            clock: 'stream',
            *run({ now, recordMetadata }) {
              places.push(recordMetadata)
              yield { key: 'tick', value: String(now) }
            },
          },
        }),
      [['left', 'k', 'a', 25]],
    )
    expect(results).toEqual(['tick:25@25#'])
    expect(places).toEqual([undefined])
  })

  it('H7: changelog records have the row’s timestamp and no headers', () => {
    const changelog = topic('app-sums-changelog', { key: string(), value: string() })
    const app = defineApp({
      id: 'app',
      build(b) {
        const sums = b.stream(left).groupByKey().reduce(plus, 'sums').toStream()
        // A topic that is chosen at run time: then the driver shows any.
        sums.to({ choose: () => 'out', key: string(), value: string() })
      },
    })
    using driver = testDriver(app)
    driver
      .input(left)
      .send('k', 'a', { at: 9, headers: { n: '0' } })
      .send('k', 'b', { at: 5, headers: { n: '1' } })
    driver.commit()
    expect(driver.output(changelog).readAll().at(-1)).toMatchObject({ timestamp: 9, headers: [] })
  })

  it('H8: folds keep no headers in their rows: what is put out again has those of the record that made it', () => {
    expect(
      outcome(
        b =>
          b
            .stream(left)
            .groupByKey()
            .reduce((_, value) => value, 'last')
            .toStream(),
        [
          ['left', 'k', 'a', 1],
          ['left', 'k', 'a', 2],
        ],
      ).results,
    ).toEqual(['k:a@1#0', 'k:a@2#1'])
  })

  it('H9: a sink and a repartition topic pass headers and timestamps on as they are', () => {
    expect(
      outcome(
        b =>
          b
            .stream(left)
            .selectKey(value => value)
            .repartition({ name: 'again' }),
        [['left', 'k', 'a', 3]],
      ).results,
    ).toEqual(['a:a@3#0'])
  })

  it('H11: keys of windows in topics are the key and the window’s start, those of sessions end and start', () => {
    const inner = { start: 256, end: 512 }
    expect(hexOf(windowed(string(), 256).serialize({ key: 'k', window: inner }))).toBe('6b0000000000000100')
    expect(hexOf(sessionWindowed(string()).serialize({ key: 'k', window: inner }))).toBe(
      '6b00000000000002000000000000000100',
    )
  })

  it('H11: what a windowed table writes to a topic is read back by that serde', () => {
    const sums = topic('window-sums', { key: windowed(string(), 10), value: string() })
    const app = defineApp({
      id: 'app',
      build: b =>
        b.stream(left).groupByKey().windowedBy(tumbling(10)).reduce(plus, 'sums').toStream().to(sums),
    })
    using driver = testDriver(app)
    driver.input(left).send('k', 'a', { at: 25 })
    expect(driver.output(sums).read()?.key).toEqual({ key: 'k', window: { start: 20, end: 30 } })
  })
})
