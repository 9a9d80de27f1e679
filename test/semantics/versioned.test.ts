/** Versioned tables: rows V1 to V8 of the semantics, and T8, B4 and B21. Row V9 is in `joins-with-grace.test.ts`. */
import { describe, expect, it } from 'vitest'
import {
  defineApp,
  session,
  sliding,
  string,
  tumbling,
  versionedStore,
  type App,
  type KStream,
  type KTable,
  type StreamsBuilder,
} from '../../src/index.ts'
import { testDriver } from '../../src/testing/index.ts'
import { internalTopics } from '../../src/topology/internal-topics.ts'
import {
  appOf,
  others,
  out,
  read,
  records,
  rows,
  send,
  texts,
  versionsOf,
  type Step,
} from './versioned-app.ts'

const lookup = (stream: KStream<string, string>, table: KTable<string, string>): void =>
  stream.leftJoin(table, (value, row) => `${value}+${row ?? '-'}`).to(out)

const lookups = appOf(b => lookup(b.stream(records), versionsOf(b)))

const inHistory: readonly Step[] = [
  [rows, 'a', 'one', 10],
  [rows, 'a', 'two', 50],
]

describe('versioned tables', () => {
  it('V1: keep each value with the times between which it was valid', () => {
    using driver = testDriver(lookups)
    send(driver, ...inHistory, [rows, 'a', 'mid', 30], [rows, 'a', null, 40], [rows, 'a', null, 70])
    const store = driver.versionedStore<string, string>('versions')
    expect(store.versions('a')).toEqual([
      { value: 'one', timestamp: 10, validTo: 30 },
      { value: 'mid', timestamp: 30, validTo: 40 },
      { value: 'two', timestamp: 50, validTo: 70 },
    ])
    expect(store.get('a')).toBeUndefined()
    expect(store.get('a', 69)).toBe('two')
  })

  it('V1: refuse what is older than the history: it is counted as expired, and nothing goes on', () => {
    using driver = testDriver(appOf(b => versionsOf(b).toStream().to(out)))
    send(driver, ...inHistory, [rows, 'b', 'end', 200])
    expect(send(driver, [rows, 'a', 'late', 99])).toEqual([])
    expect(driver.drops().map(({ reason }) => reason)).toEqual(['expired'])
    expect(send(driver, [rows, 'a', 'just in time', 100])).toEqual(['a=just in time@100'])
  })

  it('V2: measure lateness by the time of the partition, not by that of the key', () => {
    using driver = testDriver(lookups, { partitions: { rows: 2, records: 2 } })
    const keys = ['b', 'c', 'd', 'e', 'f', 'g', 'h']
    send(driver, ...keys.map((key): Step => [rows, key, 'row', 100]), [rows, 'a', 'row', 1000])
    send(driver, ...keys.map((key): Step => [rows, key, 'late', 50]))
    // Late is what shares the partition of 'a': some of the keys do, and some do not.
    const store = driver.versionedStore<string, string>('versions')
    const late = keys.filter(key => store.get(key, 99) === undefined)
    expect(late.length).toBeGreaterThan(0)
    expect(late.length).toBeLessThan(keys.length)
    expect(driver.drops()).toHaveLength(late.length)
  })

  it('V3: have segments that follow from the history, unless they are given', () => {
    const intervalOf = (versioned: number | { history: number; segmentInterval: number }): number => {
      const app = appOf(b => void b.table(rows, { store: 'versions', versioned }))
      const definition = app.topology().stores.get('versions')!
      return definition.kind === 'versioned' ? definition.segmentIntervalMs : -1
    }
    expect([100, 30_000, 240_000, 3_600_000, 86_400_000].map(intervalOf)).toEqual([
      2_000, 10_000, 48_000, 300_000, 3_600_000,
    ])
    expect(intervalOf({ history: 100, segmentInterval: 7 })).toBe(7)
  })

  it('V4: have a changelog that compaction leaves alone for the history and a day', () => {
    const { changelogs } = internalTopics(lookups.topology(), 'app')
    expect(changelogs).toEqual([
      expect.objectContaining({
        name: 'app-versions-changelog',
        config: {
          'cleanup.policy': 'compact',
          'message.timestamp.type': 'CreateTime',
          'min.compaction.lag.ms': String(100 + 24 * 60 * 60 * 1000),
        },
      }),
    ])
  })

  it('V4: are restored with every version, at their times', () => {
    using driver = testDriver(lookups)
    send(driver, ...inHistory, [rows, 'a', 'mid', 30], [rows, 'b', null, 45])
    driver.crash()
    driver.restart()
    const asked = [20, 30, 49, 50].map((at): Step => [records, 'a', 'x', at])
    expect(send(driver, ...asked)).toEqual(['a=x+one@20', 'a=x+mid@30', 'a=x+mid@49', 'a=x+two@50'])
    // The delete that came first ends what comes late.
    expect(send(driver, [rows, 'b', 'late', 40], [records, 'b', 'x', 50])).toEqual(['b=x+-@50'])
  })

  it('V4: have a changelog of their own even where that of other tables is the topic they are read from', () => {
    const app = defineApp({
      id: 'app',
      optimize: true,
      build: b => lookup(b.stream(records), versionsOf(b)),
    })
    const { changelogs } = internalTopics(app.topology(), 'app')
    expect(changelogs.map(({ name }) => name)).toEqual(['app-versions-changelog'])
  })

  it('V5, T8: show a stream the row of its time, and of a time before the history only the latest', () => {
    using driver = testDriver(lookups)
    send(driver, ...inHistory)
    const ask = (...times: readonly number[]): readonly string[] =>
      send(driver, ...times.map((at): Step => [records, 'a', 'x', at])).map(line => line.slice(4))
    expect(ask(60, 9, 10, 49, 50)).toEqual(['two@60', '-@9', 'one@10', 'one@49', 'two@50'])
    send(driver, [rows, 'b', 'end', 300])
    expect(ask(49, 50, 250)).toEqual(['-@49', 'two@50', 'two@250'])
  })

  it('V6: leave late versions out of joins with tables and of groupings, and count those of joins', () => {
    using driver = testDriver(
      appOf(b => {
        const left = versionsOf(b)
        const right = b.table(others, { store: 'others', versioned: 100 })
        left
          .join(right, (a, c) => `${a}&${c}`)
          .toStream()
          .to(out)
        left.groupBy(() => 'all').count('counts')
      }),
    )
    expect(send(driver, [rows, 'a', 'x', 50], [others, 'a', 'r', 50])).toEqual(['a=x&r@50'])
    expect(send(driver, [rows, 'a', 'late', 40], [others, 'a', 'late', 40])).toEqual([])
    expect(driver.drops().map(({ reason }) => reason)).toEqual(['late', 'late'])
    expect(driver.store('counts').get('all')).toBe(1)
    expect(send(driver, [rows, 'a', 'y', 50])).toEqual(['a=y&r@50'])
  })

  it('V6: say in a table of aggregates whether an aggregate is the latest', () => {
    const app = appOf(b => {
      const sums = b
        .stream(records)
        .groupByKey()
        .reduce((sum, value) => (sum === 'drop' ? undefined! : sum + value), {
          store: 'sums',
          versioned: 100,
          value: string(),
        })
      sums
        .join(b.table(others, 'others'), (a, c) => `${a}&${c}`)
        .toStream()
        .to(out)
    })
    using driver = testDriver(app)
    send(driver, [others, 'a', 'r', 0])
    // A late record adds to the latest aggregate, and the result is as late as that: no older version is made.
    expect(send(driver, [records, 'a', 'x', 50], [records, 'a', 'y', 20])).toEqual(['a=x&r@50', 'a=xy&r@50'])
    expect(send(driver, [records, 'a', 'z', 200], [records, 'b', 'late', 99])).toEqual(['a=xyz&r@200'])
    expect(driver.drops().map(({ reason }) => reason)).toEqual(['expired'])
  })

  it('V7: put a tombstone out for every version that a filter does not let through', () => {
    const filtered = (versioned: number | undefined): App =>
      appOf(b =>
        b
          .table(rows, { store: 'versions', ...(versioned === undefined ? {} : { versioned }) })
          .filter(value => value.startsWith('y'))
          .toStream()
          .to(out),
      )
    const steps: readonly Step[] = [
      [rows, 'a', 'no', 10],
      [rows, 'a', 'nor', 20],
      [rows, 'a', 'yes', 15],
    ]
    using versions = testDriver(filtered(100))
    expect(send(versions, ...steps)).toEqual(['a=null@10', 'a=null@20', 'a=yes@15'])
    using plain = testDriver(filtered(undefined))
    expect(send(plain, ...steps)).toEqual(['a=yes@15'])
  })

  it('V8: hand their versions on to filters and mappings without a store, and not to those with a plain one', () => {
    const mapped = (store: { store: string; versioned?: number } | undefined): App =>
      appOf(b =>
        lookup(
          b.stream(records),
          versionsOf(b).mapValues(value => value.toUpperCase(), store),
        ),
      )
    const steps: readonly Step[] = [...inHistory, [records, 'a', 'x', 20]]
    using inherited = testDriver(mapped(undefined))
    expect(send(inherited, ...steps)).toEqual(['a=x+ONE@20'])
    using plain = testDriver(mapped({ store: 'plain' }))
    expect(send(plain, ...steps)).toEqual(['a=x+TWO@20'])
    using kept = testDriver(mapped({ store: 'kept', versioned: 100 }))
    expect(send(kept, ...steps)).toEqual(['a=x+ONE@20'])
  })

  it('V8: keep the versions of aggregates, tables of streams and joins of tables as well', () => {
    const keptBy = (make: (b: StreamsBuilder) => KTable<string, string>): readonly string[] => {
      using driver = testDriver(appOf(b => lookup(b.stream(records), make(b))))
      return send(driver, [others, 'a', 'one', 10], [others, 'a', 'two', 50], [records, 'a', 'x', 20])
    }
    const kept = { store: 'kept', versioned: 100 } as const
    const made: readonly ((b: StreamsBuilder) => KTable<string, string>)[] = [
      b => b.stream(others).toTable(kept),
      b => b.table(others).filter(() => true, kept),
      b => b.table(others).transformValues(value => value ?? '', kept),
      b => b.table(others).outerJoin(b.table(rows), value => value ?? '', kept),
      b =>
        b
          .stream(others)
          .groupByKey()
          .aggregate({ ...kept, initial: () => '', add: (_, value) => value }),
    ]
    for (const make of made) expect(keptBy(make)).toEqual(['a=x+one@20'])
  })

  it('V8: refuse suppress, also where versions are inherited (MR-1101)', () => {
    const suppressed = (table: (b: StreamsBuilder) => KTable<string, string>) => () =>
      appOf(b => void table(b).suppress({ until: '1m' })).topology()
    const refused = expect.objectContaining({
      code: 'MR-1101',
      message: expect.stringContaining('versioned.test.ts'),
    })
    expect(suppressed(versionsOf)).toThrow(refused)
    expect(suppressed(b => versionsOf(b).filter(() => true))).toThrow(refused)
    expect(suppressed(b => versionsOf(b).filter(() => true, 'plain'))).not.toThrow()
  })

  it('V8: refuse versions of windows, of sessions and of global tables, which the types do not offer', () => {
    const options = { store: 'kept', versioned: 100 } as never
    const grouped = (b: StreamsBuilder) => b.stream(records).groupByKey()
    const declared: readonly ((b: StreamsBuilder) => unknown)[] = [
      b => b.globalTable(rows, options),
      b => grouped(b).windowedBy(tumbling(10)).count(options),
      b => grouped(b).windowedBy(sliding(10)).count(options),
      b => grouped(b).windowedBy(session(10)).count(options),
    ]
    for (const declare of declared) {
      const build = () => appOf(b => void declare(b)).topology()
      expect(build).toThrow(/keep no versions; leave versioned out/)
    }
  })

  it('V8: put every version out at once, whatever is held back elsewhere', () => {
    using driver = testDriver(
      appOf(b => versionsOf(b).toStream().to(out), { cache: true }),
      { cache: true },
    )
    for (const [to, key, value, at] of inHistory) driver.input(to).send(key, value, { at })
    driver.commit()
    expect(read(driver)).toEqual(['a=one@10', 'a=two@50'])
    const cached = () =>
      appOf(b => void b.table(rows, { store: 's', versioned: 100, caching: true })).topology()
    expect(cached).toThrow(/caching cannot be on/)
  })

  it('B21: refuse a history or a segment interval that cannot be', () => {
    const unnamed = () => appOf(b => void b.table(rows).filter(() => true, { versioned: 100 })).topology()
    expect(unnamed).toThrow(/a store that is versioned needs a name/)
    const declared = (versioned: never) => () =>
      appOf(b => void b.table(rows, { store: 's', versioned })).topology()
    expect(declared(-1 as never)).toThrow('MR-1010')
    expect(declared({ history: 100, segmentInterval: 0 } as never)).toThrow(
      /segmentInterval must be 1 ms or more/,
    )
    expect(declared({ history: '1d', segmentInterval: '1s' } as never)).toThrow(/more than 1000 segments/)
  })
})

