/**
 * What the registry of topics could not put on the disk is not built upon: records of such a topic are not acknowledged. What
 * does not depend on it goes on, and it is mended as soon as the disk takes it.
 */
import { describe, expect, it } from 'vitest'
import { seededRandom } from '../../../src/base/random.ts'
import { zeroUuid } from '../../../src/base/uuid.ts'
import type { Connection } from '../../../src/protocol/connection.ts'
import { Metadata } from '../../../src/protocol/messages/03-metadata.ts'
import { OffsetCommit } from '../../../src/protocol/messages/08-offset-commit.ts'
import { DeleteTopics } from '../../../src/protocol/messages/20-delete-topics.ts'
import { CreatePartitions } from '../../../src/protocol/messages/37-create-partitions.ts'
import { MemoryFiles, type MemoryFault } from '../../../broker/log/memory-files.ts'
import { metadataLogName } from '../../../broker/metadata/topic-name.ts'
import { batch, createTopic, produce, producedTo, startFixture } from '../broker-fixture.ts'

const config = { durability: 'power' } as const

/** Has every sync of the registry fail from now on. */
function failRegistry(files: MemoryFiles): void {
  files.faults = ({ kind, path }) =>
    kind === 'sync' && path.includes(`/${metadataLogName}-0/`) ? { errno: 'EIO' } : undefined
}

async function topicsAfterPowerCut(
  files: MemoryFiles,
): Promise<{ names: (string | null)[]; faults: unknown[] }> {
  files.crash('dropped')
  const { connection, faults } = await startFixture({ files, config })
  const { topics } = await connection.send(Metadata, 12, Metadata.request.create({ topics: null }))
  return { names: topics.map(({ name }) => name), faults }
}

it('a topic whose creation could not be synced takes no record that the next power cut would move aside with it', async () => {
  const files = new MemoryFiles()
  const { connection, clock } = await startFixture({ files, config })
  await createTopic(connection, 'kept')
  failRegistry(files)
  await expect(createTopic(connection, 'lost')).resolves.toMatchObject({ topics: [{ errorCode: 56 }] })
  for (const turn of [0, 1]) {
    expect(producedTo(await produce(connection, 'lost', batch([['k', 'v']]))).errorCode, `${turn}`).toBe(56)
    expect(producedTo(await produce(connection, 'kept', batch([['k', 'v']]))).errorCode, `${turn}`).toBe(0)
    await clock.advance(60_000)
  }
  expect((await topicsAfterPowerCut(files)).names).toEqual(['kept'])
})

it('so does a partition that was added, while those that there were go on', async () => {
  const files = new MemoryFiles()
  const { connection } = await startFixture({ files, config })
  await createTopic(connection, 'orders')
  failRegistry(files)
  const topics = [{ name: 'orders', count: 2, assignments: null }]
  const added = await connection.send(CreatePartitions, 3, { topics, timeoutMs: 1000, validateOnly: false })
  expect(added.results[0]!.errorCode).toBe(56)
  const codeOf = async (partition: number) =>
    producedTo(await produce(connection, 'orders', batch([['k', 'v']]), { partition })).errorCode
  expect(await codeOf(1)).toBe(56)
  expect(await codeOf(0)).toBe(0)
})

it('a topic that is created while the registry is being synced is acknowledged with its records, and kept', async () => {
  const files = new MemoryFiles()
  const { connection } = await startFixture({ files, config })
  const creating = createTopic(connection, 'orders')
  expect(producedTo(await produce(connection, 'orders', batch([['k', 'v']]))).errorCode).toBe(0)
  const { names, faults } = await topicsAfterPowerCut(files)
  expect(names).toEqual(['orders'])
  expect(faults).toEqual([])
  await creating
})

async function commitOf(connection: Connection, groupId: string): Promise<number> {
  const partitions = [
    { partitionIndex: 0, committedOffset: 1, committedLeaderEpoch: -1, committedMetadata: '' },
  ]
  const topics = [{ name: 'kept', topicId: zeroUuid, partitions }]
  const { topics: answers } = await connection.send(
    OffsetCommit,
    8,
    OffsetCommit.request.create({ groupId, generationIdOrMemberEpoch: -1, topics }),
  )
  return answers[0]!.partitions[0]!.errorCode
}

async function deletionOf(connection: Connection, name: string): Promise<number> {
  const request = DeleteTopics.request.create({ topics: [{ name, topicId: zeroUuid }], timeoutMs: 1000 })
  return (await connection.send(DeleteTopics, 6, request)).responses[0]!.errorCode
}

async function creationOf(connection: Connection, name: string): Promise<number> {
  return (await createTopic(connection, name)).topics[0]!.errorCode
}

/** What Metadata tells of each topic: its partitions, or its error. */
async function told(connection: Connection): Promise<Record<string, number | string>> {
  const request = Metadata.request.create({ topics: null, allowAutoTopicCreation: false })
  const { topics } = await connection.send(Metadata, 12, request)
  const entries = topics.map(
    ({ name, errorCode, partitions }) =>
      [name ?? '', errorCode === 0 ? partitions.length : `error ${errorCode}`] as const,
  )
  return Object.fromEntries(entries.filter(([name]) => !name.startsWith('__')))
}

