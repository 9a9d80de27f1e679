/** The test driver: topics by type, partitions, time, crashes, and what it refuses. */
import { describe, expect, it } from 'vitest'
import {
  bytes,
  defineApp,
  integer,
  string,
  topic,
  tumbling,
  windowed,
  StreamRecord,
  Topology,
  type ProcessorContext,
} from '../../../src/index.ts'
import { testDriver } from '../../../src/testing/index.ts'

const lines = topic('lines', { key: string(), value: string() })
const counts = topic('counts', { key: string(), value: integer() })

const wordCount = defineApp({
  id: 'word-count',
  build(b) {
    b.stream(lines)
      .flatMapValues(line => line.toLowerCase().match(/\w+/g) ?? [])
      .groupBy(word => word)
      .count('word-counts')
      .toStream()
      .to(counts)
  },
})

describe('inputs and outputs', () => {
  it('runs an app on typed records, through its repartition topic', () => {
    using driver = testDriver(wordCount)
    driver.input(lines).send('k', 'to be or not to be')
    expect(driver.output(counts).toMap()).toEqual(
      new Map([
        ['to', 2],
        ['be', 2],
        ['or', 1],
        ['not', 1],
      ]),
    )
  })

  it('reads each record once, with timestamp, headers and place', () => {
    using driver = testDriver(wordCount)
    const output = driver.output(counts)
    expect(output.empty).toBe(true)
    driver.input(lines).send('k', 'a', { at: 5, headers: { trace: 'x' } })
    driver.input(lines).send('k', 'a b', { at: 4 })
    expect(output.size).toBe(3)
    const headers = [{ key: 'trace', value: new TextEncoder().encode('x') }]
    expect(output.read()).toEqual({ key: 'a', value: 1, timestamp: 5, headers, partition: 0, offset: 0 })
    // The greatest timestamp of the records counted (W8).
    expect(output.readAll().map(({ key, value, timestamp }) => [key, value, timestamp])).toEqual([
      ['a', 2, 5],
      ['b', 1, 4],
    ])
    expect(driver.output(counts).read()).toBeUndefined()
  })

  it('reads a topic with the serdes of whichever object it is asked by, each from the beginning', () => {
    using driver = testDriver(wordCount)
    driver.input(lines).send('k', 'a a')
    expect(driver.output(counts).readAll().length).toBe(2)
    const raw = topic('counts', { key: string(), value: bytes() })
    expect(
      driver
        .output(raw)
        .readAll()
        .map(({ value }) => value),
    ).toEqual([integer().serialize(1), integer().serialize(2)])
    expect([driver.output(raw).size, driver.output(counts).size]).toEqual([0, 0])
    // The same serdes are the same end, whichever object they come in.
    const { key, value } = counts
    expect(driver.output(topic('counts', { key, value })).size).toBe(0)
  })

  it('writes tombstones, and shows them as undefined', () => {
    const rows = topic('rows', { key: string(), value: string() })
    const out = topic('out', { key: string(), value: string() })
    const app = defineApp({ id: 'rows', build: b => b.table(rows, 'rows').toStream().to(out) })
    using driver = testDriver(app)
    driver.input(rows).send('a', 'x').send('b', 'y').tombstone('a')
    expect(
      driver
        .output(out)
        .readAll()
        .map(({ key, value }) => [key, value]),
    ).toEqual([
      ['a', 'x'],
      ['b', 'y'],
      ['a', undefined],
    ])
    expect(driver.output(out).toMap()).toEqual(new Map([['b', 'y']]))
    expect(driver.store('rows').toMap()).toEqual(new Map([['b', 'y']]))
  })

  it('stamps records with the wall clock, which starts where it is told', () => {
    using driver = testDriver(wordCount, { startAt: new Date('2026-01-01T00:00:00Z') })
    driver.advance('1m')
    driver.input(lines).send('k', 'a')
    expect(driver.output(counts).read()?.timestamp).toBe(Date.parse('2026-01-01T00:01:00Z'))
  })

  it.each([
    ['input', () => testDriver(wordCount).input(counts), /does not read a topic called 'counts'/],
    ['output', () => testDriver(wordCount).output(lines), /does not write a topic called 'lines'/],
    [
      'store',
      () => testDriver(wordCount).store('word-count'),
      /no key-value store 'word-count'.*'word-counts'/s,
    ],
    ['store of another kind', () => testDriver(wordCount).windowStore('word-counts'), /no window store/],
  ])('refuses an unknown name: %s', (_what, act, message) => {
    expect(act).toThrow(message)
  })

  it('counts what the rules drop, with the node', () => {
    using driver = testDriver(
      defineApp({ id: 'd', build: b => void b.stream(lines).groupByKey().count('c') }),
    )
    driver.input(lines).send(undefined, 'x').send('k', undefined)
    expect(driver.drops().map(({ reason, offset }) => [reason, offset])).toEqual([
      ['null-key', 0],
      ['null-value', 1],
    ])
  })
})

