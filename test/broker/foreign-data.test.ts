/** Data that the broker did not write, or whose registry was lost: it is never taken for rubbish. */
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { startBroker } from '../../broker/broker.ts'
import { temporaryDirectory } from '../support/temporary-directory.ts'
import { batch, createTopic, produce, startFixture } from './broker-fixture.ts'

/** All files below a folder with what they hold. */
async function contentsOf(directory: string): Promise<Readonly<Record<string, string>>> {
  const names = await readdir(directory, { recursive: true, withFileTypes: true })
  const files = names.filter(entry => entry.isFile()).map(entry => join(entry.parentPath, entry.name))
  return Object.fromEntries(
    await Promise.all(files.map(async path => [path, await readFile(path, 'latin1')])),
  ) as Record<string, string>
}

const segment = '00000000000000000000.log'

describe('a data directory with logs that this broker does not know', () => {
  it.each([
    ['of Apache Kafka', ['__cluster_metadata-0', '__consumer_offsets-3', 'orders-0'], segment],
    ['with folders of somebody else', ['release-2024'], 'notes.txt'],
  ])('is refused as one %s, and left as it is', async (_what, folders, file) => {
    const directory = await temporaryDirectory()
    await writeFile(join(directory, '.lock'), '')
    await writeFile(
      join(directory, 'meta.properties'),
      '#\nnode.id=1\ndirectory.id=UMsKeP8PySH3JA67KYC3Bg\nversion=1\ncluster.id=MkU3OEVBNTcwNTJENDM2Qg\n',
    )
    for (const folder of folders) {
      await mkdir(join(directory, folder))
      await writeFile(join(directory, folder, file), 'precious')
    }
    const before = await contentsOf(directory)
    await expect(startBroker({ directory })).rejects.toMatchObject({
      code: 'MR-5024',
      message: expect.stringContaining(folders[0]!) as string,
    })
    expect(await contentsOf(directory)).toEqual(before)
  })

  it('is taken where it has other things than logs', async () => {
    const directory = await temporaryDirectory()
    await mkdir(join(directory, 'lost+found'))
    await writeFile(join(directory, 'README-1'), 'kept')
    const broker = await startBroker({ directory })
    await broker.close()
    expect(await readFile(join(directory, 'README-1'), 'utf8')).toBe('kept')
  })
})

describe('a log of no topic in a directory of the broker', () => {
  it('is moved aside with its records, and told of', async () => {
    const first = await startFixture()
    await createTopic(first.connection, 'lost')
    await createTopic(first.connection, 'kept')
    await produce(first.connection, 'lost', batch([['a', 'precious']]))
    await first.broker.close()
    // The registry forgets the topic, as with a damaged or restored metadata log; its directory is still there.
    first.files.rename('/data/lost-0', '/data/other-0')
    const second = await startFixture({ files: first.files })
    const names = second.files.list('/data')
    expect(names.filter(name => name.startsWith('other-0'))).toEqual([
      expect.stringMatching(/^other-0\.[\da-f]{32}-stray\/$/),
    ])
    expect(second.faults).toEqual([
      expect.objectContaining({ code: 'MR-5024', message: expect.stringContaining('other-0') as string }),
      expect.objectContaining({ code: 'MR-4002', where: '/data/lost-0' }),
    ])
    const aside = `/data/${names.find(name => name.endsWith('-stray/'))!}`
    expect(second.files.stat(`${aside}${segment}`)!.sizeInBytes).toBeGreaterThan(60)
    await second.broker.close()
    // It is told once: nothing looks into what was moved aside.
    expect((await startFixture({ files: first.files })).faults).toEqual([])
  })

  it('is removed where it is what a creation or a deletion left that a crash cut short', async () => {
    const first = await startFixture()
    await createTopic(first.connection, 'kept')
    await first.broker.close()
    const leftOver = '/data/begun-0'
    first.files.makeDirectory(leftOver)
    first.files.open(`${leftOver}/partition.metadata`, 'create')
    const { faults, files } = await startFixture({ files: first.files })
    expect(faults).toEqual([])
    expect(files.list('/data').filter(name => name.startsWith('begun-0'))).toEqual([
      expect.stringMatching(/-delete\/$/),
    ])
  })
})
