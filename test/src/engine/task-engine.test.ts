/** One task: the order of records, waiting for partitions, positions, failures and drops. */
import { describe, expect, it } from 'vitest'
import { StreamsError } from '../../../src/base/errors.ts'
import type { Drop } from '../../../src/engine/drop.ts'
import { passThrough } from '../../../src/operators/pass-through.ts'
import { streamAggregate } from '../../../src/operators/stream-aggregate.ts'
import type { AsyncWork } from '../../../src/processor/async-work.ts'
import type { Processor, ProcessorContext, ProcessorSupplier } from '../../../src/processor/processor.ts'
import { StreamRecord } from '../../../src/processor/record.ts'
import { json } from '../../../src/serdes/json.ts'
import { integer, string } from '../../../src/serdes/primitives.ts'
import type { Serde } from '../../../src/serdes/serde.ts'
import { Topology } from '../../../src/topology/topology.ts'
import { EngineHarness } from './engine-harness.ts'

const text = { key: string(), value: string() }

/** `left` and `right` merged into `out`. */
function merged(): Topology {
  return new Topology()
    .addSource('left', { topics: ['left'], ...text })
    .addSource('right', { topics: ['right'], ...text })
    .addProcessor('merge', { parents: ['left', 'right'], supplier: passThrough() })
    .addSink('sink', { parents: ['merge'], topic: 'out', ...text })
}

/** `in` through `supplier` into `out`. */
function through(
  supplier: ProcessorSupplier,
  source: Partial<Parameters<Topology['addSource']>[1]> = {},
): Topology {
  return new Topology()
    .addSource('source', { topics: ['in'], ...text, ...source })
    .addProcessor('node', { parents: ['source'], supplier, declaredAt: 'src/app.ts:7:3' })
    .addSink('sink', { parents: ['node'], topic: 'out', ...text })
}

describe('the next record', () => {
  it('is the head with the smallest timestamp, out-of-order ones within a partition in their order (T4)', () => {
    const harness = new EngineHarness(merged())
    harness.add('left', 'k', 'l5', 5).add('left', 'k', 'l1', 1).add('left', 'k', 'l9', 9)
    harness.add('right', 'k', 'r3', 3).add('right', 'k', 'r8', 8)
    harness.engine.setLag('left', 0, 0)
    harness.engine.setLag('right', 0, 0)
    expect(harness.run()).toEqual(['r3', 'l5', 'l1', 'r8', 'l9'])
    expect(harness.engine.streamTime).toBe(9)
  })

  it.each([
    ['never waits below 0', -1, undefined, ['l']],
    ['waits while the lag of an empty partition is not known', 0, undefined, []],
    ['waits while an empty partition is behind', 0, 3, []],
    ['goes when it has caught up', 0, 0, ['l']],
    ['waits a while longer above 0', 50, 0, []],
  ])('%s (T5)', (_what, maxTaskIdleMs, lag, expected) => {
    const harness = new EngineHarness(merged(), { maxTaskIdleMs })
    harness.engine.setLag('right', 0, lag)
    expect(harness.add('left', 'k', 'l').run()).toEqual(expected)
  })

  it('goes on without a partition that stays empty longer than maxTaskIdleMs (T5)', () => {
    const harness = new EngineHarness(merged(), { maxTaskIdleMs: 50 })
    harness.engine.setLag('right', 0, 0)
    harness.add('left', 'k', 'l')
    expect(harness.run()).toEqual([])
    harness.clock.advance(49)
    expect(harness.run()).toEqual([])
    harness.clock.advance(1)
    expect(harness.run()).toEqual(['l'])
  })

  it('does not wait for a partition that the topic does not have', () => {
    const harness = new EngineHarness(merged(), { hasInput: topic => topic === 'left' })
    expect(harness.add('left', 'k', 'l').run()).toEqual(['l'])
  })

  it('comes one at a time, up to a number', () => {
    const harness = new EngineHarness(through(passThrough()))
    harness.add('in', 'k', '1').add('in', 'k', '2').add('in', 'k', '3')
    expect([harness.engine.processMany(2), harness.engine.processMany(2)]).toEqual([2, 1])
  })
})