describe('partitions', () => {
  const many = topic('many', { key: string(), value: string(), partitions: 4 })
  const out = topic('out', { key: string(), value: integer(), partitions: 3 })
  const app = defineApp({
    id: 'partitions',
    build: b =>
      b
        .stream(many)
        .groupBy(value => value)
        .count('by-value')
        .toStream()
        .to(out),
  })

  it('sends equal keys to equal partitions, by murmur2 as Kafka does, and counts once', () => {
    using driver = testDriver(app)
    const input = driver.input(many)
    for (let n = 0; n < 40; n++) input.send(`key${n}`, `value${n % 5}`)
    expect([...driver.output(out).toMap().values()]).toEqual([8, 8, 8, 8, 8])
    expect(driver.store('by-value').toMap()).toEqual(new Map([0, 1, 2, 3, 4].map(n => [`value${n}`, 8])))
    const places = new Map<string, Set<number>>()
    for (const { key, partition } of driver.output(out).readAll()) {
      places.set(key, (places.get(key) ?? new Set()).add(partition))
    }
    for (const partitions of places.values()) expect(partitions.size).toBe(1)
    expect(new Set([...places.values()].flatMap(each => [...each])).size).toBeGreaterThan(1)
  })

  it('spreads records without a key, and takes a partition where one is given', () => {
    const copied = topic('copied', { key: string(), value: string(), partitions: 4 })
    using driver = testDriver(defineApp({ id: 'copy', build: b => b.stream(many).to(copied) }))
    driver.input(many).send('k', 'x', { partition: 3 })
    expect(() => driver.input(many).send('k', 'x', { partition: 4 })).toThrow(/partitions 0 to 3/)
    expect(driver.output(copied).read()?.value).toBe('x')
  })

  it('takes the partitions in turn for records without a key, whatever object names the topic', () => {
    const copied = topic('copied', { key: string(), value: string() })
    using driver = testDriver(defineApp({ id: 'turns', build: b => b.stream(many).to(copied) }))
    const placeOf = (value: string): number | undefined => {
      const trace = driver.trace({ topic: { ...many }, key: undefined, value })
      const [step] = trace.steps
      return step?.kind === 'source' ? step.partition : undefined
    }
    expect(['a', 'b', 'c', 'd', 'e'].map(placeOf)).toEqual([0, 1, 2, 3, 0])
  })

  it('refuses joins of topics with different counts (O2)', () => {
    const table = topic('table', { key: string(), value: string(), partitions: 3 })
    const joined = defineApp({
      id: 'j',
      build: b =>
        b
          .stream(many)
          .join(b.table(table, 't'), (l, r) => l + r)
          .to(topic('o', { key: string(), value: string() })),
    })
    expect(() => testDriver(joined)).toThrow(/MR-2101/)
    expect(() => testDriver(joined, { partitions: { table: 4 } })).not.toThrow()
  })
})

describe('crash and restart', () => {
  it('restores the stores from their changelogs and goes on after the last commit', () => {
    using driver = testDriver(wordCount)
    driver.input(lines).send('k', 'a b a')
    driver.crash()
    expect(() => driver.store('word-counts').get('a')).toThrow(/crashed/)
    driver.restart()
    expect(driver.store<string, number>('word-counts').toMap()).toEqual(
      new Map([
        ['a', 2],
        ['b', 1],
      ]),
    )
    driver.input(lines).send('k', 'a')
    expect(
      driver
        .output(counts)
        .readAll()
        .map(({ key, value }) => `${key}${value}`),
    ).toEqual(['a1', 'b1', 'a2', 'a3'])
  })

  it('processes what was written while it was down', () => {
    using driver = testDriver(wordCount)
    driver.crash()
    driver.input(lines).send('k', 'late')
    expect(driver.output(counts).empty).toBe(true)
    driver.restart()
    expect(driver.output(counts).toMap()).toEqual(new Map([['late', 1]]))
  })

  it('repeats nothing and loses nothing of what was not committed', () => {
    using driver = testDriver(wordCount, { cache: true })
    driver.input(lines).send('k', 'a')
    driver.commit()
    driver.input(lines).send('k', 'a a')
    driver.crash()
    driver.restart()
    driver.commit()
    expect(
      driver
        .output(counts)
        .readAll()
        .map(({ key, value }) => [key, value]),
    ).toEqual([
      ['a', 1],
      ['a', 3],
    ])
  })

  it('stops with the error of a callback, and can be started again', () => {
    let fails = true
    const out = topic('out', { key: string(), value: string() })
    const app = defineApp({
      id: 'f',
      build: b =>
        b
          .stream(lines)
          .mapValues(line => {
            if (fails && line === 'poison') throw new Error('no such line')
            return line
          })
          .to(out),
    })
    using driver = testDriver(app)
    driver.input(lines).send('k', 'fine')
    expect(() => driver.input(lines).send('k', 'poison')).toThrow(
      /MR-3004.*KSTREAM-MAPVALUES.*no such line.*lines-0@1/s,
    )
    expect(() => driver.advance(1)).toThrow(/stopped with an error/)
    fails = false
    driver.restart()
    expect(
      driver
        .output(out)
        .readAll()
        .map(({ value }) => value),
    ).toEqual(['fine', 'poison'])
  })
})

