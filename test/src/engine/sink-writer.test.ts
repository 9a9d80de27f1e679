/** Sinks: bytes that pass through, partitions, and topics that are chosen by record. */
import { describe, expect, it } from 'vitest'
import { partitionForKey } from '../../../src/base/murmur2.ts'
import { utf8Bytes } from '../../../src/base/text.ts'
import { mapValues } from '../../../src/operators/map-values.ts'
import { passThrough } from '../../../src/operators/pass-through.ts'
import { selectKey } from '../../../src/operators/select-key.ts'
import { json } from '../../../src/serdes/json.ts'
import { string } from '../../../src/serdes/primitives.ts'
import { windowed } from '../../../src/serdes/windowed.ts'
import type { SinkOptions } from '../../../src/topology/options.ts'
import { Topology } from '../../../src/topology/topology.ts'
import { EngineHarness } from './engine-harness.ts'

const value = json<unknown>()

function harness(supplier = passThrough(), sink: Partial<SinkOptions> = {}): EngineHarness {
  const topology = new Topology()
    .addSource('source', { topics: ['in'], key: string(), value })
    .addProcessor('node', { parents: ['source'], supplier })
    .addSink('sink', { parents: ['node'], topic: 'out', key: string(), value, ...sink })
  return new EngineHarness(topology)
}

describe('bytes', () => {
  // JSON with blanks: writing it anew would lose them.
  it.each([
    ['are written as they were read, when nothing touched them', passThrough(), {}, '{ "n": 1 }'],
    ['of the value are kept when only the key changes', selectKey(() => 'k2'), {}, '{ "n": 1 }'],
    ['are made anew when the value was', mapValues(each => each), {}, '{"n":1}'],
    ['are made anew for another serde', passThrough(), { value: { ...json<unknown>() } }, '{"n":1}'],
  ])('%s', (_what, supplier, sink, expected) => {
    expect(harness(supplier, sink).add('in', 'k', '{ "n": 1 }').run()).toEqual([expected])
  })

  it('of absent keys and values stay absent', () => {
    const run = harness()
    run.add('in', null, null).run()
    expect(run.sent).toMatchObject([{ key: null, value: null }])
  })
})

describe('the partition', () => {
  it('is that of murmur2 of the key, as Kafka has it', () => {
    const run = harness()
    for (const key of ['a', 'b', 'c', 'd', 'foobar']) run.add('in', key, '1')
    run.run()
    for (const { key, partition } of run.sent) expect(partition).toBe(partitionForKey(utf8Bytes(key!), 4))
  })

  it('of a windowed key is that of the key within (O6)', () => {
    const supplier = selectKey((_value, key) => ({ key, window: { start: 60_000, end: 120_000 } }))
    const run = harness(supplier, { key: windowed(string(), '1m') as never })
    run.add('in', 'foobar', '1').run()
    expect(run.sent[0]!.partition).toBe(partitionForKey(utf8Bytes('foobar'), 4))
  })

  it('of records without a key changes after a run of them', () => {
    const run = harness()
    for (let n = 0; n < 250; n++) run.add('in', null, '1')
    run.run()
    const counts = [0, 0, 0, 0]
    for (const { partition } of run.sent) counts[partition]!++
    expect(counts).toEqual([100, 100, 50, 0])
  })

  it.each([
    ['the ones that the partitioner chooses', [3, 1], [3, 1], []],
    ['the default when it chooses none', undefined, [partitionForKey(utf8Bytes('k'), 4)], []],
    ['no partition for an empty choice: the record is dropped (D73)', [], [], ['no-partition']],
  ])('is %s', (_what, chosen, partitions, drops) => {
    const run = harness(passThrough(), { partitioner: () => chosen })
    run.add('in', 'k', '1').run()
    expect(run.sent.map(({ partition }) => partition)).toEqual(partitions)
    expect([...(run.engine.dropCounts.get('sink')?.keys() ?? [])]).toEqual(drops)
  })

  it('may follow from the headers', () => {
    const keep: unknown[] = []
    const run = harness(passThrough(), {
      partitioner: (...given) => {
        keep.push(given.at(-1))
        return undefined
      },
    })
    run.add('in', 'k', '1').run()
    expect(keep).toEqual([[]])
  })

  it('must exist', () => {
    const run = harness(passThrough(), { partitioner: () => [4] })
    expect(() => run.add('in', 'k', '1').run()).toThrow(/MR-3004.*partition 4 of 4 of 'out'/)
  })

  it('counts are asked for anew after each commit', () => {
    const run = harness(passThrough(), { partitioner: (_topic, _key, _value, count) => [count - 1] })
    run.add('in', 'k', '1').run()
    run.partitionCount = 6
    run.add('in', 'k', '1').run()
    run.engine.flushEmissions()
    run.add('in', 'k', '1').run()
    expect(run.sent.map(({ partition }) => partition)).toEqual([3, 3, 5])
  })
})

describe('the topic', () => {
  it('may depend on the record and its place', () => {
    const topic = {
      describeAs: 'byKey',
      extract: (key: unknown, _: unknown, context: { offset: number }) => `${String(key)}-${context.offset}`,
    }
    const run = harness(passThrough(), { topic })
    run.add('in', 'a', '1').add('in', 'b', '1').run()
    expect(run.sent.map(each => each.topic)).toEqual(['a-0', 'b-1'])
  })

  it('must be a name', () => {
    const run = harness(passThrough(), { topic: { describeAs: 'none', extract: () => '' } })
    expect(() => run.add('in', 'a', '1').run()).toThrow(/MR-3004.*topic name extractor/)
  })
})
