/**
 * The Java consumer with `group.protocol=consumer` (KIP-848) against this broker: three members, one that joins late, one that
 * is killed, one that leaves, and a restart of the broker.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startBroker, type Broker } from '../../broker/broker.ts'
import { describeConsumers } from '../broker/coordinator/consumer/consumer-member.ts'
import { batch, createTopic, produce } from '../broker/broker-fixture.ts'
import { findJava, JavaMembers } from './java-members.ts'

const java = findJava()
if ('missing' in java) console.info(`interop: the consumer protocol is skipped: ${java.missing}`)

const group = 'java-group'
const topic = 'flights'
const partitions = 6

describe.skipIf('missing' in java)('the Java consumer of the consumer protocol', () => {
  const directory = mkdtempSync(join(tmpdir(), 'millrace-consumer-protocol-'))
  let broker: Broker
  let port = 0
  let staying: JavaMembers
  let dying: JavaMembers
  let produced = 0

  const open = async () => {
    broker = await startBroker({
      directory,
      config: {
        'group.consumer.session.timeout.ms': 6_000,
        'group.consumer.heartbeat.interval.ms': 300,
      },
    })
    const advertised = port === 0 ? undefined : { host: '127.0.0.1', port }
    ;({ port } = await broker.listen({ port, ...(advertised === undefined ? {} : { advertised }) }))
  }

  const members = () =>
    new JavaMembers((java as { classpath: string }).classpath, [`127.0.0.1:${port}`, group, topic])

  beforeAll(async () => {
    await open()
    await createTopic(broker.connect(), topic, { partitions })
    staying = members()
    dying = members()
  }, 60_000)

  afterAll(async () => {
    await Promise.all([staying?.close(), dying?.kill()])
    await broker?.close()
    rmSync(directory, { recursive: true, force: true })
  }, 60_000)

  /** One record into every partition. */
  const write = async () => {
    const connection = broker.connect()
    for (let partition = 0; partition < partitions; partition++) {
      const records = batch([[null, String(produced++)]], { timestamp: Date.now() })
      await produce(connection, topic, records, { partition })
    }
    await connection.close()
  }
  const held = () => ['a', 'b'].map(name => staying.owned(name).length)
  const all = () => [...staying.owned('a'), ...staying.owned('b'), ...dying.owned('c')]
  const shared = (counts: readonly number[]) => expect([...held(), dying.owned('c').length]).toEqual(counts)

  it('shares partitions among members as they come', async () => {
    await write()
    staying.tell('join a')
    await staying.until('a has all', () => staying.owned('a').length === 6)
    staying.tell('join b')
    await staying.until('b has half', () => staying.owned('b').length === 3)
    dying.tell('join c')
    await dying.until('c has a third', () => dying.owned('c').length === 2)
    await staying.until('the others have the rest', () => held().join() === '2,2')
    shared([2, 2, 2])
    expect(new Set(all()).size).toBe(6)
    await write()
    await staying.until('both writes are read', () => staying.read.length + dying.read.length >= 12)
    expect([...staying.read, ...dying.read].map(Number).sort((one, other) => one - other)).toEqual([
      ...Array.from({ length: produced }).keys(),
    ])
  }, 120_000)

  it('tells the Java administrator what group it is', async () => {
    staying.tell('describe')
    await staying.until('a description', () => staying.told('described').length === 1)
    expect(staying.told('described')).toEqual(['Stable Consumer uniform 3'])
  }, 60_000)

  it('gives the partitions of a member that was killed to the others when its session has ended', async () => {
    await dying.kill()
    await staying.until('the others have all', () => held().join() === '3,3')
    await write()
    const tail = Array.from({ length: partitions }, (_, index) => String(produced - partitions + index))
    await staying.until('the last write is read', () => tail.every(value => staying.read.includes(value)))
  }, 120_000)

  it('goes on after a restart of the broker', async () => {
    const { groupEpoch } = await describeConsumers(broker.connect(), group)
    await broker.close()
    await open()
    await write()
    const tail = Array.from({ length: partitions }, (_, index) => String(produced - partitions + index))
    await staying.until('the last write is read', () => tail.every(value => staying.read.includes(value)))
    const described = await describeConsumers(broker.connect(), group)
    expect(described).toMatchObject({ groupState: 'Stable', groupEpoch })
  }, 120_000)

  it('lets a member leave at once, and takes one that subscribes by pattern', async () => {
    staying.tell('leave b')
    await staying.until('a has all', () => staying.owned('a').length === 6, 5_000)
    staying.tell('join d pattern=fl.* group.remote.assignor=range')
    await staying.until('d has half', () => staying.owned('d').length === 3)
    staying.tell('leave d')
    staying.tell('leave a')
    await staying.until('nobody is left', () => staying.told('left').length === 3)
    expect(staying.told('failed')).toEqual([])
    expect(await describeConsumers(broker.connect(), group)).toMatchObject({ groupState: 'Empty' })
  }, 120_000)
})