describe('positions', () => {
  it('are the offset of the next record to process, with the partition time (T2)', () => {
    const harness = new EngineHarness(through(passThrough()))
    expect(harness.engine.positions()).toEqual([])
    harness.add('in', 'k', '1', 70).add('in', 'k', '2', 60).add('in', 'k', '3', 50)
    harness.engine.processMany(2)
    const [position] = harness.engine.positions()
    expect(position).toMatchObject({ topic: 'in', partition: 0, offset: 2 })
    harness.run()
    expect(harness.engine.positions()[0]!.offset).toBe(3)

    const times: number[] = []
    const timestamp = (_: unknown, partitionTime: number): number => times.push(partitionTime)
    const next = new EngineHarness(through(passThrough(), { timestamp }))
    next.engine.startFrom('in', 0, 2, position!.metadata)
    next.add('in', 'k', '3')
    next.run()
    expect(times).toEqual([70])
  })

  it('pass over what a fetch left out at its end', () => {
    const harness = new EngineHarness(through(passThrough()))
    const records = { cursor: undefined as never, next: () => false }
    harness.engine.addRecords('in', 0, { records, nextOffset: 12, leaderEpoch: 3, sizeInBytes: 100 })
    expect(harness.engine.bufferedBytes('in', 0)).toBe(100)
    harness.run()
    expect(harness.engine.bufferedBytes('in', 0)).toBe(0)
    expect(harness.engine.positions()).toMatchObject([{ offset: 12, leaderEpoch: 3 }])
  })
})

describe('timestamps', () => {
  it('are refused when negative, with the place (T1, MR-3002)', () => {
    const harness = new EngineHarness(through(passThrough()))
    expect(() => harness.add('in', 'k', 'v', -1).run()).toThrow(/MR-3002.*'source', in-0@0/s)
  })

  it('come from the extractor; a negative result drops the record (T1)', () => {
    const drops: Drop[] = []
    const timestamp = ({ value }: { value: unknown }): number => Number(value)
    const harness = new EngineHarness(through(passThrough(), { timestamp }), {
      onDrop: drop => drops.push(drop),
    })
    harness.add('in', 'k', '42').add('in', 'k', '-1').add('in', 'k', '7').run()
    expect(harness.sent.map(each => each.timestamp)).toEqual([42, 7])
    expect(drops).toEqual([
      { task: '0_0', node: 'source', reason: 'invalid-timestamp', topic: 'in', partition: 0, offset: 1 },
    ])
    expect(harness.engine.dropCounts.get('source')?.get('invalid-timestamp')).toBe(1)
  })

  it('of an extractor that throws are an error of the source', () => {
    const timestamp = (): number => {
      throw new Error('no date')
    }
    const harness = new EngineHarness(through(passThrough(), { timestamp }))
    expect(() => harness.add('in', 'k', 'v').run()).toThrow(/MR-3004.*'source' threw: no date/)
  })
})

