/** Partition counts of repartition topics that feed one another. */
import { expect, it } from 'vitest'
import { integer, string, StreamsBuilder, topic } from '../../../src/index.ts'
import { planPartitions } from '../../../src/topology/partition-counts.ts'

const events = topic('events', { key: string(), value: string() })
const out = topic('out', { key: string(), value: integer() })

it('take the count of what is known above them: a table joined with an aggregate of its rows (O3)', () => {
  const builder = new StreamsBuilder()
  const counts = builder
    .stream(events)
    .groupBy(value => value)
    .count('counts')
  const totals = counts.groupBy((_count, key) => key).count('totals')
  counts
    .join(totals, (count, total) => count + total)
    .toStream()
    .to(out)
  const plan = planPartitions(builder.build(), name => (name === 'events' ? 6 : undefined))
  expect(Object.fromEntries(plan.repartitionTopics)).toEqual({
    'counts-repartition': 6,
    'totals-repartition': 6,
  })
})

it('take the count of a source that is joined with what is made of it', () => {
  const builder = new StreamsBuilder()
  const lengths = builder.table(topic('lengths', { key: string(), value: integer() }))
  const totals = lengths.groupBy((_length, key) => key).count('totals')
  lengths
    .join(totals, (length, total) => length + total)
    .toStream()
    .to(out)
  const plan = planPartitions(builder.build(), name => (name === 'lengths' ? 4 : undefined))
  expect(plan.repartitionTopics.get('totals-repartition')).toBe(4)
})
