/** Wrong arguments of operators: refused at the line that hands them in, by name, whatever the compiler would have said. */
import { describe, expect, it } from 'vitest'
import {
  customWindows,
  defineApp,
  hopping,
  int64,
  kvStore,
  list,
  lruStore,
  pattern,
  session,
  sessionStore,
  sessionWindowed,
  sliding,
  string,
  topic,
  topologyApp,
  tumbling,
  unlimited,
  versionedStore,
  windowed,
  windowStore,
  type KStream,
  type KTable,
  type StreamsBuilder,
} from '../../../src/index.ts'
import { testDriver } from '../../../src/testing/index.ts'

const lines = topic('lines', { key: string(), value: string() })
const rows = topic('rows', { key: string(), value: string() })
const out = topic('out', { key: string(), value: string() })

/** What no compiler lets through. */
// oxlint-disable-next-line typescript/no-explicit-any -- what is handed in is wrong on purpose.
type Wrong = any
type Case = readonly [what: string, message: RegExp | string, build: (b: Wrong, s: Wrong, t: Wrong) => void]

function refusal(build: Case[2]): Error | undefined {
  const app = defineApp({
    id: 'app',
    build(b: StreamsBuilder) {
      const stream: KStream<string, string> = b.stream(lines)
      const table: KTable<string, string> = b.table(rows, 'rows')
      build(b, stream, table)
    },
  })
  try {
    app.topology()
  } catch (error) {
    return error as Error
  }
  return undefined
}

const first = (left: unknown): unknown => left

function refuses(cases: readonly Case[]): void {
  it.each(cases)('%s', (_what, message, build) => {
    const error = refusal(build)
    expect(error).toBeDefined()
    expect(error!.message).toMatch(message)
    expect(error!.message).toMatch(/^MR-\d{4} /)
    expect(error!.message).toMatch(/at .*refusals-arguments\.test\.ts:\d+:\d+\n.*\n {2}Fix: ./)
  })
}

describe('sources refuse', () =>
  refuses([
    ['nothing', 'stream: expected a topic made by topic(...), not undefined', b => b.stream()],
    [
      'the name of a topic',
      'stream: expected a topic made by topic(...), not "lines"',
      b => b.stream('lines'),
    ],
    ['a list of names', 'stream: expected a topic', b => b.stream(['lines'])],
    ['no topic at all', 'stream: expected at least one topic', b => b.stream([])],
    ['a table of nothing', 'table: expected a topic', b => b.table()],
    ['a table of a name', 'table: expected a topic', b => b.table('rows')],
    [
      'a table of a pattern',
      'table: expected one topic, not a pattern',
      b => b.table(pattern(/x/, { key: string(), value: string() })),
    ],
    ['a global table of nothing', 'globalTable: expected a topic', b => b.globalTable()],
    ['a global store of nothing', 'globalStore: expected a topic', b => b.globalStore()],
    ['a timestamp that is none', 'timestamp must be a function', b => b.stream(lines, { timestamp: 5 })],
    ['an unknown reset', 'stream: offsetReset must be', b => b.stream(lines, { offsetReset: 'first' })],
    [
      'an unknown reset of a table',
      'table: offsetReset must be',
      b => b.table(lines, { offsetReset: 'first' }),
    ],
    ['a negative age', 'offsetReset: byDuration', b => b.stream(lines, { offsetReset: { byDuration: -1 } })],
    ['a store that is none', 'expected options in an object, not number', b => b.table(lines, 5)],
  ]))

