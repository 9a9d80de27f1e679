/** The admin client and committed offsets, against a broker. */
import { describe, expect, it } from 'vitest'
import { GroupOffsets } from '../../../runtime/client/offsets.ts'
import { Producer } from '../../../runtime/client/producer.ts'
import { batch, createTopic, produce } from '../../broker/broker-fixture.ts'
import { appendAll, startClient } from './client-fixture.ts'

const outside = { groupId: 'g', generationId: -1, memberId: '', instanceId: undefined }

function orders(partition: number) {
  return { topic: 'orders', partition }
}

describe('an admin', () => {
  it('creates topics, tells those that were there, and refuses what cannot be', async () => {
    const { admin, until } = await startClient()
    const topics = [
      { name: 'orders', partitions: 3, configs: { 'cleanup.policy': 'compact' } },
      { name: 'users', partitions: -1 },
    ]
    expect(await until(admin.createTopics(topics))).toEqual([
      { name: 'orders', outcome: 'created' },
      { name: 'users', outcome: 'created' },
    ])
    expect(await until(admin.createTopics(topics.slice(0, 1)))).toEqual([
      { name: 'orders', outcome: 'exists' },
    ])
    expect((await admin.describeTopics(['orders', 'nowhere'])).map(({ name }) => name)).toEqual(['orders'])
    expect((await admin.listTopics()).map(({ name }) => name).toSorted()).toEqual(['orders', 'users'])
    await expect(admin.createTopics([{ name: 'no/such', partitions: 1 }])).rejects.toMatchObject({
      code: 'MR-5041',
    })
    await admin.createTopics([{ name: 'dry', partitions: 1 }], { validateOnly: true })
    expect(await admin.describeTopics(['dry'])).toEqual([])
  })

  it('deletes topics, whether or not they exist, and grows them', async () => {
    const { admin, cluster, until } = await startClient()
    await until(admin.createTopics([{ name: 'orders', partitions: 1 }]))
    await until(admin.createPartitions('orders', 4))
    expect(cluster.partitionCount('orders')).toBe(4)
    await until(admin.deleteTopics(['orders', 'nowhere']))
    expect(await admin.describeTopics(['orders'])).toEqual([])
    expect(cluster.cached('orders')).toBeUndefined()
  })

  it('alters one config and leaves the others', async () => {
    const { admin, until } = await startClient()
    await until(admin.createTopics([{ name: 'orders', partitions: 1, configs: { 'retention.ms': '1000' } }]))
    await admin.alterConfigs('topic', 'orders', { 'cleanup.policy': 'compact' })
    const configs = new Map(
      (await admin.describeConfigs('topic', 'orders')).map(entry => [entry.name, entry]),
    )
    expect(configs.get('cleanup.policy')).toMatchObject({ value: 'compact', isDefault: false })
    expect(configs.get('retention.ms')).toMatchObject({ value: '1000', isDefault: false })
    await admin.alterConfigs('topic', 'orders', { 'retention.ms': null })
    const after = (await admin.describeConfigs('topic', 'orders')).find(({ name }) => name === 'retention.ms')
    expect(after).toMatchObject({ value: '604800000' })
    await expect(admin.describeConfigs('topic', 'nowhere')).rejects.toMatchObject({ code: 'MR-2001' })
    await expect(admin.createPartitions('nowhere', 4)).rejects.toMatchObject({ code: 'MR-2001' })
  })

  it('lists offsets by what they stand for, and deletes records', async () => {
    const { admin, connection, until } = await startClient()
    await createTopic(connection, 'orders', { partitions: 2 })
    for (const timestamp of [1_000, 3_000, 2_000]) {
      await produce(connection, 'orders', batch([[null, 'x']], { timestamp }))
    }
    const offsetsOf = async (spec: Parameters<typeof admin.listOffsets>[1]) =>
      (await until(admin.listOffsets([orders(0), orders(1)], spec))).map(({ offset }) => offset)
    expect(await offsetsOf('earliest')).toEqual([0, 0])
    expect(await offsetsOf('latest')).toEqual([3, 0])
    expect(await offsetsOf({ timestamp: 2_500 })).toEqual([1, -1])
    expect((await offsetsOf('max-timestamp'))[0]).toBe(1)
    expect(await until(admin.deleteRecords([{ ...orders(0), offset: 2 }]))).toEqual([2])
    expect(await offsetsOf('earliest')).toEqual([2, 0])
    await expect(until(admin.listOffsets([orders(7)], 'latest'))).rejects.toMatchObject({ code: 'MR-2001' })
  })

  it('describes groups, sets and deletes their offsets, and deletes them', async () => {
    const { admin, connection, until } = await startClient()
    await createTopic(connection, 'orders', { partitions: 2 })
    await until(
      admin.alterGroupOffsets('g', [
        { ...orders(0), offset: 5, metadata: 'm' },
        { ...orders(1), offset: 6 },
      ]),
    )
    expect(await until(admin.listGroupOffsets('g'))).toMatchObject([
      { offset: 5, metadata: 'm' },
      { offset: 6 },
    ])
    expect((await until(admin.listGroups())).map(({ groupId }) => groupId)).toEqual(['g'])
    expect(await until(admin.describeGroups(['g', 'nobody']))).toMatchObject([
      { groupId: 'g', state: 'Empty', members: [] },
      { groupId: 'nobody', state: 'Dead' },
    ])
    await until(admin.deleteGroupOffsets('g', [orders(0)]))
    expect(await until(admin.listGroupOffsets('g'))).toMatchObject([{ partition: 1, offset: 6 }])
    await until(admin.deleteGroups(['g', 'nobody']))
    expect(await until(admin.listGroupOffsets('g'))).toEqual([])
  })
})

describe('committed offsets', () => {
  it('wait for a transaction that is undecided, so that nobody starts before what it commits', async () => {
    const { cluster, connection, clock, until } = await startClient()
    await createTopic(connection, 'orders')
    const producer = new Producer({ cluster, transactionalId: 't' })
    await until(producer.initTransactions())
    producer.beginTransaction()
    appendAll(producer, 'orders', 0, ['a'])
    await until(producer.sendOffsets([{ ...orders(0), offset: 4 }], outside))
    const offsets = new GroupOffsets(cluster, 'g')
    expect(await until(offsets.fetch([orders(0)], { requireStable: false }))).toEqual([])
    let fetched: unknown
    const fetching = offsets.fetch([orders(0)]).then(answer => (fetched = answer))
    await clock.advance(2_000)
    expect(fetched).toBeUndefined()
    await until(producer.commitTransaction())
    expect(await until(fetching)).toMatchObject([{ offset: 4 }])
  })

  it('are fetched for all partitions, or for none', async () => {
    const { cluster, connection, until } = await startClient()
    await createTopic(connection, 'orders', { partitions: 3 })
    const offsets = new GroupOffsets(cluster, 'g')
    await until(offsets.commit([{ ...orders(1), offset: 2, leaderEpoch: 0 }], outside))
    await until(offsets.commit([], outside))
    expect(await until(offsets.fetch())).toEqual([{ ...orders(1), offset: 2, leaderEpoch: 0, metadata: '' }])
    expect(await until(offsets.fetch([]))).toEqual([])
    expect(await until(offsets.fetch([orders(0)]))).toEqual([])
  })
})
