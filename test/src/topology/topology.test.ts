/** The low-level builder: parts, description, and every refusal. */
import { describe, expect, it } from 'vitest'
import { StreamsError } from '../../../src/base/errors.ts'
import { string } from '../../../src/serdes/primitives.ts'
import type { KeyValueStoreDefinition } from '../../../src/topology/node.ts'
import type { ProcessorOptions } from '../../../src/topology/options.ts'
import { Topology } from '../../../src/topology/topology.ts'

const text = { key: string(), value: string() }
const supplier = () => ({ process: () => {} })

function store(name: string): KeyValueStoreDefinition {
  return {
    kind: 'key-value',
    name,
    keySerde: string() as never,
    valueSerde: string() as never,
    timestamped: true,
    changelog: {},
    backend: 'persistent',
    cache: true,
  }
}

function processor(...parents: string[]): ProcessorOptions {
  return { parents, supplier }
}

/** Two sources with a processor each, and a sink under the first. */
function example(): Topology {
  return new Topology()
    .addSource('s1', { topics: ['in1'], ...text })
    .addSource('s2', { topics: ['in2'], ...text })
    .addProcessor('p1', processor('s1'))
    .addProcessor('p2', processor('s2'))
    .addSink('out', { parents: ['p1'], topic: 'out1', ...text })
}

describe('a topology', () => {
  it('falls into the parts that nothing connects, numbered as they were begun (N8)', () => {
    const parts = example().subtopologies()
    expect(parts.map(part => part.nodes.map(node => node.name))).toEqual([
      ['s1', 'p1', 'out'],
      ['s2', 'p2'],
    ])
    expect(parts.map(({ id, sourceTopics }) => [id, sourceTopics])).toEqual([
      [0, ['in1']],
      [1, ['in2']],
    ])
  })

  it('is one part where processors share a store (N8)', () => {
    const topology = example().addStateStore(store('rows'), 'p1').connectProcessorAndStateStores('p2', 'rows')
    const [part, ...others] = topology.subtopologies()
    expect(others).toEqual([])
    expect(part!.stores.map(({ name }) => name)).toEqual(['rows'])
  })

  it('is divided anew when something is added', () => {
    const topology = example()
    expect(topology.subtopologies()).toHaveLength(2)
    topology.addProcessor('both', processor('s1', 's2'))
    expect(topology.subtopologies()).toHaveLength(1)
  })

  it('describes itself as Kafka does (N9)', () => {
    expect(example().describe()).toBe(
      [
        'Topologies:',
        '   Sub-topology: 0',
        '    Source: s1 (topics: [in1])',
        '      --> p1',
        '    Processor: p1 (stores: [])',
        '      --> out',
        '      <-- s1',
        '    Sink: out (topic: out1)',
        '      <-- p1',
        '',
        '  Sub-topology: 1',
        '    Source: s2 (topics: [in2])',
        '      --> p2',
        '    Processor: p2 (stores: [])',
        '      --> none',
        '      <-- s2',
        '',
        '',
      ].join('\n'),
    )
  })

  it('hands out nodes that cannot be changed', () => {
    expect(Object.isFrozen(example().nodes.get('p1'))).toBe(true)
  })
})

describe('a topology refuses', () => {
  it.each<[what: string, code: string, build: (topology: Topology) => void]>([
    ['a node name twice', 'MR-1002', t => t.addProcessor('p1', processor('s1'))],
    ['a store name twice', 'MR-1002', t => t.addStateStore(store('a'), 'p1').addStateStore(store('a'))],
    ['a topic with two sources', 'MR-1001', t => t.addSource('s3', { topics: ['in3', 'in1'], ...text })],
    ['a source without topics', 'MR-1001', t => t.addSource('s3', { topics: [], ...text })],
    ['a processor without parents', 'MR-1001', t => t.addProcessor('p3', processor())],
    ['a parent that is not there', 'MR-1001', t => t.addProcessor('p3', processor('nobody'))],
    ['a parent twice', 'MR-1001', t => t.addProcessor('p3', processor('s1', 's1'))],
    ['a sink as a parent', 'MR-1001', t => t.addProcessor('p3', processor('out'))],
    ['a store that is not there', 'MR-1001', t => t.connectProcessorAndStateStores('p1', 'nothing')],
    [
      'a store of a sink',
      'MR-1001',
      t => t.addStateStore(store('a'), 'p1').connectProcessorAndStateStores('out', 'a'),
    ],
    ['a store without a user', 'MR-1001', t => t.addStateStore(store('a')).subtopologies()],
    [
      'a topic name that Kafka does not allow',
      'MR-1005',
      t => t.addSource('s3', { topics: ['a b'], ...text }),
    ],
    ['a node name that Kafka does not allow', 'MR-1005', t => t.addProcessor('..', processor('s1'))],
    [
      'copartitioning of what is no source',
      'MR-1001',
      t => t.copartition({ sources: ['p1'], operator: 'join' }),
    ],
    [
      'two counts of a repartition topic',
      'MR-1001',
      t =>
        t.addRepartitionTopic({ name: 'r', partitions: 1 }).addRepartitionTopic({ name: 'r', partitions: 2 }),
    ],
  ])('%s (%s)', (_what, code, build) => {
    const topology = example()
    expect(() => build(topology)).toThrow(expect.objectContaining({ code }) as StreamsError)
  })

  it('to run without a source', () => {
    expect(() => new Topology().subtopologies()).toThrow(/has no source/)
  })

  it('a topic twice without having added anything of it', () => {
    const topology = example()
    expect(() => topology.addSource('s3', { topics: ['in3', 'in1'], ...text })).toThrow(StreamsError)
    expect(topology.addSource('s3', { topics: ['in3'], ...text }).nodes.has('s3')).toBe(true)
  })
})
