/**
 * A partition of an internal topic that is damaged takes nothing down but what it remembers: its groups and transactional ids
 * are told COORDINATOR_NOT_AVAILABLE, all others are served, and what it had decided is neither forgotten nor guessed.
 */
import { describe, expect, it } from 'vitest'
import type { StreamsError } from '../../../src/base/errors.ts'
import type { Connection } from '../../../src/protocol/connection.ts'
import { FindCoordinator } from '../../../src/protocol/messages/10-find-coordinator.ts'
import { ListGroups } from '../../../src/protocol/messages/16-list-groups.ts'
import { DeleteGroups } from '../../../src/protocol/messages/42-delete-groups.ts'
import { DescribeTransactions } from '../../../src/protocol/messages/65-describe-transactions.ts'
import { partitionForId } from '../../../broker/coordinator/internal-topic.ts'
import { segmentFileName } from '../../../broker/log/segment-names.ts'
import { commitOffset, committed, describeGroup, enter } from './group-requests.ts'
import {
  commitInTransaction,
  committedValues,
  endTransaction,
  initProducer,
  write,
} from './transaction-requests.ts'
import { errorName, startWorld, type World } from './world.ts'

const config = { 'transaction.state.log.num.partitions': 2, 'offsets.topic.num.partitions': 2 }
const unserved = 'COORDINATOR_NOT_AVAILABLE'
/** One id for either partition. */
const [bad, good] = [0, 1].map(partition =>
  ['app', 'bpp', 'cpp', 'dpp'].find(id => partitionForId(id, 2) === partition),
) as [string, string]

const fileOf = (topic: string) => `/data/${topic}-0/${segmentFileName(0, 'log')}`

type Damage = (world: World, path: string) => void
const flip: Damage = (world, path) => world.files.open(path, 'write').write(Uint8Array.of(0x7f), 65)
const cut: Damage = (world, path) => world.files.open(path, 'write').truncate(0)
const lose: Damage = (world, path) => world.files.remove(path)

/** Stops the broker, damages the first partition of an internal topic, and starts it again. */
async function damage(world: World, topic: string, how: Damage = flip, stop: 'clean' | 'kept' = 'clean') {
  if (stop === 'clean') await world.broker.close()
  else world.files.crash('kept')
  const whole = world.files.contents(fileOf(topic)).slice()
  how(world, fileOf(topic))
  await world.restart('kept')
  return whole
}

async function coordinatorOf(connection: Connection, keyType: number, key: string): Promise<string> {
  const request = { key: '', keyType, coordinatorKeys: [key] }
  const { coordinators } = await connection.send(FindCoordinator, 6, request)
  return errorName(coordinators[0]!.errorCode)
}

