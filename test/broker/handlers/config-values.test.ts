/** Values of settings as they are written, told and read: as Apache Kafka 4.3.1 answers for the same texts. */
import { describe, expect, it } from 'vitest'
import type { Connection } from '../../../src/protocol/connection.ts'
import { DescribeConfigs } from '../../../src/protocol/messages/32-describe-configs.ts'
import { IncrementalAlterConfigs } from '../../../src/protocol/messages/44-incremental-alter-configs.ts'
import { createTopic, startFixture } from '../broker-fixture.ts'
import { errorName } from '../coordinator/world.ts'

type Resource = readonly [type: number, name: string]
const [set, remove, append, subtract] = [0, 1, 2, 3]

async function alter(
  connection: Connection,
  [resourceType, resourceName]: Resource,
  ...[name, configOperation, value]: readonly [string, number, string | null]
): Promise<string> {
  const resource = { resourceType, resourceName, configs: [{ name, configOperation, value }] }
  const request = { resources: [resource], validateOnly: false }
  return errorName((await connection.send(IncrementalAlterConfigs, 1, request)).responses[0]!.errorCode)
}

/** The value, and where it comes from as it was written. */
async function described(connection: Connection, [resourceType, resourceName]: Resource, name: string) {
  const { results } = await connection.send(DescribeConfigs, 4, {
    resources: [{ resourceType, resourceName, configurationKeys: [name] }],
    includeSynonyms: true,
    includeDocumentation: false,
  })
  const { value, synonyms } = results[0]!.configs[0]!
  return [value, synonyms[0]!.value]
}

const ratio = 'min.cleanable.dirty.ratio'

const taken: readonly (readonly [name: string, written: string, read: string])[] = [
  ['retention.ms', ' 1000 ', '1000'],
  ['retention.ms', '\t\u{1}+0010\n', '10'],
  [ratio, ' .5 ', '0.5'],
  [ratio, '5e-1', '0.5'],
  [ratio, '0.5d', '0.5'],
  [ratio, '1', '1.0'],
  [ratio, '0.00025', '2.5E-4'],
  ['preallocate', ' TRUE ', 'true'],
  ['cleanup.policy', ' compact , delete ', 'compact,delete'],
  ['cleanup.policy', 'compact,compact', 'compact'],
  ['cleanup.policy', ' ', ''],
  ['compression.type', ' gzip ', 'gzip'],
  ['message.timestamp.type', ' LogAppendTime\n', 'LogAppendTime'],
  ['leader.replication.throttled.replicas', ' 0:1 , 1:1 ', '0:1,1:1'],
]

const refused: readonly (readonly [name: string, written: string])[] = [
  ['retention.ms', '\u{a0}1000'],
  ['retention.ms', '1 000'],
  ['retention.ms', '1e3'],
  ['retention.ms', ' '],
  [ratio, '0b1'],
  [ratio, '0x1'],
  [ratio, 'NaN'],
  [ratio, ''],
  ['cleanup.policy', 'compact,'],
  ['cleanup.policy', 'Compact'],
  ['compression.type', 'GZIP'],
]

describe('a setting of a topic', () => {
  it.each(taken)(
    '%s=%j is told as it was written when it is made, and as %j from then on',
    async (...row) => {
      const [name, written, read] = row
      const { connection } = await startFixture()
      const made = await createTopic(connection, 'made', { configs: { [name]: written } })
      expect(made.topics[0]!.configs!.find(each => each.name === name)!.value).toBe(written)
      await createTopic(connection, 'altered')
      expect(await alter(connection, [2, 'altered'], name, set, written)).toBe('NONE')
      for (const topic of ['made', 'altered'])
        expect(await described(connection, [2, topic], name)).toEqual([read, read])
    },
  )

  it.each(refused)('%s=%j is refused', async (name, written) => {
    const { connection } = await startFixture()
    const made = await createTopic(connection, 'made', { configs: { [name]: written } })
    expect(errorName(made.topics[0]!.errorCode)).toBe('INVALID_CONFIG')
    await createTopic(connection, 'altered')
    expect(await alter(connection, [2, 'altered'], name, set, written)).toBe('INVALID_CONFIG')
  })

  it('is a list whose words count without the blanks around them', async () => {
    const { connection } = await startFixture()
    await createTopic(connection, 'made', { configs: { 'cleanup.policy': ' compact , delete' } })
    const policy = async (operation: number, words: string) => {
      expect(await alter(connection, [2, 'made'], 'cleanup.policy', operation, words)).toBe('NONE')
      return (await described(connection, [2, 'made'], 'cleanup.policy'))[0]
    }
    expect(await policy(subtract, 'delete ')).toBe('compact')
    expect(await policy(append, ' compact')).toBe('compact')
    expect(await policy(append, ' delete')).toBe('compact,delete')
  })
})

it('a setting of the broker is read without blanks, and told with them where it comes from', async () => {
  const { connection } = await startFixture()
  const [one, all]: readonly Resource[] = [
    [4, '1'],
    [4, ''],
  ]
  for (const [name, written, read] of [
    ['log.cleaner.threads', ' 2 ', '2'],
    ['compression.type', ' gzip ', 'gzip'],
  ] as const) {
    expect(await alter(connection, all!, name, set, written)).toBe('NONE')
    expect(await described(connection, one!, name)).toEqual([read, written])
    expect(await described(connection, all!, name)).toEqual([written, written])
    expect(await alter(connection, all!, name, remove, null)).toBe('NONE')
  }
  expect(await described(connection, one!, 'log.cleaner.io.max.bytes.per.second')).toEqual([
    '1.7976931348623157E308',
    '1.7976931348623157E308',
  ])
})

it('a setting of a group is read and told without blanks', async () => {
  const { connection } = await startFixture()
  for (const [name, written, read] of [
    ['consumer.session.timeout.ms', ' 50000 ', '50000'],
    ['share.auto.offset.reset', ' earliest ', 'earliest'],
  ] as const) {
    expect(await alter(connection, [32, 'group'], name, set, written)).toBe('NONE')
    expect(await described(connection, [32, 'group'], name)).toEqual([read, read])
  }
})