describe('operators refuse', () =>
  refuses([
    ['a callback that is none', 'mapValues: expected a function, not undefined', (_b, s) => s.mapValues()],
    ['the same in groupBy', 'groupBy: expected a function', (_b, s) => s.groupBy()],
    [
      'an async predicate',
      'filter: expected a function that answers at once',
      (_b, s) => s.filter(async () => true),
    ],
    ['an async mapping', 'use mapValuesAsync', (_b, s) => s.mapValues(async () => 1)],
    ['an async action', 'peek: expected', (_b, s) => s.peek(async () => {})],
    ['an async joiner', 'join: expected', (_b, s, t) => s.join(t, async () => 1)],
    [
      'an async fold',
      'aggregate: add: expected',
      (_b, s) => s.groupByKey().aggregate({ initial: () => 0, add: async () => 1 }),
    ],
    [
      'a name in place of options',
      'filter: expected options in an object, not "x"',
      (_b, s) => s.filter(first, 'x'),
    ],
    [
      'a key serde that is none',
      'selectKey: key must be a serde',
      (_b, s) => s.selectKey(first, { key: 'string' }),
    ],
    [
      'a value serde that is none',
      'mapValues: value must be a serde',
      (_b, s) => s.mapValues(first, { value: {} }),
    ],
    [
      'a value serde of a store',
      'count: value must be a serde',
      (_b, s) => s.groupByKey().count({ value: 'x' }),
    ],
    ['nothing to write to', 'to: expected a topic', (_b, s) => s.to()],
    ['a name to write to', 'to: expected a topic made by topic(...), not "out"', (_b, s) => s.to('out')],
    ['a choice without serdes', 'to: expected a topic', (_b, s) => s.to({ choose: () => 'out' })],
    [
      'a partitioner that is none',
      'partitioner must be a function',
      (_b, s) => s.to(out, { partitioner: 5 }),
    ],
    [
      'a partitioner of a repartition',
      'partitioner must be a function',
      (_b, s) => s.repartition({ name: 'x', partitioner: 5 }),
    ],
    ['no partitions', 'repartition: partitions must be', (_b, s) => s.repartition({ partitions: 0 })],
    ['no branches', 'branch: expected options in an object', (_b, s) => s.branch()],
    ['a join with nothing', 'join: expected a table', (_b, s) => s.join(undefined, first)],
    ['a join with a number', 'leftJoin: expected a table', (_b, s) => s.leftJoin(5, first)],
    [
      'an unknown backend',
      `count: backend must be 'persistent', 'memory' or made by storeSupplier`,
      (_b, s) => s.groupByKey().count({ backend: 'disk' }),
    ],
    ['an unknown caching', 'count: caching must be', (_b, s) => s.groupByKey().count({ caching: 'no' })],
    ['an unknown logging', 'count: logging must be', (_b, s) => s.groupByKey().count({ logging: 'no' })],
    ['a number for a store', 'expected options in an object, not number', (_b, s) => s.groupByKey().count(5)],
    [
      'a processor that yields no punctuation',
      'process: ',
      (_b, s) => s.process({ process() {}, punctuate: { every: 0, run() {} } }),
    ],
    ['dedupe without a span', 'dedupe: within must be', (_b, s) => s.dedupe({ by: first })],
    [
      'no calls at a time',
      'mapValuesAsync: concurrency',
      (_b, s) => s.mapValuesAsync(first, { concurrency: 0 }),
    ],
    ['a ttl of nothing', 'count: ttl must be', (_b, s) => s.groupByKey().count({ ttl: 0 })],
    ['a ttl of less', 'count: ttl must be', (_b, s) => s.groupByKey().count({ ttl: -5 })],
    [
      'a history of less',
      'count: versioned must be',
      (_b, s) => s.groupByKey().count({ store: 'v', versioned: -5 }),
    ],
  ]))

