/** Names and shapes that applications rely on: what a name names, and what is shared (semantics N1 to N4, D2). */
import { describe, expect, it } from 'vitest'
import { StreamsBuilder } from '../../../src/dsl/streams-builder.ts'
import { topic } from '../../../src/dsl/topic.ts'
import { string } from '../../../src/serdes/primitives.ts'
import type { Topology } from '../../../src/topology/topology.ts'

const lines = topic('lines', { key: string(), value: string() })
const rows = topic('rows', { key: string(), value: string() })
const out = topic('out', { key: string(), value: string() })

function build(declare: (b: StreamsBuilder) => void): Topology {
  const builder = new StreamsBuilder()
  declare(builder)
  return builder.build()
}

function repartitionsOf(declare: (b: StreamsBuilder) => void): readonly string[] {
  return [...build(declare).repartitionTopics.keys()]
}

describe('a repartition topic is named after', () => {
  it('the store of an unnamed grouping', () => {
    expect(
      repartitionsOf(b =>
        b
          .stream(lines)
          .groupBy(line => line)
          .count('words'),
      ),
    ).toEqual(['words-repartition'])
  })

  it('the grouping, if that has a name, and is then shared by its folds', () => {
    const names = repartitionsOf(b => {
      const grouped = b.stream(lines).groupBy(line => line, { name: 'by-word' })
      grouped.count('words')
      grouped.reduce(left => left, 'firsts')
    })
    expect(names).toEqual(['by-word-repartition'])
  })

  it('the join', () => {
    const names = repartitionsOf(b => {
      const keyed = b.stream(lines).selectKey(line => line)
      keyed.join(b.table(rows), left => left, { name: 'with-row' })
    })
    expect(names).toEqual(['with-row-repartition'])
  })

  it('nothing, where the key was not changed', () => {
    const names = repartitionsOf(b => {
      const kept = b
        .stream(lines)
        .mapValues(line => line)
        .filter(() => true)
      kept.groupByKey().count('words')
      kept.join(b.table(rows), left => left)
    })
    expect(names).toEqual([])
  })
})

describe('a stream that is joined twice', () => {
  it('is repartitioned once if the joins have no names', () => {
    const names = repartitionsOf(b => {
      const keyed = b.stream(lines).selectKey(line => line)
      const table = b.table(rows)
      keyed.join(table, left => left)
      keyed.leftJoin(table, left => left)
    })
    expect(names).toEqual(['KSTREAM-KEY-SELECT-0000000001-repartition'])
  })
})

describe('a topic that is read twice', () => {
  it('has one source (D2)', () => {
    const topology = build(b => {
      b.stream(lines).to(out)
      b.stream(lines)
        .filter(() => true)
        .to(out)
    })
    const sources = [...topology.nodes.values()].filter(node => node.kind === 'source')
    expect(sources.map(({ name }) => name)).toEqual(['KSTREAM-SOURCE-0000000000'])
    expect(topology.subtopologies()).toHaveLength(1)
  })
})

describe('a source table', () => {
  it('keeps no rows while nobody looks them up', () => {
    expect([...build(b => b.table(rows).toStream().to(out)).stores.keys()]).toEqual([])
  })

  it('keeps them for a join, through tables that keep none of their own', () => {
    const topology = build(b => {
      const table = b
        .table(rows)
        .filter(() => true)
        .mapValues(value => value)
      b.stream(lines).join(table, left => left)
    })
    expect([...topology.stores.keys()]).toEqual(['rows-STATE-STORE-0000000000'])
  })

  it('keeps them if its store has a name', () => {
    expect([...build(b => b.table(rows, 'kept')).stores.keys()]).toEqual(['kept'])
  })
})

describe('rest', () => {
  it('is a node only if it is used', () => {
    const used = build(b =>
      b
        .stream(lines)
        .branch({ a: () => true })
        .rest.to(out),
    )
    const unused = build(b =>
      b
        .stream(lines)
        .branch({ a: () => true })
        .a.to(out),
    )
    expect([...used.nodes.keys()]).toContain('KSTREAM-BRANCH-00000000010')
    expect([...unused.nodes.keys()]).not.toContain('KSTREAM-BRANCH-00000000010')
  })
})

describe('an operator', () => {
  it('knows the line that declared it', () => {
    const topology = build(b => b.stream(lines).filter(() => true, { name: 'here' }))
    expect(topology.nodes.get('here')).toMatchObject({
      declaredAt: expect.stringMatching(/test\/src\/dsl\/naming\.test\.ts:\d+:\d+$/) as string,
    })
  })
})
