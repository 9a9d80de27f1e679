/** Names of nodes, stores and topics, and descriptions: a test for each row of N1 to N10. */
import { describe, expect, it } from 'vitest'
import {
  defineApp,
  json,
  string,
  topic,
  tumbling,
  type AppDefinition,
  type StreamsBuilder,
} from '../../src/index.ts'
import { internalTopics } from '../../src/topology/internal-topics.ts'

const lines = topic('lines', { key: string(), value: string() })
const users = topic('users', { key: string(), value: string() })
const out = topic('out', { key: string(), value: string() })

function topologyOf(
  build: (b: StreamsBuilder) => void,
  options: Partial<Pick<AppDefinition, 'strictNaming' | 'optimize'>> = {},
) {
  return defineApp({ id: 'app', build, ...options }).topology()
}

const namesOf = (build: (b: StreamsBuilder) => void) => [...topologyOf(build).nodes.keys()]
const storesOf = (build: (b: StreamsBuilder) => void) => [...topologyOf(build).stores.keys()]

describe('naming', () => {
  it('N1: one counter for processors and stores; a given name burns an index, a repartition burns three', () => {
    const names = namesOf(b =>
      b
        .stream(lines)
        .filter(Boolean, { name: 'given' })
        .peek(() => {}),
    )
    expect(names).toEqual(['KSTREAM-SOURCE-0000000000', 'given', 'KSTREAM-PEEK-0000000002'])
    const repartitioned = namesOf(b =>
      b
        .stream(lines)
        .selectKey(line => line)
        .groupByKey()
        .reduce((_before: string, line: string) => line),
    )
    expect(repartitioned).toEqual([
      'KSTREAM-SOURCE-0000000000',
      'KSTREAM-KEY-SELECT-0000000001',
      'KSTREAM-FILTER-0000000005',
      'KSTREAM-SINK-0000000004',
      'KSTREAM-SOURCE-0000000006',
      'KSTREAM-REDUCE-0000000003',
    ])
  })

  it('N2: a table takes its store first; count takes one that nothing has, the store, then the processor', () => {
    const table = (b: StreamsBuilder) =>
      void b
        .table(users)
        .groupBy(value => value)
        .count()
    expect(storesOf(table)[0]).toBe('users-STATE-STORE-0000000000')
    expect(namesOf(table).slice(0, 2)).toEqual(['KSTREAM-SOURCE-0000000001', 'KTABLE-SOURCE-0000000002'])
    // One index is burnt before.
    const count = (b: StreamsBuilder) => void b.stream(lines).groupByKey().count()
    expect(storesOf(count)).toEqual(['KSTREAM-AGGREGATE-STATE-STORE-0000000002'])
    expect(namesOf(count)).toContain('KSTREAM-AGGREGATE-0000000003')
  })

  it('N3: each operator has its prefix', () => {
    const names = namesOf(b => {
      const stream = b.stream(lines)
      stream
        .mapValues(value => value)
        .flatMapValues(value => [value], { value: string() })
        .map((value, key) => [key, value])
        .flatMap((value, key) => [[key, value]])
        .selectKey(value => value)
        .merge(stream)
        .to(out)
      stream.foreach(() => {})
      stream.print()
      stream.toTable().toStream()
      stream.join(b.table(users), left => left)
    }).map(name => name.replace(/\d{10}$/, ''))
    const expected =
      'SOURCE MAPVALUES FLATMAPVALUES MAP FLATMAP KEY-SELECT MERGE SINK FOREACH PRINTER TOTABLE JOIN'
    for (const prefix of expected.split(' ')) expect(names).toContain(`KSTREAM-${prefix}-`)
    expect(names).toContain('KTABLE-TOSTREAM-')
    expect(names).toContain('KTABLE-SOURCE-')
  })

  it('N4: internal topics are named after the application and the store; named repartitions name their nodes', () => {
    const topology = topologyOf(b =>
      b
        .stream(lines)
        .groupBy(line => line, { name: 'by-line' })
        .count('counts'),
    )
    const { changelogs, repartitions } = internalTopics(topology, 'app')
    expect(changelogs.map(({ name }) => name)).toEqual(['app-counts-changelog'])
    expect(repartitions.map(({ name }) => name)).toEqual(['app-by-line-repartition'])
    for (const part of ['filter', 'sink', 'source'])
      expect(topology.nodes.has(`by-line-repartition-${part}`)).toBe(true)
  })

  it('N5, N6: internal topics have the settings of Kafka Streams, and leave the replication to the broker', () => {
    const topology = topologyOf(b => {
      const grouped = b.stream(lines).groupBy(line => line, { name: 'by-line' })
      grouped.count('counts')
      grouped.windowedBy(tumbling('1h', { grace: 0 })).count('hourly')
    })
    const { changelogs, repartitions } = internalTopics(topology, 'app')
    const configs = Object.fromEntries(changelogs.map(({ store, config }) => [store, config]))
    expect(configs['counts']).toEqual({
      'cleanup.policy': 'compact',
      'message.timestamp.type': 'CreateTime',
    })
    expect(configs['hourly']).toMatchObject({
      'cleanup.policy': 'compact,delete',
      'retention.ms': String(25 * 60 * 60 * 1000),
    })
    expect(repartitions[0]!.config).toMatchObject({ 'cleanup.policy': 'delete', 'retention.ms': '-1' })
    for (const { config } of [...changelogs, ...repartitions])
      expect(Object.keys(config)).not.toContain('replication.factor')
  })

  it.each([false, true] as const)('N7: strictNaming refuses every generated name, optimize %s', optimize => {
    const strict = (build: (b: StreamsBuilder) => void) => () =>
      topologyOf(build, { strictNaming: true, optimize })
    const unnamed = expect.objectContaining({ code: 'MR-1003' }) as Error
    expect(strict(b => b.stream(lines).groupByKey().count())).toThrow(unnamed)
    expect(strict(b => b.table(users))).toThrow(unnamed)
    expect(
      strict(b =>
        b
          .stream(lines)
          .groupBy(line => line)
          .count('counts'),
      ),
    ).not.toThrow()
    expect(strict(b => b.stream(lines).repartition())).toThrow(unnamed)
    expect(strict(b => b.stream(lines).repartition({ name: 'again' }))).not.toThrow()
    // Nodes may have generated names: nothing is kept under them.
    expect(strict(b => b.stream(lines).filter(Boolean).to(out))).not.toThrow()
  })

  it('N8: sub-topologies are what is connected, by nodes or by stores; a repartition topic parts them', () => {
    const topology = topologyOf(b => {
      b.stream(lines).to(out)
      b.stream(users)
        .groupBy(user => user)
        .count('counts')
    })
    expect(topology.subtopologies().map(({ id, sourceTopics }) => [id, sourceTopics])).toEqual([
      [0, ['lines']],
      [1, ['users']],
      [2, ['counts-repartition']],
    ])
    const global = topologyOf(b => {
      b.globalTable(users, 'users')
      b.stream(lines).to(out)
    })
    // The global part has an id and no tasks.
    expect(global.globalParts().map(({ id }) => id)).toEqual([0])
    expect(global.subtopologies().map(({ id }) => id)).toEqual([1])
  })

  it('N9: describe() is the text of Kafka Streams, the same with all optimisations where nothing is to optimise', () => {
    const build = (b: StreamsBuilder) => b.stream(lines).filter(Boolean, { name: 'full' }).to(out)
    const text = [
      'Topologies:',
      '   Sub-topology: 0',
      '    Source: KSTREAM-SOURCE-0000000000 (topics: [lines])',
      '      --> full',
      '    Processor: full (stores: [])',
      '      --> KSTREAM-SINK-0000000002',
      '      <-- KSTREAM-SOURCE-0000000000',
      '    Sink: KSTREAM-SINK-0000000002 (topic: out)',
      '      <-- full',
      '',
      '',
    ].join('\n')
    expect(topologyOf(build).describe()).toBe(text)
    expect(topologyOf(build, { optimize: true }).describe()).toBe(text)
  })

  it('N9: optimisations change names where they change the topology', () => {
    const build = (b: StreamsBuilder) => {
      const rekeyed = b.stream(lines).selectKey(line => line)
      rekeyed.groupByKey().count('counts')
      rekeyed
        .groupByKey()
        .reduce((sum: string, line: string) => sum + line, { store: 'sums', value: json<string>() })
    }
    expect([...topologyOf(build).repartitionTopics.keys()]).toHaveLength(2)
    expect([...topologyOf(build, { optimize: true }).repartitionTopics.keys()]).toHaveLength(1)
  })

  it('N10: parts, nodes and stores can be looked at by a program', () => {
    const topology = topologyOf(b =>
      b.stream(lines).groupByKey().count('counts').toStream().mapValues(String).to(out),
    )
    const [part] = topology.subtopologies()
    expect(part!.nodes.map(({ kind }) => kind)).toEqual([
      'source',
      'processor',
      'processor',
      'processor',
      'sink',
    ])
    expect(part!.stores.map(({ name, kind }) => [name, kind])).toEqual([['counts', 'key-value']])
    expect(part!.sinks.map(({ topic: written }) => written)).toEqual(['out'])
  })
})
