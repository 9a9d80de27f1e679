/** Names and settings of the topics that an application owns. */
import { describe, expect, it } from 'vitest'
import { defineApp } from '../../../src/dsl/app.ts'
import { topic } from '../../../src/dsl/topic.ts'
import { string } from '../../../src/serdes/primitives.ts'
import { changelogTopicOf, internalTopics, realTopicName } from '../../../src/topology/internal-topics.ts'
import { tumbling } from '../../../src/windows/time-windows.ts'

const clicks = topic('clicks', { key: string(), value: string() })

const app = defineApp({
  id: 'clicks-app',
  build(b) {
    const byPage = b.stream(clicks).groupBy(page => page)
    byPage.count({ store: 'totals', logging: { 'min.insync.replicas': '2' } })
    byPage.windowedBy(tumbling('1h', { grace: '5m' })).count('per-hour')
    b.stream(clicks).toTable({ store: 'unlogged', logging: false })
  },
})
const topology = app.topology()

describe('internal topics', () => {
  it('are named after the application and the store (N4)', () => {
    const { changelogs, repartitions } = internalTopics(topology, app.id)
    expect(changelogs.map(({ name }) => name)).toEqual([
      'clicks-app-totals-changelog',
      'clicks-app-per-hour-changelog',
    ])
    expect(repartitions.map(({ name }) => name)).toEqual([
      'clicks-app-totals-repartition',
      'clicks-app-per-hour-repartition',
    ])
  })

  it('are configured as Kafka configures them (N5)', () => {
    const { changelogs, repartitions } = internalTopics(topology, app.id)
    expect(changelogs.map(({ config }) => config)).toEqual([
      {
        'cleanup.policy': 'compact',
        'message.timestamp.type': 'CreateTime',
        'min.insync.replicas': '2',
      },
      {
        'cleanup.policy': 'compact,delete',
        'message.timestamp.type': 'CreateTime',
        'retention.ms': String((60 + 5 + 24 * 60) * 60_000),
      },
    ])
    expect(repartitions[0]!.config).toEqual({
      'cleanup.policy': 'delete',
      'message.timestamp.type': 'CreateTime',
      'retention.ms': '-1',
      'segment.bytes': '52428800',
    })
  })

  it('bear no application id inside the topology', () => {
    expect(topology.describe()).toContain('(topics: [totals-repartition])')
    expect(realTopicName(topology, app.id, 'totals-repartition')).toBe('clicks-app-totals-repartition')
    expect(realTopicName(topology, app.id, 'clicks')).toBe('clicks')
  })

  it('are not made for a store without a changelog', () => {
    expect(changelogTopicOf(topology.stores.get('totals')!, app.id)).toBe('clicks-app-totals-changelog')
    expect(changelogTopicOf(topology.stores.get('unlogged')!, app.id)).toBeUndefined()
  })
})