describe('versioned stores of processors', () => {
  it('B4: put, delete and look up by time, and survive a crash', () => {
    const store = versionedStore('kept', { ...texts, history: 100 })
    const app = appOf(b => {
      b.stream(records)
        .processValues({
          stores: { store },
          *process({ key, value, timestamp }, { stores }) {
            const kept = stores.store
            if (value === 'delete') yield `deleted ${kept.delete(key)?.value}`
            else if (value === 'ask') yield `${kept.get(key, timestamp)} of ${kept.versions(key).length}`
            else yield `until ${kept.put(key, value)}`
          },
          value: string(),
        })
        .to(out)
    })
    using driver = testDriver(app)
    const steps: readonly Step[] = [
      [records, 'a', 'one', 10],
      [records, 'a', 'two', 50],
      [records, 'a', 'mid', 30],
      [records, 'a', 'delete', 70],
    ]
    expect(send(driver, ...steps)).toEqual([
      'a=until Infinity@10',
      'a=until Infinity@50',
      'a=until 50@30',
      'a=deleted two@70',
    ])
    driver.crash()
    driver.restart()
    expect(send(driver, [records, 'a', 'ask', 40], [records, 'a', 'ask', 80])).toEqual([
      'a=mid of 3@40',
      'a=undefined of 3@80',
    ])
    expect(send(driver, [records, 'b', 'x', 300], [records, 'a', 'late', 199])).toEqual([
      'b=until Infinity@300',
      'a=until undefined@199',
    ])
  })
})
