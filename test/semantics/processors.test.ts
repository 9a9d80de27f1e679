/** Processors of an application's own: rows A1 to A13 of the semantics. */
import { describe, expect, it } from 'vitest'
import {
  aroundProcess,
  defineApp,
  kvStore,
  StreamRecord,
  string,
  topic,
  Topology,
  topologyApp,
  type ProcessorContext,
  type StreamsBuilder,
} from '../../src/index.ts'
import { testDriver, type TestDriver } from '../../src/testing/index.ts'

const text = { key: string(), value: string() }
const input = topic('in', text)
const output = topic('out', text)
const side = { name: 'side', ...text }
const kept = kvStore('kept', text)

function driverOf(build: (b: StreamsBuilder) => void): TestDriver {
  return testDriver(defineApp({ id: 'app', build }))
}

function values(driver: TestDriver, of: typeof side = output): readonly unknown[] {
  return driver
    .output(of)
    .readAll()
    .map(({ value }) => value)
}

/** One processor between a source and a sink. */
function single(supplier: () => Parameters<typeof made>[0]): TestDriver {
  return testDriver(
    topologyApp({
      id: 'app',
      build: topology => {
        topology
          .addSource('source', { topics: ['in'], ...text })
          .addProcessor('own', { parents: ['source'], supplier: () => made(supplier()) })
          .addSink('sink', { parents: ['own'], topic: 'out', ...text })
          .addSink('other', { parents: ['own'], topic: 'side', ...text })
      },
    }),
  )
}

/** A processor of a few callbacks, which get its context. */
function made(callbacks: {
  readonly init?: (context: ProcessorContext) => void
  readonly process?: (record: StreamRecord<string, string>, context: ProcessorContext) => void
  readonly close?: () => void
}) {
  let context: ProcessorContext
  return {
    init(given: ProcessorContext) {
      context = given
      callbacks.init?.(given)
    },
    process: (record: StreamRecord<string, string>) => callbacks.process?.(record, context),
    close: () => callbacks.close?.(),
  }
}

describe('A2: a processor', () => {
  it('is made anew for each task, started with its stores open, and closed', () => {
    const log: string[] = []
    const app = defineApp({
      id: 'app',
      build: b =>
        b
          .stream(input)
          .processValues({
            stores: { kept },
            init: ({ taskId, stores }) => void log.push(`init ${taskId} ${[...stores.kept.all()].length}`),
            *process({ key, value }, { stores }) {
              stores.kept.put(key, value)
              yield value
            },
            close: ({ taskId }) => void log.push(`close ${taskId}`),
          })
          .to(output),
    })
    const driver = testDriver(app, { partitions: { in: 2, out: 2 } })
    driver.input(input).send('a', '1')
    driver.restart()
    driver.close()
    expect(log.slice(0, 4)).toEqual(['init 0_0 0', 'init 0_1 0', 'close 0_0', 'close 0_1'])
    expect(new Set(log.slice(4, 6).map(line => line.at(-1)))).toEqual(new Set(['0', '1']))
    expect(log.slice(6)).toEqual(['close 0_0', 'close 0_1'])
  })

  it('is refused where its supplier answers the same one twice', () => {
    const shared = { process: () => undefined }
    const topology = new Topology().addSource('source', { topics: ['in'], ...text })
    expect(() => topology.addProcessor('own', { parents: ['source'], supplier: () => shared })).toThrow(
      /MR-1001.*the same processor twice/,
    )
  })
})

describe('A3: a fixed-key processor', () => {
  it('yields values with a time and headers of their own, under the key of the record', () => {
    using driver = driverOf(b =>
      b
        .stream(input)
        .processValues({
          *process({ value }, context) {
            yield value
            yield context.result(`${value}!`, {
              timestamp: 9,
              headers: [{ key: 'h', value: new Uint8Array([1]) }],
            })
          },
        })
        .to(output),
    )
    driver.input(input).send('k', 'v', { at: 5 })
    const read = driver.output(output).readAll()
    expect(read.map(({ key, value, timestamp }) => [key, value, timestamp])).toEqual([
      ['k', 'v', 5],
      ['k', 'v!', 9],
    ])
    expect(read[1]!.headers).toEqual([{ key: 'h', value: new Uint8Array([1]) }])
  })

  it.each<[string, (record: never) => unknown]>([
    ['a record in place of a value', () => [new StreamRecord('other', 'v', 0)]],
    [
      'a key that it has changed in place',
      (record: { key: string }) => {
        record.key = 'other'
        return ['v']
      },
    ],
  ])('is refused with %s', (_what, process) => {
    using driver = driverOf(b =>
      b
        .stream(input)
        .processValues({ process: process as unknown as () => string[] })
        .to(output),
    )
    expect(() => driver.input(input).send('k', 'v')).toThrow(/MR-3004/)
  })
})

