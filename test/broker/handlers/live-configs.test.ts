/** What administrators set while the broker runs: of the broker itself (KIP-226) and of groups (KIP-848). */
import { describe, expect, it } from 'vitest'
import { IncrementalAlterConfigs } from '../../../src/protocol/messages/44-incremental-alter-configs.ts'
import { DescribeConfigs } from '../../../src/protocol/messages/32-describe-configs.ts'
import { ListConfigResources } from '../../../src/protocol/messages/74-list-config-resources.ts'
import { ConsumerGroupHeartbeat } from '../../../src/protocol/messages/68-consumer-group-heartbeat.ts'
import type { Connection } from '../../../src/protocol/connection.ts'
import { TcpNetwork } from '../../../runtime/client/tcp-network.ts'
import { systemClock } from '../../../system/clock.ts'
import { batch, createTopic, produce, producedTo, startFixture, type Fixture } from '../broker-fixture.ts'
import { errorName } from '../coordinator/world.ts'

const types = { topic: 2, broker: 4, logger: 8, metrics: 16, group: 32 } as const
type Type = keyof typeof types

async function alter(
  connection: Connection,
  [type, resourceName]: readonly [Type, string],
  configs: Readonly<Record<string, string | null>>,
): Promise<{ readonly error: string; readonly message: string | null }> {
  const changes = Object.entries(configs).map(([name, value]) => {
    return { name, value, configOperation: value === null ? 1 : 0 }
  })
  const resource = { resourceType: types[type], resourceName, configs: changes }
  const { responses } = await connection.send(IncrementalAlterConfigs, 1, {
    resources: [resource],
    validateOnly: false,
  })
  return { error: errorName(responses[0]!.errorCode), message: responses[0]!.errorMessage }
}

/** Value, and the sources of it and of what would apply without it. */
async function described(
  connection: Connection,
  [type, resourceName]: readonly [Type, string],
  name: string,
) {
  const { results } = await connection.send(DescribeConfigs, 4, {
    resources: [{ resourceType: types[type], resourceName, configurationKeys: [name] }],
    includeSynonyms: true,
    includeDocumentation: false,
  })
  const config = results[0]!.configs[0]
  if (config === undefined) return undefined
  return [config.value, config.readOnly, config.synonyms.map(({ value, source }) => `${value} of ${source}`)]
}

async function restarted({ broker, files }: Fixture): Promise<Fixture> {
  await broker.close()
  return startFixture({ files })
}

describe('the broker’s own configuration', () => {
  it('is in force at once where topics do not set their own, over restarts, until it is removed', async () => {
    let fixture = await startFixture()
    let { connection } = fixture
    await createTopic(connection, 'orders')
    await createTopic(connection, 'large', { configs: { 'max.message.bytes': '100000' } })
    expect(await alter(connection, ['broker', ''], { 'message.max.bytes': '500' })).toMatchObject({
      error: 'NONE',
    })
    const answerTo = async (topic: string, value: string) =>
      errorName(producedTo(await produce(connection, topic, batch([[null, value]]))).errorCode)
    const long = 'x'.repeat(1000)
    expect(await answerTo('orders', long)).toBe('MESSAGE_TOO_LARGE')
    expect(await answerTo('large', long)).toBe('NONE')
    fixture = await restarted(fixture)
    ;({ connection } = fixture)
    expect(await answerTo('orders', long)).toBe('MESSAGE_TOO_LARGE')
    expect(await alter(connection, ['broker', '1'], { 'message.max.bytes': '5000' })).toMatchObject({
      error: 'NONE',
    })
    expect(await answerTo('orders', long)).toBe('NONE')
    expect(await described(connection, ['broker', '1'], 'message.max.bytes')).toEqual([
      '5000',
      false,
      ['5000 of 2', '500 of 3', '1048588 of 5'],
    ])
    expect(await described(connection, ['broker', ''], 'message.max.bytes')).toEqual([
      '500',
      false,
      ['500 of 3'],
    ])
    expect(await described(connection, ['topic', 'orders'], 'max.message.bytes')).toEqual([
      '5000',
      false,
      ['5000 of 2', '500 of 3', '1048588 of 5'],
    ])
    for (const name of ['', '1']) await alter(connection, ['broker', name], { 'message.max.bytes': null })
    expect(await described(connection, ['broker', '1'], 'message.max.bytes')).toEqual([
      '1048588',
      false,
      ['1048588 of 5'],
    ])
    expect(await described(connection, ['broker', ''], 'message.max.bytes')).toBeUndefined()
  })

  it('bounds the connections that come from then on', async () => {
    const { broker, connection } = await startFixture({ clock: systemClock })
    const { port } = await broker.listen({ port: 0 })
    const network = new TcpNetwork({ software: { name: 'test', version: '1' } })
    const first = await network.connect('127.0.0.1', port)
    const overrides = { 'max.connections.per.ip.overrides': '127.0.0.1:1' }
    expect(await alter(connection, ['broker', ''], overrides)).toMatchObject({ error: 'NONE' })
    await expect(network.connect('127.0.0.1', port)).rejects.toThrow(/MR-5001/)
    const removed = { 'max.connections.per.ip.overrides': null }
    expect(await alter(connection, ['broker', ''], removed)).toMatchObject({ error: 'NONE' })
    await (await network.connect('127.0.0.1', port)).close()
    const wrong = { 'max.connections.per.ip.overrides': 'many' }
    expect(await alter(connection, ['broker', ''], wrong)).toMatchObject({ error: 'INVALID_REQUEST' })
    await first.close()
    await broker.close()
  })

  it('is refused where it says how the broker starts, and where a value cannot be', async () => {
    const { connection } = await startFixture()
    const fixed = await alter(connection, ['broker', '1'], { 'node.id': '2' })
    expect(fixed).toMatchObject({ error: 'INVALID_REQUEST' })
    expect(fixed.message).toMatch(/^Cannot update these configs dynamically: \[node\.id\]/)
    expect(await alter(connection, ['broker', '7'], { 'message.max.bytes': '9' })).toMatchObject({
      error: 'INVALID_REQUEST',
    })
    expect(await alter(connection, ['broker', '1'], { 'message.max.bytes': 'many' })).toMatchObject({
      error: 'INVALID_REQUEST',
    })
    expect(await described(connection, ['broker', '1'], 'node.id')).toEqual(['1', true, ['1 of 5']])
  })

  it('lets tools that move partitions remove throttles that were never set', async () => {
    const { connection } = await startFixture()
    const throttles = {
      'leader.replication.throttled.rate': null,
      'follower.replication.throttled.rate': null,
      'replica.alter.log.dirs.io.max.bytes.per.second': null,
    }
    expect(await alter(connection, ['broker', '1'], throttles)).toMatchObject({ error: 'NONE' })
    await alter(connection, ['broker', '1'], { 'leader.replication.throttled.rate': '1000' })
    expect(await described(connection, ['broker', '1'], 'leader.replication.throttled.rate')).toEqual([
      '1000',
      false,
      ['1000 of 2', '9223372036854775807 of 5'],
    ])
  })
})

