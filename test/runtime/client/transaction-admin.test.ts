/** Transactions as an administrator sees and ends them, against a broker. */
import { describe, expect, it } from 'vitest'
import { describeReplicaLogs } from '../../../runtime/client/log-directories.ts'
import { Producer } from '../../../runtime/client/producer.ts'
import { TransactionAdmin } from '../../../runtime/client/transaction-admin.ts'
import { kafkaErrors } from '../../../src/protocol/errors.ts'
import { createTopic } from '../../broker/broker-fixture.ts'
import { appendAll, startClient, type ClientFixture } from './client-fixture.ts'

const orders = (partition: number) => ({ topic: 'orders', partition })

/** A transaction with two records in partition 0, left open. */
async function openTransaction(
  { cluster, until }: ClientFixture,
  transactionalId: string,
): Promise<Producer> {
  const producer = new Producer({ cluster, transactionalId, transactionTimeoutMs: 40_000 })
  await until(producer.initTransactions())
  producer.beginTransaction()
  appendAll(producer, 'orders', 0, ['a', 'b'])
  await until(producer.flush())
  return producer
}

describe('a transaction admin', () => {
  it('lists and describes transactions, and the producers of partitions', async () => {
    const client = await startClient()
    await createTopic(client.connection, 'orders', { partitions: 2 })
    const admin = new TransactionAdmin(client.cluster)
    await openTransaction(client, 't')
    const [listed] = await client.until(admin.list(['Ongoing']))
    expect(listed).toMatchObject({ transactionalId: 't', state: 'Ongoing', producerId: 0 })
    expect(await client.until(admin.list(['CompleteCommit']))).toEqual([])
    expect(await client.until(admin.describe('t'))).toMatchObject({
      state: 'Ongoing',
      timeoutMs: 40_000,
      startedAt: expect.any(Number) as number,
      partitions: [orders(0)],
    })
    expect(await client.until(admin.describe('nobody'))).toBeUndefined()
    const producers = await client.until(admin.producers([orders(0), orders(1)]))
    expect(producers).toMatchObject([{ ...orders(0), producerId: 0, lastSequence: 1, transactionStart: 0 }])
  })

  it('aborts by fencing the producer', async () => {
    const client = await startClient()
    await createTopic(client.connection, 'orders')
    const admin = new TransactionAdmin(client.cluster)
    const producer = await openTransaction(client, 't')
    const found = await client.until(admin.describe('t'))
    await client.until(admin.fence(found!))
    expect(await client.until(admin.describe('t'))).toMatchObject({ startedAt: undefined, partitions: [] })
    await expect(client.until(producer.commitTransaction())).rejects.toMatchObject({ code: 'MR-5040' })
  })

  it('aborts in one partition, and finds nothing there afterwards; an old epoch is refused', async () => {
    const client = await startClient()
    await createTopic(client.connection, 'orders')
    const admin = new TransactionAdmin(client.cluster)
    await openTransaction(client, 't')
    const [producer] = await client.until(admin.producers([orders(0)]))
    await expect(client.until(admin.abort({ ...producer!, producerEpoch: -1 }))).rejects.toMatchObject({
      code: 'MR-5041',
    })
    await client.until(admin.abort(producer!))
    const [after] = await client.until(admin.producers([orders(0)]))
    expect(after!.transactionStart).toBeUndefined()
  })
})

describe('describeReplicaLogs', () => {
  it('has the bytes of each partition, and is refused as a whole', async () => {
    const { cluster, connection, network, until } = await startClient()
    await createTopic(connection, 'orders', { partitions: 2 })
    const producer = new Producer({ cluster })
    appendAll(producer, 'orders', 1, ['a'])
    await until(producer.flush())
    const logs = await until(describeReplicaLogs(cluster, [orders(0), orders(1)]))
    expect(logs.map(({ partition, sizeInBytes }) => [partition, sizeInBytes > 0])).toEqual([
      [0, false],
      [1, true],
    ])
    const { code: errorCode } = kafkaErrors.CLUSTER_AUTHORIZATION_FAILED
    network.answers.set('DescribeLogDirs', answer => ({ ...(answer as object), errorCode, results: [] }))
    await expect(until(describeReplicaLogs(cluster, [orders(0)]))).rejects.toMatchObject({ code: 'MR-5041' })
  })
})
