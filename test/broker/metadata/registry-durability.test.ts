/** What the registry of topics could not put on the disk is not built upon: records of such a topic are not acknowledged. */
import { expect, it } from 'vitest'
import { Metadata } from '../../../src/protocol/messages/03-metadata.ts'
import { CreatePartitions } from '../../../src/protocol/messages/37-create-partitions.ts'
import { MemoryFiles } from '../../../broker/log/memory-files.ts'
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
