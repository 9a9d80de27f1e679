/** The configuration table of the broker and of topics. */
import { describe, expect, it } from 'vitest'
import { formatConfigValue, longMax } from '../../broker/config-table.ts'
import { brokerConfig } from '../../broker/config.ts'
import { describeBrokerConfigs, describeTopicConfigs } from '../../broker/metadata/described-config.ts'
import { topicConfig } from '../../broker/metadata/topic-config.ts'

describe('the broker’s configuration', () => {
  it('has Kafka’s names and takes values or text', () => {
    const config = brokerConfig({ 'num.partitions': '3', 'auto.create.topics.enable': false })
    expect(config['num.partitions']).toBe(3)
    expect(config['auto.create.topics.enable']).toBe(false)
    expect(config['transaction.max.timeout.ms']).toBe(900_000)
  })

  it('is refused with every fault at once', () => {
    const input = { 'num.partitions': '0', durability: 'hope', 'no.such.key': '1' }
    expect(() => brokerConfig(input)).toThrow(
      /MR-5022.*num\.partitions must be an integer from 1 to 2147483647, not "0".*durability must be one of process, power.*no\.such\.key is not a known/s,
    )
  })

  it('shows where a value comes from', () => {
    const described = describeBrokerConfigs(brokerConfig({ 'num.partitions': 3 }))
    const partitions = described.find(({ name }) => name === 'num.partitions')
    expect(partitions).toMatchObject({ value: '3', source: 4, type: 3 })
    expect(partitions?.synonyms.map(({ value, source }) => [value, source])).toEqual([
      ['3', 4],
      ['1', 5],
    ])
  })
})

describe('a topic’s configuration', () => {
  const broker = brokerConfig({ 'log.retention.ms': 1234 })

  it('takes the topic’s own value, then the broker’s, then the default', () => {
    const { values } = topicConfig({ 'segment.ms': '9' }, broker)
    expect(values['segment.ms']).toBe(9)
    expect(values['retention.ms']).toBe(1234)
    expect(values['delete.retention.ms']).toBe(86_400_000)
    expect(values['message.timestamp.after.max.ms']).toBe(3_600_000)
  })

  it('reads cleanup.policy as a list, which may be empty (semantics G58)', () => {
    expect(topicConfig({ 'cleanup.policy': 'compact, delete' }, broker).values['cleanup.policy']).toEqual([
      'compact',
      'delete',
    ])
    expect(topicConfig({ 'cleanup.policy': '' }, broker).values['cleanup.policy']).toEqual([])
  })

  it.each([
    ['cleanup.policy', 'shred'],
    ['segment.bytes', '1000'],
    ['retention.ms', '-2'],
    ['min.cleanable.dirty.ratio', '1.5'],
    ['message.timestamp.type', 'Sometime'],
    ['remote.storage.enable', 'true'],
    ['retention.days', '7'],
  ])('refuses %s = %s', (name, value) => {
    expect(topicConfig({ [name]: value }, broker).refusals.map(refusal => refusal.name)).toEqual([name])
  })

  it('refuses a compaction lag whose minimum is above its maximum', () => {
    const { refusals } = topicConfig({ 'min.compaction.lag.ms': '2', 'max.compaction.lag.ms': '1' }, broker)
    expect(refusals).toEqual([expect.objectContaining({ name: 'min.compaction.lag.ms' })])
  })

  it('writes Java’s Long.MAX_VALUE as Java does', () => {
    expect(formatConfigValue(longMax)).toBe('9223372036854775807')
    const lag = describeTopicConfigs({}, broker).find(({ name }) => name === 'max.compaction.lag.ms')
    expect(lag).toMatchObject({ value: '9223372036854775807', source: 5 })
    expect(topicConfig({ 'flush.ms': '9223372036854775807' }, broker).refusals).toEqual([])
  })
})