describe('a damaged partition of __consumer_offsets', () => {
  it.each([
    ['a flipped bit', 'clean', flip],
    ['a flipped bit', 'kept', flip],
    ['a file cut to nothing', 'clean', cut],
  ] as const)('is not served, and all others are: %s after a stop (%s)', async (_what, stop, how) => {
    const world = await startWorld(config)
    for (const group of [bad, good]) {
      for (const offset of [6, 7])
        expect(await commitOffset(world.connection, offset, { group })).toBe('NONE')
    }
    await damage(world, '__consumer_offsets', how, stop)
    const codes = world.faults.map(fault => (fault as StreamsError).code)
    expect(new Set(codes)).toEqual(new Set(['MR-4002']))
    const told = world.faults.map(fault => (fault as StreamsError).message).join()
    expect(told).toContain('/data/__consumer_offsets-0')
    expect(told).toContain('not served')
    const { connection } = world
    expect(await coordinatorOf(connection, 0, bad)).toBe(unserved)
    expect(await commitOffset(connection, 8, { group: bad })).toBe(unserved)
    expect((await describeGroup(connection, bad)).errorCode).toBe(15)
    await expect(enter(connection, { group: bad })).resolves.toMatchObject({ memberId: '' })
    expect(await coordinatorOf(connection, 0, good)).toBe('NONE')
    expect(await committed(connection, { group: good })).toBe(7)
    expect(await commitOffset(connection, 8, { group: good })).toBe('NONE')
    const { groups } = await connection.send(ListGroups, 5, { statesFilter: [], typesFilter: [] })
    expect(groups.map(({ groupId }) => groupId)).toEqual([good])
    const { results } = await connection.send(DeleteGroups, 2, { groupsNames: [bad, good] })
    expect(results.map(({ errorCode }) => errorName(errorCode))).toEqual([unserved, 'NONE'])
    // Upkeep and the end of connections pass it over.
    await world.clock.advance(700_000)
    await connection.close()
    await world.broker.close()
  })

  it('is served again once the file is restored, with the transaction that ended meanwhile', async () => {
    const world = await startWorld(config)
    const producer = await initProducer(world.connection, good)
    expect(await commitOffset(world.connection, 3, { group: bad })).toBe('NONE')
    expect(await commitInTransaction(world.connection, producer, 5, { group: bad })).toBe('NONE')
    const whole = await damage(world, '__consumer_offsets')
    const ended = await endTransaction(world.connection, producer, 'commit')
    expect(ended.error).toBe('NONE')
    expect((await initProducer(world.connection, good)).error).toBe('NONE')
    await world.broker.close()
    world.files.open(fileOf('__consumer_offsets'), 'write').write(whole, 0)
    world.faults.length = 0
    await world.restart('kept')
    expect(world.faults).toEqual([])
    expect(await committed(world.connection, { group: bad })).toBe(5)
  })

  it('is served without what it had once it is moved away', async () => {
    const world = await startWorld(config)
    expect(await commitOffset(world.connection, 3, { group: bad })).toBe('NONE')
    await damage(world, '__consumer_offsets')
    await world.broker.close()
    const directory = '/data/__consumer_offsets-0'
    for (const name of world.files.list(directory)) world.files.remove(`${directory}/${name}`)
    world.files.removeDirectory(directory)
    await world.restart('kept')
    expect(await committed(world.connection, { group: bad })).toBe(-1)
    expect(await commitOffset(world.connection, 4, { group: bad })).toBe('NONE')
  })
})

describe('a damaged partition of __transaction_state', () => {
  it.each([
    ['a flipped bit', 'clean', flip],
    ['a file cut to nothing', 'clean', cut],
    ['a lost file', 'clean', lose],
  ] as const)('ends none of its transactions (%s, %s)', async (_what, stop, how) => {
    const world = await startWorld(config)
    const open = await initProducer(world.connection, bad)
    const other = await initProducer(world.connection, good)
    expect(await write(world.connection, open, 'undecided')).toBe('NONE')
    expect(await write(world.connection, other, 'elsewhere', { partition: 1 })).toBe('NONE')
    const whole = await damage(world, '__transaction_state', how, stop)
    const { connection } = world
    expect(world.faults.map(fault => (fault as StreamsError).code)).toContain('MR-4002')
    expect(await coordinatorOf(connection, 1, bad)).toBe(unserved)
    expect((await initProducer(connection, bad)).error).toBe(unserved)
    expect((await endTransaction(connection, open, 'commit')).error).toBe(unserved)
    // What a Java producer takes for a reason to try again, and nothing else.
    expect(await write(connection, open, 'more', { partition: 1 })).toBe('NOT_ENOUGH_REPLICAS')
    const { transactionStates } = await connection.send(DescribeTransactions, 0, { transactionalIds: [bad] })
    expect(errorName(transactionStates[0]!.errorCode)).toBe(unserved)
    expect((await endTransaction(connection, other, 'commit')).error).toBe('NONE')
    // Long past every time-out, nobody has decided it: neither its records nor what follows is shown.
    await world.clock.advance(200_000)
    expect(await committedValues(connection)).toEqual({ values: [], open: 1 })
    expect((await committedValues(connection, 1)).values).toEqual(['elsewhere'])
    for (const next of ['clean', 'kept'] as const) {
      await world.restart(next)
      expect(await coordinatorOf(world.connection, 1, bad), next).toBe(unserved)
      expect(await committedValues(world.connection)).toEqual({ values: [], open: 1 })
    }
    await world.broker.close()
    if (how === lose) return
    world.files.open(fileOf('__transaction_state'), 'write').write(whole, 0)
    await world.restart('kept')
    if (how === cut) return
    await world.clock.advance(100_000)
    expect(await committedValues(world.connection)).toEqual({ values: [], open: 0 })
  })
})
