/** Stream-table joins with grace: row V9 of the semantics, and D22, S9 and S10 where they meet it. */
import { describe, expect, it } from 'vitest'
import {
  defineApp,
  json,
  string,
  type App,
  type Duration,
  type KTable,
  type StreamsBuilder,
} from '../../src/index.ts'
import { testDriver } from '../../src/testing/index.ts'
import { internalTopics } from '../../src/topology/internal-topics.ts'
import { appOf, others, out, read, records, rows, send, versionsOf } from './versioned-app.ts'

describe('stream-table joins with grace', () => {
  const buffered = (grace: number, left = true): App =>
    appOf(b => {
      const joined = left
        ? b
            .stream(records)
            .leftJoin(versionsOf(b), (value, row) => `${value}+${row ?? '-'}`, { grace, name: 'j' })
        : b.stream(records).join(versionsOf(b), (value, row) => `${value}+${row}`, { grace, name: 'j' })
      joined.to(out)
    })

  it('V9: let records wait for rows that come late, and put them out in the order of time', () => {
    using driver = testDriver(buffered(50))
    expect(
      send(driver, [records, 'b', 'x', 120], [records, 'a', 'y', 100], [records, 'a', 'z', 100]),
    ).toEqual([])
    expect(send(driver, [rows, 'a', 'row', 100], [rows, 'b', 'other', 90])).toEqual([])
    expect(send(driver, [records, 'c', 'end', 170])).toEqual(['a=y+row@100', 'a=z+row@100', 'b=x+other@120'])
  })

  it('V9: join at once what comes later than the grace, without letting anything go', () => {
    using driver = testDriver(buffered(50))
    send(driver, [rows, 'a', 'row', 100], [records, 'b', 'x', 200])
    expect(send(driver, [records, 'a', 'late', 149])).toEqual(['a=late+row@149'])
    expect(send(driver, [records, 'a', 'edge', 150])).toEqual(['a=edge+row@150'])
  })

  it('V9: keep the headers, the topic and the offset of each record', () => {
    using driver = testDriver(buffered(50))
    driver.input(records).send('a', 'x', { at: 100, headers: { from: 'first' } })
    driver.input(records).send('b', 'y', { at: 150, headers: { from: 'second' } })
    const [result] = driver.output(out).readAll()
    expect(result!.headers.map(({ key, value }) => `${key}=${string().deserialize(value!)}`)).toEqual([
      'from=first',
    ])
  })

  it('V9: find what waits again after a crash, and still know how late it is', () => {
    using driver = testDriver(buffered(50))
    send(
      driver,
      [rows, 'a', 'row', 90],
      [records, 'a', 'x', 100],
      [records, 'a', 'y', 100],
      [records, 'b', 'z', 120],
    )
    driver.crash()
    driver.restart()
    expect(send(driver, [records, 'a', 'late', 69])).toEqual(['a=late+-@69'])
    expect(send(driver, [records, 'c', 'end', 170])).toEqual(['a=x+row@100', 'a=y+row@100', 'b=z+-@120'])
    driver.crash()
    driver.restart()
    expect(send(driver, [records, 'c', 'more', 220])).toEqual(['c=end+-@170'])
  })

  it('V9, S9, S10: drop records without a value, and without a key unless every record has a result', () => {
    using left = testDriver(buffered(50))
    expect(send(left, [records, null, 'x', 100], [records, 'a', null, 300])).toEqual(['undefined=x+-@100'])
    expect(left.drops().map(({ reason }) => reason)).toEqual(['null-value'])
    using inner = testDriver(buffered(50, false))
    expect(send(inner, [records, null, 'x', 100])).toEqual([])
    expect(inner.drops().map(({ reason }) => reason)).toEqual(['null-key'])
  })

  it('V9: keep what waits in a store named after the join, with a changelog', () => {
    const { changelogs } = internalTopics(buffered(50).topology(), 'app')
    expect(changelogs.map(({ name }) => name).sort()).toEqual([
      'app-j-Buffer-changelog',
      'app-versions-changelog',
    ])
  })

  it.each<[string, (b: StreamsBuilder) => KTable<string, string>, number]>([
    ['a table without versions', b => b.table(rows, 'plain'), 50],
    ['a table that is only looked up', b => b.table(rows), 50],
    ['a history that is shorter', versionsOf, 101],
    ['plain rows below versions', b => versionsOf(b).filter(() => true, 'plain'), 50],
    [
      'a join of tables with versions',
      b => versionsOf(b).join(b.table(others, { store: 'o', versioned: 100 }), a => a),
      50,
    ],
  ])('D22: are refused with %s (MR-1102)', (_what, table, grace) => {
    const build = () =>
      appOf(b =>
        b
          .stream(records)
          .join(table(b), a => a, { grace })
          .to(out),
      ).topology()
    expect(build).toThrow(
      expect.objectContaining({
        code: 'MR-1102',
        message: expect.stringContaining('joins-with-grace.test.ts'),
      }),
    )
  })

  it('D22: are refused with a negative grace, and under strict naming without a name', () => {
    const joined =
      (options: { grace: number; name?: string }, strictNaming = false) =>
      () =>
        defineApp({
          id: 'app',
          strictNaming,
          build: b =>
            b
              .stream(records)
              .join(versionsOf(b), a => a, options)
              .to(out),
        }).topology()
    expect(joined({ grace: -1 })).toThrow('MR-1010')
    expect(joined({ grace: 10 }, true)).toThrow(expect.objectContaining({ code: 'MR-1003' }))
    expect(joined({ grace: 10, name: 'j' }, true)).not.toThrow()
  })

  it('V9: write what waits with the serde of the stream, or the one that is given', () => {
    const app = appOf(b => {
      b.stream(records)
        .mapValues(value => ({ value }))
        .leftJoin(versionsOf(b), ({ value }, row) => `${value}+${row ?? '-'}`, {
          grace: 10,
          name: 'j',
          left: json<{ value: string }>(),
        })
        .to(out)
    })
    using driver = testDriver(app)
    send(driver, [records, 'a', 'x', 100])
    driver.crash()
    driver.restart()
    expect(send(driver, [records, 'b', 'y', 110])).toEqual(['a=x+-@100'])
  })

  it('V9: let nothing go without input, unless time is to go on when the input is idle', () => {
    const idle = (options: { idle?: Duration }): App =>
      appOf(b => {
        const joined = { grace: 50, name: 'j', ...options } as const
        b.stream(records)
          .leftJoin(versionsOf(b), (value, row) => `${value}+${row ?? '-'}`, joined)
          .to(out)
      })
    const steps = [
      [rows, 'a', 'row', 90],
      [records, 'a', 'x', 100],
    ] as const
    using waiting = testDriver(idle({}))
    send(waiting, ...steps)
    waiting.advance('1h')
    expect(read(waiting)).toEqual([])
    using going = testDriver(idle({ idle: '1s' }))
    send(going, ...steps)
    going.advance(999)
    expect(read(going)).toEqual([])
    going.advance(201)
    expect(read(going)).toEqual(['a=x+row@100'])
    // Time is where the clock has brought it, after a crash as well: what comes now is late.
    going.crash()
    going.restart()
    expect(send(going, [records, 'a', 'late', 1000])).toEqual(['a=late+row@1000'])
    const pointless = () =>
      appOf(b =>
        b
          .stream(records)
          .join(versionsOf(b), a => a, { idle: '1s' })
          .to(out),
      ).topology()
    expect(pointless).toThrow(/without a grace no record waits/)
  })
})