describe('A4: stores', () => {
  it('come with the processor that names them, and are shared by all that do', () => {
    using driver = driverOf(b => {
      b.stream(input).process({
        stores: { kept },
        process: ({ key, value }, { stores }) => stores.kept.put(key, value),
      })
      b.stream(input)
        .processValues({
          stores: { same: kept },
          process: ({ key }, { stores }) => [stores.same.get(key) ?? ''],
        })
        .to(output)
    })
    driver.input(input).send('k', 'v')
    expect(values(driver)).toEqual(['v'])
    expect(driver.describe()).toContain('(stores: [kept])')
  })
})

describe('A6: forward', () => {
  it('goes depth-first, before it returns, to all children or to one by its name', () => {
    using driver = single(() => ({
      process(record, context) {
        context.forward(record)
        context.forwardTo('other', record.withValue('only'))
      },
    }))
    driver.input(input).send('k', 'v')
    expect(values(driver)).toEqual(['v'])
    expect(values(driver, side)).toEqual(['v', 'only'])
  })

  it('refuses a child that is not there, and names those that are', () => {
    using driver = single(() => ({ process: (record, context) => context.forwardTo('nobody', record) }))
    expect(() => driver.input(input).send('k', 'v')).toThrow(
      /MR-1001.*no child called 'nobody'.*'sink', 'other'/,
    )
  })

  it('is refused in init, after process has returned, and through the context of another (MR-1602)', () => {
    const record = new StreamRecord('k', 'v', 0)
    expect(() => single(() => ({ init: context => context.forward(record) }))).toThrow(/MR-1602/)
    let late!: ProcessorContext
    using driver = single(() => ({ init: context => void (late = context) }))
    driver.input(input).send('k', 'v')
    expect(() => late.forward(record)).toThrow(/MR-1602.*'own' forwards while/)
    expect(() => late.forwardTo('sink', record)).toThrow(/MR-1602/)
  })
})

describe('A5, A7: the context', () => {
  it('tells the application, the task, the node, the record and the times', () => {
    const seen: unknown[] = []
    const app = defineApp({
      id: 'app',
      build: b =>
        b.stream(input).process({
          name: 'own',
          process: (_record, context) => {
            const { applicationId, taskId, nodeName, recordMetadata, streamTime, wallClock } = context
            seen.push([applicationId, taskId, nodeName, recordMetadata, streamTime, wallClock])
            expect(context.stateDirectory).toBeUndefined()
          },
          punctuate: {
            every: 10,
            clock: 'wall',
            run: ({ recordMetadata }) => void seen.push(recordMetadata),
          },
        }),
    })
    using driver = testDriver(app, { startAt: 1000 })
    driver.input(input).send('k', 'v', { at: 50 }).send('k', 'v', { at: 20 })
    driver.advance(10)
    expect(seen).toEqual([
      ['app', '0_0', 'own', { topic: 'in', partition: 0, offset: 0 }, 50, 1000],
      ['app', '0_0', 'own', { topic: 'in', partition: 0, offset: 1 }, 50, 1000],
      undefined,
    ])
  })
})

describe('A8: a record', () => {
  it('is changed by making another one of it', () => {
    const record = new StreamRecord('k', 'v', 5)
    const headers = [{ key: 'h', value: null }]
    const other = record.withKey('l').withValue('w').withTimestamp(6).withHeaders(headers)
    expect([other.key, other.value, other.timestamp, other.headers]).toEqual(['l', 'w', 6, headers])
    expect([record.key, record.value, record.timestamp, record.headers]).toEqual(['k', 'v', 5, []])
    expect(() => record.withTimestamp(-1)).toThrow(/timestamp must be 0 or more, not -1/)
    expect(() => new StreamRecord('k', 'v', Number.NaN)).toThrow(RangeError)
  })
})

describe('A9: wrapProcessor', () => {
  it('is put around every processor of the DSL by its name, stores, tables and all', () => {
    const seen: string[] = []
    const app = defineApp({
      id: 'app',
      build: b =>
        b.stream(input).groupByKey().count('n').toStream().mapValues(String, { name: 'text' }).to(output),
      wrapProcessor: (name, supplier) =>
        aroundProcess(supplier, (record, next, { taskId }) => {
          seen.push(`${name} ${taskId} ${String(record.key)}`)
          next(record)
        }),
    })
    using driver = testDriver(app, { cache: true })
    driver.input(input).send('k', 'v').send('k', 'v')
    driver.commit()
    expect(values(driver)).toEqual(['2'])
    expect(seen).toEqual([
      'KSTREAM-AGGREGATE-0000000001 0_0 k',
      'KSTREAM-AGGREGATE-0000000001 0_0 k',
      'KTABLE-TOSTREAM-0000000002 0_0 k',
      'text 0_0 k',
    ])
  })

  it('can leave records out, of a topology too', () => {
    using driver = testDriver(
      topologyApp({
        id: 'app',
        build: topology => {
          topology
            .addSource('source', { topics: ['in'], ...text })
            .addProcessor('own', {
              parents: ['source'],
              supplier: () => made({ process: (record, context) => context.forward(record) }),
            })
            .addSink('sink', { parents: ['own'], topic: 'out', ...text })
        },
        wrapProcessor: (_name, supplier) =>
          aroundProcess(supplier, (record, next) => (record.value === 'no' ? undefined : next(record))),
      }),
    )
    driver.input(input).send('k', 'no').send('k', 'yes')
    expect(values(driver)).toEqual(['yes'])
  })
})

