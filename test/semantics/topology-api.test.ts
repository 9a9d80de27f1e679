/** The low-level `Topology` as an application of its own: row A1 of the semantics, and KIP-813. */
import { describe, expect, it } from 'vitest'
import {
  kvStore,
  storeOf,
  string,
  topic,
  topologyApp,
  type App,
  type ProcessorContext,
  type StreamRecord,
  type Topology,
} from '../../src/index.ts'
import { testDriver } from '../../src/testing/index.ts'

const text = { key: string(), value: string() }
const input = topic('in', text)
const rates = topic('rates', text)
const output = topic('out', text)
const kept = kvStore('kept', text)

type Work = (record: StreamRecord<string, string>, context: ProcessorContext<string, string>) => void

/** A supplier of processors that do `work` with each record. */
const doing = (work: Work) => () => {
  let context!: ProcessorContext<string, string>
  return {
    init: (given: ProcessorContext<string, string>) => void (context = given),
    process: (record: StreamRecord<string, string>) => work(record, context),
  }
}

const keep: Work = ({ key, value }, context) => storeOf(context, kept).put(key, value)
const look: Work = (record, context) => {
  const row = storeOf(context, kept).get(record.value)
  context.forward(record.withValue(`${record.value}: ${row ?? 'none'}`))
}

function appOf(build: (topology: Topology) => void): App {
  return topologyApp({ id: 'app', build, topics: [input, rates, output] })
}

function withSource(topology: Topology): Topology {
  return topology.addSource('source', { topics: ['in'], ...text })
}

/** A store of what a topic says. */
const ratesKept = {
  source: 'rates',
  topic: 'rates',
  ...text,
  processor: 'rate-keeper',
  supplier: doing(keep),
  store: kept,
}

/** A source, and a processor that looks its records up, or writes them where their key is `write`. */
function withReader(topology: Topology): Topology {
  const supplier = doing((record, context) =>
    record.key === 'write' ? keep(record, context) : look(record, context),
  )
  return withSource(topology).addProcessor('reader', { parents: ['source'], supplier })
}

describe('A1: a topology', () => {
  it('runs in the driver as an application: stores connected at once or later, over a crash', () => {
    const app = appOf(topology =>
      withSource(topology)
        .addProcessor('keeper', { parents: ['source'], supplier: doing(keep) })
        .addProcessor('reader', { parents: ['source'], supplier: doing(look) })
        .addStateStore(kept, 'keeper')
        .connectProcessorAndStateStores('reader', 'kept')
        .addSink('sink', { parents: ['reader'], topic: 'out', ...text }),
    )
    using driver = testDriver(app)
    driver.input(input).send('a', 'x')
    driver.crash()
    driver.restart()
    driver.input(input).send('b', 'a')
    expect(
      driver
        .output(output)
        .readAll()
        .map(({ value }) => value),
    ).toEqual(['x: none', 'a: x'])
    expect(driver.store('kept').toMap()).toEqual(
      new Map([
        ['a', 'x'],
        ['b', 'a'],
      ]),
    )
  })

  it('A4: has stores that processors bring along, one for all that name the same', () => {
    const app = appOf(topology =>
      withSource(topology)
        .addProcessor('keeper', { parents: ['source'], supplier: doing(keep), stores: [kept] })
        .addProcessor('reader', { parents: ['source'], supplier: doing(look), stores: [kept] })
        .addSink('sink', { parents: ['reader'], topic: 'out', ...text }),
    )
    using driver = testDriver(app)
    driver.input(input).send('k', 'k')
    expect(driver.output(output).readAll()[0]!.value).toBe('k: k')
    const other = kvStore('kept', text)
    expect(() =>
      appOf(topology =>
        withSource(topology)
          .addProcessor('keeper', { parents: ['source'], supplier: doing(keep), stores: [kept] })
          .addProcessor('other', { parents: ['source'], supplier: doing(keep), stores: [other] }),
      ).topology(),
    ).toThrow(/MR-1002.*two stores are called 'kept'/)
  })

  it('takes timestamps, partitioners that choose, copy and drop, and topics as they are declared', () => {
    const app = topologyApp({
      id: 'app',
      topics: [topic('out', { ...text, partitions: 3 })],
      build: topology =>
        topology
          .addSource('source', { topics: ['in'], ...text, timestamp: ({ value }) => Number(value) })
          .addSink('sink', {
            parents: ['source'],
            topic: 'out',
            ...text,
            partitioner: (_topic, key) => (key === 'none' ? [] : key === 'all' ? [0, 1, 2] : undefined),
          }),
    })
    expect(app.topics()).toEqual([
      { name: 'in', partitions: undefined, config: undefined },
      { name: 'out', partitions: 3, config: {} },
    ])
    using driver = testDriver(app)
    driver.input(input).send('none', '1').send('all', '2').send('key', '3')
    const read = driver.output(output).readAll()
    expect(read.map(({ key, timestamp }) => [key, timestamp])).toEqual(
      expect.arrayContaining([
        ['all', 2],
        ['key', 3],
      ]),
    )
    expect(read).toHaveLength(4)
    expect(driver.drops()).toMatchObject([{ node: 'sink', reason: 'no-partition' }])
  })

  it('has a global store that every processor reads and none but its own writes (MR-1601)', () => {
    const app = appOf(topology => {
      topology.addGlobalStore(ratesKept)
      withReader(topology).addSink('sink', { parents: ['reader'], topic: 'out', ...text })
    })
    using driver = testDriver(app)
    driver.input(rates).send('a', '1')
    driver.input(input).send('k', 'a')
    expect(driver.output(output).readAll()[0]!.value).toBe('a: 1')
    expect(() => driver.input(input).send('write', 'x')).toThrow(
      /MR-1601.*'reader' writes to the store 'kept'/,
    )
  })
})