describe('while the disk refuses the registry', () => {
  it('topics and groups that there were go on, and whatever would change it is refused with an error to try again at', async () => {
    const { connection, files } = await startFixture({ config })
    await createTopic(connection, 'kept')
    expect(await commitOf(connection, 'readers')).toBe(0)
    failRegistry(files)
    expect(await creationOf(connection, 'lost')).toBe(56)
    expect(await creationOf(connection, 'later')).toBe(56)
    expect(await deletionOf(connection, 'kept')).toBe(56)
    expect(await commitOf(connection, 'readers')).toBe(0)
    expect(await told(connection)).toEqual({ kept: 1, lost: 'error 5' })
    expect(producedTo(await produce(connection, 'kept', batch([['k', 'v']]))).errorCode).toBe(0)
  })

  it('no directories are made for topics that it cannot remember', async () => {
    const { connection, files } = await startFixture({ config })
    await createTopic(connection, 'kept')
    failRegistry(files)
    await creationOf(connection, 'first')
    const before = files.list('/data')
    await creationOf(connection, 'second')
    expect(files.list('/data')).toEqual(before)
  })

  it('partitions that were added are not told of', async () => {
    const { connection, files } = await startFixture({ config })
    await createTopic(connection, 'kept')
    failRegistry(files)
    const topics = [{ name: 'kept', count: 3, assignments: null }]
    await connection.send(CreatePartitions, 3, { topics, timeoutMs: 1000, validateOnly: false })
    expect(await told(connection)).toEqual({ kept: 1 })
  })

  it('it is written again once the disk takes it, and all that was refused meanwhile is done at the next try', async () => {
    const files = new MemoryFiles()
    const { connection, clock } = await startFixture({ files, config })
    await createTopic(connection, 'kept')
    await createTopic(connection, 'old')
    failRegistry(files)
    expect(await deletionOf(connection, 'old')).toBe(56)
    expect(await creationOf(connection, 'lost')).toBe(56)
    await clock.advance(60_000)
    expect(await creationOf(connection, 'later')).toBe(56)
    files.faults = undefined
    await clock.advance(60_000)
    expect(await creationOf(connection, 'later')).toBe(0)
    expect(await told(connection)).toEqual({ kept: 1, later: 1 })
    for (const name of ['kept', 'later'])
      expect(producedTo(await produce(connection, name, batch([['k', 'v']]))).errorCode, name).toBe(0)
    const { names, faults } = await topicsAfterPowerCut(files)
    expect(names).toEqual(['kept', 'later'])
    expect(faults).toEqual([])
  })

  it('a topic whose creation was refused takes records as soon as its record is safe', async () => {
    const files = new MemoryFiles()
    const { connection, clock } = await startFixture({ files, config })
    await createTopic(connection, 'kept')
    failRegistry(files)
    expect(await creationOf(connection, 'lost')).toBe(56)
    files.faults = undefined
    await clock.advance(60_000)
    expect(await creationOf(connection, 'lost')).toBe(36)
    expect(await told(connection)).toEqual({ kept: 1, lost: 1 })
    expect(producedTo(await produce(connection, 'lost', batch([['k', 'v']]))).errorCode).toBe(0)
    expect((await topicsAfterPowerCut(files)).names).toEqual(['kept', 'lost'])
  })
})

describe.each(['dropped', 'torn'] as const)('whichever operation of its mending', mode => {
  /** A broker whose registry failed once it knew of 'kept', and that has tried to mend it with a fault at one operation. */
  async function mended(failing: number, fault: MemoryFault) {
    const files = new MemoryFiles()
    const { connection, clock } = await startFixture({ files, config })
    await createTopic(connection, 'kept')
    failRegistry(files)
    await creationOf(connection, 'lost')
    const base = files.operationCount
    let [count, isReached] = [0, false]
    files.faults = ({ path }) => {
      if (!path.includes(`/${metadataLogName}-0`)) return undefined
      count++
      isReached ||= count === failing
      return count === failing ? fault : undefined
    }
    await clock.advance(20_000)
    expect(files.operationCount).toBeGreaterThan(base)
    return { files, connection, clock, isReached }
  }

  async function restarted(files: MemoryFiles, seed: number) {
    files.crash(mode, seededRandom(seed))
    const { connection, faults } = await startFixture({ files, config })
    expect(faults).toEqual([])
    return told(connection)
  }

  it(`fails, the next round mends it (${mode})`, async () => {
    for (let failing = 1, isReached = true; isReached; failing++) {
      const { files, connection, clock, ...found } = await mended(failing, { errno: 'EIO' })
      isReached = found.isReached
      await clock.advance(20_000)
      files.faults = undefined
      const place = `operation ${failing}`
      expect(await told(connection), place).toEqual({ kept: 1, lost: 1 })
      expect(await creationOf(connection, 'later'), place).toBe(0)
      expect(await restarted(files, failing), place).toEqual({ kept: 1, lost: 1, later: 1 })
      expect(failing).toBeLessThan(100)
    }
  })

  it(`is the last before a power cut, what was acknowledged is there (${mode})`, async () => {
    for (let failing = 1, isReached = true; isReached; failing++) {
      const { files, ...found } = await mended(failing, { crash: true, writtenBytes: failing })
      isReached = found.isReached
      const topics = await restarted(files, failing)
      expect(topics, `operation ${failing}`).toEqual({ ...topics, kept: 1 })
      expect(failing).toBeLessThan(100)
    }
  })
})