describe('failures', () => {
  it('of a callback name the node, the record and the declaring line, and keep the cause (MR-3004)', () => {
    const cause = new Error('boom')
    const supplier: ProcessorSupplier = () => ({
      process() {
        throw cause
      },
    })
    const harness = new EngineHarness(through(supplier))
    const error = thrownBy(() => harness.add('in', 'k', 'v').run())
    expect(error).toMatchObject({ code: 'MR-3004', cause, where: "'node', in-0@0  src/app.ts:7:3" })
  })

  it('belong to the node that threw, not to those above it (A13)', () => {
    const inner: ProcessorSupplier = () => ({
      process() {
        throw new Error('inner')
      },
    })
    const topology = new Topology()
      .addSource('source', { topics: ['in'], ...text })
      .addProcessor('outer', { parents: ['source'], supplier: passThrough() })
      .addProcessor('inner', { parents: ['outer'], supplier: inner })
    expect(thrownBy(() => new EngineHarness(topology).add('in', 'k', 'v').run()).message).toMatch(
      /'inner' threw/,
    )
  })

  it('to deserialise name the part and the place, or drop the record if the handler says so (MR-3001)', () => {
    const topology = (): Topology => through(passThrough(), { value: json<unknown>() })
    const harness = new EngineHarness(topology())
    const error = thrownBy(() => harness.add('in', 'k', '{').run())
    expect(error.message).toMatch(/MR-3001.*The value of in-0@0/)

    const lenient = new EngineHarness(topology(), { onError: { deserialize: 'skip' } })
    lenient.add('in', 'k', '{').add('in', 'k', '"fine"')
    expect(lenient.run()).toEqual(['fine'])
    expect(lenient.engine.dropCounts.get('source')?.get('deserialization')).toBe(1)
  })

  it('to serialise name the sink and its topic (MR-3003)', () => {
    const supplier: ProcessorSupplier = () => {
      let context: ProcessorContext
      return {
        init: given => void (context = given),
        process: (record: StreamRecord) => context.forward(record.withValue(7)),
      }
    }
    const harness = new EngineHarness(through(supplier))
    expect(() => harness.add('in', 'k', 'v').run()).toThrow(/MR-3003.*topic 'out'.*'sink', in-0@0/s)
  })

  it.each([
    [
      'child',
      (context: ProcessorContext) => context.forwardTo('nobody', new StreamRecord('k', 'v', 0)),
      /no child called 'nobody'; it has: 'sink'/,
    ],
    [
      'store',
      (context: ProcessorContext) => void context.store('nothing'),
      /no store called 'nothing'; it has: none/,
    ],
  ])('of an unknown %s list what there is (MR-1001)', (_what, act, message) => {
    const supplier: ProcessorSupplier = () => {
      let context: ProcessorContext
      return { init: given => void (context = given), process: () => act(context) }
    }
    expect(() => new EngineHarness(through(supplier)).add('in', 'k', 'v').run()).toThrow(message)
  })
})

describe('values', () => {
  const counting = (): { serde: Serde<string>; reads: () => number } => {
    let reads = 0
    const deserialize = (bytes: Uint8Array): string => {
      reads++
      return string().deserialize(bytes)
    }
    return { serde: { name: 'counting', serialize: string().serialize, deserialize }, reads: () => reads }
  }
  const store = {
    kind: 'key-value',
    name: 's',
    keySerde: string() as never,
    valueSerde: integer() as never,
    timestamped: true,
    changelog: {},
    backend: 'memory',
    cache: false,
  } as const

  it.each([
    ['of an internal topic', (topic: string) => `app-${topic}`, 0],
    ['but of another they are: one that cannot be read must be noticed', (topic: string) => topic, 2],
  ])('that only a count sees are not decoded: %s', (_what, topicName, reads) => {
    const { serde, reads: readCount } = counting()
    const supplier = streamAggregate({
      store: 's',
      initial: () => 0,
      add: n => (n as number) + 1,
      sendOldValues: false,
      readsValue: false,
    })
    const topology = new Topology()
      .addSource('source', { topics: ['in'], key: string(), value: serde })
      .addStateStore(store)
      .addProcessor('count', { parents: ['source'], supplier, stores: ['s'] })
    const harness = new EngineHarness(topology, { topicName })
    harness
      .add(topicName('in'), 'k', 'a')
      .add(topicName('in'), 'k', 'b')
      .add(topicName('in'), 'k', null)
      .run()
    expect(readCount()).toBe(reads)
    expect(harness.engine.dropCounts.get('count')?.get('null-value')).toBe(1)
  })
})