describe('KIP-813: a read-only store', () => {
  const build = (topology: Topology): void => {
    topology.addReadOnlyStateStore(ratesKept)
    withReader(topology)
      .connectProcessorAndStateStores('reader', 'kept')
      .addSink('sink', { parents: ['reader'], topic: 'out', ...text })
  }

  it('has its topic for a changelog: none is made, and a crash loses nothing', () => {
    using driver = testDriver(appOf(build))
    driver.input(rates).send('a', '1').send('b', '2').tombstone('b')
    driver.crash()
    driver.restart()
    driver.input(input).send('k', 'a').send('k', 'b')
    const values = driver.output(output).readAll()
    expect(values.map(({ value }) => value)).toEqual(['a: 1', 'b: none'])
    const [definition] = [...appOf(build).topology().stores.values()]
    expect(definition).toMatchObject({ changelog: false, changelogTopic: 'rates' })
  })

  it('is written by its own processor alone (MR-1601)', () => {
    using driver = testDriver(appOf(build))
    expect(() => driver.input(input).send('write', 'x')).toThrow(/MR-1601.*'reader'/)
  })
})

describe('a topology refuses', () => {
  it.each<[what: string, error: RegExp, build: (topology: Topology) => void]>([
    ['no source', /MR-1001.*has no source/, () => undefined],
    [
      'a source without serdes',
      /MR-1004.*source 'source' has no serde for its keys/,
      t => t.addSource('source', { topics: ['in'] } as never),
    ],
    [
      'a sink without serdes',
      /MR-1004.*sink 'sink' has no serde for its values/,
      t => withSource(t).addSink('sink', { parents: ['source'], topic: 'out', key: string() } as never),
    ],
    [
      'a processor without a supplier',
      /supplier must be a function/,
      t => withSource(t).addProcessor('p', { parents: ['source'] } as never),
    ],
    [
      'an unknown parent',
      /MR-1001.*names the parent 'nobody'/,
      t => withSource(t).addProcessor('p', { parents: ['nobody'], supplier: doing(keep) }),
    ],
    [
      'itself as a parent, so that there are no circles',
      /MR-1001.*'p' names the parent 'p', which was not added before/,
      t => withSource(t).addProcessor('p', { parents: ['p'], supplier: doing(keep) }),
    ],
    ['an asynchronous build', /MR-1001.*is asynchronous/, async t => void withSource(t)],
  ])('%s', (_what, error, build) => {
    expect(() => appOf(build).topology()).toThrow(error)
  })

  it('a store that a processor is not connected to, when it is asked for', () => {
    const app = appOf(topology =>
      withSource(topology)
        .addProcessor('keeper', { parents: ['source'], supplier: doing(keep) })
        .addStateStore(kept, 'keeper')
        .addProcessor('reader', { parents: ['source'], supplier: doing(look) }),
    )
    using driver = testDriver(app)
    expect(() => driver.input(input).send('k', 'v')).toThrow(/MR-1001.*'reader' has no store called 'kept'/)
  })
})
