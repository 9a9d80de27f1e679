/** How many partitions internal topics have, and which counts do not fit together. */
import { describe, expect, it } from 'vitest'
import { string } from '../../../src/serdes/primitives.ts'
import { planPartitions } from '../../../src/topology/partition-counts.ts'
import { Topology } from '../../../src/topology/topology.ts'

const text = { key: string(), value: string() }
const supplier = () => ({ process: () => {} })

function source(topology: Topology, ...topics: string[]): void {
  for (const topic of topics) topology.addSource(`read-${topic}`, { topics: [topic], ...text })
}

/** A repartition topic that is written from `from` and read by a source of its own. */
function repartition(topology: Topology, name: string, from: string, partitions?: number): void {
  topology.addRepartitionTopic({ name, partitions })
  topology.addSink(`write-${name}`, { parents: [from], topic: name, ...text })
  source(topology, name)
}

function join(topology: Topology, ...topics: string[]): void {
  const sources = topics.map(topic => `read-${topic}`)
  topology.addProcessor(`join-${topics.join('-')}`, { parents: sources, supplier })
  topology.copartition({ sources, operator: `join 'with-rows'`, declaredAt: 'app.ts:7:3' })
}

function plan(topology: Topology, counts: Readonly<Record<string, number>>) {
  const { repartitionTopics, taskCounts } = planPartitions(topology, topic => counts[topic])
  return { repartitions: Object.fromEntries(repartitionTopics), taskCounts }
}

describe('planPartitions', () => {
  it('gives a repartition topic the greatest count among the sources above it (O3)', () => {
    const topology = new Topology()
    source(topology, 'a', 'b')
    topology.addProcessor('both', { parents: ['read-a', 'read-b'], supplier })
    repartition(topology, 'r', 'both')
    expect(plan(topology, { a: 2, b: 5 })).toEqual({ repartitions: { r: 5 }, taskCounts: [5, 5] })
  })

  it('follows counts through chains of repartition topics (O3)', () => {
    const topology = new Topology()
    source(topology, 'a')
    repartition(topology, 'r1', 'read-a', 7)
    repartition(topology, 'r2', 'read-r1')
    repartition(topology, 'r3', 'read-r2')
    expect(plan(topology, { a: 2 })).toEqual({
      repartitions: { r1: 7, r2: 7, r3: 7 },
      taskCounts: [2, 7, 7, 7],
    })
  })

  it('takes the count of the topic that is joined with (O2)', () => {
    const topology = new Topology()
    source(topology, 'a', 'rows')
    repartition(topology, 'r', 'read-a')
    join(topology, 'r', 'rows')
    expect(plan(topology, { a: 12, rows: 3 }).repartitions).toEqual({ r: 3 })
  })

  it('takes a count of its own over all others', () => {
    const topology = new Topology()
    source(topology, 'a')
    repartition(topology, 'r', 'read-a', 4)
    expect(plan(topology, { a: 12 })).toEqual({ repartitions: { r: 4 }, taskCounts: [12, 4] })
  })

  it('gives the greatest count to repartition topics that are joined with one another (O2)', () => {
    const topology = new Topology()
    source(topology, 'a', 'b')
    repartition(topology, 'r1', 'read-a')
    repartition(topology, 'r2', 'read-b')
    join(topology, 'r1', 'r2')
    expect(plan(topology, { a: 2, b: 6 }).repartitions).toEqual({ r1: 6, r2: 6 })
  })

  it('carries what a join levels on to the topics below it', () => {
    const topology = new Topology()
    source(topology, 'a', 'b')
    repartition(topology, 'r1', 'read-a')
    repartition(topology, 'r2', 'read-b')
    join(topology, 'r1', 'r2')
    repartition(topology, 'r3', 'join-r1-r2')
    expect(plan(topology, { a: 2, b: 6 }).repartitions).toEqual({ r1: 6, r2: 6, r3: 6 })
  })
})

describe('planPartitions refuses', () => {
  it('topics that are joined and have different counts, naming both and the place (MR-2101)', () => {
    const topology = new Topology()
    source(topology, 'orders', 'customers')
    join(topology, 'orders', 'customers')
    const planned = () => plan(topology, { orders: 12, customers: 6 })
    expect(planned).toThrow(
      expect.objectContaining({ code: 'MR-2101', where: `join 'with-rows'  app.ts:7:3` }) as Error,
    )
    expect(planned).toThrow(`'orders' (12 partitions) with 'customers' (6 partitions)`)
  })

  it('a given count that differs from that of the topic joined with (MR-2101)', () => {
    const topology = new Topology()
    source(topology, 'a', 'rows')
    repartition(topology, 'r', 'read-a', 4)
    join(topology, 'r', 'rows')
    expect(() => plan(topology, { a: 1, rows: 3 })).toThrow(
      /'r' \(4 partitions\) with 'rows' \(3 partitions\)/,
    )
  })

  it('two given counts that differ (MR-2101, O1)', () => {
    const topology = new Topology()
    source(topology, 'a', 'b')
    repartition(topology, 'r1', 'read-a', 4)
    repartition(topology, 'r2', 'read-b', 5)
    join(topology, 'r1', 'r2')
    expect(() => plan(topology, { a: 1, b: 1 })).toThrow(
      expect.objectContaining({ code: 'MR-2101' }) as Error,
    )
  })

  it('a topic that is not there (MR-2001)', () => {
    const topology = new Topology()
    source(topology, 'a')
    expect(() => plan(topology, {})).toThrow(expect.objectContaining({ code: 'MR-2001' }) as Error)
  })
})
