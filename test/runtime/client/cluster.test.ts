/** The cluster's view: metadata, coordinators, versions, and calls that are tried again. */
import { describe, expect, it } from 'vitest'
import { seededRandom } from '../../../src/base/random.ts'
import { kafkaErrors } from '../../../src/protocol/errors.ts'
import type { FindCoordinatorResponse } from '../../../src/protocol/messages/10-find-coordinator.ts'
import { Cluster } from '../../../runtime/client/cluster.ts'
import { Partitioner } from '../../../runtime/client/partitioner.ts'
import { pauseMs, remedyOf } from '../../../runtime/client/retry.ts'
import { utf8Bytes } from '../../../src/base/text.ts'
import { createTopic } from '../../broker/broker-fixture.ts'
import { startClient } from './client-fixture.ts'

describe('a cluster', () => {
  it('knows topics and leaders, from the cache while that is fresh', async () => {
    const { cluster, connection, network, clock, until } = await startClient()
    await createTopic(connection, 'orders', { partitions: 2 })
    const [topic] = await cluster.metadata(['orders'])
    expect(topic).toMatchObject({ name: 'orders', partitions: [{ partition: 0 }, { partition: 1 }] })
    expect(cluster.partitionCount('orders')).toBe(2)
    expect(cluster.partitionCount('users')).toBeUndefined()
    await cluster.metadata(['orders'])
    expect(network.of('Metadata')).toHaveLength(1)
    await clock.advance(300_001)
    await until(cluster.metadata(['orders']))
    expect(network.of('Metadata')).toHaveLength(2)
  })

  it('shares calls for the same topics, and only those', async () => {
    const { cluster, connection, network } = await startClient()
    await createTopic(connection, 'a')
    await createTopic(connection, 'b')
    const answers = await Promise.all([
      cluster.refresh(['a', 'b']),
      cluster.refresh(['b', 'a']),
      cluster.refresh(['a']),
      cluster.refresh(['b']),
    ])
    expect(answers.map(topics => topics.map(({ name }) => name))).toEqual([
      ['a', 'b'],
      ['a', 'b'],
      ['a'],
      ['b'],
    ])
    expect(network.of('Metadata')).toHaveLength(3)
  })

  it('says that a topic does not exist, and does not create it', async () => {
    const { cluster, admin } = await startClient()
    await expect(cluster.metadata(['nowhere'])).rejects.toMatchObject({ code: 'MR-2001' })
    await expect(cluster.leaderConnection('nowhere', 0)).rejects.toMatchObject({ code: 'MR-2001' })
    expect(await admin.listTopics()).toEqual([])
  })

  it('gets past a bootstrap server that accepts and then hangs', async () => {
    const { network, clock, until, connection } = await startClient()
    await createTopic(connection, 'orders')
    const cluster = new Cluster({
      network,
      bootstrap: [
        { host: 'hangs', port: 1 },
        { host: 'works', port: 2 },
      ],
      clock,
      random: seededRandom(1),
      clientId: 'test',
      requestTimeoutMs: 5_000,
    })
    network.lose('Metadata', 'hangs', 1)
    expect(await until(cluster.metadata(['orders']))).toHaveLength(1)
    expect(clock.monotonic()).toBeLessThan(6_000)
  })

  it('tries again until its time is over, then says what the last attempt met', async () => {
    const { cluster, network, until, clock } = await startClient({ callTimeoutMs: 5_000 })
    network.reachable = false
    await expect(until(cluster.metadata(['orders']))).rejects.toMatchObject({
      code: 'MR-5044',
      cause: { code: 'MR-5001' },
    })
    expect(clock.monotonic()).toBeLessThan(5_100)
  })

  it('waits for a coordinator that is not there yet, and finds one that moved', async () => {
    const { cluster, network, until } = await startClient()
    let refusals = 2
    network.answers.set('FindCoordinator', answer => {
      if (refusals-- <= 0) return answer
      const { coordinators, ...rest } = answer as FindCoordinatorResponse
      const errorCode = kafkaErrors.COORDINATOR_NOT_AVAILABLE.code
      return { ...rest, coordinators: coordinators.map(found => ({ ...found, errorCode })) }
    })
    await until(cluster.coordinator('group', 'g'))
    await cluster.coordinator('group', 'g')
    expect(network.of('FindCoordinator')).toHaveLength(3)
    cluster.forgetCoordinator('group', 'g')
    await until(cluster.coordinator('group', 'g'))
    expect(network.of('FindCoordinator')).toHaveLength(4)
  })

  it('keeps requests that may be held back away from the others', async () => {
    const { cluster, connection } = await startClient()
    await createTopic(connection, 'orders')
    const lanes = await Promise.all(
      (['main', 'produce', 'group', 'heartbeat', 'fetch-0', 'main'] as const).map(lane =>
        cluster.leaderConnection('orders', 0, lane),
      ),
    )
    expect(new Set(lanes).size).toBe(5)
  })

  it('speaks the highest version that both ends have, and refuses when there is none', async () => {
    const { cluster, connection, network } = await startClient()
    await createTopic(connection, 'orders')
    network.versionsMax = { Metadata: 9 }
    await cluster.metadata(['orders'])
    expect(network.of('Metadata')[0]!.version).toBe(9)
    network.versionsMax = { Metadata: -1 }
    await expect(cluster.refresh(['orders'])).rejects.toMatchObject({ code: 'MR-5013' })
  })

  it('refuses after close', async () => {
    const { cluster } = await startClient()
    await cluster.refresh([])
    await cluster.close()
    await cluster.close()
    await expect(cluster.refresh([])).rejects.toMatchObject({ code: 'MR-5049' })
  })
})

describe('retries', () => {
  it('pause longer and longer, up to a second, never at the same beat', () => {
    const random = seededRandom(3)
    const pauses = Array.from({ length: 12 }, (_, index) => pauseMs(index + 1, random))
    expect(pauses[0]).toBeGreaterThanOrEqual(20)
    expect(pauses[0]).toBeLessThanOrEqual(25)
    expect(Math.max(...pauses)).toBeLessThanOrEqual(1_000)
    expect(pauses.at(-1)).toBeGreaterThanOrEqual(800)
    expect(pauses.every(Number.isInteger)).toBe(true)
  })

  it('are for what may pass, not for refusals', () => {
    expect(remedyOf(kafkaErrors.CONCURRENT_TRANSACTIONS.code)).toBe('wait-briefly')
    expect(remedyOf(kafkaErrors.NOT_COORDINATOR.code)).toBe('find-coordinator')
    expect(remedyOf(kafkaErrors.FENCED_LEADER_EPOCH.code)).toBe('refresh-metadata')
    expect(remedyOf(kafkaErrors.UNKNOWN_SERVER_ERROR.code)).toBe('fail')
    expect(remedyOf(9_999)).toBe('fail')
  })
})

describe('the partitioner', () => {
  it('goes by the key as Kafka does, and stays on a partition for a while without one', () => {
    const partitioner = new Partitioner(seededRandom(1), { stickyBytes: 100 })
    // Of Kafka's own tests: murmur2("21") is -973932308.
    expect(partitioner.partitionFor(utf8Bytes('21'), 0, 10)).toBe((-973_932_308 & 0x7fff_ffff) % 10)
    const chosen = Array.from({ length: 100 }, () => partitioner.partitionFor(null, 10, 8))
    const runs = chosen.filter((partition, index) => partition !== chosen[index - 1]).length
    expect(runs).toBeLessThanOrEqual(10)
    expect(new Set(chosen).size).toBeGreaterThan(2)
  })
})
