/** A broker's life: start, kill, restart, close; what is kept and what is refused. */
import { describe, expect, it } from 'vitest'
import { seededRandom } from '../../src/base/random.ts'
import type { Connection } from '../../src/protocol/connection.ts'
import { errorByCode } from '../../src/protocol/errors.ts'
import { ListOffsets } from '../../src/protocol/messages/02-list-offsets.ts'
import { Metadata } from '../../src/protocol/messages/03-metadata.ts'
import { DeleteTopics } from '../../src/protocol/messages/20-delete-topics.ts'
import { DeleteRecords } from '../../src/protocol/messages/21-delete-records.ts'
import { OffsetForLeaderEpoch } from '../../src/protocol/messages/23-offset-for-leader-epoch.ts'
import { startBroker } from '../../broker/broker.ts'
import { MemoryFiles } from '../../broker/log/memory-files.ts'
import {
  batch,
  createTopic,
  fetchedOf,
  fetchFrom,
  produce,
  producedTo,
  startFixture,
  valuesOf,
  type Fixture,
} from './broker-fixture.ts'
import { VirtualClock } from './virtual-clock.ts'

const nameOf = (code: number) => errorByCode(code).name

async function topicsOf(connection: Connection) {
  const { topics } = await connection.send(Metadata, 13, {
    topics: null,
    allowAutoTopicCreation: false,
    includeClusterAuthorizedOperations: false,
    includeTopicAuthorizedOperations: false,
  })
  return topics.map(({ name, topicId, partitions }) => ({ name, topicId, count: partitions.length }))
}

/** Kills the broker's process: what was written stays, nothing else happens. */
function kill({ files }: Fixture) {
  files.crash('kept', seededRandom(1))
  return startFixture({ files })
}