describe('a group’s configuration', () => {
  it('decides when members of the consumer protocol are to be heard of, over restarts', async () => {
    let fixture = await startFixture()
    const settings = { 'consumer.heartbeat.interval.ms': '7000', 'consumer.session.timeout.ms': '50000' }
    expect(await alter(fixture.connection, ['group', 'g'], settings)).toMatchObject({ error: 'NONE' })
    fixture = await restarted(fixture)
    const { connection, clock } = fixture
    await createTopic(connection, 'orders')
    const beat = (memberId: string, memberEpoch: number) =>
      connection.send(
        ConsumerGroupHeartbeat,
        1,
        ConsumerGroupHeartbeat.request.create({
          groupId: 'g',
          memberId,
          memberEpoch,
          rebalanceTimeoutMs: 300_000,
          subscribedTopicNames: ['orders'],
          topicPartitions: [],
        }),
      )
    const joined = await beat('m1', 0)
    expect([errorName(joined.errorCode), joined.heartbeatIntervalMs]).toEqual(['NONE', 7000])
    await clock.advance(49_000)
    expect(errorName((await beat('m1', joined.memberEpoch)).errorCode)).toBe('NONE')
    await clock.advance(51_000)
    expect(errorName((await beat('m1', joined.memberEpoch)).errorCode)).toBe('UNKNOWN_MEMBER_ID')
    expect(await described(connection, ['group', 'g'], 'consumer.session.timeout.ms')).toEqual([
      '50000',
      false,
      ['50000 of 8', '45000 of 5'],
    ])
    const { configResources } = await connection.send(ListConfigResources, 1, {
      resourceTypes: [types.group],
    })
    expect(configResources).toEqual([{ resourceName: 'g', resourceType: types.group }])
  })

  it('has the keys of share groups and of streams groups, which have no effect', async () => {
    const { connection } = await startFixture()
    const settings = {
      'share.auto.offset.reset': 'by_duration:PT1H',
      'share.record.lock.duration.ms': '20000',
      'streams.num.standby.replicas': '2',
    }
    expect(await alter(connection, ['group', 'g'], settings)).toMatchObject({ error: 'NONE' })
    for (const [name, shown] of [
      ['share.auto.offset.reset', ['by_duration:PT1H of 8', 'latest of 5']],
      ['share.record.lock.duration.ms', ['20000 of 8', '30000 of 5']],
      ['streams.num.standby.replicas', ['2 of 8', '0 of 5']],
      ['streams.initial.rebalance.delay.ms', ['3000 of 5']],
    ] as const) {
      const [value] = shown[0].split(' ')
      expect(await described(connection, ['group', 'g'], name)).toEqual([value, false, shown])
    }
  })

  it.each([
    [
      { 'consumer.session.timeout.ms': '5' },
      /must be greater than or equal to group\.consumer\.min\.session/,
    ],
    [
      { 'consumer.heartbeat.interval.ms': '60000' },
      /must be less than or equal to group\.consumer\.max\.heartbeat/,
    ],
    [{ 'consumer.session.timeout.ms': 'long' }, /must be an integer/],
    [
      { 'consumer.assignment.interval.ms': '15001' },
      /must be less than or equal to group\.consumer\.max\.assignment/,
    ],
    [{ 'share.delivery.count.limit': '11' }, /must be less than or equal to group\.share\.max\.delivery/],
    [{ 'share.auto.offset.reset': 'EARLIEST' }, /must be earliest, latest or by_duration/],
    [{ 'share.auto.offset.reset': 'by_duration:-PT1S' }, /must be earliest, latest or by_duration/],
    [{ 'streams.num.standby.replicas': '3' }, /must be less than or equal to group\.streams\.max\.standby/],
    [{ 'group.nonsense': '45000' }, /not a known configuration key/],
  ])('is refused out of its bounds: %o', async (settings, why) => {
    const { connection } = await startFixture()
    const { error, message } = await alter(connection, ['group', 'g'], settings)
    expect(error).toBe('INVALID_CONFIG')
    expect(message).toMatch(why)
  })

  it.each([
    ['logger', '1', /no loggers/],
    ['metrics', 'm', /no metrics/],
  ] as const)('is nothing that a %s has', async (type, name, why) => {
    const { connection } = await startFixture()
    const { error, message } = await alter(connection, [type, name], { a: 'b' })
    expect(error).toBe('INVALID_REQUEST')
    expect(message).toMatch(why)
  })
})
