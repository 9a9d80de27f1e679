/** Partition counts of what meets in one task, and of what the application makes: a test for each row of O1 to O7. */
import { describe, expect, it } from 'vitest'
import {
  defineApp,
  string,
  topic,
  tumbling,
  windowed,
  type OptimizationChoice,
  type StreamsBuilder,
} from '../../src/index.ts'
import { murmur2, partitionForKey } from '../../src/base/murmur2.ts'
import { testDriver } from '../../src/testing/index.ts'
import { internalTopics } from '../../src/topology/internal-topics.ts'
import { planPartitions, type PartitionPlan } from '../../src/topology/partition-counts.ts'

const left = topic('left', { key: string(), value: string() })
const right = topic('right', { key: string(), value: string() })
const out = topic('out', { key: string(), value: string() })
const within = { within: '1m', grace: 0, left: string(), right: string() } as const

const appOf = (build: (b: StreamsBuilder) => void, optimize: OptimizationChoice = false) =>
  defineApp({ id: 'app', build, optimize })

function planOf(counts: Readonly<Record<string, number>>, build: (b: StreamsBuilder) => void): PartitionPlan {
  return planPartitions(appOf(build).topology(), name => counts[name])
}

const mismatch = expect.objectContaining({ code: 'MR-2101' }) as unknown as Error

describe('co-partitioning', () => {
  it('O1: repartition topics with given counts that meet must agree', () => {
    const joining = (partitions: number) => (b: StreamsBuilder) =>
      void b
        .stream(left)
        .repartition({ name: 'l', partitions: 4 })
        .join(b.stream(right).repartition({ name: 'r', partitions }), l => l, within)
    expect(() => planOf({ left: 1, right: 1 }, joining(5))).toThrow(mismatch)
    expect(planOf({ left: 1, right: 1 }, joining(4)).repartitionTopics).toEqual(
      new Map([
        ['l-repartition', 4],
        ['r-repartition', 4],
      ]),
    )
  })

  it('O2: topics of others that meet must have equally many partitions', () => {
    const joining = (b: StreamsBuilder) => void b.stream(left).join(b.table(right), l => l)
    expect(() => planOf({ left: 2, right: 3 }, joining)).toThrow(mismatch)
    expect(planOf({ left: 3, right: 3 }, joining).taskCounts).toEqual([3])
  })

  it('O2: a repartition topic without a count takes that of the topic it meets; one with another is refused', () => {
    const joining = (partitions?: number) => (b: StreamsBuilder) =>
      void b
        .stream(left)
        .repartition({ name: 'l', ...(partitions === undefined ? {} : { partitions }) })
        .join(b.table(right), l => l)
    expect(planOf({ left: 8, right: 3 }, joining()).repartitionTopics.get('l-repartition')).toBe(3)
    expect(() => planOf({ left: 8, right: 3 }, joining(4))).toThrow(mismatch)
  })

  it('O2: where only repartition topics meet, the greatest count is that of all', () => {
    const plan = planOf({ left: 2, right: 5 }, b => {
      const rekeyed = b.stream(right).repartition({ name: 'r' })
      b.stream(left)
        .repartition({ name: 'l' })
        .join(rekeyed, l => l, within)
    })
    expect([...plan.repartitionTopics.values()]).toEqual([5, 5])
  })

  it('O3: a repartition topic has as many partitions as the greatest source above, through any number of them', () => {
    const plan = planOf({ left: 2, right: 6 }, b => {
      b.stream(left)
        .merge(b.stream(right))
        .repartition({ name: 'one' })
        .repartition({ name: 'two' })
        .repartition({ name: 'three' })
        .to(out)
    })
    expect([...plan.repartitionTopics.values()]).toEqual([6, 6, 6])
    expect(plan.taskCounts).toEqual([6, 6, 6, 6])
  })

  it('O4: only counts are compared: a partitioner of one side goes unnoticed', () => {
    const joining = (b: StreamsBuilder) =>
      void b
        .stream(left)
        .repartition({ name: 'l', partitioner: () => [0] })
        .join(b.table(right), l => l)
    expect(planOf({ left: 2, right: 2 }, joining).taskCounts).toEqual([2, 2])
  })

  it('O5: a sub-topology has as many tasks as its greatest source has partitions', () => {
    const merging = (b: StreamsBuilder) => b.stream(left).merge(b.stream(right)).to(out)
    expect(planOf({ left: 2, right: 7 }, merging).taskCounts).toEqual([7])
  })

  it('O6: records go to the partition of the murmur2 of their key; windowed keys to that of the key within', () => {
    const keys = Array.from({ length: 40 }, (_each, index) => `key-${index}`)
    const latest = topic('latest', { key: windowed(string(), 60_000), value: string() })
    const app = appOf(b => {
      b.stream(left).to(out)
      b.stream(left)
        .groupByKey()
        .windowedBy(tumbling('1m', { grace: 0 }))
        .reduce((_before: string, value: string) => value, { store: 'latest', value: string() })
        .toStream()
        .to(latest)
    })
    using driver = testDriver(app, { partitions: { out: 5, latest: 5 } })
    for (const key of keys) driver.input(left).send(key, 'v')
    for (const { key, partition } of driver.output(out).readAll()) {
      const bytes = string().serialize(key)
      expect(partition).toBe(partitionForKey(bytes, 5))
      expect(partition).toBe((murmur2(bytes) & 0x7fffffff) % 5)
    }
    for (const { key, partition } of driver.output(latest).readAll())
      expect(partition).toBe(partitionForKey(string().serialize(key.key), 5))
  })

  it('O7: the topic of a table is its changelog with the optimisation, and only then', () => {
    const build = (b: StreamsBuilder) => void b.table(right, 'rows')
    const changelogs = (choice: OptimizationChoice) =>
      internalTopics(appOf(build, choice).topology(), 'app').changelogs.map(({ name }) => name)
    expect(changelogs(false)).toEqual(['app-rows-changelog'])
    expect(changelogs(['merge.repartition.topics', 'single.store.self.join'])).toEqual(['app-rows-changelog'])
    expect(changelogs(['reuse.ktable.source.topics'])).toEqual([])
    expect(changelogs(true)).toEqual([])
  })

  it('O7: an optimisation of another name is refused', () => {
    const optimize = ['reuse.everything'] as unknown as OptimizationChoice
    expect(() => appOf(b => b.stream(left).to(out), optimize).topology()).toThrow(
      "'reuse.everything' is none of 'reuse.ktable.source.topics'",
    )
  })
})