describe('a broker', () => {
  it('goes on where it was closed', async () => {
    const first = await startFixture()
    await createTopic(first.connection, 't', { partitions: 2, configs: { 'max.message.bytes': '300' } })
    await produce(first.connection, 't', batch([['a', '1']]), { partition: 1 })
    const topics = await topicsOf(first.connection)
    await first.broker.close()
    const second = await startFixture({ files: first.files })
    expect(second.broker.clusterId).toBe(first.broker.clusterId)
    expect(await topicsOf(second.connection)).toEqual(topics)
    const large = await produce(second.connection, 't', batch([['a', 'x'.repeat(300)]]))
    expect(nameOf(producedTo(large).errorCode)).toBe('MESSAGE_TOO_LARGE')
    expect(
      producedTo(await produce(second.connection, 't', batch([['b', '2']]), { partition: 1 })),
    ).toMatchObject({ baseOffset: 1 })
  })

  it('goes on where it was killed, with every topic, record and sequence that it acknowledged', async () => {
    const first = await startFixture()
    await createTopic(first.connection, 't')
    const idempotent = { producerId: 5, producerEpoch: 0 }
    await produce(first.connection, 't', batch([['a', '1']], { ...idempotent, baseSequence: 0 }))
    await produce(first.connection, 't', batch([['b', '2']], { ...idempotent, baseSequence: 1 }))
    const topics = await topicsOf(first.connection)
    const second = await kill(first)
    expect(await topicsOf(second.connection)).toEqual(topics)
    expect(valuesOf(fetchedOf(await fetchFrom(second.connection, 't', 0)).records)).toEqual(['1', '2'])
    const again = await produce(
      second.connection,
      't',
      batch([['b', '2']], { ...idempotent, baseSequence: 1 }),
    )
    expect(producedTo(again)).toMatchObject({ errorCode: 0, baseOffset: 1 })
    const gap = await produce(second.connection, 't', batch([['d', '4']], { ...idempotent, baseSequence: 3 }))
    expect(nameOf(producedTo(gap).errorCode)).toBe('OUT_OF_ORDER_SEQUENCE_NUMBER')
    expect(second.faults).toEqual([])
  })

  it('forgets a topic whose deletion was acknowledged, and has no bytes of it in a new one', async () => {
    const first = await startFixture()
    await createTopic(first.connection, 't')
    await produce(first.connection, 't', batch([['a', '1']]))
    // The process dies as it takes the directory away: the record of the deletion is written by then.
    first.files.faults = ({ kind, path }) =>
      kind === 'rename' && path.endsWith('/t-0') ? { crash: true } : undefined
    await first.connection
      .send(DeleteTopics, 5, { topics: [], topicNames: ['t'], timeoutMs: 1 })
      .catch(() => {})
    first.files.faults = undefined
    const second = await kill(first)
    expect(await topicsOf(second.connection)).toEqual([])
    await createTopic(second.connection, 't')
    expect(fetchedOf(await fetchFrom(second.connection, 't', 0)).highWatermark).toBe(0)
  })

  it('has a topic whole or not at all, wherever it is killed while making it', async () => {
    for (let ordinal = 1, wasWhole = false; !wasWhole; ordinal++) {
      const first = await startFixture()
      let count = 0
      first.files.faults = () => (++count === ordinal ? { crash: true } : undefined)
      const created = await createTopic(first.connection, 't', { partitions: 2 }).then(
        answer => answer.topics[0]!.errorCode === 0,
        () => false,
      )
      first.files.faults = undefined
      const second = await kill(first)
      const topics = await topicsOf(second.connection)
      if (created || topics.length > 0) expect(topics).toMatchObject([{ name: 't', count: 2 }])
      else expect((await createTopic(second.connection, 't', { partitions: 3 })).topics[0]!.errorCode).toBe(0)
      wasWhole = created
      expect(ordinal).toBeLessThan(100)
    }
  })

  it('takes back a topic that the disk refused, and can make it later', async () => {
    const { connection, files } = await startFixture()
    let writes = 0
    files.faults = ({ kind }) => (kind === 'write' && ++writes === 2 ? { errno: 'ENOSPC' } : undefined)
    const refused = (await createTopic(connection, 't', { partitions: 2 })).topics[0]!
    expect(nameOf(refused.errorCode)).toBe('KAFKA_STORAGE_ERROR')
    files.faults = undefined
    expect(await topicsOf(connection)).toEqual([])
    expect((await createTopic(connection, 't', { partitions: 2 })).topics[0]!.errorCode).toBe(0)
  })

  it('refuses a directory that another one uses, until that is closed', async () => {
    const first = await startFixture()
    await expect(startFixture({ files: first.files })).rejects.toMatchObject({ code: 'MR-4001' })
    await first.broker.close()
    await expect(startFixture({ files: first.files })).resolves.toBeDefined()
  })

  it('refuses a directory of another node, and a configuration that it does not understand', async () => {
    const first = await startFixture()
    await first.broker.close()
    const other = startFixture({ files: first.files, config: { 'node.id': 2 } })
    await expect(other).rejects.toMatchObject({ code: 'MR-5024' })
    await expect(startFixture({ config: { 'num.partitions': '0' } })).rejects.toMatchObject({
      code: 'MR-5022',
    })
    await expect(startFixture({ files: first.files })).resolves.toBeDefined()
  })

  it('ends connections and parked requests when it closes, as often as it is asked to', async () => {
    const { broker, connection } = await startFixture()
    await createTopic(connection, 't')
    const fetching = fetchFrom(connection, 't', 0, { maxWaitMs: 60_000 })
    const refused = expect(fetching).rejects.toMatchObject({ code: 'MR-5001' })
    await Promise.all([broker.close(), broker.close()])
    await refused
    await connection.closed
    await expect(createTopic(connection, 'u')).rejects.toMatchObject({ code: 'MR-5001' })
    expect(() => broker.connect()).toThrow(expect.objectContaining({ code: 'MR-5001' }))
  })

  it('answers at the address that its metadata tells, and at no other', async () => {
    const { broker } = await startFixture({ config: { 'advertised.host': 'here', 'advertised.port': 7 } })
    const connection = await broker.network.connect('here', 7)
    expect(await topicsOf(connection)).toEqual([])
    await expect(broker.network.connect('there', 7)).rejects.toMatchObject({ code: 'MR-5001' })
  })

  it('deletes old segments as time goes by', async () => {
    const { broker, connection, clock } = await startFixture()
    await createTopic(connection, 't', { configs: { 'retention.ms': '1000', 'segment.ms': '500' } })
    await produce(connection, 't', batch([['a', '1']], { timestamp: clock.now() }))
    await clock.advance(10 * 60_000)
    const { logStartOffset, highWatermark } = fetchedOf(await fetchFrom(connection, 't', 1))
    expect([logStartOffset, highWatermark]).toEqual([1, 1])
    await broker.close()
    expect(clock.timerCount).toBe(0)
  })

  it('starts on the disk with the system’s clock', async () => {
    const { mkdtemp, rm } = await import('node:fs/promises')
    const { tmpdir } = await import('node:os')
    const directory = await mkdtemp(`${tmpdir()}/millrace-broker-`)
    try {
      await using broker = await startBroker({ directory: `${directory}/data` })
      const connection = broker.connect()
      await createTopic(connection, 't')
      await produce(connection, 't', batch([['a', '1']], { timestamp: Date.now() }))
      const answer = await fetchFrom(connection, 't', 1, { maxWaitMs: 5 })
      expect(fetchedOf(answer).highWatermark).toBe(1)
      await expect(startBroker({ directory: `${directory}/data` })).rejects.toMatchObject({ code: 'MR-4001' })
    } finally {
      await rm(directory, { recursive: true })
    }
  })
})