it('closes its processors once', () => {
  let closed = 0
  const supplier: ProcessorSupplier = () => ({ process: () => {}, close: () => void closed++ })
  const { engine } = new EngineHarness(through(supplier))
  engine.close()
  engine.close()
  expect(closed).toBe(1)
})

describe('asynchronous nodes', () => {
  /** Holds what comes, as many as it may, until a test lets it go. */
  class Held implements Processor, AsyncWork {
    readonly work = this
    readonly waiting: StreamRecord[] = []
    letGo = 0
    aborted = false
    full = false
    readonly runningCount = 0
    private context!: ProcessorContext
    private readonly capacity: number

    constructor(capacity: number) {
      this.capacity = capacity
    }

    get heldCount(): number {
      return this.waiting.length
    }

    init(context: ProcessorContext): void {
      this.context = context
    }

    process(record: StreamRecord): void {
      this.waiting.push(record)
      this.full = this.waiting.length >= this.capacity
    }

    advance(mayForward: () => boolean): void {
      while (this.letGo > 0 && this.waiting.length > 0 && mayForward()) {
        this.letGo--
        const record = this.waiting.shift()!
        this.full = this.waiting.length >= this.capacity
        this.context.forward(record)
      }
    }

    abort(): void {
      this.aborted = true
    }
  }

  function twoInSeries(): { harness: EngineHarness; first: Held; second: Held } {
    // The processors of the engine are those made last.
    let first!: Held
    let second!: Held
    const topology = new Topology()
      .addSource('source', { topics: ['in'], ...text })
      .addProcessor('first', { parents: ['source'], supplier: () => (first = new Held(2)) })
      .addProcessor('second', { parents: ['first'], supplier: () => (second = new Held(1)) })
      .addSink('sink', { parents: ['second'], topic: 'out', ...text })
    const harness = new EngineHarness(topology)
    for (const value of ['a', 'b', 'c']) harness.add('in', 'k', value)
    return { harness, first, second }
  }

  it('take no more records than they may hold', () => {
    const { harness, first } = twoInSeries()
    expect(harness.engine.processMany(10)).toBe(2)
    expect(harness.engine.nextTimestamp()).toBeUndefined()
    first.letGo = 1
    expect(harness.engine.processMany(10)).toBe(0)
    expect(harness.engine.heldCount).toBe(2)
  })

  it('hold results back while a node below is full', () => {
    const { harness, first, second } = twoInSeries()
    harness.engine.processMany(10)
    first.letGo = 2
    harness.engine.advance()
    expect([first.heldCount, second.heldCount]).toEqual([1, 1])
    second.letGo = 1
    harness.engine.advance()
    expect(harness.sent.map(({ value }) => value)).toEqual(['a'])
    expect([first.heldCount, second.heldCount]).toEqual([0, 1])
  })

  it('are drained without taking records, and take them again afterwards', () => {
    const { harness, first, second } = twoInSeries()
    harness.engine.processMany(1)
    expect(harness.engine.drain()).toBe(false)
    expect(harness.engine.process()).toBe(false)
    first.letGo = second.letGo = 9
    expect(harness.engine.drain()).toBe(false)
    expect(harness.engine.drain()).toBe(true)
    expect(harness.engine.positions().map(({ offset }) => offset)).toEqual([1])
    expect(harness.engine.process()).toBe(false)
    harness.engine.resume()
    expect(harness.engine.process()).toBe(true)
  })

  it('forward nothing after they were given up', () => {
    const { harness, first, second } = twoInSeries()
    harness.engine.processMany(2)
    harness.engine.abort()
    expect([first.aborted, second.aborted]).toEqual([true, true])
    first.letGo = second.letGo = 9
    harness.engine.advance()
    expect(harness.sent).toEqual([])
  })
})

function thrownBy(act: () => unknown): StreamsError {
  try {
    act()
  } catch (error) {
    if (error instanceof StreamsError) return error
    throw error
  }
  throw new Error('nothing was thrown')
}
