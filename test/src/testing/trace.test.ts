/** `driver.trace`: the path of a record, as steps and as text. */
import { describe, expect, it } from 'vitest'
import { defineApp, integer, json, string, topic, tumbling, session } from '../../../src/index.ts'
import { testDriver } from '../../../src/testing/index.ts'

const lines = topic('lines', { key: string(), value: string(), partitions: 2 })
const counts = topic('counts', { key: string(), value: integer() })

const wordCount = defineApp({
  id: 'word-count',
  build(b) {
    b.stream(lines)
      .flatMapValues(line => line.split(' '))
      .groupBy(word => word)
      .count('word-counts')
      .toStream()
      .to(counts)
  },
})

describe('trace', () => {
  it('follows a record across the repartition topic into the tasks that read it', () => {
    using driver = testDriver(wordCount)
    const trace = driver.trace({ topic: lines, key: 'k', value: 'a b', at: 5, partition: 1 })
    expect(trace.steps).toHaveLength(1)
    expect(trace.steps[0]).toMatchObject({
      kind: 'source',
      task: '0_1',
      topic: 'lines',
      partition: 1,
      offset: 0,
    })
    const repartition = 'word-count-word-counts-repartition'
    expect(trace.results.map(({ places }) => places.map(place => place.topic))).toEqual([
      [repartition],
      ['counts'],
      [repartition],
      ['counts'],
    ])
    expect(trace.storeWrites).toMatchObject([
      { store: 'word-counts', key: 'a', value: 1, timestamp: 5 },
      { store: 'word-counts', key: 'b', value: 1, timestamp: 5 },
    ])
    const tasks = [...trace.all()].flatMap(step => (step.kind === 'source' ? [step.task] : []))
    expect(new Set(tasks.map(task => task.split('_')[0]))).toEqual(new Set(['0', '1']))
  })

  it('says what each node forwarded', () => {
    using driver = testDriver(wordCount)
    const trace = driver.trace({ topic: lines, key: 'k', value: 'a b' })
    const forwarded = trace.forwardedBy('KSTREAM-FLATMAPVALUES-0000000001')
    expect(forwarded.map(({ key, value }) => [key, value])).toEqual([
      ['k', 'a'],
      ['k', 'b'],
    ])
  })

  it('is a line for each step as text', () => {
    using driver = testDriver(
      defineApp({ id: 'c', build: b => b.stream(lines).groupByKey().count('counted').toStream().to(counts) }),
      { partitions: { lines: 1 } },
    )
    driver.input(lines).send('k', 'x', { at: 4 })
    expect(String(driver.trace({ topic: lines, key: 'k', value: 'y', at: 5 }))).toBe(
      [
        'source KSTREAM-SOURCE-0000000000 (task 0_0) reads lines-0@1: "k" = "y" at 5',
        '  KSTREAM-AGGREGATE-0000000001: "k" = "y" at 5',
        '    store counted: "k" = 2 at 5',
        '    KTABLE-TOSTREAM-0000000002: "k" = change to 2 at 5',
        '      sink KSTREAM-SINK-0000000003: "k" = 2 at 5 to counts-0@1',
      ].join('\n'),
    )
  })

  it('has drops with their reasons, and dead letters', () => {
    const orders = topic('orders', { key: string(), value: json<{ amount: number }>() })
    const texts = topic('orders', { key: string(), value: string() })
    const app = defineApp({
      id: 'drops',
      onError: { deserialize: 'dlq', process: 'dlq' },
      build(b) {
        const stream = b.stream(orders)
        stream.groupByKey().count('c')
        stream.foreach(({ amount }) => {
          if (amount < 0) throw new Error('negative')
        })
      },
    })
    using driver = testDriver(app)
    const keyless = driver.trace({ topic: orders, key: undefined, value: { amount: 1 } })
    expect(keyless.drops).toMatchObject([{ node: 'KSTREAM-AGGREGATE-0000000001', reason: 'null-key' }])
    const unread = driver.trace({ topic: texts, key: 'a', value: 'no JSON' })
    expect(String(unread)).toBe(
      'dead letter to drops-dlq-0@0\ndropped by KSTREAM-SOURCE-0000000000: deserialization',
    )
    const thrown = driver.trace({ topic: orders, key: 'a', value: { amount: -1 } })
    expect(String(thrown)).toContain('dead letter to drops-dlq-0@1')
    expect(thrown.drops.map(({ reason }) => reason)).toEqual(['processing'])
  })

  it('shows windows, sessions and punctuations', () => {
    const app = defineApp({
      id: 'windows',
      build(b) {
        const grouped = b.stream(lines).groupByKey()
        grouped.windowedBy(tumbling('1m')).count('by-minute')
        grouped.windowedBy(session('10s')).count('by-session')
        b.stream(topic('others', { key: string(), value: string() }))
          .process({
            name: 'ticker',
            *process(record) {
              yield record
            },
            punctuate: { every: '1m', clock: 'stream', *run() {} },
          })
          .to(topic('ticked', { key: string(), value: string() }))
      },
    })
    using driver = testDriver(app)
    const trace = driver.trace({ topic: lines, key: 'k', value: 'x', at: 60_001 })
    expect(trace.storeWrites).toMatchObject([
      { store: 'by-minute', key: 'k', value: 1, start: 60_000 },
      { store: 'by-session', key: 'k', value: 1, start: 60_001, end: 60_001 },
    ])
    const others = topic('others', { key: string(), value: string() })
    const ticked = driver.trace({ topic: others, key: 'k', value: 'x', at: 60_000 })
    expect([...ticked.all()].map(({ kind }) => kind)).toContain('punctuation')
  })

  it('follows records of global tables, and leaves nothing behind', () => {
    const app = defineApp({
      id: 'globals',
      build(b) {
        const table = b.globalTable(counts, 'table')
        b.stream(lines)
          .join(table, (line, count) => `${line} ${count}`, { on: (_line, key) => key })
          .to(topic('joined', { key: string(), value: string() }))
      },
    })
    using driver = testDriver(app)
    const trace = driver.trace({ topic: counts, key: 'k', value: 3 })
    expect(trace.storeWrites).toMatchObject([{ store: 'table', key: 'k', value: 3 }])
    driver.input(lines).send('k', 'x')
    expect(trace.storeWrites).toHaveLength(1)
    expect(
      driver
        .output(topic('joined', { key: string(), value: string() }))
        .toMap()
        .get('k'),
    ).toBe('x 3')
  })
})