describe('A11: a chosen topic', () => {
  it('is chosen with the place of the record', () => {
    using driver = testDriver(
      topologyApp({
        id: 'app',
        build: topology => {
          topology.addSource('source', { topics: ['in'], ...text }).addSink('sink', {
            parents: ['source'],
            topic: {
              describeAs: 'byOffset',
              extract: (_key, _value, { topic, partition, offset }) =>
                `${topic}-${partition}-${offset}` === 'in-0-1' ? 'side' : 'out',
            },
            ...text,
          })
        },
      }),
    )
    driver.input(input).send('k', 'first').send('k', 'second')
    expect([values(driver), values(driver, side)]).toEqual([['first'], ['second']])
    expect(driver.describe()).toContain('(extractor class: byOffset)')
  })
})

describe('A12: metrics', () => {
  it('count what was dropped, by node and reason', () => {
    using driver = driverOf(b => b.stream(input).groupByKey().count('n'))
    driver.input(input).send(undefined, 'v')
    expect(driver.drops()).toMatchObject([{ node: 'KSTREAM-AGGREGATE-0000000001', reason: 'null-key' }])
  })

  it('are a processor’s own: totals, and rate, average and greatest of the last half minute to a minute', () => {
    using driver = driverOf(b =>
      b.stream(input).process({
        name: 'timed',
        process({ value }, { metrics }) {
          metrics.sensor('sizes').record(value.length)
          metrics.sensor('calls').record()
          if (value === 'forget') metrics.remove('calls')
        },
      }),
    )
    const sizes = () => driver.metrics().find(({ name }) => name === 'sizes')
    expect(driver.metrics()).toEqual([])
    driver.input(input).send('k', 'ab').send('k', 'abcd')
    const place = { task: '0_0', node: 'timed', name: 'sizes' }
    expect(sizes()).toEqual({ ...place, total: 2, ratePerSecond: 2 / 30, average: 3, max: 4 })
    driver.advanceWallClock('45s')
    driver.input(input).send('k', 'a')
    expect(sizes()).toMatchObject({ total: 3, ratePerSecond: 3 / 45, average: 7 / 3, max: 4 })
    driver.advanceWallClock('30s')
    expect(sizes()).toMatchObject({ total: 3, average: 1, max: 1 })
    driver.advanceWallClock('10m')
    expect(sizes()).toMatchObject({ total: 3, ratePerSecond: 0, average: 0, max: 0 })
    driver.input(input).send('k', 'forget')
    expect(driver.metrics().map(({ name }) => name)).toEqual(['sizes'])
  })

  it('refuse what is not a number', () => {
    using driver = driverOf(b =>
      b.stream(input).process({
        name: 'wrong',
        process: (_, { metrics }) => metrics.sensor('a').record(Number.NaN),
      }),
    )
    expect(() => driver.input(input).send('k', 'v')).toThrow(/records numbers, not NaN/)
  })
})

describe('A13: an error', () => {
  it('is one of the node that threw, once, however far above it is caught', () => {
    using driver = driverOf(b =>
      b
        .stream(input)
        .peek(() => undefined)
        .process({
          name: 'thrower',
          process: () => {
            throw new Error('no')
          },
        }),
    )
    const message = expect.stringMatching(/'thrower' threw: no[^]*in-0@0/) as string
    expect(() => driver.input(input).send('k', 'v')).toThrow(
      expect.objectContaining({ code: 'MR-3004', cause: new Error('no'), message }) as Error,
    )
  })

  it('ends the task before its commit: a restart finds nothing of the record done (B32)', () => {
    let fails = true
    using driver = driverOf(b =>
      b
        .stream(input)
        .process({
          stores: { kept },
          *process({ key, value }, { stores }): Generator<{ key: string; value: string }, void, undefined> {
            const before = stores.kept.get(key)
            stores.kept.put(key, value)
            yield { key, value: `${before} ${value}` }
            if (fails) throw new Error('once')
          },
        })
        .to(output),
    )
    expect(() => driver.input(input).send('k', 'v')).toThrow('once')
    fails = false
    driver.restart()
    expect(values(driver)).toEqual(['undefined v'])
  })
})