describe('joins, windows and suppress refuse', () =>
  refuses([
    [
      'a window that ends before it begins (D85)',
      'join: within: the window ends before it begins: before -10 ms, after 5 ms',
      (b, s) => s.join(b.stream(lines), first, { within: { before: -10, after: 5 } }),
    ],
    ['half a window', 'join: within: after must be', (_b, s) => s.join(s, first, { within: { before: 5 } })],
    ['no window', 'MR-1009', (_b, s) => s.join(s, first, { within: null })],
    [
      'a window for a table',
      'join: within is for joins of two streams',
      (_b, s, t) => s.join(t, first, { within: 5 }),
    ],
    ['a negative grace', 'join: grace must be', (_b, s) => s.join(s, first, { within: 5, grace: -1 })],
    ['windows that are none', 'windowedBy: expected tumbling', (_b, s) => s.groupByKey().windowedBy({})],
    [
      'another time to emit',
      `emit must be 'update' or 'close'`,
      (_b, s) => s.groupByKey().windowedBy(tumbling(5), { emit: 'x' }),
    ],
    [
      'the close of what never closes',
      'unlimited windows cannot',
      (_b, s) => s.groupByKey().windowedBy(unlimited(), { emit: 'close' }),
    ],
    [
      'a cogroup that is put out at another time',
      `emit must be 'update' or 'close', not "final"`,
      (_b, s) => s.groupByKey().cogroup(first).windowedBy(tumbling(5), { emit: 'final' }),
    ],
    [
      'a cogroup of a stream',
      'cogroup: expected a grouped stream',
      (_b, s) => s.groupByKey().cogroup(first).cogroup(s, first),
    ],
    [
      'no retention',
      'count: retention must be',
      (_b, s) => s.groupByKey().windowedBy(tumbling(5)).count({ retention: -1 }),
    ],
    ['suppress of nothing', 'suppress: expected options', (_b, _s, t) => t.suppress()],
    ['suppress for no time', 'suppress: until must be', (_b, _s, t) => t.suppress({})],
    [
      'suppress of fewer than none',
      'suppress: maxRecords',
      (_b, _s, t) => t.suppress({ until: 5, maxRecords: -1 }),
    ],
    [
      'suppress without windows (P3)',
      /MR-1001.*suppress until windows close/,
      (_b, _s, t) => t.suppress({ until: 'window-close' }),
    ],
    [
      'counts that differ where topics meet (O1)',
      /MR-2101.*'l-repartition' \(2 partitions\) with 'r-repartition' \(3 /,
      (_b, s) =>
        s
          .repartition({ name: 'l', partitions: 2 })
          .join(s.repartition({ name: 'r', partitions: 3 }), first, { within: 5 }),
    ],
  ]))

describe('what is made outside of build refuses', () => {
  const wrong = (make: unknown): ((...given: readonly unknown[]) => unknown) => make as never
  it.each<[what: string, message: string, make: () => unknown]>([
    ['hopping without an advance', 'hopping: advance must be', () => wrong(hopping)('1m')],
    [
      'an advance above the size (D81)',
      'hopping: advance must not be more than size',
      () => hopping('1m', { advance: '2m' }),
    ],
    ['no size', 'tumbling: size must be more than 0 ms', () => tumbling(0)],
    ['a negative grace', 'tumbling: grace must be', () => tumbling(5, { grace: -1 })],
    ['a negative gap (D83)', 'session: gap must be', () => session(-1)],
    ['a negative difference (D82)', 'sliding: difference must be', () => sliding(-1)],
    ['a start before the epoch', 'unlimited: start must be', () => unlimited({ start: -1 })],
    ['custom windows of nothing', 'customWindows: windowsFor must be', () => wrong(customWindows)()],
    ['a list of nothing', 'list: expected a serde', () => wrong(list)()],
    ['windowed keys of nothing', 'windowed: expected a serde', () => wrong(windowed)()],
    ['windowed keys of no size', 'windowed: size must be', () => wrong(windowed)(string())],
    ['session keys of nothing', 'sessionWindowed: expected a serde', () => wrong(sessionWindowed)()],
    ['a store without serdes', 'kvStore: expected options', () => wrong(kvStore)('x')],
    ['a cache without serdes', 'lruStore: expected options', () => wrong(lruStore)('x')],
    ['a session store without serdes', 'sessionStore: expected options', () => wrong(sessionStore)('x')],
    [
      'a window store without a size',
      `windowStore 'x': windowSize must be`,
      () => wrong(windowStore)('x', { key: string(), value: int64() }),
    ],
    [
      'a versioned store without a history',
      `versionedStore 'x': versioned must be`,
      () => wrong(versionedStore)('x', { key: string(), value: int64() }),
    ],
    ['an app of nothing', 'defineApp: expected options', () => wrong(defineApp)()],
    ['a topology app of nothing', 'topologyApp: expected options', () => wrong(topologyApp)()],
    ['a driver of nothing', 'testDriver: expected an app', () => wrong(testDriver)()],
  ])('%s', (_what, message, make) => {
    expect(make).toThrow(message)
    expect(make).toThrow(expect.objectContaining({ code: expect.stringMatching(/^MR-1/) }))
    expect(make).toThrow(/at .*refusals-arguments\.test\.ts:\d+:\d+\n.*\n {2}Fix: ./)
  })
})

describe('what a callback answers is refused at its record', () => {
  it.each<[what: string, code: string, message: string, build: (s: Wrong, b: Wrong) => void]>([
    ['no pair (D12)', 'MR-3004', 'must answer [key, value], not null', s => s.map(() => null).to(out)],
    [
      'no list of pairs',
      'MR-3004',
      'must answer a list, such as an array, not null',
      s => s.flatMap(() => null).to(out),
    ],
    [
      'one value for many',
      'MR-3004',
      'must answer a list, such as an array, not text',
      s => s.flatMapValues(() => 'ab').to(out),
    ],
    [
      'a topic of no name',
      'MR-3004',
      'answered "", which cannot name a topic',
      s => s.to({ key: string(), value: string(), choose: () => '' }),
    ],
    [
      'a partition that is not there',
      'MR-3004',
      'chose partition 99 of 1',
      s => s.to(out, { partitioner: () => [99] }),
    ],
    [
      'one partition alone',
      'MR-3004',
      'must answer a list of partitions, not 0',
      s => s.to(out, { partitioner: () => 0 }),
    ],
    [
      'half a millisecond',
      'MR-3004',
      'timestamp must be whole milliseconds since the epoch, not 1.5',
      (_s, b) => b.stream(rows, { timestamp: () => 1.5 }),
    ],
    [
      'no time',
      'MR-3004',
      'since the epoch, not undefined',
      (_s, b) => b.stream(rows, { timestamp: () => undefined }),
    ],
    [
      'a value of another type',
      'MR-3003',
      'expected a string, not number',
      s => s.mapValues(() => 5).to(out),
    ],
    [
      'too much for a buffer (P4)',
      'MR-4007',
      `The buffer of 'held' holds more than 0 records`,
      s => s.toTable('t').suppress({ until: 5, maxRecords: 0, whenFull: 'stop', name: 'held' }),
    ],
    [
      'a promise of true',
      'MR-3004',
      'must answer true or false, not a promise',
      s => s.filter(() => Promise.resolve(true)),
    ],
  ])('%s (%s)', (_what, code, message, build) => {
    using driver = testDriver(defineApp({ id: 'app', build: b => build(b.stream(lines), b) }))
    const topic = driver.describe().includes('[rows]') ? rows : lines
    const place = new RegExp(`${topic.name}-0@0 .*refusals-arguments\\.test\\.ts:\\d+:\\d+`)
    expect(() => driver.input(topic).send('k', 'v')).toThrow(
      expect.objectContaining({
        code,
        message: expect.stringContaining(message) as string,
        where: expect.stringMatching(place) as string,
      }) as Error,
    )
  })
})

describe('what does not fit its store is refused', () => {
  it.each<[what: string, message: string, build: (s: Wrong) => void]>([
    [
      'a count kept as text',
      'expected a string, not number',
      s => s.groupByKey().count({ store: 'kept', value: string() }),
    ],
    [
      'a BigInt as JSON',
      'BigInt',
      s => s.groupByKey().aggregate({ store: 'kept', initial: () => 0n, add: () => 1n }),
    ],
  ])('%s (MR-3003)', (_what, message, build) => {
    using driver = testDriver(defineApp({ id: 'app', build: b => build(b.stream(lines)) }))
    expect(() => driver.input(lines).send('k', 'v')).toThrow(
      expect.objectContaining({
        code: 'MR-3003',
        message: expect.stringMatching(new RegExp(`row of store 'kept' .*${message}`)) as string,
        where: expect.stringMatching(/KSTREAM-AGGREGATE.*refusals-arguments\.test\.ts:\d+:\d+/) as string,
      }) as Error,
    )
  })
})