describe('offsets', () => {
  const listed = async (connection: Connection, timestamp: number, version = 11) => {
    const answer = await connection.send(ListOffsets, version, {
      replicaId: -1,
      isolationLevel: 0,
      timeoutMs: 1,
      topics: [{ name: 't', partitions: [{ partitionIndex: 0, currentLeaderEpoch: -1, timestamp }] }],
    })
    const { errorCode, offset, timestamp: found } = answer.topics[0]!.partitions[0]!
    return errorCode === 0 ? [offset, found] : nameOf(errorCode)
  }

  it('are found by position and by time', async () => {
    const { connection } = await startFixture({ clock: new VirtualClock(1000) })
    await createTopic(connection, 't')
    for (const timestamp of [500, 900, 700])
      await produce(connection, 't', batch([['a', '1']], { timestamp }))
    expect(await listed(connection, -1)).toEqual([3, -1])
    expect(await listed(connection, -2)).toEqual([0, -1])
    expect(await listed(connection, -3)).toEqual([1, 900])
    expect(await listed(connection, -4)).toEqual([0, -1])
    expect(await listed(connection, -5)).toEqual([-1, -1])
    expect(await listed(connection, 501)).toEqual([1, 900])
    expect(await listed(connection, 901)).toEqual([-1, -1])
    expect(await listed(connection, -3, 6)).toBe('UNSUPPORTED_VERSION')
    expect(await listed(connection, -9)).toBe('UNSUPPORTED_VERSION')
  })

  it('begin later once records are deleted', async () => {
    const { connection } = await startFixture()
    await createTopic(connection, 't')
    await createTopic(connection, 'compacted', { configs: { 'cleanup.policy': 'compact' } })
    for (let count = 0; count < 3; count++) await produce(connection, 't', batch([['a', '1']]))
    const remove = async (name: string, offset: number, partitionIndex = 0) => {
      const request = { topics: [{ name, partitions: [{ partitionIndex, offset }] }], timeoutMs: 1 }
      const { errorCode, lowWatermark } = (await connection.send(DeleteRecords, 2, request)).topics[0]!
        .partitions[0]!
      return errorCode === 0 ? lowWatermark : nameOf(errorCode)
    }
    expect(await remove('t', 2)).toBe(2)
    expect(await remove('t', 1)).toBe(2)
    expect(await remove('t', 4)).toBe('OFFSET_OUT_OF_RANGE')
    expect(await remove('t', -1)).toBe(3)
    expect(await remove('t', 0, 1)).toBe('UNKNOWN_TOPIC_OR_PARTITION')
    expect(await remove('compacted', 0)).toBe('POLICY_VIOLATION')
    expect(await listed(connection, -2)).toEqual([3, -1])
    expect(nameOf(fetchedOf(await fetchFrom(connection, 't', 0)).errorCode)).toBe('OFFSET_OUT_OF_RANGE')
  })

  it('that were deleted do not come back when the broker is killed in the next moment', async () => {
    for (const durability of ['process', 'power'] as const) {
      const files = new MemoryFiles()
      const { connection } = await startFixture({ files, config: { durability } })
      await createTopic(connection, 't')
      for (let count = 0; count < 3; count++) await produce(connection, 't', batch([['a', '1']]))
      const topics = [{ name: 't', partitions: [{ partitionIndex: 0, offset: 2 }] }]
      await connection.send(DeleteRecords, 2, { topics, timeoutMs: 1 })
      files.crash(durability === 'power' ? 'dropped' : 'kept')
      const again = await startFixture({ files, config: { durability } })
      expect(await listed(again.connection, -2)).toEqual([2, -1])
      expect(nameOf(fetchedOf(await fetchFrom(again.connection, 't', 1)).errorCode)).toBe(
        'OFFSET_OUT_OF_RANGE',
      )
    }
  })

  it('end with the leader epoch', async () => {
    const { connection } = await startFixture()
    await createTopic(connection, 't')
    await produce(connection, 't', batch([['a', '1']]))
    const ask = async (leaderEpoch: number, currentLeaderEpoch = -1) => {
      const partitions = [{ partition: 0, currentLeaderEpoch, leaderEpoch }]
      const request = { replicaId: -1, topics: [{ topic: 't', partitions }] }
      const found = (await connection.send(OffsetForLeaderEpoch, 4, request)).topics[0]!.partitions[0]!
      return found.errorCode === 0 ? [found.leaderEpoch, found.endOffset] : nameOf(found.errorCode)
    }
    expect(await ask(0, 0)).toEqual([0, 1])
    expect(await ask(1)).toEqual([-1, -1])
    expect(await ask(0, 5)).toBe('UNKNOWN_LEADER_EPOCH')
  })
})
