/** What a sync refused, and a later start finds nevertheless, is promised to nobody before it was written again. */
import { describe, expect, it } from 'vitest'
import { Metadata } from '../../src/protocol/messages/03-metadata.ts'
import type { Connection } from '../../src/protocol/connection.ts'
import { ForgetfulFiles } from './log/forgetful-files.ts'
import {
  batch,
  createTopic,
  fetchedOf,
  fetchFrom,
  produce,
  producedTo,
  startFixture,
} from './broker-fixture.ts'
import { batches } from '../../src/record/batch-reader.ts'

const config = { durability: 'power' } as const

function failSyncsOf(files: ForgetfulFiles, directory: string): void {
  files.faults = ({ kind, path }) =>
    kind === 'sync' && path.includes(`/${directory}/`) && path.endsWith('.log') ? { errno: 'EIO' } : undefined
}

async function codeOf(connection: Connection, topic: string): Promise<number> {
  return producedTo(await produce(connection, topic, batch([['k', 'v']]))).errorCode
}

async function countOf(connection: Connection, topic: string): Promise<number> {
  let count = 0
  const { records } = fetchedOf(await fetchFrom(connection, topic, 0))
  if (records !== null) for (const cursor of batches(records)) while (cursor.next()) count++
  return count
}

async function namesOf(connection: Connection): Promise<(string | null)[]> {
  const { topics } = await connection.send(Metadata, 12, Metadata.request.create({ topics: null }))
  return topics.map(({ name }) => name)
}

describe('after a sync that failed, a kill, a start and a loss of power', () => {
  it('a topic whose creation was refused, and that took records since the start, is there with them', async () => {
    const files = new ForgetfulFiles()
    const first = await startFixture({ files, config })
    await createTopic(first.connection, 'kept')
    failSyncsOf(files, '__millrace_metadata-0')
    expect((await createTopic(first.connection, 'lost')).topics[0]!.errorCode).toBe(56)
    files.crash('kept')
    const second = await startFixture({ files, config })
    expect(await namesOf(second.connection)).toEqual(['kept', 'lost'])
    expect(await codeOf(second.connection, 'lost')).toBe(0)
    files.crash('dropped')
    const third = await startFixture({ files, config })
    expect(await namesOf(third.connection)).toEqual(['kept', 'lost'])
    expect(await countOf(third.connection, 'lost')).toBe(1)
    expect(third.faults).toEqual([])
  })

  it('records that were refused, and that readers were shown since the start, are there', async () => {
    const files = new ForgetfulFiles()
    const first = await startFixture({ files, config })
    await createTopic(first.connection, 'orders')
    expect(await codeOf(first.connection, 'orders')).toBe(0)
    failSyncsOf(files, 'orders-0')
    expect(await codeOf(first.connection, 'orders')).toBe(56)
    files.crash('kept')
    const second = await startFixture({ files, config })
    const shown = await countOf(second.connection, 'orders')
    expect(await codeOf(second.connection, 'orders')).toBe(0)
    files.crash('dropped')
    const third = await startFixture({ files, config })
    expect([shown, await countOf(third.connection, 'orders')]).toEqual([2, 3])
    expect(third.faults).toEqual([])
  })

  it('so are those that were acknowledged after the log was opened anew', async () => {
    const files = new ForgetfulFiles()
    const { connection, clock } = await startFixture({ files, config })
    await createTopic(connection, 'orders')
    expect(await codeOf(connection, 'orders')).toBe(0)
    failSyncsOf(files, 'orders-0')
    expect(await codeOf(connection, 'orders')).toBe(56)
    files.faults = undefined
    await clock.advance(60_000)
    expect(await codeOf(connection, 'orders')).toBe(0)
    files.crash('dropped')
    const again = await startFixture({ files, config })
    expect(await countOf(again.connection, 'orders')).toBe(2)
  })

  it('so is a topic whose creation was refused until the registry was mended', async () => {
    const files = new ForgetfulFiles()
    const { connection, clock } = await startFixture({ files, config })
    await createTopic(connection, 'kept')
    failSyncsOf(files, '__millrace_metadata-0')
    expect((await createTopic(connection, 'lost')).topics[0]!.errorCode).toBe(56)
    files.faults = undefined
    await clock.advance(60_000)
    expect(await codeOf(connection, 'lost')).toBe(0)
    files.crash('dropped')
    const again = await startFixture({ files, config })
    expect(await namesOf(again.connection)).toEqual(['kept', 'lost'])
    expect(await countOf(again.connection, 'lost')).toBe(1)
    expect(again.faults).toEqual([])
  })

  it.each(['the same', 'another'])(
    'and after a start that the disk failed too, in %s run of the machine',
    async run => {
      const files = new ForgetfulFiles()
      const first = await startFixture({ files, config })
      await createTopic(first.connection, 'orders')
      expect(await codeOf(first.connection, 'orders')).toBe(0)
      if (run === 'another') files.crash('dropped')
      const { connection } = run === 'another' ? await startFixture({ files, config }) : first
      const waiting = codeOf(connection, 'orders')
      files.crash('kept')
      await waiting.catch(() => {})
      failSyncsOf(files, 'orders-0')
      await expect(startFixture({ files, config })).rejects.toMatchObject({ code: 'MR-4004' })
      files.crash('kept')
      const second = await startFixture({ files, config })
      const shown = await countOf(second.connection, 'orders')
      files.crash('dropped')
      const third = await startFixture({ files, config })
      expect([shown, await countOf(third.connection, 'orders')]).toEqual([2, 2])
    },
  )

  it('so are those of a stop in order whose sync failed', async () => {
    const files = new ForgetfulFiles()
    files.makeDirectory('/data')
    files.syncDirectory('')
    const first = await startFixture({ files, config: { durability: 'process' } })
    await createTopic(first.connection, 'orders')
    expect(await codeOf(first.connection, 'orders')).toBe(0)
    failSyncsOf(files, 'orders-0')
    await expect(first.broker.close()).rejects.toMatchObject({ code: 'MR-4004' })
    files.faults = undefined
    const second = await startFixture({ files, config: { durability: 'process' } })
    await second.broker.close()
    files.crash('dropped')
    const third = await startFixture({ files, config: { durability: 'process' } })
    expect(await countOf(third.connection, 'orders')).toBe(1)
    expect(third.faults).toEqual([])
  })
})

it('a sync that fails while a segment is begun fails the log: later ones prove nothing of its bytes', async () => {
  const files = new ForgetfulFiles()
  const { connection, clock } = await startFixture({ files, config })
  await createTopic(connection, 'orders', { configs: { 'segment.bytes': '1048576' } })
  const large = batch([['k', 'x'.repeat(600_000)]])
  expect(producedTo(await produce(connection, 'orders', large.slice())).errorCode).toBe(0)
  failSyncsOf(files, 'orders-0')
  expect(producedTo(await produce(connection, 'orders', large.slice())).errorCode).toBe(56)
  files.faults = undefined
  expect(producedTo(await produce(connection, 'orders', large.slice())).errorCode).toBe(56)
  await clock.advance(60_000)
  expect(producedTo(await produce(connection, 'orders', large.slice())).errorCode).toBe(0)
  files.crash('dropped')
  const again = await startFixture({ files, config })
  expect(await countOf(again.connection, 'orders')).toBeGreaterThan(0)
})