describe('commits', () => {
  it('puts out the last update of each key at the commit, with cache', () => {
    using driver = testDriver(wordCount, { cache: true })
    driver.input(lines).send('k', 'a b a', { at: 1 }).send('k', 'a', { at: 2 })
    expect(driver.output(counts).empty).toBe(true)
    driver.commit()
    expect(
      driver
        .output(counts)
        .readAll()
        .map(({ key, value, timestamp }) => [key, value, timestamp]),
    ).toEqual([
      ['b', 1, 1],
      ['a', 3, 2],
    ])
    driver.commit()
    expect(driver.output(counts).empty).toBe(true)
  })
})

describe('windows and time', () => {
  const perHour = topic('per-hour', { key: windowed(string(), '1h'), value: integer() })
  const app = defineApp({
    id: 'hours',
    build: b =>
      b
        .stream(lines)
        .groupByKey()
        .windowedBy(tumbling('1h', { grace: '5m' }))
        .count('hourly')
        .toStream()
        .to(perHour),
  })
  const hour = 3_600_000

  it('shows window stores, which survive a crash', () => {
    using driver = testDriver(app)
    driver.input(lines).send('a', 'x', { at: 10 }).send('b', 'x', { at: 20 }).send('a', 'x', { at: 30 })
    const expected = [
      { key: 'a', start: 0, value: 2, timestamp: 30 },
      { key: 'b', start: 0, value: 1, timestamp: 20 },
    ]
    expect(driver.windowStore('hourly').toArray()).toEqual(expected)
    driver.crash()
    driver.restart()
    expect(driver.windowStore('hourly').toArray()).toEqual(expected)
    expect(driver.windowStore('hourly').fetch('a', 0)?.value).toBe(2)
  })

  it('drops a record once its window has closed by stream time, not by the wall clock', () => {
    using driver = testDriver(app)
    driver.input(lines).send('a', 'x', { at: hour + 299_999 })
    driver.advance('3h')
    driver.input(lines).send('a', 'in time', { at: 0 })
    driver
      .input(lines)
      .send('a', 'x', { at: hour + 300_000 })
      .send('a', 'late', { at: 1 })
    expect(driver.drops().map(({ reason }) => reason)).toEqual(['late'])
    expect(driver.output(perHour).toMap().size).toBeGreaterThan(0)
  })

  it('runs punctuations when the test moves time', () => {
    const ticks: string[] = []
    const topology = new Topology()
      .addSource('in', { topics: ['lines'], key: string(), value: string() })
      .addProcessor('ticker', {
        parents: ['in'],
        supplier: () => ({
          init: (context: ProcessorContext) => {
            context.schedule(100, 'wall-clock', now => {
              ticks.push(`wall ${now}`)
              context.forward(new StreamRecord('tick', String(now), now))
            })
            context.schedule(1000, 'stream-time', now => void ticks.push(`stream ${now}`))
          },
          process: () => {},
        }),
      })
      .addSink('out', { parents: ['ticker'], topic: 'ticks', key: string(), value: string() })
    using driver = testDriver({ id: 'ticks', topology: () => topology }, { startAt: 1000 })
    driver.advanceWallClock(99)
    expect(ticks).toEqual([])
    driver.advanceWallClock('351ms')
    driver.advanceStreamTime(2500)
    driver.advanceStreamTime(499)
    driver.advanceStreamTime(1)
    expect(ticks).toEqual(['wall 1450', 'stream 2500', 'stream 3000'])
    const out = topic('ticks', { key: string(), value: string() })
    expect(
      driver
        .output(out)
        .readAll()
        .map(({ value }) => value),
    ).toEqual(['1450'])
  })
})
